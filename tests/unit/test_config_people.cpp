// Plans, schedules and lists of users: what they allow, and what is said about all else.
#include <string>
#include <string_view>
#include <vector>

#include "platform/config_table.hpp"
#include "tests/fakes/config_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Millis;
using doorcall::platform::Config;

TEST_GROUP_BASE(ConfigPeople, doorcall::test::ConfigFixture){};

TEST(ConfigPeople, EverySettingOfGroupsAndPeopleIsRead) {
  using Names = std::vector<std::string>;
  const Config config = load_full();
  CHECK_TRUE(config.device.chime_only);
  CHECK_TRUE(config.device.decline_here);
  CHECK_TRUE(config.call.call_waiting);
  CHECK_EQUAL(16, config.call.parties);
  CHECK_EQUAL(0, config.call.busy_settle.count());
  CHECK_FALSE(config.call.alone_time.has_value());
  CHECK_TRUE(config.call.longest_call == Millis(7'200'000));
  CHECK_TRUE(config.contacts.users == Names({"apt1", "apt2"}));
  CHECK_TRUE(config.contacts.refuse_strangers);
  CHECK_TRUE(config.contacts.follow_only);
  CHECK_TRUE(config.contacts.hide_busy);
  CHECK_TRUE(config.dnd.overrides == Names({"desk"}));
  CHECK_TRUE(config.ring_to_open.doors == Names({"gate", "door2"}));
  CHECK_EQUAL(600'000, config.ring_to_open.longest.count());
  CHECK_TRUE(config.door.allow == Names({"desk", "panel@apt1"}));
  STRCMP_EQUAL("Ring {line}", config.push.title.c_str());
  STRCMP_EQUAL("from {user}", config.push.content.c_str());
}

TEST(ConfigPeople, SchedulesAndPlansAreReadEntryByEntry) {
  using doorcall::platform::DailyWindow;
  const Config config = load_full();
  CHECK_EQUAL(2U, config.dnd.schedule.size());
  CHECK_TRUE(config.dnd.schedule[0] ==
             (DailyWindow{.days = 0b101'1111, .from = 22 * 60, .to = 7 * 60}));
  CHECK_TRUE(config.dnd.schedule[1] ==
             (DailyWindow{.days = DailyWindow::kEveryDay, .from = 13 * 60, .to = 24 * 60}));
  CHECK_EQUAL(2U, config.plans.size());
  const auto& hunt = config.plans[0].name == "day-time" ? config.plans[0] : config.plans[1];
  const auto& night = config.plans[0].name == "night" ? config.plans[0] : config.plans[1];
  CHECK_TRUE(hunt.kind == doorcall::platform::PlanKind::kHunt);
  CHECK_TRUE(hunt.users == (std::vector<std::string>{"apt1", "desk"}));
  CHECK_EQUAL(5'000, hunt.step_time.count());
  CHECK_EQUAL(10, hunt.cycles);
  CHECK_FALSE(hunt.ring_time.has_value());
  CHECK_TRUE(night.kind == doorcall::platform::PlanKind::kEscalation);
  CHECK_TRUE(night.steps == (std::vector<std::vector<std::string>>{{"apt1", "apt2"}, {"desk"}}));
  CHECK_EQUAL(30'000, night.step_time.count());
  CHECK_FALSE(night.keep);
  CHECK_TRUE(night.ring_time == Millis(60'000));
}

TEST(ConfigPeople, ListsOfUsersAreNamesEachOnce) {
  accepts("[contacts]\nusers = []\n");
  refuses(
      "[contacts]\nusers = \"apt1\"\n",
      "d.toml:7: [contacts] users: found \"apt1\", allowed is a list of 0 to 32 different users "
      "such as [\"apt1\", \"desk\"]");
  refuses("[contacts]\nusers = [\"a b\"]\n",
          "found a list, allowed is a list of 0 to 32 different");
  refuses("[contacts]\nusers = [\"a\", \"a\"]\n", "different users");
  refuses("[contacts]\nusers = [1]\n", "different users");
  refuses("[dnd]\noverrides = [\"" + std::string(33, 'x') + "\"]\n", "0 to 16 different users");
  std::string nine;
  for (const char letter : std::string("abcdefghi")) {
    nine += std::string("\"") + letter + "\",";
  }
  refuses("[ring_to_open]\ndoors = [" + nine + "]\n", "0 to 8 different users");
  refuses("[ring_to_open]\ndoors = [\"door\"]\n", "[ring_to_open] doors: found the own user");
  accepts("[door]\nallow = [\"apt1\", \"panel@apt1\"]\n");
  refuses("[door]\nallow = [\"panel@apt1\", \"panel@apt1\"]\n",
          "0 to 16 different users and devices such as [\"desk\", \"panel@apt1\"]");
  for (const char* const wrong : {"@apt1", "panel@", "a@b@c", "a b"}) {
    refuses("[door]\nallow = [\"" + std::string(wrong) + "\"]\n", "users and devices");
  }
  refuses("[ring_to_open]\nlongest = \"8h30min\"\n", "a time from 1min to 168h");
  refuses("[contacts]\nstrangers = \"refuse\"\n", "nobody could call this device");
  refuses("[contacts]\nstrangers = \"no\"\n", "allowed is \"allow\", \"refuse\"");
}

TEST(ConfigPeople, DaysAreNamesAndSpans) {
  const auto days = [this](const std::string& list) {
    const Config config =
        with("[[dnd.schedule]]\ndays = [" + list + "]\nfrom = \"01:00\"\nto = \"02:00\"\n");
    STRCMP_EQUAL("", report().c_str());
    return int{config.dnd.schedule.at(0).days};
  };
  CHECK_EQUAL(0b000'0001, days("\"mon\""));
  CHECK_EQUAL(0b001'1111, days("\"mon-fri\""));
  CHECK_EQUAL(0b111'0001, days("\"fri-mon\""));
  CHECK_EQUAL(0b100'0001, days("\"sun-mon\""));
  CHECK_EQUAL(0b100'0101, days("\"wed\", \"sun\", \"mon\""));
  CHECK_EQUAL(0b111'1111, days("\"mon-sun\""));
  CHECK_EQUAL(0b000'1000, days("\"thu-thu\""));
  for (const char* list : {"[]", "\"mon\"", "[\"Mon\"]", "[\"mon-\"]", "[\"-fri\"]", "[\"mo\"]",
                           "[\"mon-fri-sun\"]", "[1]", "[\"\"]"}) {
    refuses(
        "[[dnd.schedule]]\ndays = " + std::string(list) + "\nfrom = \"01:00\"\nto = \"02:00\"\n",
        "d.toml:7: [[dnd.schedule]] days: found");
  }
}

TEST(ConfigPeople, TimesOfDayAreFourDigits) {
  accepts("[[dnd.schedule]]\nfrom = \"00:00\"\nto = \"24:00\"\n");
  for (const char* from : {"\"24:00\"", "\"1:00\"", "\"01:60\"", "\"0100\"", "\"01:00:00\"",
                           "\"-1:00\"", "100", "01:00:00", "\"\"", "\":\""}) {
    refuses("[[dnd.schedule]]\nfrom = " + std::string(from) + "\nto = \"02:00\"\n",
            "[[dnd.schedule]] from: found");
  }
  refuses(
      "[[dnd.schedule]]\nfrom = \"01:00\"\nto = \"24:01\"\n",
      "d.toml:8: [[dnd.schedule]] to: found \"24:01\", allowed is a time of day from \"00:00\" to "
      "\"24:00\"");
  refuses("[[dnd.schedule]]\nfrom = \"07:00\"\nto = \"07:00\"\n",
          "d.toml:8: [[dnd.schedule]] to: found the same time as from");
  refuses("[[dnd.schedule]]\nfrom = \"07:00\"\n", "d.toml:6: [[dnd.schedule]] to: is missing");
  refuses("[dnd]\nschedule = \"22:00-07:00\"\n",
          "d.toml:7: [[dnd.schedule]]: found \"22:00-07:00\", allowed are sections");
  refuses("[dnd]\nschedule = [1]\n", "[[dnd.schedule]]: found a list");
  refuses("[[dnd.schedule]]\nfrm = 1\nfrom = \"01:00\"\nto = \"02:00\"\n",
          "unknown key 'frm' in [[dnd.schedule]], did you mean 'from'?");
}

TEST(ConfigPeople, APlanTakesWhatItsKindNeeds) {
  accepts("[plans.a]\nusers = [\"x\"]\n");
  accepts("[plans.a]\nkind = \"first\"\nusers = [\"x\", \"y\"]\nring_time = 30\n");
  refuses("[plans.a]\n", "d.toml:6: [plans.a] users: is missing");
  refuses("[plans.a]\nkind = \"escalation\"\n", "d.toml:6: [plans.a] steps: is missing");
  refuses("[plans.a]\nkind = \"escalation\"\nusers = [\"x\"]\n",
          "d.toml:8: [plans.a] users: found for an escalation; it takes steps");
  refuses("[plans.a]\nsteps = [[\"x\"]]\n", "d.toml:7: [plans.a] steps: belongs to kind = \"escal");
  refuses("[plans.a]\nusers = [\"x\"]\ncycles = 2\n",
          "[plans.a] cycles: belongs to kind = \"hunt\" only");
  refuses("[plans.a]\nusers = [\"x\"]\nkeep = true\n",
          "[plans.a] keep: belongs to kind = \"escalation\"");
  refuses("[plans.a]\nusers = [\"x\"]\nstep_time = 5\n",
          "[plans.a] step_time: belongs to kind = \"hunt\"");
  refuses("[plans.a]\nkind = \"hunt\"\nusers = [\"x\"]\nring_time = 5\n",
          "[plans.a] ring_time: belongs");
  refuses("[plans.a]\nkind = \"round\"\nusers = [\"x\"]\n",
          "allowed is \"parallel\", \"first\", \"hunt\", \"escalation\"");
  refuses("[plans.a]\nusers = []\n", "allowed is a list of 1 to 15 different users");
  refuses("[plans.a]\nkind = \"escalation\"\nsteps = [[\"x\"], []]\n",
          "allowed is a list of lists of users such as");
  refuses("[plans.a]\nkind = \"escalation\"\nsteps = [[\"x\"], [\"x\"]]\n", "each user once");
  refuses("[plans.a]\nkind = \"escalation\"\nsteps = [\"x\"]\n", "a list of lists of users");
  refuses("[plans.a]\nusers = [\"door\"]\n", "d.toml:7: [plans.a] users: found the own user");
  refuses("[plans.a]\nusers = [\"x\", \"y\"]\n[call]\nparties = 2\n",
          "found 2 users, allowed are 1, because [call] parties is 2");
}

TEST(ConfigPeople, PlansHaveNames) {
  refuses("[plans]\nusers = [\"x\"]\n",
          "d.toml:7: unknown key 'users' in [plans], allowed are sections, each opened by "
          "[plans.NAME]");
  refuses("[plans.\"a b\"]\nusers = [\"x\"]\n",
          "[plans.a b]: found this name, allowed is a text of");
  refuses("[plans.hunt]\nusers = [\"x\"]\n", "[plans.hunt]: found the name of a kind of plan");
  refuses("[plan.a]\nusers = [\"x\"]\n", "unknown section 'plan', did you mean [plans.NAME]?");
  refuses("[[plans]]\nusers = [\"x\"]\n", "[plans.NAME]: found a list, allowed is a section");
  refuses("[plans.a]\nuser = [\"x\"]\nusers = [\"x\"]\n",
          "d.toml:7: unknown key 'user' in [plans.a], did you mean 'users'?");
  std::string many;
  for (int i = 0; i < 17; ++i) {
    many += "[plans.p" + std::to_string(i) + "]\nusers = [\"x\"]\n";
  }
  refuses(many, "found 17 plans, allowed are 16");
}

TEST(ConfigPeople, AButtonNamesAPlanThatIsThere) {
  constexpr std::string_view kButton = "[[button]]\nname = \"b\"\npress = \"plan:a\"\n";
  accepts(std::string(kButton) + "[plans.a]\nusers = [\"x\"]\n");
  refuses(kButton, "d.toml:8: [[button]] press: found the plan 'a'; there is no [plans.a]");
  refuses("[[button]]\nname = \"b\"\npress = \"plan:\"\n", "found \"plan:\", allowed is");
  for (const char* press : {"silence", "dnd", "pull"}) {
    accepts("[[button]]\nname = \"b\"\npress = \"" + std::string(press) + "\"\n");
  }
}

TEST(ConfigPeople, LimitsOfGroupsAreChecked) {
  refuses("[call]\nparties = 1\n", "a number from 2 to 16");
  refuses("[call]\nparties = 17\n", "a number from 2 to 16");
  refuses("[call]\nlongest_call = \"59s\"\n", "a time from 1min to 24h or \"off\"");
  refuses("[call]\nalone_time = 0\n", "a time from 1s to 10min or \"off\"");
  refuses("[call]\nbusy_settle = 11\n", "a time from 0s to 10s");
  refuses("[device]\ndecline = \"me\"\n", "d.toml:6:");
  refuses("[push]\ntitle = \"" + std::string(65, 'x') + "\"\n", "a text of 0 to 64 bytes");
}
