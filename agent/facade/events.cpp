// The engine's outputs are views that end with the step: here they become copies.
#include "agent/facade/events.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace doorcall::facade {
namespace {

std::vector<std::uint8_t> copy(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

LinkTrouble to_trouble(LinkLost::Cause cause) {
  switch (cause) {
    case LinkLost::Cause::kNetwork: return LinkTrouble::kNetwork;
    case LinkLost::Cause::kRefused: return LinkTrouble::kRefused;
    case LinkLost::Cause::kTakenOver: return LinkTrouble::kTakenOver;
  }
  return LinkTrouble::kNone;
}

}  // namespace

CallUpdate to_update(const CallEvent& event, double at_ms) {
  return {.at_ms = at_ms,
          .change = event.change,
          .call = std::string(to_text(event.call).view()),
          .state = event.state,
          .outgoing = event.outgoing,
          .waiting = event.waiting,
          .answered = false,
          .peer_user = std::string(event.peer.user.view()),
          .peer_device = std::string(event.peer.device.view()),
          .leg = event.leg,
          .join_number = event.join_number,
          .caller_user = std::string(event.caller.user.view()),
          .caller_device = std::string(event.caller.device.view()),
          .caller_name = std::string(event.caller_name),
          .media = event.media,
          .media_state = event.media_state,
          .reason = event.reason,
          .ring_left = event.ring_left,
          .data = std::string(event.data),
          .line = std::string(event.line),
          .offer = copy(event.offer),
          .members = {}};
}

InfoUpdate to_update(const InfoEvent& event, double at_ms) {
  return {.at_ms = at_ms,
          .call = std::string(to_text(event.call).view()),
          .user = std::string(event.from.user.view()),
          .device = std::string(event.from.device.view()),
          .kind = event.kind,
          .media = event.media,
          .bytes = copy(event.bytes),
          .text = std::string(event.text)};
}

DoorUpdate to_update(const DoorEvent& event, double at_ms) {
  return {.at_ms = at_ms,
          .change = event.change,
          .here = event.here,
          .user = std::string(event.who.user.view()),
          .device = std::string(event.who.device.view()),
          .call = event.in_call ? std::string(to_text(event.id).view()) : std::string(),
          .result = event.result};
}

LinkUpdate to_update(const LinkEvent& event, double at_ms) {
  const bool trouble = event.state == LinkState::kReconnecting;
  return {.at_ms = at_ms,
          .state = event.state,
          .trouble = trouble ? to_trouble(event.cause) : LinkTrouble::kNone,
          .code = event.code,
          .text = std::string(event.text),
          .retry_in = event.retry_in,
          .mqtt5 = event.mqtt5};
}

DevicePresence to_update(const PresenceEvent& event, double at_ms) {
  return {.at_ms = at_ms,
          .user = std::string(event.account.user.view()),
          .device = std::string(event.account.device.view()),
          .state = event.presence.state,
          .known = event.known,
          .door = (event.presence.capabilities & kHasDoor) != 0,
          .name = std::string(event.presence.name),
          .kind = std::string(event.presence.device_kind),
          .software = std::string(event.presence.software)};
}

MediaRequest to_request(const StartMedia& order) {
  return {.call = std::string(to_text(order.call).view()),
          .caller = order.caller,
          .peer_user = std::string(order.peer.user.view()),
          .peer_device = std::string(order.peer.device.view()),
          .media = order.media,
          .local_offer = {},
          .remote_offer = {}};
}

MediaRequest to_request(const CallUpdate& update) {
  return {.call = update.call,
          .caller = update.outgoing,
          .peer_user = update.peer_user,
          .peer_device = update.peer_device,
          .media = update.media,
          .local_offer = {},
          .remote_offer = {}};
}

DeviceMode to_update(const Mode& mode, Instant now, double at_ms) {
  DeviceMode update{.at_ms = at_ms,
                    .dnd = mode.dnd,
                    .dnd_left = std::nullopt,
                    .ring_to_open = mode.ring_to_open,
                    .ring_to_open_left = Millis{0}};
  if (mode.dnd && mode.dnd_until != kNever) {
    update.dnd_left = std::max(Millis{0}, mode.dnd_until - now);
  }
  if (mode.ring_to_open) {
    update.ring_to_open_left = std::max(Millis{0}, mode.ring_to_open_until - now);
  }
  return update;
}

std::vector<MemberView> to_members(const Engine& engine, const CallId& call) {
  std::vector<MemberView> members;
  members.reserve(2);  // as many as most calls have
  for (std::size_t i = 0; const auto leg = engine.member_at(call, i); ++i) {
    const Account inviter = leg->key.number == 0 ? Account{} : leg->key.owner;
    members.push_back({.user = std::string(leg->user.view()),
                       .device = std::string(leg->device.view()),
                       .state = leg->state,
                       .reason = leg->reason,
                       .inviter_user = std::string(inviter.user.view()),
                       .inviter_device = std::string(inviter.device.view()),
                       .join_number = leg->join_number,
                       .ring_left = leg->ring_left});
  }
  return members;
}

CallView to_view(const Engine& engine, const CallInfo& info, Instant now) {
  return {.call = std::string(to_text(info.call).view()),
          .state = info.state,
          .leg = info.leg,
          .outgoing = info.outgoing,
          .peer_user = std::string(info.peer.user.view()),
          .peer_device = std::string(info.peer.device.view()),
          .caller_user = std::string(info.caller.user.view()),
          .caller_device = std::string(info.caller.device.view()),
          .media = info.media,
          .media_state = info.media_state,
          .reason = info.reason,
          .age = now - info.since,
          .members = to_members(engine, info.call)};
}

}  // namespace doorcall::facade

namespace doorcall {

bool missed(const CallUpdate& update) {
  const bool nobody = update.reason == Reason::kNoAnswer || update.reason == Reason::kCancelled ||
                      update.reason == Reason::kCallerLost;
  return update.change == CallChange::kEnded && !update.outgoing && !update.answered && nobody;
}

}  // namespace doorcall
