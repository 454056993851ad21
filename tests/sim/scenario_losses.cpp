// Scenarios in which somebody or something is lost: agents, broker, store, network.
#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void caller_crashes_while_ringing(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{90'000});
  s.run(Millis{500});
  s.world().crash(0);
  s.run(Millis{31'000});
  s.expect_ended(1, call, Reason::kCallerLost);
}

void caller_restarts_while_ringing(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{90'000});
  s.run(Millis{500});
  s.world().crash(0);
  s.world().boot(0);
  s.run(Millis{5'000});
  s.expect_ended(1, call, Reason::kCallerLost);
}

void peer_crashes_in_a_call(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().crash(1);
  s.run(Millis{31'000});
  s.expect_ended(0, call, Reason::kPeerLost);
}

void peer_restarts_in_a_call(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().crash(1);
  s.world().boot(1);
  s.run(Millis{11'000});
  s.expect_ended(0, call, Reason::kPeerLost);
}

/// Without presence the answer to its heartbeat tells the other side.
void restarted_peer_says_so(Scenario& s) {
  const CallId call = s.connected_call();
  s.blind(0);
  s.world().crash(1);
  s.world().boot(1);
  s.run(Millis{11'000});
  s.expect_ended(0, call, Reason::kPeerLost);
}

/// Rule 8: a reboot and a new call at once; the old call ends without a word.
void recall_after_reboot(Scenario& s) {
  const CallId old = s.connected_call();
  s.hold(MessageKind::kSync, 0);
  s.world().crash(0);
  s.world().boot(0);
  s.run(Millis{40});
  const CallId again = s.call(0, 1);
  s.run(Millis{3'000});
  s.expect_state(1, again, CallState::kRinging);
  s.expect_count(1, old, CallChange::kEnded, 1);
}

void broker_loses_all_in_a_call(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().kill_broker(Survives::kNothing, Millis{3'000});
  s.run(Millis{20'000});
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(1, call, CallState::kConnected);
  s.hang_up(0, call);
  s.run(Millis{1'000});
  s.expect_ended(1, call, Reason::kHangUp);
}

void broker_loses_all_while_ringing(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{60'000});
  s.run(Millis{500});
  s.world().kill_broker(Survives::kNothing, Millis{3'000});
  s.run(Millis{15'000});
  s.expect_state(1, call, CallState::kRinging);
  s.expect_count(1, call, CallChange::kIncoming, 1);
  s.accept(1, call);
  s.run(Millis{1'000});
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(1, call, CallState::kConnected);
}

void network_blip_in_a_call(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().reset(0);
  s.world().reset(1);
  s.run(Millis{15'000});
  s.expect_state(0, call, CallState::kConnected);
  s.expect_state(1, call, CallState::kConnected);
}

void hang_up_while_link_is_down(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().stall(0, Millis{12'000}, true);
  s.run(Millis{11'000});
  s.expect(s.hang_up(0, call) == Errc::kOk, "hang-up works without a link");
  s.expect_ended(0, call, Reason::kHangUp);
  s.expect_state(1, call, CallState::kConnected);
  s.run(Millis{15'000});
  s.expect_ended(1, call, Reason::kHangUp);
}

void both_lose_each_other(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().stall(0, Millis{120'000}, true);
  s.world().stall(1, Millis{120'000}, true);
  s.run(Millis{31'000});
  s.expect_ended(0, call, Reason::kPeerLost);
  s.expect_ended(1, call, Reason::kPeerLost);
}

void not_connected_refuses_calls(Scenario& s) {
  s.world().reset(0);
  s.run(Millis{10});
  s.expect_code(s.add(0, {}, 1), Errc::kNotConnected, "calling without a link");
}

void media_fails(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().command(0, MediaReported{call, MediaState::kConnecting});
  s.world().command(0, MediaReported{call, MediaState::kFailed});
  s.run(Millis{1'000});
  s.expect_ended(0, call, Reason::kMediaFailed);
  s.expect_ended(1, call, Reason::kMediaFailed);
}

void clean_stop_in_a_call(Scenario& s) {
  const CallId call = s.connected_call();
  s.world().command(0, Stop{});
  s.run(Millis{1'000});
  s.expect_ended(0, call, Reason::kShuttingDown);
  s.expect_ended(1, call, Reason::kShuttingDown);
}

void clean_stop_while_ringing(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{500});
  s.world().command(0, Stop{});
  s.run(Millis{1'000});
  s.expect_ended(0, call, Reason::kShuttingDown);
  s.expect_ended(1, call, Reason::kCancelled);
}

void with_media_hook(WorldPlan& plan) {
  plan.devices[0].settings.media_hook = true;
}

const ScenarioCase kCases[] = {
    {"caller crashes while ringing", caller_crashes_while_ringing},
    {"caller restarts while ringing", caller_restarts_while_ringing},
    {"peer crashes in a call", peer_crashes_in_a_call},
    {"peer restarts in a call", peer_restarts_in_a_call},
    {"restarted peer says so", restarted_peer_says_so},
    {"recall after reboot", recall_after_reboot},
    {"broker loses all in a call", broker_loses_all_in_a_call},
    {"broker loses all while ringing", broker_loses_all_while_ringing},
    {"network blip in a call", network_blip_in_a_call},
    {"hang-up while the link is down", hang_up_while_link_is_down},
    {"both lose each other", both_lose_each_other},
    {"not connected refuses calls", not_connected_refuses_calls},
    {"media fails", media_fails, {1, 1}, with_media_hook},
    {"clean stop in a call", clean_stop_in_a_call},
    {"clean stop while ringing", clean_stop_while_ringing},
};

}  // namespace

ScenarioCases loss_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
