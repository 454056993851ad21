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
  std::vector<std::string> logged;
  platform::Log log{{.level = platform::LogLevel::kDebug,
                     .journald = true,
                     .write =
                         [this](std::string_view line) {
                           logged.emplace_back(line);
                           return true;
                         },
                     .now = platform::read_clock,
                     .wall_clock = {}}};

  [[nodiscard]] bool was_logged(std::string_view text) const {
    for (const std::string& line : logged) {
      if (line.find(text) != std::string::npos) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace doorcall::test
