// Any text as a config: whatever is wrong with it is said in one line of text and at a line that
// there is; what is right makes options that an agent takes.

#include <algorithm>
#include <stdexcept>

#include "agent/core/utf8.hpp"
#include "agent/daemon/agent_options.hpp"
#include "agent/facade/options.hpp"
#include "platform/config.hpp"
#include "tests/fuzz/check.hpp"

using namespace doorcall;
using fuzz::require;

namespace {

void check_error(const platform::ConfigError& error, std::size_t lines) {
  const std::string text = error.text();
  require(!error.message.empty(), "an error says something");
  require(error.line <= lines, "an error names a line that there is");
  require(error.line != 0 || error.message.starts_with("is missing"),
          "only what is missing has no line");
  require(is_utf8(text), "an error is UTF-8");
  require(
      std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }),
      "an error has no control characters");
}

void check_accepted(const platform::Config& config) {
  require(UserId::parse(config.device.user).has_value(), "the user is one");
  require(DeviceId::parse(config.device.device).has_value(), "the device is one");
  require(config.call.lost >= 2 * config.call.heartbeat, "lost is more than heartbeat");
  const AgentOptions options = daemon::to_options(config);
  try {
    static_cast<void>(facade::check(options, true));
  } catch (const std::invalid_argument& error) {
    require(false, error.what());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  std::vector<platform::ConfigError> errors;
  const platform::Config config = platform::parse_config(text, "/nowhere/fuzz.toml", errors);
  const auto lines = static_cast<std::size_t>(1 + std::count(text.begin(), text.end(), '\n'));
  for (const platform::ConfigError& error : errors) {
    check_error(error, lines);
  }
  if (errors.empty()) {
    check_accepted(config);
  }
  return 0;
}
