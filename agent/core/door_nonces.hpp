#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "agent/core/ids.hpp"
#include "agent/core/limits.hpp"
#include "agent/core/time.hpp"
#include "doorcall/door_change.hpp"

namespace doorcall {

/// One permission to open this device's door once.
struct DoorNonce {
  enum class State : std::uint8_t {
    kFree,
    kIssued,
    kOrdered,  ///< used: the lock is being driven
    kDone,     ///< used: kept to say the result again
  };
  State state = State::kFree;
  DoorResult result = DoorResult::kOpened;  ///< with kDone
  std::uint64_t number = 0;                 ///< random, not 0
  Account who;
  Incarnation life = 0;     ///< of `who`
  std::uint32_t asked = 0;  ///< sequence of the order, once it has come
  CallId id;                ///< the call, or what else `who` has named its request by
  Instant until{};          ///< with kIssued: it is good before; else it is kept before

  /// A free one is nobody's.
  [[nodiscard]] bool of(const Account& sender, Incarnation incarnation,
                        const CallId& request) const noexcept {
    return who == sender && life == incarnation && id == request;
  }
};

/// The permissions that this device has given: in memory only, each for one account's one life and
/// one use, for kDoorNonceTime.
class DoorNonces {
 public:
  /// The one that is good for this request, else a new one with `number`. None when the account's
  /// quota or the table is full.
  [[nodiscard]] DoorNonce* issue(const Account& who, Incarnation life, const CallId& id,
                                 std::uint64_t number, Instant now) noexcept;
  /// The one with this number, if it was issued to this account and life for this request.
  [[nodiscard]] DoorNonce* find(const Account& who, Incarnation life, const CallId& id,
                                std::uint64_t number) noexcept;
  /// The one whose pulse was ordered.
  [[nodiscard]] DoorNonce* ordered(std::uint64_t number) noexcept;

  /// Those that are not used yet are no good any more.
  void withdraw() noexcept;
  void clear() noexcept { nonces_ = {}; }

 private:
  [[nodiscard]] DoorNonce* room(Instant now) noexcept;

  std::array<DoorNonce, kDoorNoncesMax> nonces_;
};

}  // namespace doorcall
