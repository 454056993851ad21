// Deeds as commands: all that a person, or a media hook, can tell an engine.

#include <array>
#include <string>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {
namespace {

constexpr std::array<std::string_view, 4> kTexts = {
    "", "front door", "{\"type\":\"video\",\"name\":\"Z\xc3\xbcrich 4\"}",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
constexpr std::array<std::uint8_t, 5> kOffer = {1, 2, 3, 0, 255};
constexpr CallId kNobodysCall{{0xff, 1, 2, 3}};

std::string_view text_of(const Act& act) {
  return kTexts[act.value % kTexts.size()];
}

RingPlan plan_of(const Act& act, std::size_t users) {
  RingPlan plan;
  const auto style = static_cast<Style>(act.style & 3U);
  plan.first_wins = style == Style::kFirst || style == Style::kHunt;
  plan.keep = style == Style::kEscalation;
  if (style == Style::kHunt || style == Style::kEscalation) {
    plan.cycles = static_cast<std::uint8_t>(1 + (act.style >> 2 & 1U));
    const auto steps = static_cast<std::int64_t>(users * plan.cycles);
    plan.step_time = std::min(Millis{act.ring_ms}, kInvitationMax / steps);
  }
  return plan;
}

}  // namespace

/// Users in the order of their numbers; hunt: one after the other, escalation: two at once.
Result World::invite(Device& device, const Act& act) {
  std::array<Invitee, kInviteesMax> invitees{};
  std::array<UserId, 1> odd{plan_.devices[device.index].settings.self.user};
  std::size_t count = 0;
  const auto style = static_cast<Style>(act.style & 3U);
  for (std::size_t user = 0; user < kUsersMax; ++user) {
    if ((act.users >> user & 1U) != 0) {
      const std::size_t step = style == Style::kHunt         ? count
                               : style == Style::kEscalation ? count / 2
                                                             : 0;
      invitees[count++] = {user_id(user), static_cast<std::uint8_t>(step)};
    }
  }
  InviteUsers invite;
  invite.plan = plan_of(act, count);
  if ((act.value >> 8 & 1U) != 0) {
    invitees[count++] = {odd[0], 0};  // somebody presses a wrong button
    invitees[count++] = invitees[0];
  }
  invite.invitees = std::span(invitees.data(), count);
  invite.ring_time = Millis{act.ring_ms};
  invite.media = static_cast<MediaKind>(act.value >> 4 & 1U);
  invite.wait_offline = (act.value >> 5 & 1U) != 0;
  invite.data = text_of(act);
  invite.push_title = text_of(act).substr(0, 16);
  invite.offer = Bytes(kOffer).first(act.value % 6);
  if (act.deed == Deed::kAdd) {
    const CallTruth* call = call_of(act.call);
    invite.call = call == nullptr ? kNobodysCall : call->id;
  }
  const Result result = feed(device, invite, {});
  if (result.code == Errc::kOk && (act.value >> 6 & 1U) != 0) {
    offer(device, result.call);
  }
  return result;
}

/// As a media hook does, in its own time.
void World::offer(Device& device, const CallId& call) {
  if (feed(device, OfferEarly{call, kOffer}, {}).code == Errc::kOk) {
    checks_.offered(device.index, call);
  }
}

/// A number that no other info has.
Result World::tell(Device& device, const CallId& call) {
  const std::string number = std::to_string(checks_.infos() + 1);
  SendInfo command;
  command.call = call;
  command.text = number;
  const Result result = feed(device, command, {});
  checks_.info_said(device.index, result.code == Errc::kOk ? call : CallId{}, result.ticket);
  return result;
}

Result World::perform(const Act& act) {
  Device& device = devices_[act.device];
  const CallTruth* truth = call_of(act.call);
  const CallId call = truth == nullptr ? kNobodysCall : truth->id;
  const std::string_view data = text_of(act);
  const Millis time{act.ring_ms};
  std::array<UserId, kUsersMax> users{};
  std::size_t count = 0;
  for (std::size_t user = 0; user < kUsersMax; ++user) {
    if ((act.users >> user & 1U) != 0) {
      users[count++] = user_id(user);
    }
  }
  switch (act.deed) {
    case Deed::kCall:
    case Deed::kCallBack:
    case Deed::kAdd: return invite(device, act);
    case Deed::kAnswer: return feed(device, AcceptCall{call, data, kOffer}, {});
    case Deed::kDecline:
      return feed(device, RejectCall{call, Reason::kDeclinedEverywhere, data}, {});
    case Deed::kDeclineHere: return feed(device, RejectCall{call, Reason::kDeclined, data}, {});
    case Deed::kDeclineAsSet: return feed(device, RejectCall{call, Reason::kNone, data}, {});
    case Deed::kSilence: offer(device, call); return feed(device, SilenceCall{call}, {});
    case Deed::kCancel: return feed(device, CancelCall{call, {}, data}, {});
    case Deed::kCancelSome:
      return feed(device, CancelCall{call, std::span(users.data(), count), data}, {});
    case Deed::kHangUp: return feed(device, HangUpCall{call, data}, {});
    case Deed::kEnd: return feed(device, EndCall{call, data}, {});
    case Deed::kRejoin:
    case Deed::kPull: {
      const bool move = act.deed == Deed::kPull;
      const UserId via = count == 0 ? UserId{} : users[0];
      return feed(device, JoinCall{call, via, move, data, kOffer}, {});
    }
    case Deed::kDnd: return feed(device, SetDnd{(act.value & 1U) != 0, time}, {});
    case Deed::kRingToOpen: return feed(device, SetRingToOpen{time}, {});
    case Deed::kOpenDoor:
      return feed(device,
                  OpenDoor{act.call == kNoCall ? CallId{} : call, count == 0 ? UserId{} : users[0]},
                  {});
    case Deed::kContact: return feed(device, DoorContact{(act.value & 3U) != 0}, {});
    case Deed::kInfo: return tell(device, call);
    case Deed::kMedia:
      return feed(device, MediaReported{call, static_cast<MediaState>(act.value)}, {});
  }
  return {};
}

}  // namespace doorcall::sim
