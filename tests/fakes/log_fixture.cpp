// A log that writes into memory.

#include "tests/fakes/log_fixture.hpp"

namespace doorcall::test {

LogFixture::LogFixture()
    : log({.level = platform::LogLevel::kDebug,
           .journald = true,
           .write =
               [this](std::string_view line) {
                 logged.emplace_back(line);
                 return true;
               },
           .now = platform::read_clock,
           .wall_clock = {}}) {}

LogFixture::~LogFixture() = default;

bool LogFixture::was_logged(std::string_view text) const {
  for (const std::string& line : logged) {
    if (line.find(text) != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace doorcall::test
