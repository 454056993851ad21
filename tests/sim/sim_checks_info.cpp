// What members tell each other comes once, in the order of the sender, and from who said it; media
// offers while it rings come from who made them.

#include <algorithm>
#include <charconv>

#include "tests/sim/sim_checks.hpp"

namespace doorcall::sim {

/// The world numbers what people say; the number is the text.
void Checks::info_said(std::size_t device, const CallId& call, std::uint32_t ticket) {
  infos_.push_back({device, call, ticket, 0});
}

/// From who made one for this call, to who rings for it or is called from.
void Checks::early_offer(Instant now, std::size_t device, const InfoEvent& event) {
  const auto call = engines_[device]->find_call(event.call);
  const bool there = call && call->state != CallState::kIdle && call->state != CallState::kEnded;
  if (!there || offers_.count({truth_.device_of(event.from), event.call}) == 0) {
    return fail(now, "offer that nobody made", where(device, event.call));
  }
  coverage_.hit(Feat::kEarlyOffer);
}

void Checks::info(Instant now, std::size_t device, const InfoEvent& event) {
  if (event.kind != InfoKind::kData) {
    return early_offer(now, device, event);
  }
  std::size_t number = 0;
  std::from_chars(event.text.data(), event.text.data() + event.text.size(), number);
  const std::size_t from = truth_.device_of(event.from);
  if (number == 0 || number > infos_.size() || infos_[number - 1].device != from ||
      infos_[number - 1].call != event.call) {
    return fail(now, "info that nobody sent", where(device, event.call));
  }
  coverage_.hit(Feat::kInfo);
  std::size_t& last = info_heard_[{device, from, event.call}];
  // Who comes back to a call and has no room to remember having left it may take an old confirm for
  // the new one, and hears again what it heard then.
  if (number <= last && !cramped_[device]) {
    return fail(now, "info twice or out of order", where(device, event.call));
  }
  last = std::max(last, number);
  infos_[number - 1].heard_by |= 1U << device;
}

/// Whoever is said to have it has it, unless it has died since.
void Checks::info_received(Instant now, std::size_t device, const InfoReceipt& receipt) {
  const auto said = std::find_if(infos_.rbegin(), infos_.rend(), [&](const Said& info) {
    return info.device == device && info.call == receipt.call && info.ticket == receipt.ticket;
  });
  const std::size_t by = truth_.device_of(receipt.by);
  const CallTruth* call = find(receipt.call);
  if (said == infos_.rend() || by == kNobody || call == nullptr) {
    return fail(now, "receipt of an info that nobody sent", where(device, receipt.call));
  }
  if ((said->heard_by >> by & 1U) == 0 && !call->sides[by].was_lost) {
    fail(now, "info lost, and a receipt", where(device, receipt.call));
  }
}

}  // namespace doorcall::sim
