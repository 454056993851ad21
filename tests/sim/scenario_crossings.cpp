#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void cancel_meets_accept_cancel_first(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.expect(s.accept(1, call) == Errc::kOk, "the answer is taken");
  s.expect(s.cancel(0, call) == Errc::kOk, "the cancel is taken: no accept has come yet");
  s.run(Millis{2'000});
  s.expect_ended(0, call, Reason::kCancelled);
  s.expect_ended(1, call, Reason::kCancelled);
  s.expect_count(1, call, CallChange::kConnected, 0);
}

void cancel_meets_accept_accept_first(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.lose(MessageKind::kConfirm, 1);
  s.accept(1, call);
  s.run(Millis{100});
  s.expect(s.cancel(0, call) == Errc::kAlreadyAccepted, "too late to cancel");
  s.release();
  s.run(Millis{3'000});
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(1, call, CallState::kConnected);
}

/// Both call at the same moment; the lower call id wins, whoever that is.
void glare(Scenario& s) {
  const CallId a = s.call(0, 1);
  const CallId b = s.call(1, 0);
  s.run(Millis{2'000});
  const CallId& winner = a < b ? a : b;
  const CallId& loser = a < b ? b : a;
  s.expect_state(0, winner, CallState::kConnected);
  s.expect_state(1, winner, CallState::kConnected);
  s.expect_ended(a < b ? 1 : 0, loser, Reason::kGlare);
  s.expect_count(0, a < b ? b : a, CallChange::kIncoming, 0);
  s.expect_count(1, a < b ? a : b, CallChange::kIncoming, 0);
}

void glare_seen_by_one_side_first(Scenario& s, std::size_t first) {
  s.hold(MessageKind::kInvite, first);
  s.hold(MessageKind::kSync, first);
  const CallId a = s.call(0, 1);
  const CallId b = s.call(1, 0);
  s.run(Millis{300});
  s.release();
  s.run(Millis{2'000});
  const CallId& winner = a < b ? a : b;
  s.expect_state(0, winner, CallState::kConnected);
  s.expect_state(1, winner, CallState::kConnected);
}

void glare_caller_learns_last(Scenario& s) {
  glare_seen_by_one_side_first(s, 0);
}
void glare_callee_learns_last(Scenario& s) {
  glare_seen_by_one_side_first(s, 1);
}

void cancel_outruns_invite(Scenario& s) {
  s.hold(MessageKind::kInvite, 1);
  s.hold(MessageKind::kSync, 1);
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.cancel(0, call);
  s.run(Millis{500});
  s.release();
  s.run(Millis{2'000});
  s.expect_ended(0, call, Reason::kCancelled);
  s.expect_count(1, call, CallChange::kIncoming, 0);
}

void duplicate_invite_while_ringing(Scenario& s) {
  s.lose(MessageKind::kRinging, 0);
  const CallId call = s.call(0, 1);
  s.run(Millis{8'000});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_count(1, call, CallChange::kIncoming, 1);
  s.release();
  s.accept(1, call);
  s.run(Millis{2'000});
  s.expect_state(0, call, CallState::kConnected);
}

void late_accept_fails_with_the_reason(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.cancel(0, call);
  s.run(Millis{500});
  s.expect(s.accept(1, call) == Errc::kAlreadyEnded, "the call is over");
  s.expect_ended(1, call, Reason::kCancelled);
}

void confirm_lost_is_repeated(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.lose(MessageKind::kConfirm, 1);
  s.lose(MessageKind::kSync, 1);
  s.accept(1, call);
  s.run(Millis{900});
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(1, call, CallState::kAccepting);
  s.release();
  s.lose(MessageKind::kSync, 1);
  s.lose(MessageKind::kAccept, 0);  // the confirm comes again by itself, not for being asked
  s.run(Millis{4'000});
  s.expect_state(1, call, CallState::kConnected);
}

void confirm_never_comes(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.lose(MessageKind::kConfirm, 1);
  s.lose(MessageKind::kSync, 1);
  s.accept(1, call);
  s.run(Millis{10'000});
  s.expect_ended(1, call, Reason::kAcceptFailed);
  s.expect_ended(0, call, Reason::kAcceptFailed);
}

const ScenarioCase kCases[] = {
    {"cancel meets accept, cancel first", cancel_meets_accept_cancel_first},
    {"cancel meets accept, accept first", cancel_meets_accept_accept_first},
    {"glare", glare},
    {"glare, caller learns last", glare_caller_learns_last},
    {"glare, callee learns last", glare_callee_learns_last},
    {"cancel outruns invite", cancel_outruns_invite},
    {"duplicate invite while ringing", duplicate_invite_while_ringing},
    {"late accept fails with the reason", late_accept_fails_with_the_reason},
    {"confirm lost is repeated", confirm_lost_is_repeated},
    {"confirm never comes", confirm_never_comes},
};

}  // namespace

ScenarioCases crossing_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
