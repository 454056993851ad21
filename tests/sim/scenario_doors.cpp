// Doors: opened for who may, once, whatever is lost, repeated or comes late.

#include <array>
#include <string>

#include "tests/sim/scenario.hpp"

namespace doorcall::sim {
namespace {

void first_has_a_door(WorldPlan& plan) {
  plan.devices[0].settings.has_door = true;
}

void second_is_allowed(WorldPlan& plan) {
  first_has_a_door(plan);
  plan.devices[0].settings.door_allow[0] = {{}, user_id(1)};
  plan.devices[0].settings.door_allow_count = 1;
}

Errc ask(Scenario& s, std::size_t device, const CallId& call, std::size_t user = kNobody) {
  return s.world().command(device, OpenDoor{call, user == kNobody ? UserId{} : user_id(user)}).code;
}

void expect_door(Scenario& s, std::size_t device, std::string_view told, std::size_t pulses) {
  std::string all;
  for (const DoorEvent& event : s.world().doors(device)) {
    all += (all.empty() ? "" : " ") + std::string(to_string(event.change));
    all += event.change == DoorChange::kRefused ? "/" + std::string(to_string(event.result)) : "";
  }
  s.expect(all == told, "told '" + all + "' and not '" + std::string(told) + "'");
  s.expect(s.world().pulses(0) == pulses,
           std::to_string(s.world().pulses(0)) + " pulses, not " + std::to_string(pulses));
}

void a_party_opens(Scenario& s) {
  const CallId call = s.connected_call();
  s.expect_code(ask(s, 1, call), Errc::kOk, "open");
  s.run(Millis{500});
  expect_door(s, 1, "opened", 1);
  expect_door(s, 0, "asked opened", 1);
  s.expect_members(call, {0, 1});
}

void the_list_opens_without_a_call(Scenario& s) {
  s.expect_code(ask(s, 1, {}, 0), Errc::kOk, "open");
  s.expect_code(ask(s, 2, {}, 0), Errc::kOk, "ask");
  s.run(Millis{500});
  expect_door(s, 1, "opened", 1);
  expect_door(s, 2, "refused/not_allowed", 1);
}

/// The result is lost again and again: the order is repeated, the pulse is not.
void lost_result(Scenario& s) {
  const CallId call = s.connected_call();
  (void)ask(s, 1, call);
  s.run(Millis{40});  // the lock is driven; its result comes later
  s.lose(MessageKind::kInfo, 1);
  s.run(Millis{5'000});
  expect_door(s, 1, "", 1);
  s.release();
  s.run(Millis{5'500});
  expect_door(s, 1, "opened", 1);
}

/// The second device asks, and its order waits somewhere until the release.
void order_waits(Scenario& s, const CallId& call, std::size_t user = kNobody) {
  s.hold(MessageKind::kInfo, 1);
  (void)ask(s, 1, call, user);
  s.run(Millis{100});  // the nonce is on its way
  s.release();
  s.hold(MessageKind::kInfo, 0);
  s.run(Millis{100});  // the order is
}

void open_crosses_hang_up(Scenario& s) {
  const CallId call = s.connected_call();
  order_waits(s, call);
  s.hang_up(1, call);
  s.run(Millis{500});
  s.release();
  s.run(Millis{1'000});
  expect_door(s, 1, "refused/not_allowed", 0);
}

/// Every message of yesterday comes again, to a door that has restarted since.
void replay_after_restart(Scenario& s) {
  (void)ask(s, 1, {}, 0);
  s.run(Millis{500});
  expect_door(s, 1, "opened", 1);
  s.world().crash(0);
  s.run(Millis{1'000});
  s.world().boot(0);
  s.run(Millis{5'000});
  const std::size_t count = s.world().packets().size();
  for (std::size_t i = 0; i < count; ++i) {
    const Packet packet = s.world().packets().at(static_cast<PacketId>(i));
    if (packet.sender == 1 && packet.kind == MessageKind::kInfo) {
      s.world().inject(0, packet, false, 10);
      s.world().inject(0, packet, true, 10);
    }
  }
  s.run(Millis{1'000});
  s.expect(s.world().pulses(0) == 1, "one pulse in all");
}

void late_order(Scenario& s) {
  (void)ask(s, 1, {}, 0);
  s.run(Millis{500});
  order_waits(s, {}, 0);
  s.run(kDoorNonceTime);
  s.release();
  s.run(Millis{1'000});
  expect_door(s, 1, "opened refused/no_response", 1);
}

/// The last info from the second device that has left it.
const Packet& last_info(Scenario& s) {
  PacketId last = kNoPacket;
  for (PacketId i = 0; i < s.world().packets().size(); ++i) {
    const Packet& packet = s.world().packets().at(i);
    last = packet.sender == 1 && packet.kind == MessageKind::kInfo ? i : last;
  }
  return s.world().packets().at(last);
}

/// The order with its good nonce is retained, and that copy comes before it.
void retained_order(Scenario& s) {
  order_waits(s, {}, 0);
  s.world().inject(0, last_info(s), true, 10);
  s.run(Millis{500});
  expect_door(s, 1, "", 0);
  s.release();
  s.run(Millis{1'000});
  expect_door(s, 1, "opened", 1);
}

/// Another process that has the name of a party, such as after a restart, asks by the call.
void another_life_asks(Scenario& s) {
  const CallId call = s.connected_call();
  (void)ask(s, 1, call);
  s.run(Millis{500});
  transport::Decoded decoded;
  Packet packet = last_info(s);
  s.expect(transport::decode(packet.bytes, decoded).ok(), "an info");
  Message message = decoded.message();
  message.header.incarnation ^= 1U;
  message.header.sequence += 1;
  message.body = Door{};
  std::array<std::uint8_t, 500> bytes{};
  packet.bytes = Bytes(bytes.data(), transport::encode(message, bytes));
  s.world().inject(0, packet, false, 10);
  s.run(Millis{500});
  expect_door(s, 0, "asked opened refused/not_allowed", 1);
}

void contact_opens_while_five_ring(Scenario& s) {
  Calling all;
  all.users = {1, 2, 3, 4, 5};
  const CallId call = s.call(0, all);
  s.run(Millis{1'000});
  s.expect_state(5, call, CallState::kRinging);
  s.world().command(0, DoorContact{true});
  s.run(Millis{1'000});
  for (std::size_t device = 0; device < 6; ++device) {
    s.expect_ended(device, call, Reason::kDoorOpened);
  }
  expect_door(s, 0, "contact_opened", 0);
}

/// One of several is answered: the others stop, that one goes on.
void pulse_ends_what_rings(Scenario& s) {
  Calling both;
  both.users = {1, 2};
  const CallId call = s.call(0, both);
  s.run(Millis{500});
  s.accept(1, call);
  s.run(Millis{500});
  (void)ask(s, 1, call);
  s.run(Millis{1'000});
  expect_door(s, 1, "opened", 1);
  s.expect_ended(2, call, Reason::kDoorOpened);
  s.expect_members(call, {0, 1});
}

void ring_to_open_opens(Scenario& s) {
  s.world().command(1, SetRingToOpen{Millis{60'000}});
  (void)s.call(0, 1);
  s.run(Millis{1'000});
  expect_door(s, 1, "opened", 1);
}

void second_opens_to_first(WorldPlan& plan) {
  first_has_a_door(plan);
  (void)plan.devices[1].settings.doors.add(user_id(0));
}

const ScenarioCase kCases[] = {
    {"door_party_opens", a_party_opens, {1, 1}, first_has_a_door},
    {"door_list_opens", the_list_opens_without_a_call, {1, 1, 1}, second_is_allowed},
    {"door_lost_result", lost_result, {1, 1}, first_has_a_door},
    {"door_open_crosses_hang_up", open_crosses_hang_up, {1, 1}, first_has_a_door},
    {"door_replay_after_restart", replay_after_restart, {1, 1}, second_is_allowed},
    {"door_late_order", late_order, {1, 1}, second_is_allowed},
    {"door_retained_order", retained_order, {1, 1}, second_is_allowed},
    {"door_another_life_asks", another_life_asks, {1, 1}, first_has_a_door},
    {"door_contact_while_five_ring",
     contact_opens_while_five_ring,
     {1, 1, 1, 1, 1, 1},
     first_has_a_door},
    {"door_pulse_ends_what_rings", pulse_ends_what_rings, {1, 1, 1}, first_has_a_door},
    {"door_ring_to_open", ring_to_open_opens, {1, 1}, second_opens_to_first},
};

}  // namespace

ScenarioCases door_scenarios() {
  return kCases;
}

}  // namespace doorcall::sim
