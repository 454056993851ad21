#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/config.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

/// A config with nothing but what is required.
inline constexpr std::string_view kLeast =
    "[device]\nuser = \"door\"\ndevice = \"front\"\n[broker]\nhost = \"localhost\"\n";

/// Config texts and what is wrong with them.
class ConfigFixture : public Utest {
 public:
  TempDir dir;
  std::vector<platform::ConfigError> errors;

  std::string report() const {
    std::string text;
    for (const platform::ConfigError& error : errors) {
      text += error.text() + '\n';
    }
    return text;
  }
  platform::Config parse(std::string_view text) {
    errors.clear();
    return platform::parse_config(text, "d.toml", errors);
  }
  /// The least config with `more` after it.
  platform::Config with(std::string_view more) { return parse(std::string(kLeast).append(more)); }
  void accepts(std::string_view more) {
    with(more);
    STRCMP_EQUAL("", report().c_str());
  }
  /// Exactly one error, with this text.
  void refuses(std::string_view more, const char* message) {
    with(more);
    CHECK_EQUAL_TEXT(1U, errors.size(), (std::string(more) + "\n" + report()).c_str());
    STRCMP_CONTAINS(message, report().c_str());
  }
};

}  // namespace doorcall::test
