// Scenarios, one for each way in which an undisturbed call can go.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void caller_hangs_up(Scenario& s) {
  const CallId call = s.connected_call();
  s.expect(s.hang_up(0, call, "bye") == Errc::kOk, "hang-up is taken");
  s.run(Millis{500});
  s.expect_ended(0, call, Reason::kHangUp);
  s.expect_ended(1, call, Reason::kHangUp);
  s.expect(s.data_with(1, call, CallChange::kEnded) == "bye", "data comes with the end");
}

void callee_hangs_up(Scenario& s) {
  const CallId call = s.connected_call();
  s.expect(s.hang_up(1, call) == Errc::kOk, "hang-up is taken");
  s.run(Millis{500});
  s.expect_ended(0, call, Reason::kHangUp);
  s.expect_ended(1, call, Reason::kHangUp);
}

void answer_carries_data(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{100});
  s.expect(s.data_with(1, call, CallChange::kIncoming) == "hello", "data comes with the ring");
  s.accept(1, call, "coming");
  s.run(Millis{100});
  s.expect(s.data_with(0, call, CallChange::kConnected) == "coming", "data comes with the answer");
}

void declined_everywhere(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect(s.decline(1, call) == Errc::kOk, "decline is taken");
  s.expect(s.decline(1, call) == Errc::kAlreadyEnded, "a second decline is refused");
  s.run(Millis{500});
  s.expect_ended(0, call, Reason::kDeclinedEverywhere);
  s.expect_ended(1, call, Reason::kDeclinedEverywhere);
}

void declined_here(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect(s.decline(1, call, Reason::kDeclined) == Errc::kOk, "decline is taken");
  s.run(Millis{3'000});
  s.expect_ended(0, call, Reason::kDeclined);
  s.expect_ended(1, call, Reason::kDeclined);
}

void busy_callee(Scenario& s) {
  s.connected_call();
  const CallId second = s.call(2, 1);
  s.run(Millis{4'000});
  s.expect_ended(2, second, Reason::kBusy);
  s.expect_count(1, second, CallChange::kIncoming, 0);
  s.expect_count(1, second, CallChange::kRefusedBusy, 1);
}

void busy_caller(Scenario& s) {
  s.connected_call();
  s.expect_code(s.add(0, {}, 2), Errc::kOk, "adding to the only call");
  s.expect_code(s.add(1, {}, 0), Errc::kAlreadySent, "inviting who is there");
}

void free_again_after_each_end(Scenario& s) {
  for (int i = 0; i < 3; ++i) {
    const CallId call = s.connected_call();
    s.hang_up(i % 2 == 0 ? 0 : 1, call);
    s.run(Millis{4'000});
  }
  const CallId call = s.call(1, 0);
  s.run(Millis{500});
  s.decline(0, call);
  s.run(Millis{500});
  s.connected_call();
}

void cancelled_with_data(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect(s.cancel(0, call, "wrong bell") == Errc::kOk, "cancel is taken");
  s.expect_ended(0, call, Reason::kCancelled);
  s.run(Millis{500});
  s.expect_ended(1, call, Reason::kCancelled);
  s.expect(s.data_with(1, call, CallChange::kEnded) == "wrong bell", "data comes with the cancel");
}

void no_answer(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{10'000});
  s.run(Millis{9'900});
  s.expect_state(1, call, CallState::kRinging);
  s.run(Millis{600});
  s.expect_ended(0, call, Reason::kNoAnswer);
  s.expect_ended(1, call, Reason::kNoAnswer);
}

void no_answer_without_network(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{10'000});
  s.run(Millis{500});
  s.world().stall(0, Millis{60'000}, false);
  s.world().stall(1, Millis{60'000}, false);
  s.run(Millis{10'000});
  s.expect_ended(0, call, Reason::kNoAnswer);
  s.expect_ended(1, call, Reason::kNoAnswer);
}

void no_response(Scenario& s) {
  s.lose(MessageKind::kInvite, 1);
  s.lose(MessageKind::kSync, 1);
  const CallId call = s.call(0, 1, Millis{60'000});
  s.run(Millis{31'000});
  s.expect_ended(0, call, Reason::kNoResponse);
  s.expect_count(1, call, CallChange::kIncoming, 0);
}

void offline_at_once(Scenario& s) {
  s.world().crash(1);
  s.run(Millis{20'000});
  const CallId call = s.call(0, 1);
  s.run(Millis{10});
  s.expect_ended(0, call, Reason::kOffline);
}

void waiting_call_rings_for_the_time_left(Scenario& s) {
  s.world().crash(1);
  s.run(Millis{20'000});
  const CallId call = s.call(0, 1, Millis{60'000}, true);
  s.run(Millis{25'000});
  s.expect_state(0, call, CallState::kCalling);
  s.world().boot(1);
  s.run(Millis{5'000});
  s.expect_state(1, call, CallState::kRinging);
  s.run(Millis{30'200});
  s.expect_ended(1, call, Reason::kNoAnswer);
  s.expect_ended(0, call, Reason::kNoAnswer);
}

const ScenarioCase kCases[] = {
    {"caller hangs up", caller_hangs_up},
    {"callee hangs up", callee_hangs_up},
    {"answer carries data", answer_carries_data},
    {"declined everywhere", declined_everywhere},
    {"declined here", declined_here},
    {"busy callee", busy_callee, {1, 1, 1}},
    {"busy caller", busy_caller, {1, 1, 1}},
    {"free again after each end", free_again_after_each_end},
    {"cancelled with data", cancelled_with_data},
    {"no answer", no_answer},
    {"no answer without network", no_answer_without_network},
    {"no response", no_response},
    {"offline at once", offline_at_once},
    {"waiting call rings for the time left", waiting_call_rings_for_the_time_left},
};

}  // namespace

ScenarioCases outcome_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
