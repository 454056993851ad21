#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "agent/core/arena.hpp"
#include "agent/core/blob_pool.hpp"
#include "agent/core/door_nonces.hpp"
#include "agent/core/engine.hpp"
#include "agent/core/prng.hpp"
#include "agent/core/records.hpp"
#include "agent/core/slot_table.hpp"
#include "agent/core/timer_wheel.hpp"
#include "agent/core/timers.hpp"
#include "agent/core/tombstone_table.hpp"

namespace doorcall {

/// What the engine's inside holds, and the short ways into it. The rules stand in class Core.
class CoreData {
 public:
  /// The tables in their block; `bytes_needed` adds up the same.
  struct Tables {
    std::span<TimerNode> timers;
    std::span<Call> calls;
    std::span<Leg> legs;
    std::span<LegDevice> devices;
    std::span<Plan> plans;
    std::span<Outgoing> outgoing;
    std::span<Tombstone> tombstones;
    std::span<TombstoneMark> marks;
    std::span<Peer> peers;
    std::span<Drain> drains;
    std::span<Output> outputs;
    std::span<std::uint8_t> pool_map;
    std::span<std::uint8_t> pool;
  };
  static Tables take_tables(const Limits& limits, Arena& arena) noexcept;

  CoreData(const Settings& chosen, const Limits& limits, const Tables& tables,
           std::span<const std::uint8_t, 32> seed, Instant now) noexcept;

  Settings settings;
  Counters counters;
  Mode mode;
  Incarnation incarnation = 0;
  LinkState link_state = LinkState::kStopped;

 protected:
  // --- shapes of arguments ---
  struct Recipients {
    UserId user;
    std::span<const DeviceId> devices;  ///< who has to ack; none: any one
    Instant give_up{};                  ///< with no device named
  };
  struct Final {
    Reason reason = Reason::kNone;
    std::string_view data{};
    DeviceId winner{};
    std::uint32_t join_number = 0;
    std::span<const LegView> legs{};
  };
  struct Invitation {
    UserId user;
    Millis ring_time{0};
    Parcel parcel{};
    bool waits = false;
    Slot stands_for = kNoSlot;
    bool first_wins = false;
  };
  struct Texts {
    std::string_view name;
    std::string_view line;
    std::string_view push_title;
    std::string_view push_content;
    std::string_view data;
    Bytes offer;
  };

  // --- timers and outputs ---
  [[nodiscard]] static Tick tick_of(Instant when) noexcept {
    return static_cast<Tick>(when.time_since_epoch().count());
  }
  void arm(TimerId timer, Instant when) noexcept;
  void arm_in(TimerId timer, Millis delay) noexcept { arm(timer, after(now_, delay)); }
  void disarm(TimerId timer) noexcept { wheel_.cancel(timer); }
  [[nodiscard]] bool armed(TimerId timer) const noexcept { return wheel_.armed(timer); }
  void put(const Output& output) noexcept;
  // One call's outputs must fit beside what a timer or message puts out.
  [[nodiscard]] bool room_for_step() const noexcept {
    return output_count_ + kOutputsPerStepMax <= kOutputsMax;
  }
  [[nodiscard]] bool views_left() const noexcept {
    return view_count_ + kLegViewsMax <= views_.size();
  }
  [[nodiscard]] CallId random_id() noexcept;
  [[nodiscard]] bool link_up() const noexcept { return link_state == LinkState::kConnected; }

  // --- the legs of a call ---
  [[nodiscard]] Slot slot_of(const Call& call) const noexcept { return calls_.slot_of(call); }
  [[nodiscard]] Slot slot_of(const Leg& leg) const noexcept { return legs_.slot_of(leg); }
  [[nodiscard]] Leg& own_leg(const Call& call) noexcept { return legs_[call.legs[0]]; }
  [[nodiscard]] const Leg& own_leg(const Call& call) const noexcept { return legs_[call.legs[0]]; }
  [[nodiscard]] static std::span<const Slot> legs_of(const Call& call) noexcept {
    return std::span<const Slot>(call.legs).first(call.leg_count);
  }
  [[nodiscard]] static std::span<const Slot> others_of(const Call& call) noexcept {
    return legs_of(call).subspan(1);
  }
  /// A device of the invited user has answered this leg in a way that `matches`.
  template <typename Matches>
  [[nodiscard]] bool any_device(const Leg& leg, Matches matches) const noexcept {
    const Slot of = slot_of(leg);
    return devices_.find([&](const LegDevice& each) { return each.leg == of && matches(each); }) !=
           kNoSlot;
  }
  /// An invitation of this device's; its own leg is none, whoever's it is.
  [[nodiscard]] bool owned(const Leg& leg) const noexcept {
    return leg.key.number != 0 && leg.key.owner == settings.self;
  }

  Limits limits_;
  TimerMap timers_;
  Instant now_;
  Prng prng_;
  TimerWheel wheel_;
  BlobPool pool_;
  SlotTable<Call> calls_;
  SlotTable<Leg> legs_;
  SlotTable<LegDevice> devices_;
  SlotTable<Plan> plans_;
  SlotTable<Outgoing> outgoing_;
  TombstoneTable tombstones_;
  SlotTable<Peer> peers_;
  SlotTable<Drain> drains_;

  std::span<Output> outputs_;
  std::size_t output_first_ = 0;
  std::size_t output_count_ = 0;
  std::array<LegView, kViewsMax> views_;  ///< rosters among the outputs
  std::size_t view_count_ = 0;
  Slot snapshot_of_ = kNoSlot;  ///< whose legs `snapshot_` shows, at which version
  std::uint32_t snapshot_version_ = 0;
  std::span<const LegView> snapshot_;
  std::array<Elsewhere, kElsewhereMax> elsewhere_;
  DoorNonces nonces_;
  bool door_open_ = false;  ///< as its contact says

  std::uint32_t sequence_ = 0;
  std::uint32_t graves_ = 0;
  std::uint32_t tickets_ = 0;

  ConnectNumber connect_ = 0;
  bool mqtt5_ = true;
  bool caught_up_ = false;  ///< the barrier has lifted
  bool stopping_ = false;
  std::uint8_t attempts_ = 0;  ///< connects in a row that came to nothing
  std::uint8_t kicks_ = 0;     ///< refusals, and connections that died young, in a row
  bool taken_over_ = false;    ///< of late, by another client with this account
  /// Of this account's presence as it was found last that is not of this life.
  Incarnation other_incarnation_ = 0;
  ConnectNumber other_connect_ = 0;
  Instant started_{};
  Instant connected_{};
  PresenceState shown_ = PresenceState::kOffline;
};

}  // namespace doorcall
