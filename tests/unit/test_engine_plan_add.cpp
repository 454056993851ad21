// A user is added while a ring plan is under way (PROTOCOL rules 12, 18): it rings at once, and the
// plan goes on.

#include <string>

#include "tests/unit/engine_group.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EnginePlanAdd) {
  Group group_{"panel@apt1", "panel@apt2", "panel@apt3"};

  void add(std::string_view name) {
    InviteUsers command = invite_users({name});
    command.call = group_.call;
    CHECK_TRUE(group_.give(group_.door(), command).code == Errc::kOk);
  }
  std::string states() {
    return group_.state(1) + " " + group_.state(2) + " " + group_.state(3);
  }
};

TEST(EnginePlanAdd, AHuntGoesOnBesideIt) {
  group_.call_users(hunt({"apt1", "apt2"}));
  add("apt3");
  group_.run(Millis{500});
  STRCMP_EQUAL("ringing unknown ringing", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ringing ringing", states().c_str());
  group_.run(Millis{10'000});
  STRCMP_EQUAL("ended ended ringing", states().c_str());
  STRCMP_EQUAL("calling", group_.state(0).c_str());
  group_.run(Millis{80'000});
  STRCMP_EQUAL("no_answer", group_.reason(0).c_str());
}

TEST(EnginePlanAdd, WhomAHuntComesToLaterIsNotRungTwice) {
  group_.call_users(hunt({"apt1", "apt2"}));
  add("apt2");
  group_.run(Millis{500});
  STRCMP_EQUAL("ringing ringing unknown", states().c_str());
  group_.run(Millis{40'000});
  STRCMP_EQUAL("ended ringing unknown", states().c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.at(2).count(CallChange::kIncoming));
}

TEST(EnginePlanAdd, NorByALaterListOfAnEscalation) {
  group_.call_users(escalation());
  add("apt2");
  group_.run(Millis{11'000});
  STRCMP_EQUAL("ringing ringing ringing", states().c_str());
  UNSIGNED_LONGS_EQUAL(1, group_.at(2).count(CallChange::kIncoming));
}
