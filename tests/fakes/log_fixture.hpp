#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/event_loop.hpp"
#include "platform/log.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

/// A log whose lines can be looked at.
class LogFixture : public Utest {
 public:
  LogFixture();
  ~LogFixture() override;

  std::vector<std::string> logged;
  platform::Log log;

  [[nodiscard]] bool was_logged(std::string_view text) const;
};

}  // namespace doorcall::test
