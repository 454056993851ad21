// What members of a connected call tell each other beside the call itself (PROTOCOL §3, info): in
// the order of the sender, each exactly once. One message to a member is under way at a time, the
// next follows its receipt; so order needs no numbers but the sequence.

#include <algorithm>

#include "agent/core/core.hpp"
#include "agent/core/utf8.hpp"

namespace doorcall {

namespace {

bool carries_bytes(InfoKind kind) noexcept {
  return kind == InfoKind::kMediaOffer || kind == InfoKind::kMediaAnswer ||
         kind == InfoKind::kMediaCandidate;
}

/// What its kind carries; whatever else is in the command goes nowhere.
Bytes content_of(const SendInfo& command) noexcept {
  if (carries_bytes(command.kind)) {
    return command.bytes;
  }
  return command.kind == InfoKind::kMediaSwitch ? Bytes{} : as_bytes(command.text);
}

Errc check_content(const SendInfo& command) noexcept {
  switch (command.kind) {
    case InfoKind::kMediaOffer:
    case InfoKind::kMediaAnswer:
    case InfoKind::kMediaCandidate:
      if (command.bytes.size() > kOfferBytesMax) {
        return Errc::kDataTooLarge;
      }
      return command.bytes.empty() ? Errc::kInvalidArgument : Errc::kOk;
    case InfoKind::kMediaSwitch: return Errc::kOk;
    case InfoKind::kKeyPress: return is_keys(command.text) ? Errc::kOk : Errc::kInvalidArgument;
    case InfoKind::kData: break;
  }
  if (command.text.size() > kDataBytesMax) {
    return Errc::kDataTooLarge;
  }
  return is_utf8(command.text) ? Errc::kOk : Errc::kNotUtf8;
}

}  // namespace

Result Core::on(const SendInfo& command) noexcept {
  const Slot slot = find_call(command.call);
  if (slot == kNoSlot) {
    return {errc_for_ended(command.call), command.call, {}};
  }
  if (calls_[slot].state != CallState::kConnected) {
    return {Errc::kNotAllowed, command.call, {}};
  }
  if (const Errc code = check_content(command); code != Errc::kOk) {
    return {code, command.call, {}};
  }
  return send_info(calls_[slot], command);
}

Result Core::send_info(const Call& call, const SendInfo& command) noexcept {
  const auto meant = [&](const Leg& leg) {
    return leg.connected() && leg.user != settings.self.user &&
           (command.user.empty() || leg.user == command.user);
  };
  Result result;
  result.call = call.id;
  for (const Slot slot : others_of(call)) {
    result.copies += meant(legs_[slot]) ? 1U : 0U;
    if (meant(legs_[slot]) && queued_infos(slot) >= kInfosPerMemberMax) {
      return {Errc::kTooManyCalls, call.id, {}};
    }
  }
  if (result.copies == 0) {
    return {Errc::kNotInvited, call.id, {}};
  }
  Blob content;
  if (!info_room(result.copies) || !pool_.put({content_of(command)}, content)) {
    ++counters.outgoing_full;
    return {Errc::kTooManyCalls, call.id, {}};
  }
  result.ticket = ++tickets_;
  for (const Slot slot : others_of(call)) {
    if (meant(legs_[slot])) {
      queue_info(legs_[slot], command, content);
    }
  }
  pool_.drop(content);
  return result;
}

/// Calls come first: infos may fill no more than half of what there is for own messages.
bool CoreLookup::info_room(std::size_t copies) const noexcept {
  std::size_t infos = copies;
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    infos += outgoing_[s].kind == MessageKind::kInfo ? 1U : 0U;
  }
  return infos <= outgoing_.capacity() / 2 && outgoing_.count() + copies <= outgoing_.capacity() &&
         pool_.chunks_used() * BlobPool::kChunkBytes <= limits_.pool_bytes / 2;
}

void Core::queue_info(const Leg& leg, const SendInfo& command, const Blob& content) noexcept {
  const Slot slot = outgoing_.take();
  const Call& call = calls_[leg.call];
  Outgoing& out = outgoing_[slot];
  out.kind = MessageKind::kInfo;
  out.info = command.kind;
  out.media = command.media;
  out.ticket = tickets_;
  out.data = pool_.share(content);
  out.leg = slot_of(leg);
  out.sequence = ++sequence_;
  out.call_id = call.id;
  out.key = own_leg(call).key;
  out.give_up = kNever;
  out.to = leg.user;
  out.targets[out.target_count++] = leg.device;
  if (next_info(out.leg) == slot) {
    transmit(slot);
  } else {
    arm_in(timers_.outgoing(slot), kRetryMax);
  }
}

std::size_t CoreLookup::queued_infos(Slot leg) const noexcept {
  std::size_t count = 0;
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    count += outgoing_[s].kind == MessageKind::kInfo && outgoing_[s].leg == leg ? 1U : 0U;
  }
  return count;
}

/// The one for the member `leg` that is under way: the oldest.
Slot CoreLookup::next_info(Slot leg) const noexcept {
  Slot oldest = kNoSlot;
  for (Slot s = outgoing_.next(0); s != kNoSlot; s = outgoing_.next(s + 1U)) {
    const Outgoing& out = outgoing_[s];
    if (out.kind == MessageKind::kInfo && out.leg == leg &&
        (oldest == kNoSlot || out.sequence < outgoing_[oldest].sequence)) {
      oldest = s;
    }
  }
  return oldest;
}

/// Its turn has not come: another one for the same member is under way.
bool CoreLookup::waits_its_turn(Slot slot) const noexcept {
  const Outgoing& out = outgoing_[slot];
  return out.kind == MessageKind::kInfo && !out.asks_door() && next_info(out.leg) != slot;
}

Info Core::info_body(const Outgoing& out) const noexcept {
  const Bytes content = pool_.bytes(out.data);
  const LegKey& member = legs_[out.leg].key;
  return carries_bytes(out.info) ? Info{out.info, out.media, content, {}, member}
                                 : Info{out.info, out.media, {}, as_text(content), member};
}

/// `device` has it: the listener hears so, and the next one goes.
void Core::info_acked(Slot slot, const DeviceId& device) noexcept {
  const Outgoing& out = outgoing_[slot];
  if (out.addressed() != device) {
    ++counters.dropped_bad_state;
    return;
  }
  const Slot leg = out.leg;
  put(InfoReceipt{out.call_id, out.ticket, {device, out.to}});
  drop_outgoing(slot);
  if (const Slot next = next_info(leg); next != kNoSlot) {
    transmit(next);
  }
}

void Core::on_info(const MessageReceived& input, const Header& header, const Info& info) noexcept {
  const Slot slot = find_call(header.call);
  if (slot == kNoSlot) {
    ++counters.dropped_unknown_call;
    return;
  }
  Call& call = calls_[slot];
  if (is_early(call, input.sender, header, info)) {
    put(InfoEvent{call.id, input.sender, info.kind, info.media, info.bytes, info.text});
    return;
  }
  const Slot found = find_leg(call, header.leg);
  const bool party = call.state == CallState::kConnected && is_member(found, input.sender) &&
                     header.to == settings.self.device && info.member == own_leg(call).key;
  if (!party || !heard(call, legs_[found], header)) {
    ++counters.dropped_not_entitled;
    return;
  }
  post_ack(input.sender, header);
  // An heir may have given the sender a new leg since.
  std::uint32_t last = 0;
  for (const Slot each : legs_of(call)) {
    const Leg& leg = legs_[each];
    const bool senders = leg.held_by(input.sender) && leg.info_life == header.incarnation;
    last = senders ? std::max(last, leg.info_heard) : last;
  }
  if (header.sequence <= last) {
    ++counters.dropped_bad_state;  // its receipt was lost
    return;
  }
  legs_[found].info_heard = header.sequence;
  legs_[found].info_life = header.incarnation;
  put(InfoEvent{call.id, input.sender, info.kind, info.media, info.bytes, info.text});
}

}  // namespace doorcall
