// Push (FEATURES O3): where every device of a user is offline, a gateway is asked to wake one, and
// told when it need not ring any more. Nothing answers: the ring itself goes through the inbox.

#include "agent/core/core.hpp"

namespace doorcall {

void Core::ask_push(const Call& call, Leg& leg) noexcept {
  if (leg.pushed || !leg.waits || !known_offline(leg.user) || !link_up() ||
      leg.ring_deadline <= now_) {
    return;
  }
  leg.pushed = true;
  put_push(call, leg, false, Reason::kNone);
}

/// What could not be asked while the link was down.
void Core::ask_pushes() noexcept {
  for (Slot s = legs_.next(0); s != kNoSlot; s = legs_.next(s + 1U)) {
    if (legs_[s].pending() && owned(legs_[s])) {
      ask_push(calls_[legs_[s].call], legs_[s]);
    }
  }
}

/// Also when the leg is answered: the telephones may stop.
void Core::take_back_push(const Call& call, Leg& leg, Reason reason) noexcept {
  if (leg.pushed) {
    leg.pushed = false;
    put_push(call, leg, true, reason);
  }
}

void Core::put_push(const Call& call, const Leg& leg, bool cancel, Reason reason) noexcept {
  const Texts texts = cancel ? Texts{} : texts_of(leg.parcel);  // what is over needs no words
  SendPush order;
  order.to = leg.user;
  order.push.call = call.id;
  order.push.leg = leg.key;
  order.push.cancel = cancel;
  order.push.reason = reason;
  order.push.caller = caller_of(call);
  order.push.caller_name = texts.name;
  order.push.media = call.media;
  order.push.ring_left = leg.ring_deadline > now_ ? leg.ring_deadline - now_ : Millis{0};
  order.push.title = texts.push_title;
  order.push.content = texts.push_content;
  order.push.data = texts.data;
  order.expiry_s = ceil_seconds(cancel ? kTombstoneTime : order.push.ring_left);
  put(order);
}

}  // namespace doorcall
