#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

/// An invite waits in the session of a device that is away, and the call ends before it is back.
void queued_invite_is_queried_and_over(Scenario& s) {
  s.world().stall(1, Millis{8'000}, true);
  const CallId call = s.call(0, 1, Millis{40'000});
  s.run(Millis{4'000});
  s.cancel(0, call);
  s.lose(MessageKind::kCancel, 1);
  s.run(Millis{30'000});
  s.expect_count(1, call, CallChange::kIncoming, 0);
  s.expect(s.world().device(1).link_up(), "the device is back");
}

/// The same while the call is still on: it rings, once, after the question.
void queued_invite_is_queried_and_rings(Scenario& s) {
  s.lose(MessageKind::kInvite, 1);
  const CallId call = s.call(0, 1, Millis{28'000});
  s.run(Millis{1'000});
  s.world().reset(1);
  s.release();
  s.run(Millis{12'000});
  s.expect_count(1, call, CallChange::kIncoming, 1);
  s.expect_state(1, call, CallState::kRinging);
  s.run(Millis{16'000});
  s.expect_ended(1, call, Reason::kNoAnswer);
}

/// Even a young invite is asked about while the session's backlog may still be coming in.
void invite_before_the_barrier_is_queried(Scenario& s) {
  s.run(Millis{3'000});
  s.hold(MessageKind::kInvite, 1);
  s.hold(MessageKind::kSync, 1);
  const CallId call = s.call(0, 1);
  s.world().crash(1);
  s.world().boot(1);
  while (s.world().device(1).phase != LinkPhase::kUp) {
    s.run(Millis{1});
  }
  s.release();
  s.expect_count(1, call, CallChange::kIncoming, 0);
  s.expect(s.world().device(1).engine->counters().freshness_queries == 1, "it was asked");
  s.run(Millis{1'000});
  s.expect_state(1, call, CallState::kRinging);
}

void restarted_device_rings_again_only_while_it_lasts(Scenario& s) {
  const CallId call = s.call(0, 1, Millis{30'000});
  s.run(Millis{500});
  s.world().crash(1);
  s.run(Millis{2'000});
  s.world().boot(1);
  s.run(Millis{12'000});
  s.expect_state(1, call, CallState::kRinging);
  s.cancel(0, call);
  s.run(Millis{500});
  s.world().crash(1);
  s.world().boot(1);
  s.run(Millis{20'000});
  s.expect_count(1, call, CallChange::kIncoming, 2);
  s.expect_ended(1, call, Reason::kCancelled);
}

void retained_invite_is_dropped(Scenario& s) {
  s.hold(MessageKind::kInvite, 1);
  const CallId call = s.call(0, 1);
  s.run(Millis{100});
  Packet invite;
  for (PacketId id = 0; id < s.world().packets().size(); ++id) {
    if (s.world().packets().at(id).kind == MessageKind::kInvite) {
      invite = s.world().packets().at(id);
    }
  }
  s.world().inject(1, invite, true, 20);
  s.expect_count(1, call, CallChange::kIncoming, 0);
  s.expect(s.world().device(1).engine->counters().dropped_retained == 1, "the drop is counted");
}

void own_offline_is_healed(Scenario& s) {
  const std::uint32_t healed = s.world().device(1).engine->counters().presence_healed;
  const Packet* birth = nullptr;
  for (PacketId id = 0; id < s.world().packets().size(); ++id) {
    const Packet& packet = s.world().packets().at(id);
    if (packet.sender == 1 && birth == nullptr && packet.kind == MessageKind::kMarker &&
        s.world().topic_text(packet).find("/presence/") != std::string::npos) {
      birth = &packet;  // the first one on this topic is the will
    }
  }
  s.expect(birth != nullptr, "there is a will");
  if (birth != nullptr) {
    s.world().inject(1, *birth, false, 60);
  }
  s.run(Millis{1'000});
  s.expect(s.world().device(1).engine->counters().presence_healed == healed + 1, "it heals");
}

void mqtt311_call_is_queried(Scenario& s) {
  const CallId call = s.call(0, 1);
  s.run(Millis{2'000});
  s.expect_state(1, call, CallState::kRinging);
  s.expect(s.world().device(1).engine->counters().freshness_queries > 0, "it was asked");
  s.accept(1, call);
  s.run(Millis{1'000});
  s.expect_state(0, call, CallState::kConnected);
}

void no_mqtt5(WorldPlan& plan) {
  for (DevicePlan& device : plan.devices) {
    device.mqtt5 = false;
  }
}

const ScenarioCase kCases[] = {
    {"queued invite is queried and over", queued_invite_is_queried_and_over},
    {"queued invite is queried and rings", queued_invite_is_queried_and_rings},
    {"invite before the barrier is queried", invite_before_the_barrier_is_queried},
    {"restarted device rings again only while it lasts",
     restarted_device_rings_again_only_while_it_lasts},
    {"retained invite is dropped", retained_invite_is_dropped},
    {"own offline is healed", own_offline_is_healed},
    {"mqtt 3.1.1 call is queried", mqtt311_call_is_queried, {1, 1}, no_mqtt5},
};

}  // namespace

ScenarioCases ghost_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
