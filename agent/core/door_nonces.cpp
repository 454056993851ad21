#include "agent/core/door_nonces.hpp"

#include <algorithm>

namespace doorcall {

namespace {
using State = DoorNonce::State;
}

DoorNonce* DoorNonces::issue(const Account& who, Incarnation life, const CallId& id,
                             std::uint64_t number, Instant now) noexcept {
  std::size_t of_sender = 0;
  for (DoorNonce& nonce : nonces_) {
    const bool good = nonce.state == State::kIssued && nonce.until > now;
    if (good && nonce.of(who, life, id)) {
      return &nonce;
    }
    of_sender += good && nonce.who == who ? 1U : 0U;
  }
  DoorNonce* nonce = of_sender < kDoorNoncesPerSenderMax ? room(now) : nullptr;
  if (nonce != nullptr) {
    *nonce = {};
    nonce->state = State::kIssued;
    nonce->number = number;
    nonce->who = who;
    nonce->life = life;
    nonce->id = id;
    nonce->until = after(now, kDoorNonceTime);
  }
  return nonce;
}

/// A free place, else one that is over, else the oldest whose result was told.
DoorNonce* DoorNonces::room(Instant now) noexcept {
  DoorNonce* oldest = nullptr;
  for (DoorNonce& nonce : nonces_) {
    if (nonce.state == State::kFree || nonce.until <= now) {
      return &nonce;
    }
    if (nonce.state == State::kDone && (oldest == nullptr || nonce.until < oldest->until)) {
      oldest = &nonce;
    }
  }
  return oldest;
}

DoorNonce* DoorNonces::find(const Account& who, Incarnation life, const CallId& id,
                            std::uint64_t number) noexcept {
  auto* const found = std::find_if(nonces_.begin(), nonces_.end(), [&](const DoorNonce& nonce) {
    return nonce.number == number && nonce.of(who, life, id);
  });
  return found == nonces_.end() ? nullptr : found;
}

DoorNonce* DoorNonces::ordered(std::uint64_t number) noexcept {
  auto* const found = std::find_if(nonces_.begin(), nonces_.end(), [&](const DoorNonce& nonce) {
    return nonce.number == number && nonce.state == State::kOrdered;
  });
  return found == nonces_.end() ? nullptr : found;
}

void DoorNonces::withdraw() noexcept {
  for (DoorNonce& nonce : nonces_) {
    if (nonce.state == State::kIssued) {
      nonce = {};
    }
  }
}

}  // namespace doorcall
