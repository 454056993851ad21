// Lamps, sounds and the door: what they allow, and what is said about all else.
#include <map>
#include <string>
#include <vector>

#include "tests/fakes/config_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::Config;

TEST_GROUP_BASE(ConfigDevices, doorcall::test::ConfigFixture){
    static bool built(){return !doorcall::platform::gpio_library().empty();
}
}
;

TEST(ConfigDevices, EverySettingIsRead) {
  using Words = std::vector<std::string>;
  const Config config = load_full();
  CHECK_EQUAL(1U, config.lamps.size());
  STRCMP_EQUAL("status", config.lamps[0].name.c_str());
  STRCMP_EQUAL("gpiochip0:4", config.lamps[0].gpio.c_str());
  CHECK_TRUE(config.lamps[0].active_low);
  CHECK_TRUE(config.lamps[0].codes ==
             (std::map<std::string, std::string>{{"door", "on"},
                                                 {"ringing", "100ms 100ms"},
                                                 {"calling", "500ms 500ms"},
                                                 {"in_call", "on"},
                                                 {"error", "20ms 20ms 20ms 1min"},
                                                 {"offline", "1s 1s"},
                                                 {"dnd", "100ms 10s"},
                                                 {"idle", "off"}}));
  STRCMP_EQUAL("strike", config.door.gpio.c_str());
  CHECK_TRUE(config.door.active_low);
  CHECK_EQUAL(5'000, config.door.pulse.count());
  CHECK_EQUAL(20'000, config.door.longest.count());
  STRCMP_EQUAL("/dev/gpiochip1:3", config.door.contact.c_str());
  CHECK_TRUE(config.door.contact_active_low);
  CHECK_TRUE(config.door.contact_bias == doorcall::platform::GpioBias::kPullUp);
  CHECK_TRUE(config.chime.command == Words({"sh", "-c", "exit 0"}));
  CHECK_EQUAL(3, config.chime.times);
  CHECK_EQUAL(2'000, config.chime.gap.count());
  STRCMP_EQUAL(dir.file("tone.wav").c_str(), config.ring_back.file.c_str());
  CHECK_EQUAL(100, config.ring_back.times);
  CHECK_EQUAL(100, config.ring_back.gap.count());
}

TEST(ConfigDevices, ADoorMayHaveALockOfItsOwn) {
  const Config config = with("[door]\ncommand = [\"open-lock\", \"1\"]\n");
  STRCMP_EQUAL("", report().c_str());
  CHECK_TRUE(config.door.command == (std::vector<std::string>{"open-lock", "1"}));
}

TEST(ConfigDevices, LinesNeedABuildThatHasThem) {
  if (!built()) {
    refuses("[door]\ngpio = \"a\"\n", "[door] gpio: this build has no GPIO (libgpiod)");
    refuses("[door]\ncontact = \"a\"\n", "[door] contact: this build has no GPIO (libgpiod)");
    refuses("[[lamp]]\nname = \"a\"\ngpio = \"l\"\nidle = \"on\"\n", "this build has no GPIO");
  }
}

TEST(ConfigDevices, WrongDoorsAreRefused) {
  if (!built()) {
    return;
  }
  refuses("[door]\ngpio = \"gpiochip0\"\n",
          "[door] gpio: found \"gpiochip0\", allowed is a line's name of up to 31 bytes");
  refuses("[door]\ngpio = \"a\"\npulse = \"61s\"\n", "allowed is a time from 50ms to 1min");
  refuses("[door]\ngpio = \"a\"\npulse = \"11s\"\n",
          "[door] pulse: found pulse 11s and longest 10s; pulse must not be over longest");
  refuses("[door]\ngpio = \"a\"\nlongest = \"1s\"\n",
          "[door] longest: found pulse 3s and longest 1s; pulse must not be over longest");
  refuses("[door]\ngpio = \"a\"\ncommand = [\"b\"]\n",
          "[door] command: found beside gpio, allowed is one of them");
  refuses("[door]\ncommand = [\"/nonexistent/lock\"]\n",
          "[door] command: found /nonexistent/lock, which is no program");
  refuses("[door]\nactive_low = true\n", "[door] active_low: found without gpio");
  refuses("[door]\ncontact_active_low = true\n", "contact_active_low: found without contact");
  refuses("[door]\ncontact_bias = \"pull_up\"\n", "contact_bias: found without contact");
  refuses("[door]\ngpio = \"a\"\ncontact = \"a\"\n",
          "[door] contact: found a, which is used a second time; a line has one use");
}

TEST(ConfigDevices, WrongLampsAreRefused) {
  if (!built()) {
    return;
  }
  refuses("[[lamp]]\nname = \"a\"\nidle = \"on\"\n", "[[lamp]] gpio: is missing");
  refuses("[[lamp]]\nname = \"a\"\ngpio = \"l\"\n",
          "d.toml:6: [[lamp]]: found without any blink code");
  refuses("[[lamp]]\nname = \"a\"\ngpio = \"l\"\nidle = \"10ms 10ms\"\n",
          "[[lamp]] idle: found \"10ms 10ms\", allowed is \"on\", \"off\", or up to 16 times");
  const std::string first = "[[lamp]]\nname = \"a\"\ngpio = \"l\"\nidle = \"on\"\n";
  refuses(first + "[[lamp]]\nname = \"a\"\ngpio = \"m\"\nidle = \"on\"\n",
          "d.toml:11: [[lamp]] name: found 'a' a second time");
  refuses(first + "[[lamp]]\nname = \"b\"\ngpio = \"l\"\nidle = \"on\"\n",
          "d.toml:12: [[lamp]] gpio: found l, which is used a second time");
  refuses("[[button]]\nname = \"b\"\npress = \"toggle\"\ngpio = \"l\"\n" + first,
          "d.toml:12: [[lamp]] gpio: found l, which is used a second time");
}

TEST(ConfigDevices, WrongSoundsAreRefused) {
  refuses("[chime]\nfile = \"/nonexistent/gong.wav\"\n",
          "[chime] file: found /nonexistent/gong.wav, which is no file that this user can read");
  refuses("[chime]\ncommand = [\"true\"]\nfile = \"" + dir.write("a.wav", "x") + "\"\n",
          "[chime] file: found beside command, allowed is one of them");
  refuses("[chime]\ntimes = 3\n", "[chime] times: found without command or file");
  refuses("[ring_back]\ngap = \"2s\"\n", "[ring_back] gap: found without command or file");
  refuses("[ring_back]\ncommand = [\"true\"]\ntimes = 101\n", "allowed is a number from 0 to 100");
}
