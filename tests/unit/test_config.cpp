// What a config file says as a whole: defaults, every key, the order of errors, broken syntax.
#include <string>
#include <string_view>
#include <vector>

#include "platform/config_table.hpp"
#include "tests/fakes/config_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::Config;
using doorcall::platform::detail::Setting;
using doorcall::test::kLeast;

TEST_GROUP_BASE(Config, doorcall::test::ConfigFixture){};

TEST(Config, TheLeastFileGivesTheDefaults) {
  Config config = with("");
  STRCMP_EQUAL("", report().c_str());
  STRCMP_EQUAL("door", config.device.user.c_str());
  Config expected;
  expected.device.user = "door";
  expected.device.device = "front";
  expected.broker.host = "localhost";
  CHECK_TRUE(expected == config);
}

TEST(Config, TheDocumentedDefaultsAreTheRealOnes) {
  Config defaults;
  std::string all;
  for (const Setting& setting : doorcall::platform::detail::settings()) {
    const bool alone = setting.section != "broker.tls" && setting.section != "plans" &&
                       setting.section != "dnd.schedule" && setting.section != "button" &&
                       setting.section != "lamp";
    if (!setting.initial.empty() && alone) {
      all += std::string(setting.section) + '.' + std::string(setting.key) + " = " +
             std::string(setting.initial) + '\n';
    }
  }
  all += "device.user = \"u\"\ndevice.device = \"d\"\nbroker.host = \"h\"\n";
  const Config config = parse(all);
  STRCMP_EQUAL("", report().c_str());
  defaults.device.user = "u";
  defaults.device.device = "d";
  defaults.broker.host = "h";
  CHECK_TRUE(defaults == config);
}

TEST(Config, TheDocumentedDefaultsOfEntriesAreTheRealOnes) {
  std::string plan = "[plans.p]\nusers = [\"a\"]\n";
  std::string window = "[[dnd.schedule]]\nfrom = \"01:00\"\nto = \"02:00\"\n";
  for (const Setting& setting : doorcall::platform::detail::settings()) {
    const std::string line = std::string(setting.key) + " = " + std::string(setting.initial) + '\n';
    const bool shared = setting.key == "kind";  // the others belong to one kind of plan each
    plan += setting.section == "plans" && shared ? line : "";
    window += setting.section == "dnd.schedule" && !setting.initial.empty() ? line : "";
  }
  const Config config = with(plan + window);
  STRCMP_EQUAL("", report().c_str());
  CHECK_TRUE(config.dnd.schedule.at(0).days == doorcall::platform::DailyWindow{}.days);
  CHECK_TRUE(config.plans.at(0).kind == doorcall::platform::PlanConfig{}.kind);
  const doorcall::platform::PlanConfig hunt =
      with("[plans.p]\nkind = \"hunt\"\nusers = [\"a\"]\n").plans.at(0);
  const doorcall::platform::PlanConfig told =
      with("[plans.p]\nkind = \"hunt\"\nusers = [\"a\"]\nstep_time = 20\ncycles = 1\n").plans.at(0);
  CHECK_TRUE(hunt == told);
}

TEST(Config, EverySettingOfDeviceAndBrokerIsRead) {
  const Config config = load_full();
  STRCMP_EQUAL("T\xc3\xbcr", config.device.name.c_str());
  CHECK_TRUE(config.device.kind == doorcall::platform::DeviceKind::kDoorStation);
  CHECK_TRUE(config.broker.more == std::vector<std::string>({"broker2.example", "::1"}));
  CHECK_EQUAL(8884, config.broker.port);
  STRCMP_EQUAL("site/a", config.broker.root.c_str());
  CHECK_TRUE(config.broker.protocol == doorcall::platform::MqttVersion::k311);
  CHECK_EQUAL(0, config.broker.delivery_qos);
  CHECK_EQUAL(120'000, config.broker.keep_alive.count());
  CHECK_EQUAL(0, config.broker.will_delay.count());
  CHECK_EQUAL(7'200'000, config.broker.session_expiry.count());
  STRCMP_EQUAL("me", config.broker.username.c_str());
  STRCMP_EQUAL("secret", config.broker.password.reveal().c_str());
  CHECK_TRUE(config.broker.tls.enabled);
  CHECK_TRUE(config.broker.tls.insecure);
  STRCMP_EQUAL(dir.file("ca.pem").c_str(), config.broker.tls.ca_file.c_str());
  STRCMP_EQUAL(dir.file("cert.pem").c_str(), config.broker.tls.cert_file.c_str());
  STRCMP_EQUAL(dir.file("key.pem").c_str(), config.broker.tls.key_file.c_str());
  STRCMP_EQUAL("other", config.broker.tls.server_name.c_str());
}

TEST(Config, EverySettingOfCallsAndHardwareIsRead) {
  const Config config = load_full();
  CHECK_EQUAL(600'000, config.call.ring_time.count());
  CHECK_EQUAL(1'500, config.call.receipt_time.count());
  CHECK_TRUE(config.call.not_yet_received == Millis(5'000));
  CHECK_EQUAL(2'000, config.call.confirm_time.count());
  CHECK_EQUAL(2'000, config.call.heartbeat.count());
  CHECK_EQUAL(5'000, config.call.lost.count());
  CHECK_EQUAL(120'000, config.call.media_start.count());
  CHECK_TRUE(config.call.offline == doorcall::platform::OfflinePolicy::kWait);
  CHECK_EQUAL(8, config.call.lines);
  CHECK_TRUE(config.media.command == (std::vector<std::string>{"sh", "-c", "exit 0"}));
  CHECK_TRUE(config.media.prewarm);
  CHECK_TRUE(config.media.early);
  CHECK_EQUAL(500, config.media.stop_time.count());
  STRCMP_EQUAL("/run/x.sock", config.control.socket.c_str());
  CHECK_EQUAL(0600U, config.control.mode);
  STRCMP_EQUAL("audio", config.control.group.c_str());
  STRCMP_EQUAL("audio", config.control.watchers.c_str());
  STRCMP_EQUAL("video", config.control.callers.c_str());
  STRCMP_EQUAL("staff", config.control.openers.c_str());
  CHECK_TRUE(config.log.level == doorcall::platform::LogLevel::kDebug);
  CHECK_EQUAL(3U, config.buttons.size());
  CHECK_TRUE(config.buttons[0].press.action == doorcall::platform::ButtonAction::kCall);
  STRCMP_EQUAL("apt1", config.buttons[0].press.target.c_str());
  CHECK_TRUE(config.buttons[1].press.action == doorcall::platform::ButtonAction::kToggle);
  CHECK_TRUE(config.buttons[2].press.action == doorcall::platform::ButtonAction::kPlan);
  STRCMP_EQUAL("night", config.buttons[2].press.target.c_str());
}

TEST(Config, AllErrorsAreReportedInTheOrderOfTheLines) {
  parse(
      "[device]\nuser = \"a b\"\n[call]\nring_tme = 5\nring_time = 900\nlines = \"two\"\n"
      "offline = \"maybe\"\n[brokr]\nhost = 1\n[broker]\nport = 70000\n");
  STRCMP_EQUAL(
      "d.toml:1: [device] device: is missing, allowed is a text of 1 to 31 characters A-Z a-z 0-9 "
      "_ -\n"
      "d.toml:2: [device] user: found \"a b\", allowed is a text of 1 to 32 characters A-Z a-z 0-9 "
      "_ -\n"
      "d.toml:4: unknown key 'ring_tme' in [call], did you mean 'ring_time'?\n"
      "d.toml:5: [call] ring_time: found 900, allowed is a time from 1s to 10min\n"
      "d.toml:6: [call] lines: found \"two\", allowed is a number from 1 to 8\n"
      "d.toml:7: [call] offline: found \"maybe\", allowed is \"fail\", \"wait\"\n"
      "d.toml:8: unknown section 'brokr', did you mean [broker]?\n"
      "d.toml:10: [broker] host: is missing, allowed is a text of 1 to 253 bytes without control "
      "characters\n"
      "d.toml:11: [broker] port: found 70000, allowed is a number from 1 to 65535\n",
      report().c_str());
}

TEST(Config, AnEmptyFileLacksWhatIsRequired) {
  for (const std::string_view text : {"", "\n\n", "# only a remark", "\xef\xbb\xbf"}) {
    parse(text);
    CHECK_EQUAL(3U, errors.size());
    STRCMP_CONTAINS("d.toml: [device] user: is missing", report().c_str());
    STRCMP_CONTAINS("d.toml: [broker] host: is missing", report().c_str());
  }
}

TEST(Config, AByteOrderMarkIsNoError) {
  parse(std::string("\xef\xbb\xbf").append(kLeast));
  STRCMP_EQUAL("", report().c_str());
}

TEST(Config, SyntaxErrorsNameTheirLine) {
  for (const std::string_view text :
       {"[log]\nlevel = \n", "[log]\nlevel = \"open\n", "[log]\nlevel = \"info\"\nlevel = \"info\"",
        "[log]\n[log]\n", "[log\n", "= 1\n", "[log]\nlevel \"info\"\n", "\xff\xfe[\0",
        "a = \"\xff\"", "[log]\nlevel = 'a\x01'\n"}) {
    parse(text);
    CHECK_EQUAL_TEXT(1U, errors.size(), std::string(text).c_str());
    CHECK_TRUE(errors[0].line > 0);
    CHECK_FALSE(errors[0].message.empty());
  }
  parse("[call]\nlines = 1\nlines = 2\n");
  STRCMP_CONTAINS("d.toml:3: ", report().c_str());
}

TEST(Config, DeepNestingIsAnErrorNotACrash) {
  parse("a = " + std::string(10'000, '[') + std::string(10'000, ']'));
  CHECK_TRUE(!errors.empty());
  std::string tables;
  for (int i = 0; i < 10'000; ++i) {
    tables += "{a=";
  }
  parse("a = " + tables + '1' + std::string(10'000, '}'));
  CHECK_TRUE(!errors.empty());
  std::string dotted = "a";
  for (int i = 0; i < 2'000; ++i) {
    dotted += ".a";
  }
  parse(dotted + " = 1");
  CHECK_TRUE(!errors.empty());
}

TEST(Config, EverySettingIsDescribed) {
  const std::string text = doorcall::platform::describe_settings();
  for (const Setting& setting : doorcall::platform::detail::settings()) {
    STRCMP_CONTAINS(("\n" + std::string(setting.key) + ": ").c_str(), text.c_str());
  }
  STRCMP_CONTAINS(
      "ring_time: how long a call from here rings. Allowed is a time from 1s to 10min; "
      "default 90\n",
      text.c_str());
}
