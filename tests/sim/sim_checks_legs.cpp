// What devices say and hear of legs: who invites whom, who names whom, who gives up.

#include <algorithm>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {
namespace {

std::span<const LegView> views_of(const Body& body) {
  if (const auto* sync = std::get_if<Sync>(&body)) {
    return sync->legs;
  }
  if (const auto* roster = std::get_if<Roster>(&body)) {
    return roster->legs;
  }
  if (const auto* leave = std::get_if<Leave>(&body)) {
    return leave->legs;
  }
  return {};
}

}  // namespace

const Invite* invite_of(const Body& body) {
  if (const auto* sync = std::get_if<Sync>(&body)) {
    return sync->invite ? &*sync->invite : nullptr;
  }
  return std::get_if<Invite>(&body);
}

void Checks::triggered(std::size_t device, const Trigger& trigger) {
  trigger_ = trigger;
  trigger_leg_ = kNoLeg;
  if (trigger.message == nullptr) {
    return;
  }
  const Message& message = *trigger.message;
  CallTruth* call = find(message.header.call);
  const std::size_t sender = truth_.device_of(trigger.sender);
  if (call == nullptr || sender == kNobody || sender == device) {
    return;
  }
  const bool for_me =
      message.header.to.empty() || message.header.to == truth_.account(device).device;
  trigger_leg_ = truth_.find_leg(*call, message.header.leg);
  heard_views(device, *call, views_of(message.body));
  roster_told_ |= !views_of(message.body).empty();
  if (const auto* ringing = std::get_if<Ringing>(&message.body); ringing != nullptr) {
    ringing_heard(device, sender, *call, *ringing);
  }
  if (trigger_leg_ == kNoLeg || !own_leg(device, call->legs[trigger_leg_])) {
    return;
  }
  Side& side = call->sides[device];
  LegTruth& leg = call->legs[trigger_leg_];
  if (const auto* confirm = std::get_if<Confirm>(&message.body)) {
    const bool won = confirm->winner == truth_.account(device).device;
    if (leg.owner == sender) {
      side.confirm_handled |= won;
      leg.over |= won || !for_me ? 0U : 1U << device;
    }
    heard_views(device, *call, confirm->legs);
  }
  if (kind_of(message.body) == MessageKind::kCancel && leg.owner == sender && for_me) {
    leg.over |= 1U << device;
  }
  if (invite_of(message.body) != nullptr && leg.owner == sender && for_me && side.ended &&
      stands_for_rung(device, *call, trigger_leg_)) {
    leg.turned_away |= 1U << device;
  }
}

/// The owner of a pending leg knows from now on who has to hear of its end.
void Checks::ringing_heard(std::size_t device, std::size_t sender, CallTruth& call,
                           const Ringing& ringing) {
  const bool rings = ringing.alert != Alert::kWaiting && engines_[sender] != nullptr &&
                     engines_[sender]->incarnation() == trigger_.message->header.incarnation;
  if (trigger_leg_ == kNoLeg || !rings) {
    return;
  }
  LegTruth& leg = call.legs[trigger_leg_];
  if (leg.owner == device && leg.decided == kNever && own_leg(sender, leg)) {
    leg.heard |= 1U << sender;
  }
}

/// A view that shows this device as connected does what its confirm does.
void Checks::heard_views(std::size_t device, CallTruth& call, std::span<const LegView> views) {
  for (const LegView& view : views) {
    if (view.state == LegState::kConnected && view.user == truth_.account(device).user &&
        view.device == truth_.account(device).device) {
      call.sides[device].confirm_handled = true;
    }
  }
}

/// The leg that a message of its owner is about; it is made by the first one.
LegTruth* Checks::leg_of(Instant now, std::size_t device, CallTruth& call,
                         const SendMessage& send) {
  const LegKey& key = send.message.header.leg;
  const std::uint32_t known = truth_.find_leg(call, key);
  if (known != kNoLeg) {
    return &call.legs[known];
  }
  const MessageKind kind = kind_of(send.message.body);
  // Without a link a cancel is the first of a leg to come out; one for one device may be the answer
  // to a forgery.
  const bool makes = kind == MessageKind::kInvite || kind == MessageKind::kConfirm ||
                     (kind == MessageKind::kCancel && send.message.header.to.empty());
  if (!makes || key.number == 0 || truth_.device_of(key.owner) != device) {
    return nullptr;
  }
  LegTruth leg;
  leg.owner = device;
  leg.number = key.number;
  leg.user = truth_.user_of(send.to);
  leg.joined = kind == MessageKind::kConfirm;
  if (leg.user == kNobody && kind == MessageKind::kCancel) {
    return nullptr;  // a stranger has asked for it
  }
  if (leg.user == kNobody) {
    fail(now, "invites nobody", where(device, call.id));
    return nullptr;
  }
  for (const LegTruth& other : call.legs) {
    if (other.user == leg.user && other.owner != device && other.decided == kNever) {
      coverage_.hit(Feat::kTwoOwners);
    }
  }
  if (leg.joined) {
    coverage_.hit(Feat::kJoined);
  }
  call.users |= 1U << leg.user;
  call.legs.push_back(leg);
  return &call.legs.back();
}

void Checks::new_invite(Instant now, std::size_t device, CallTruth& call, const Invite& invite,
                        LegTruth& leg) {
  leg.deadline = now + invite.ring_left;
  leg.ring_time = invite.ring_left;
  call.invited = true;
  const bool asked = invite.ring_left <= call.sides[device].ring_bound;
  if (invite.replaces.number == 0) {
    // An heir that has no room for the leg which its own replaces can't name it.
    bool heir = false;
    for (const LegTruth& other : call.legs) {
      heir = heir || (other.user == leg.user && other.owner != device);
    }
    if (!asked && !cramped_[device] && !heir) {
      fail(now, "invites for longer than asked", where(device, call.id));
    }
    return;
  }
  coverage_.hit(Feat::kHeir);
  leg.replaces = truth_.find_leg(call, invite.replaces);
  if (leg.replaces == kNoLeg) {
    return;  // its owner has shown it, but was gone before it could invite
  }
  if (call.legs[leg.replaces].user != leg.user) {
    return fail(now, "replaces no leg of that user", where(device, call.id));
  }
  // What the heir knows of the time left is as old as the last view it has got, which may have
  // waited on its way.
  const Millis before = call.legs[leg.replaces].ring_time;
  leg.ring_time = asked ? std::max(before, invite.ring_left) : before;
  if (!asked && before.count() != 0 && invite.ring_left > before) {
    fail(now, "heir invites for longer than asked", where(device, call.id));
  }
}

/// A cancel for one device alone may leave the leg as it is.
bool Checks::still_pending(std::size_t device, const CallTruth& call, const Header& header) const {
  for (std::size_t i = 0; !header.to.empty(); ++i) {
    const std::optional<LegView> view = engines_[device]->member_at(call.id, i);
    if (!view) {
      return false;
    }
    if (view->key == header.leg) {
      return view->state < LegState::kConnected;
    }
  }
  return false;
}

/// The owner of `leg` says who has it.
void Checks::won(Instant now, std::size_t device, const CallTruth& call, LegTruth& leg,
                 const Account& who) {
  const std::size_t winner = truth_.device_of(who);
  if (winner == kNobody || (leg.winner != kNobody && leg.winner != winner)) {
    return fail(now, "two winners", where(device, call.id));
  }
  // Who is in by another leg, which this one followed, may be told so by an owner that came back;
  // it may have crashed in the meantime.
  if (leg.cancelled && leg.winner == kNobody && !call.sides[winner].ever_connected) {
    return fail(now, "confirmed after the end", where(device, call.id));
  }
  for (const LegTruth& other : call.legs) {
    if (leg.winner == kNobody && &other != &leg && other.winner != kNobody) {
      coverage_.hit(Feat::kThreeInACall);
      break;
    }
  }
  leg.winner = winner;
  leg.decided = std::min(leg.decided, now);
}

/// A roster may tell of an answer before the confirm is out.
void Checks::views_sent(Instant now, std::size_t device, CallTruth& call, const Body& body) {
  for (const LegView& view : views_of(body)) {
    const std::uint32_t leg = truth_.device_of(view.key.owner) == device &&
                                      view.state == LegState::kConnected && view.key.number != 0
                                  ? truth_.find_leg(call, view.key)
                                  : kNoLeg;
    if (leg != kNoLeg) {
      won(now, device, call, call.legs[leg], {view.device, view.user});
      numbered(now, device, call, call.legs[leg], view.join_number);
    }
  }
}

void Checks::leg_sent(Instant now, std::size_t device, CallTruth& call, const SendMessage& send) {
  LegTruth* leg = leg_of(now, device, call, send);
  if (leg == nullptr || leg->owner != device) {
    return;
  }
  if (const auto* invite = std::get_if<Invite>(&send.message.body)) {
    if (leg->deadline == Instant{}) {
      new_invite(now, device, call, *invite, *leg);
    }
    if (leg->decided != kNever) {
      fail(now, "invited after the end", where(device, call.id));
    }
    return;
  }
  if (const auto* confirm = std::get_if<Confirm>(&send.message.body); confirm != nullptr) {
    won(now, device, call, *leg, {confirm->winner, send.to});
    const DeviceId& to = send.message.header.to;
    if (to.empty() || to == confirm->winner) {  // who has lost needs no number
      numbered(now, device, call, *leg, confirm->join_number);
    }
  }
  const auto* cancel = std::get_if<Cancel>(&send.message.body);
  if (send.message.header.to.empty()) {
    leg->told_all = now;
  }
  if (cancel != nullptr && !still_pending(device, call, send.message.header)) {
    leg->decided = std::min(leg->decided, now);
    leg->cancelled = leg->cancelled || send.message.header.to.empty();
    // The devices are told who else has declined; the owner's own word is the other one.
    const Reason reason =
        cancel->reason == Reason::kDeclinedElsewhere ? Reason::kDeclinedEverywhere : cancel->reason;
    leg->outcome = leg->outcome == Reason::kNone ? reason : leg->outcome;
  }
}

void Checks::sent(Instant now, std::size_t device, const SendMessage& send) {
  const Message& message = send.message;
  ++coverage_.sent[static_cast<std::size_t>(kind_of(message.body))];
  door_sent(now, device, send);
  CallTruth* call = find(message.header.call);
  if (call == nullptr) {
    return;
  }
  Side& side = call->sides[device];
  const MessageKind kind = kind_of(message.body);
  if (now >= healed_at_ && kind != MessageKind::kSync && kind != MessageKind::kAck) {
    ++side.messages_after_heal;
  }
  if (send.expiry_s == 0) {
    fail(now, "message without expiry", where(device, call->id));
  }
  leg_sent(now, device, *call, send);
  views_sent(now, device, *call, message.body);
  if (kind == MessageKind::kAccept) {
    accepted(now, device, *call);
  }
  if (kind == MessageKind::kJoin) {
    if (!side.person_joined && !side.ever_joined) {
      fail(now, "joined by nobody", where(device, call->id));
    }
    side.ever_joined = true;
  }
  if (const auto* end = std::get_if<End>(&message.body); end && end->reason == Reason::kMoved) {
    coverage_.hit(Feat::kMoved);
  }
  const auto* reject = std::get_if<Reject>(&message.body);
  const auto* leave = std::get_if<Leave>(&message.body);
  side.ever_gave_up |= (reject != nullptr && reject->reason == Reason::kAcceptFailed) ||
                       (leave != nullptr && leave->reason == Reason::kAcceptFailed);
  const auto* ringing = std::get_if<Ringing>(&message.body);
  if (ringing != nullptr && ringing->alert == Alert::kChime) {
    coverage_.hit(Feat::kChime);
  }
  if (ringing != nullptr && ringing->alert == Alert::kWaiting && side.nonce != ringing->nonce) {
    coverage_.hit(Feat::kAskedForProof);
    side.nonce = ringing->nonce;
    side.queried = now;
  }
}

}  // namespace doorcall::sim
