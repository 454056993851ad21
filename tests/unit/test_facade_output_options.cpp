// What is refused of lamps, relay, contact and sounds, in which words.
#include <map>
#include <stdexcept>
#include <string>

#include "agent/facade/options.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace std::chrono_literals;

namespace {

SoundOptions endless_sound() {
  return {.command = {"tail", "-f", "/dev/null"}, .file = {}};
}

LampOptions lamp_of(const std::string& name, std::map<LampState, std::string> codes) {
  return {.name = name, .gpio = name, .active_low = false, .codes = std::move(codes)};
}

OutputOptions with_lamp(LampOptions lamp) {
  OutputOptions options;
  options.lamps = {std::move(lamp)};
  return options;
}

/// What is said of these beside a button on the line "button"; empty: nothing.
std::string refusal(const OutputOptions& outputs, bool has_gpio = true) {
  AgentOptions options;
  options.outputs = outputs;
  options.inputs.emplace_back().gpio = "button";
  try {
    facade::check_outputs(options, has_gpio);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_GROUP(FacadeOutputOptions){};

TEST(FacadeOutputOptions, LampsAreChecked) {
  const LampOptions good = lamp_of("a", {{LampState::kIdle, "on"}});
  STRCMP_EQUAL("", refusal(with_lamp(good)).c_str());
  STRCMP_EQUAL("option lamps.gpio is 'a'; allowed: no GPIO line, for this was built without GPIO",
               refusal(with_lamp(good), false).c_str());
  STRCMP_CONTAINS("option lamps.name is 'b c'",
                  refusal(with_lamp(lamp_of("b c", good.codes))).c_str());
  STRCMP_CONTAINS("option lamps.codes is ''", refusal(with_lamp(lamp_of("a", {}))).c_str());
  STRCMP_CONTAINS("option lamps.codes is 'blink'",
                  refusal(with_lamp(lamp_of("a", {{LampState::kIdle, "blink"}}))).c_str());
  OutputOptions twice = with_lamp(good);
  twice.lamps.push_back(lamp_of("b", good.codes));
  twice.lamps.back().gpio = "a";
  STRCMP_EQUAL("option lamps.gpio is 'a'; allowed: a line that nothing else uses",
               refusal(twice).c_str());
  twice.lamps.back().gpio = "button";
  STRCMP_CONTAINS("option lamps.gpio is 'button'", refusal(twice).c_str());
  twice.lamps.assign(17, good);
  STRCMP_CONTAINS("option lamps is '17'", refusal(twice).c_str());
}

TEST(FacadeOutputOptions, RelayContactAndSoundsAreChecked) {
  OutputOptions options;
  options.relay = RelayOptions{.gpio = "a", .command = {}};
  STRCMP_EQUAL("", refusal(options).c_str());
  options.relay->pulse = 11s;
  STRCMP_EQUAL("option relay.pulse is '11000 ms'; allowed: 50-10000 ms", refusal(options).c_str());
  options.relay->longest = 61s;
  STRCMP_EQUAL("option relay.longest is '61000 ms'; allowed: 50-60000 ms",
               refusal(options).c_str());
  options.relay = RelayOptions{};
  STRCMP_CONTAINS("option relay.gpio is ''", refusal(options).c_str());
  options.relay.reset();
  options.contact = ContactOptions{.gpio = "gpiochip0"};
  STRCMP_CONTAINS("option contact.gpio is 'gpiochip0'", refusal(options).c_str());
  options.contact.reset();
  options.chime = SoundOptions{};
  STRCMP_EQUAL("option chime.file is ''; allowed: a file, or else a command",
               refusal(options).c_str());
  options.chime = endless_sound();
  options.ring_back = endless_sound();
  options.ring_back->times = 101;
  STRCMP_CONTAINS("option ring_back.times is '101'", refusal(options).c_str());
  options.chime->gap = 99ms;
  STRCMP_CONTAINS("option chime.gap is '99 ms'", refusal(options).c_str());
}
