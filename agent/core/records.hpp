#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "agent/core/blob_pool.hpp"
#include "agent/core/message.hpp"
#include "agent/core/slot_table.hpp"

// What the engine's tables hold.

namespace doorcall {

/// Texts and bytes of an own message, in one blob: name, line, push title and content, data, offer.
struct Parcel {
  Blob blob;
  std::uint16_t name_size = 0;
  std::uint16_t line_size = 0;
  std::uint16_t title_size = 0;
  std::uint16_t content_size = 0;
  std::uint16_t data_size = 0;
};

/// What a device of the invited user has answered; kept by the leg's owner while it is pending.
struct LegDevice {
  enum class Answer : std::uint8_t { kNone, kWaiting, kChime, kRinging, kRefused };
  bool used = false;
  Answer answer = Answer::kNone;
  Reason reason = Reason::kNone;  ///< with kRefused
  Slot leg = kNoSlot;
  DeviceId device;
  Incarnation incarnation = 0;

  [[nodiscard]] bool could_answer() const noexcept {
    return answer == Answer::kRinging || answer == Answer::kWaiting;
  }
  /// Its person has said no, or it has taken its answer back. Who was only busy may ring later.
  [[nodiscard]] bool given_up() const noexcept {
    return answer == Answer::kRefused && reason != Reason::kBusy && reason != Reason::kDnd &&
           reason != Reason::kNoAnswer;
  }
};

/// One invitation of one user into one call. Leg 0 of a call is its creator's own, connected from
/// the start. Only the owner decides a pending leg; ownership never moves. Ended legs stay as long
/// as their call, so that late messages of them get the same answer again.
struct Leg {
  bool used = false;
  bool lost = false;        ///< connected, but nothing is heard of it: only this device's view
  bool waits = false;       ///< owner: rings on while the user is offline
  bool first_wins = false;  ///< owner: its answer ends the others of its ring group
  bool inherits = false;    ///< owner: stands for the leg of a lost member
  bool pushed = false;      ///< owner: a push gateway was asked
  LegState state = LegState::kInviting;
  Reason reason = Reason::kNone;  ///< once ended
  Slot call = kNoSlot;
  Slot stands_for = kNoSlot;  ///< owner: that leg, while it is remembered
  std::uint32_t join_number = 0;
  std::uint32_t info_heard = 0;  ///< sequence of the last info from it, in its info_life
  std::uint32_t last_heard = 0;  ///< highest sequence of what it said as a member
  LegKey key;
  UserId user;
  DeviceId device;              ///< which device of `user` has it, or spoke first
  Incarnation incarnation = 0;  ///< of that device, 0 while unknown
  Incarnation info_life = 0;    ///< the incarnation that info_heard is of
  Instant ring_deadline{};
  Parcel parcel;  ///< owner: what the invite carries; own leg: what the accept carries

  [[nodiscard]] bool pending() const noexcept { return state < LegState::kConnected; }
  [[nodiscard]] bool connected() const noexcept { return state == LegState::kConnected; }
  [[nodiscard]] bool live() const noexcept { return state != LegState::kEnded; }
  /// Ended, and nobody had it, as far as is known here.
  [[nodiscard]] bool unanswered() const noexcept {
    return !live() && join_number == 0 && key.number != 0;
  }
  /// Nobody has said who has it: pending, or ended for want of its owner alone.
  [[nodiscard]] bool undecided() const noexcept {
    return pending() || (unanswered() && reason == Reason::kCallerLost);
  }
  [[nodiscard]] bool present() const noexcept { return connected() && !lost; }
  /// The device that has or had it, empty if it was never connected.
  [[nodiscard]] DeviceId winner() const noexcept { return join_number != 0 ? device : DeviceId{}; }
  [[nodiscard]] Account holder() const noexcept { return {device, user}; }
  [[nodiscard]] bool held_by(const Account& account) const noexcept {
    return device == account.device && user == account.user;
  }
};

/// One call on this device. `legs[0]` is always this device's own leg.
struct Call {
  bool used = false;
  bool outgoing = false;     ///< created here
  bool announced = false;    ///< a listener has been told of it, so it will be told of its end
  bool joining = false;      ///< own leg was asked for with join and has no key yet
  bool pulls = false;        ///< joining: from another device of this user
  bool orphan = false;       ///< own leg is pending and its owner is gone: waits for an heir
  bool silenced = false;     ///< alerting was stopped here
  bool auto_answer = false;  ///< ring-to-open answers it
  CallState state = CallState::kIdle;
  MediaKind media = MediaKind::kAudio;
  MediaState media_state = MediaState::kNone;
  Reason outcome = Reason::kNone;  ///< strongest of the own invitations that have ended
  std::uint8_t leg_count = 0;
  Slot plan = kNoSlot;
  std::uint32_t next_number = 0;  ///< of the last own invitation
  std::uint32_t version = 0;      ///< counts changes of legs
  std::uint32_t last_join = 0;    ///< highest join number of those that had to give way
  CallId id;
  Account caller;              ///< who created the call; empty while joining
  Account inviter;             ///< who rang here, or who was asked to join; of own calls: self
  Incarnation owner_life = 0;  ///< of the own pending leg's owner
  Instant since{};             ///< of the present state
  Instant queried{};           ///< with kIdle: when freshness was asked
  std::uint64_t nonce = 0;     ///< with kIdle: what was asked
  Blob offer;                  ///< own, made while others ring
  std::array<Slot, kLegsPerCallMax> legs{};
};

/// The part of an invitation that is still to be rung (PROTOCOL rule 18).
struct Plan {
  struct User {
    UserId user;
    std::uint8_t step = 0;
    bool refused = false;  ///< a person said no: not rung again in the next cycle
  };
  bool used = false;
  bool keep = false;
  bool waits = false;
  std::uint8_t step = 0;
  std::uint8_t last_step = 0;
  std::uint8_t cycles_left = 1;
  std::uint8_t user_count = 0;
  Millis step_time{0};
  Millis ring_time{0};
  Parcel parcel;
  std::array<User, kInviteesMax> users;
};

/// An own message that is repeated until each device it is meant for has answered.
struct Outgoing {
  bool used = false;
  bool unsent = false;  ///< waits for room among the outputs
  MessageKind kind = MessageKind::kInvite;
  Reason reason = Reason::kNone;
  std::uint8_t attempts = 0;
  std::uint8_t target_count = 0;
  std::uint8_t answered = 0;  ///< bit set over targets
  InfoKind info = InfoKind::kData;
  Slot leg = kNoSlot;  ///< invite: the leg; roster, info: the member's; ringing, accept, join: the
                       ///< own leg. kNoSlot: a final message, which outlives its call
  std::uint32_t sequence = 0;
  std::uint32_t join_number = 0;        ///< confirm
  std::uint32_t ticket = 0;             ///< info
  MediaKind media = MediaKind::kAudio;  ///< info
  std::uint64_t nonce = 0;              ///< ringing(waiting); a door\'s, 0: request
  CallId call_id;
  LegKey key;
  UserId to;
  DeviceId winner;  ///< confirm
  Blob data;        ///< of a final message, of an info
  Instant give_up{};
  Instant sent_at{};
  std::array<DeviceId, kDevicesPerLegMax> targets;  ///< whose answer is awaited; none: any one's

  [[nodiscard]] bool final_message() const noexcept { return leg == kNoSlot; }
  [[nodiscard]] bool asks_door() const noexcept {
    return kind == MessageKind::kInfo && final_message();
  }
  /// Its loss is covered by the other side's own timers.
  [[nodiscard]] bool may_give_way() const noexcept { return final_message() && !asks_door(); }
  [[nodiscard]] DeviceId addressed() const noexcept {
    return target_count == 1 ? targets[0] : DeviceId{};
  }
  [[nodiscard]] bool all_answered() const noexcept {
    return target_count == 0 ? answered != 0 : std::popcount(answered) == target_count;
  }
};

/// What is remembered of a leg of an ended call, so that late messages get the same answer again:
/// of the own leg, and of each leg that this device owned.
struct Tombstone {
  bool used : 1 = false;
  bool own : 1 = false;       ///< this device's own leg
  bool shown : 1 = false;     ///< stands for the call in lists
  bool outgoing : 1 = false;  ///< own: the call was created here
  bool early : 1 = false;     ///< a cancel, or a confirm for another device, came before the invite
  bool told : 1 = false;      ///< of this user: the listeners were told of the call
  bool again : 1 = false;     ///< an heir's, which stood for one that was over here
  Reason reason = Reason::kNone;
  std::uint32_t number = 0;
  Instant ended{};
  CallId id;
  Account owner;    ///< of the leg
  Account peer;     ///< own: the other end of the call; else the invited user
  DeviceId winner;  ///< the device that was connected, empty if none

  [[nodiscard]] bool of(const LegKey& key) const noexcept {
    return number == key.number && owner == key.owner;
  }
};

/// A call of another device of this user, as far as overheard in the common inbox.
struct Elsewhere {
  CallId call;
  Account member;   ///< who is in it
  DeviceId device;  ///< which device of this user
  Instant heard{};
};

/// What is known of another device from its retained presence.
struct Peer {
  bool used = false;
  bool door = false;     ///< it shows that it has one
  bool doubted = false;  ///< offline was seen, but is not believed yet
  PresenceState state = PresenceState::kOffline;
  ConnectNumber connect = 0;
  Incarnation incarnation = 0;
  Account account;
  Instant since{};

  [[nodiscard]] bool online() const noexcept { return state != PresenceState::kOffline; }
};

/// A media hook that still holds its devices after its call has ended.
struct Drain {
  bool used = false;
  CallId call;
};

}  // namespace doorcall
