// Groups on bad networks: members that are lost and come back, bridges that break, brokers that
// forget.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void lost_member_comes_back(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.world().stall(1, Millis{25'000}, true);
  s.run(Millis{60'000});
  s.expect_members(call, {0, 1, 2});
}

/// Away for so long that both sides have given up: the others stay together.
void lost_member_stays_away(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.world().stall(1, Millis{200'000}, true);
  s.run(Millis{60'000});
  s.expect_leg(0, call, 1, LegState::kEnded, Reason::kPeerLost);
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(2, call, CallState::kConnected);
  s.expect_ended(1, call, Reason::kPeerLost);
}

/// The bridge between two sites is cut in a call of two on each side, for longer than the lost
/// time; both halves go on, and are one call again when it is back.
void partition_heals(Scenario& s) {
  const CallId call = s.group({1, 2, 3});
  s.expect_members(call, {0, 1, 2, 3});
  s.world().cut_bridge(Millis{45'000}, false);
  s.run(Millis{44'000});
  s.expect_leg(0, call, 2, LegState::kEnded, Reason::kPeerLost);
  s.expect_leg(2, call, 0, LegState::kEnded, Reason::kPeerLost);
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(3, call, CallState::kConnected);
  s.run(Millis{30'000});
  s.expect_members(call, {0, 1, 2, 3});
}

/// A call between two sites whose bridge is cut: both ends notice, nobody talks to nobody.
void half_open_call_across_cut_bridge(Scenario& s) {
  const CallId call = s.call(0, 2);
  s.run(Millis{500});
  s.accept(2, call);
  s.run(Millis{1'000});
  s.world().cut_bridge(Millis{300'000}, false);
  s.run(Millis{45'000});
  s.expect_ended(0, call, Reason::kPeerLost);
  s.expect_ended(2, call, Reason::kPeerLost);
}

/// What the bridge has kept comes late, and does not ring any more.
void invite_stored_in_a_bridge(Scenario& s) {
  s.world().cut_bridge(Millis{30'000}, true);
  const CallId call = s.call(0, 2, Millis{10'000});
  s.run(Millis{40'000});
  s.expect_count(2, call, CallChange::kIncoming, 0);
}

/// A short one: what was stored still counts, and the call goes on.
void short_cut_of_the_bridge(Scenario& s) {
  const CallId call = s.group({1, 2, 3});
  s.world().cut_bridge(Millis{15'000}, true);
  s.run(Millis{5'000});
  s.hang_up(1, call);
  s.run(Millis{30'000});
  s.expect_members(call, {0, 2, 3});
}

void two_sites(WorldPlan& plan) {
  plan.network.second_site = 0b1100;
}

void broker_store_lost(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.world().kill_broker(Survives::kNothing, Millis{5'000});
  s.run(Millis{25'000});
  s.expect_members(call, {0, 1, 2});
  s.hang_up(1, call);
  s.run(Millis{1'000});
  s.expect_members(call, {0, 2});
}

/// A household rings while the broker dies and forgets: one answer still wins.
void broker_store_lost_while_ringing(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{60'000});
  s.run(Millis{500});
  s.world().kill_broker(Survives::kNothing, Millis{5'000});
  s.run(Millis{20'000});
  for (const std::size_t device : {1U, 2U, 3U}) {
    s.expect_state(device, call, CallState::kRinging);
    s.expect_count(device, call, CallChange::kIncoming, 1);
  }
  s.accept(3, call);
  s.run(Millis{2'000});
  s.expect_members(call, {0, 3});
}

/// Leaving without a network: the others hear of it when it is back.
void leave_while_the_link_is_down(Scenario& s) {
  const CallId call = s.group({1, 2});
  s.world().stall(1, Millis{12'000}, true);
  s.run(Millis{11'000});
  s.expect_code(s.hang_up(1, call), Errc::kOk, "hanging up without a link");
  s.run(Millis{20'000});
  s.expect_members(call, {0, 2});
}

void everybody_is_lost(Scenario& s) {
  const CallId call = s.group({1, 2});
  for (const std::size_t device : {0U, 1U, 2U}) {
    s.world().stall(device, Millis{120'000}, true);
  }
  s.run(Millis{45'000});
  for (const std::size_t device : {0U, 1U, 2U}) {
    s.expect_ended(device, call, Reason::kPeerLost);
  }
}

const ScenarioCase kCases[] = {
    {"lost_member_comes_back", lost_member_comes_back, {1, 1, 1}},
    {"lost_member_stays_away", lost_member_stays_away, {1, 1, 1}},
    {"partition_heals", partition_heals, {1, 1, 1, 1}, two_sites},
    {"half_open_call_across_cut_bridge", half_open_call_across_cut_bridge, {1, 1, 1, 1}, two_sites},
    {"invite_stored_in_a_bridge", invite_stored_in_a_bridge, {1, 1, 1, 1}, two_sites},
    {"short_cut_of_the_bridge", short_cut_of_the_bridge, {1, 1, 1, 1}, two_sites},
    {"broker_store_lost", broker_store_lost, {1, 1, 1}},
    {"broker_store_lost_while_ringing", broker_store_lost_while_ringing, {1, 3}},
    {"leave_while_the_link_is_down", leave_while_the_link_is_down, {1, 1, 1}},
    {"everybody_is_lost", everybody_is_lost, {1, 1, 1}},
};

}  // namespace

ScenarioCases lost_member_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
