#include "tests/sim/sim_truth.hpp"

#include <algorithm>

namespace doorcall::sim {

bool Shown::tell(const LegKey& leg) {
  if (std::find(told.begin(), told.end(), leg) != told.end()) {
    return false;
  }
  told.push_back(leg);
  return true;
}

void Side::forget() {
  const Side before = *this;
  *this = Side{};
  ever_connected = before.ever_connected;
  ever_accepted = before.ever_accepted;
  ever_joined = before.ever_joined;
  ever_gave_up = before.ever_gave_up;
  was_lost = before.was_lost;
  nonce = before.nonce;
  queried = before.queried;
  ring_bound = before.ring_bound;
  messages_after_heal = before.messages_after_heal;
}

Instant CallTruth::deadline() const {
  Instant latest{};
  for (const LegTruth& leg : legs) {
    latest = std::max(latest, leg.deadline);
  }
  return latest;
}

Truth::Truth(const WorldPlan& plan) : plan_(plan) {}

CallTruth* Truth::find(const CallId& call) {
  const auto found = index_.find(call);
  return found == index_.end() ? nullptr : found->second;
}

CallTruth& Truth::make(const CallId& id, std::size_t creator) {
  CallTruth& call = calls_.emplace_back();
  call.id = id;
  call.number = static_cast<std::uint32_t>(calls_.size() - 1);
  call.creator = creator;
  call.users = 1U << plan_.devices[creator].user;
  call.sides.resize(plan_.devices.size());
  index_.emplace(id, &call);
  return call;
}

std::uint32_t Truth::find_leg(const CallTruth& call, const LegKey& key) const {
  const std::size_t owner = device_of(key.owner);
  for (std::uint32_t i = 0; i < call.legs.size(); ++i) {
    if (call.legs[i].owner == owner && call.legs[i].number == key.number) {
      return i;
    }
  }
  return kNoLeg;
}

/// Accounts are "d<device>@u<user>": the number is the index.
std::size_t Truth::device_of(const Account& account) const {
  const std::string_view text = account.device.view();
  std::size_t device = 0;
  for (const char c : text.substr(text.empty() ? 0 : 1)) {
    device = device * 10 + static_cast<std::size_t>(c - '0');
  }
  return device < plan_.devices.size() && this->account(device) == account ? device : kNobody;
}

std::size_t Truth::user_of(const UserId& user) const {
  const std::string_view text = user.view();
  std::size_t number = 0;
  for (const char c : text.substr(text.empty() ? 0 : 1)) {
    number = c >= '0' && c <= '9' ? number * 10 + static_cast<std::size_t>(c - '0') : kNobody;
  }
  return number < plan_.users && user_id(number) == user ? number : kNobody;
}

std::string where(std::size_t device, const CallId& call) {
  return "device d" + std::to_string(device) + ", call " +
         std::string(to_text(call).view().substr(0, 8));
}

}  // namespace doorcall::sim
