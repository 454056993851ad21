// Ring plans, push texts and missed calls: what the public values mean to the engine.
#include <string>
#include <vector>

#include "agent/core/utf8.hpp"
#include "agent/facade/ring_order.hpp"
#include "doorcall/plan.hpp"
#include "doorcall/update.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace std::chrono_literals;
using doorcall::facade::fill_in;
using doorcall::facade::RingOrder;
using doorcall::facade::to_order;

namespace {

/// "a0 b1" for a in step 0 and b in step 1.
std::string steps_text(const RingOrder& order) {
  std::string text;
  for (std::size_t i = 0; i < order.invitees.size(); ++i) {
    text += (i == 0 ? "" : " ") + std::string(order.invitees[i].user.view()) +
            std::to_string(order.invitees[i].step);
  }
  return text;
}

}  // namespace

TEST_GROUP(FacadePlan){};

TEST(FacadePlan, EachKindIsItsStepsAndWhoWins) {
  const RingOrder parallel = to_order(CallPlan::parallel({"a", "b"}));
  CHECK_EQUAL(std::string("a0 b0"), steps_text(parallel));
  CHECK(!parallel.plan.first_wins);
  const RingOrder first = to_order(CallPlan::first_answer({"a", "b"}));
  CHECK_EQUAL(std::string("a0 b0"), steps_text(first));
  CHECK(first.plan.first_wins);
  const RingOrder hunt = to_order(CallPlan::hunt({"a", "b", "c"}, 5s, 3));
  CHECK_EQUAL(std::string("a0 b1 c2"), steps_text(hunt));
  CHECK(hunt.plan.first_wins && !hunt.plan.keep);
  LONGS_EQUAL(3, hunt.plan.cycles);
  LONGS_EQUAL(5'000, hunt.plan.step_time.count());
  const RingOrder escalation = to_order(CallPlan::escalation({{"a", "b"}, {"c"}}, 20s));
  CHECK_EQUAL(std::string("a0 b0 c1"), steps_text(escalation));
  CHECK(escalation.plan.first_wins && escalation.plan.keep);
  CHECK(!to_order(CallPlan::escalation({{"a"}, {"b"}}, 20s, false)).plan.keep);
}

TEST(FacadePlan, UsersKeepTheirPlacesWhateverTheyAre) {
  const RingOrder order = to_order(CallPlan::parallel({"a", "b c", ""}));
  LONGS_EQUAL(Errc::kOk, order.code);
  LONGS_EQUAL(3, order.invitees.size());
  CHECK(order.invitees[1].user.empty() && order.invitees[2].user.empty());
  CHECK_EQUAL(std::string("b c"), order.users[1]);
}

TEST(FacadePlan, AShapeThatCanNotRingIsRefused) {
  LONGS_EQUAL(Errc::kInvalidArgument, to_order({}).code);
  LONGS_EQUAL(Errc::kInvalidArgument, to_order(CallPlan::parallel({})).code);
  LONGS_EQUAL(Errc::kInvalidArgument, to_order(CallPlan::escalation({{"a"}, {}}, 5s)).code);
  LONGS_EQUAL(Errc::kInvalidArgument, to_order(CallPlan::hunt({"a"}, 5s, 0)).code);
  LONGS_EQUAL(Errc::kInvalidArgument, to_order(CallPlan::hunt({"a"}, 5s, 11)).code);
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, to_order(CallPlan::hunt({"a", "b"}, 999ms)).code);
  LONGS_EQUAL(Errc::kTimeoutOutOfRange, to_order(CallPlan::hunt({"a", "b"}, 601s)).code);
  std::vector<std::string> users(15, "a");
  LONGS_EQUAL(Errc::kOk, to_order(CallPlan::parallel(users)).code);
  users.emplace_back("b");
  LONGS_EQUAL(Errc::kTooManyInvitees, to_order(CallPlan::parallel(users)).code);
  LONGS_EQUAL(Errc::kTooManyInvitees, to_order(CallPlan::hunt(users, 5s)).code);
}

TEST(FacadePlan, PushTextsAreFilledInAndCutBetweenCharacters) {
  const facade::PushWords words{"Front {user} door", "gate", "bell"};
  CHECK_EQUAL(std::string("Front {user} door at gate: bell"),
              fill_in("{caller} at {user}: {line}", words, 64));
  CHECK_EQUAL(std::string("{calle {x} gate}"), fill_in("{calle {x} {user}}", words, 64));
  CHECK_EQUAL(std::string(), fill_in("", words, 64));
  const std::string umlauts = "T\xc3\xbcr T\xc3\xbcr";
  for (std::size_t bytes = 0; bytes <= umlauts.size(); ++bytes) {
    const std::string cut = fill_in(umlauts, words, bytes);
    CHECK(cut.size() <= bytes && cut.size() + 1 >= bytes);
    CHECK(is_utf8(cut));
    CHECK_EQUAL(umlauts.substr(0, cut.size()), cut);
  }
}

TEST(FacadePlan, MissedIsWhatRangAndNobodyTook) {
  CallUpdate update;
  update.change = CallChange::kEnded;
  std::string missed_reasons;
  for (int number = 0; number <= kReasonLast; ++number) {
    update.reason = static_cast<Reason>(number);
    if (missed(update)) {
      missed_reasons += std::string(to_string(update.reason)) + ' ';
    }
  }
  CHECK_EQUAL(std::string("no_answer cancelled caller_lost "), missed_reasons);
  update.reason = Reason::kNoAnswer;
  update.outgoing = true;
  CHECK(!missed(update));
  update.outgoing = false;
  update.answered = true;
  CHECK(!missed(update));
  update.answered = false;
  update.change = CallChange::kMember;
  CHECK(!missed(update));
}
