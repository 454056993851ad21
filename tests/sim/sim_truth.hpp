#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "agent/core/message.hpp"
#include "agent/core/settings.hpp"
#include "tests/sim/sim_packets.hpp"
#include "tests/sim/sim_plan.hpp"

// What is true of the calls of a world, as no device knows it.

namespace doorcall::sim {

inline constexpr std::uint32_t kNoLeg = 0xffffffffU;

/// One leg of one call: what its owner has said and decided.
struct LegTruth {
  std::size_t owner = 0;  ///< device
  std::uint32_t number = 0;
  std::size_t user = 0;
  Instant deadline{};              ///< of its ring time, by the owner
  Millis ring_time{0};             ///< what its first invite said
  Instant decided = kNever;        ///< the owner knows its end or its winner, or died
  std::size_t winner = kNobody;    ///< whom the owner has named
  std::uint32_t join_number = 0;   ///< of the winner, 0 while unknown
  Instant numbered{};              ///< when it was first heard
  bool past = false;               ///< its owner has stopped or died since
  Reason outcome = Reason::kNone;  ///< why the owner ended it
  bool owner_gone = false;         ///< it died or left before it was decided
  bool joined = false;             ///< asked for by its user
  bool pushed = false;             ///< a push gateway was asked
  bool push_over = false;          ///< and told that it is over
  bool cancelled = false;          ///< all devices of its user were told that it is over
  bool told = false;               ///< its owner has told its listeners of the end
  std::uint32_t presented = 0;     ///< bit set: devices that rang for it, since their start
  std::uint32_t over = 0;          ///< bit set: devices that have handled its end
  std::uint32_t turned_away = 0;   ///< bit set: devices whose call was over when it invited them
  std::uint32_t heard = 0;         ///< bit set: devices that ring for it, as its owner knows
  Instant told_all{};              ///< when its end or its winner was last told to all devices
  std::uint32_t replaces = kNoLeg;
};

/// Who of a user is in a call, as the listeners of one device were told.
struct Shown {
  std::size_t device = kNobody;  ///< the last one that was in
  std::uint32_t join_number = 0;
  bool connected = false;
  bool two_legs = false;  ///< there was word of another leg, too: the last one may be about either
  std::vector<LegKey> told = {};  ///< all that were in

  /// Notes that the member of `leg` is in; false if that was said before.
  bool tell(const LegKey& leg);
};

/// What one incarnation of one device has said and done about one call.
struct Side {
  bool presented = false;  ///< its listeners have been told of the call
  bool ended = false;
  bool outgoing = false;  ///< it has made the call
  bool media_started = false;
  bool media_stopped = false;
  bool person_accepted = false;
  bool opened = false;  ///< it was told to open when it accepted
  bool person_joined = false;
  bool confirm_handled = false;  ///< or a view that says the same
  bool connected = false;
  bool ever_connected = false;  ///< by any incarnation, as this and the next two
  bool ever_accepted = false;   ///< an accept was sent
  bool ever_joined = false;     ///< a join was sent
  bool ever_gave_up = false;    ///< an accept was taken back
  bool was_lost = false;        ///< an incarnation that knew the call has died
  CallState state = CallState::kIdle;
  Reason reason = Reason::kNone;
  std::uint32_t leg = kNoLeg;  ///< for which it rings or is connected
  std::uint64_t nonce = 0;     ///< of the freshness query
  Instant queried{};
  Instant ring_end = kNever;
  Instant overdue = kNever;  ///< when it first rang longer: its timer may be next in this instant
  Millis ring_bound{0};      ///< the longest that it may let others ring
  std::uint32_t messages_after_heal = 0;  ///< without heartbeats and receipts
  std::array<Shown, kUsersMax> shown{};   ///< of each user

  /// The device knows nothing of the call any more; what it said stays said.
  void forget();
  [[nodiscard]] bool live() const { return presented && !ended; }
};

struct CallTruth {
  CallId id;
  std::uint32_t number = 0;
  std::size_t creator = 0;
  bool invited = false;     ///< at least one device was
  std::uint32_t users = 0;  ///< bit set: who has or had a leg
  std::vector<LegTruth> legs;
  std::vector<Side> sides;

  [[nodiscard]] bool has_user(std::size_t user) const { return (users >> user & 1U) != 0; }
  [[nodiscard]] Instant deadline() const;
};

/// All calls of a world, and who is who.
class Truth {
 public:
  explicit Truth(const WorldPlan& plan);

  [[nodiscard]] CallTruth* find(const CallId& call);
  CallTruth& make(const CallId& id, std::size_t creator);
  [[nodiscard]] std::deque<CallTruth>& calls() { return calls_; }

  /// The index of that leg in `call`; kNoLeg if nobody has made it.
  [[nodiscard]] std::uint32_t find_leg(const CallTruth& call, const LegKey& key) const;
  [[nodiscard]] std::size_t device_of(const Account& account) const;
  [[nodiscard]] std::size_t user_of(const UserId& user) const;
  [[nodiscard]] const Account& account(std::size_t device) const {
    return plan_.devices[device].settings.self;
  }
  [[nodiscard]] const WorldPlan& plan() const { return plan_; }

 private:
  WorldPlan plan_;
  std::map<CallId, CallTruth*> index_;
  std::deque<CallTruth> calls_;
};

/// "device d1, call 0123abcd".
[[nodiscard]] std::string where(std::size_t device, const CallId& call);

}  // namespace doorcall::sim
