// The owner of a pending leg is gone: who else is in the call goes on with it.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

/// A call of devices 0 and 1; device `owner` lets user 2 ring.
CallId ringing_for(Scenario& s, std::size_t owner) {
  const CallId call = s.connected_call();
  s.add(owner, call, 2);
  s.run(Millis{500});
  s.expect_state(2, call, CallState::kRinging);
  return call;
}

void heir_reinvites(Scenario& s) {
  const CallId call = ringing_for(s, 0);
  s.hang_up(0, call);
  s.run(Millis{1'000});
  s.expect_state(2, call, CallState::kRinging);
  s.expect_count(2, call, CallChange::kIncoming, 1);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {1, 2});
}

/// The time that is left is what the first one has given.
void heir_does_not_ring_longer(Scenario& s) {
  const CallId call = ringing_for(s, 0);
  s.run(Millis{10'000});
  s.hang_up(0, call);
  s.run(Millis{8'000});
  s.expect_state(2, call, CallState::kRinging);
  s.run(Millis{3'500});
  s.expect_ended(2, call, Reason::kNoAnswer);
  s.expect_idle({0, 1, 2});
}

void owner_crashes_and_heir_follows(Scenario& s) {
  const CallId call = s.connected_call();
  Calling long_ring;
  long_ring.users = {2};
  long_ring.to = call;
  long_ring.ring_time = Millis{120'000};
  s.call(0, long_ring);
  s.run(Millis{500});
  s.world().crash(0);
  s.run(Millis{30'000});
  s.expect_state(2, call, CallState::kRinging);
  s.expect_count(2, call, CallChange::kIncoming, 1);
  s.accept(2, call);
  s.run(Millis{2'000});
  s.expect_members(call, {1, 2});
}

/// Both members are gone: nobody can confirm, and nothing rings for ever.
void heir_lost_too(Scenario& s) {
  const CallId call = ringing_for(s, 0);
  s.world().crash(0);
  s.world().crash(1);
  s.run(Millis{19'000});
  s.run(Millis{30'000});
  s.expect_idle({2});
  s.expect_count(2, call, CallChange::kIncoming, 1);
}

/// Without an heir the one who has answered is told in time.
void owner_lost_between_accept_and_confirm(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.lose(MessageKind::kConfirm, 1);
  s.lose(MessageKind::kSync, 1);
  s.accept(1, call);
  s.world().crash(0);
  s.run(Millis{12'000});
  s.expect_idle({1});
  s.expect_count(1, call, CallChange::kConnected, 0);
}

/// With an heir the answer is not lost.
void heir_takes_the_answer(Scenario& s) {
  const CallId call = ringing_for(s, 0);
  s.lose(MessageKind::kAccept, 0);
  s.accept(2, call);
  s.run(Millis{50});
  s.hang_up(0, call);
  s.run(Millis{3'000});
  s.expect_members(call, {1, 2});
}

/// The heir hears of the loss long after the ring has ended for want of it: who rang does not ring
/// again, and is as good as unreachable for the heir.
void heir_comes_too_late(Scenario& s) {
  const CallId call = s.connected_call();
  Calling long_ring;
  long_ring.users = {2};
  long_ring.to = call;
  long_ring.ring_time = Millis{120'000};
  s.call(0, long_ring);
  s.run(Millis{500});
  s.blind(1);  // it has to wait for the lost timer
  s.world().crash(0);
  s.run(Millis{60'000});
  s.expect_ended(2, call, Reason::kCallerLost);
  s.expect_count(2, call, CallChange::kIncoming, 1);
  s.expect_ended(1, call, Reason::kPeerLost);
}

/// The owner comes back and knows nothing; the heir goes on.
void restart_while_ringing_in_group(Scenario& s) {
  const CallId call = ringing_for(s, 0);
  s.world().crash(0);
  s.world().boot(0);
  s.run(Millis{6'000});
  s.expect_idle({0});
  s.expect_state(2, call, CallState::kRinging);
  s.accept(2, call);
  s.run(Millis{2'000});
  s.expect_members(call, {1, 2});
}

/// The ringing device restarts: it rings again only because the owner says that it still does.
void ringing_device_restarts_in_group(Scenario& s) {
  const CallId call = ringing_for(s, 0);
  s.world().crash(2);
  s.run(Millis{1'000});
  s.world().boot(2);
  s.run(Millis{8'000});
  s.expect_state(2, call, CallState::kRinging);
  s.accept(2, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 1, 2});
}

const ScenarioCase kCases[] = {
    {"heir_reinvites", heir_reinvites, {1, 1, 1}},
    {"heir_does_not_ring_longer", heir_does_not_ring_longer, {1, 1, 1}},
    {"owner_crashes_and_heir_follows", owner_crashes_and_heir_follows, {1, 1, 1}},
    {"heir_lost_too", heir_lost_too, {1, 1, 1}},
    {"owner_lost_between_accept_and_confirm", owner_lost_between_accept_and_confirm},
    {"heir_takes_the_answer", heir_takes_the_answer, {1, 1, 1}},
    {"heir_comes_too_late", heir_comes_too_late, {1, 1, 1}},
    {"restart_while_ringing_in_group", restart_while_ringing_in_group, {1, 1, 1}},
    {"ringing_device_restarts_in_group", ringing_device_restarts_in_group, {1, 1, 1}},
};

}  // namespace

ScenarioCases heir_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
