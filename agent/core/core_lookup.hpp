#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/core/core_data.hpp"
#include "agent/core/input.hpp"

namespace doorcall {

/// What can be asked of the engine's tables without changing anything. Private to agent/core; the
/// source files are those of the tables.
class CoreLookup : protected CoreData {
 public:
  using CoreData::CoreData;

  // report.cpp: what others may look at
  [[nodiscard]] std::optional<CallInfo> call_at(std::size_t index) const noexcept;
  [[nodiscard]] std::size_t live_calls() const noexcept { return calls_.count(); }
  [[nodiscard]] std::optional<LegView> member_at(const CallId& id,
                                                 std::size_t index) const noexcept;
  [[nodiscard]] std::optional<CallInfo> find_info(const CallId& id) const noexcept;
  [[nodiscard]] std::optional<PeerInfo> peer_at(std::size_t index) const noexcept;
  [[nodiscard]] PresenceState own_state() const noexcept;
  [[nodiscard]] bool quiet() const noexcept;

 protected:
  // timers of a call and of a leg
  [[nodiscard]] TimerId timer(const Call& call, CallTimer kind) const noexcept;
  [[nodiscard]] TimerId timer(const Leg& leg, LegTimer kind) const noexcept;

  // calls.cpp
  [[nodiscard]] Slot find_call(const CallId& id) const noexcept;
  [[nodiscard]] const Leg* peer_leg(const Call& call) const noexcept;
  [[nodiscard]] Account peer_of(const Call& call) const noexcept;
  [[nodiscard]] const Account& caller_of(const Call& call) const noexcept;
  [[nodiscard]] LegState shown_leg(const Call& call) const noexcept;
  [[nodiscard]] std::size_t lines_used() const noexcept;
  [[nodiscard]] std::size_t lines_talking() const noexcept;

  // legs.cpp
  [[nodiscard]] Slot find_leg(const Call& call, const LegKey& key) const noexcept;
  [[nodiscard]] Slot find_member(const Call& call, const Account& account) const noexcept;
  [[nodiscard]] bool is_member(Slot found, const Account& sender) const noexcept;
  [[nodiscard]] Slot find_live(const Call& call, const UserId& user) const noexcept;
  [[nodiscard]] bool names_user(const Call& call, const UserId& user) const noexcept;
  [[nodiscard]] std::uint32_t next_join(const Call& call) const noexcept;
  [[nodiscard]] static bool joined_before(const Leg& a, const Leg& b) noexcept;
  [[nodiscard]] static bool key_before(const LegKey& a, const LegKey& b) noexcept;
  [[nodiscard]] bool is_first(const Call& call, const Leg& leg) const noexcept;
  [[nodiscard]] bool others_present(const Call& call) const noexcept;
  [[nodiscard]] bool others_pending(const Call& call) const noexcept;
  [[nodiscard]] bool live_elsewhere(const Call& call, const Leg& leg) const noexcept;
  [[nodiscard]] bool shown_elsewhere(const Call& call, const Leg& leg) const noexcept;

  // tombstones.cpp
  [[nodiscard]] Slot find_tombstone(const CallId& id) const noexcept;
  [[nodiscard]] Slot find_tombstone(const CallId& id, const LegKey& key) const noexcept;
  [[nodiscard]] Slot find_early_end(const Header& header) const noexcept;

  // presence.cpp
  [[nodiscard]] Slot find_peer(const Account& account) const noexcept;
  [[nodiscard]] bool known_offline(const UserId& user) const noexcept;

  // door_ask.cpp
  [[nodiscard]] DeviceId device_with_door(const UserId& user) const noexcept;
  [[nodiscard]] Account door_in(const Call& call, const UserId& user) const noexcept;

  // roster.cpp
  [[nodiscard]] LegView view_of(const Leg& leg) const noexcept;
  [[nodiscard]] bool owner_present(const Call& call, const LegKey& leg) const noexcept;
  [[nodiscard]] static const LegView* connected_view(std::span<const LegView> legs,
                                                     const LegKey& key,
                                                     const DeviceId& device) noexcept;
  [[nodiscard]] const LegView* claims_leg(const Call& call, const Leg& leg,
                                          const MessageReceived& input,
                                          std::span<const LegView> legs) const noexcept;
  [[nodiscard]] bool says_it_is_in(const Call& call, const Account& sender, const LegKey& leg,
                                   std::span<const LegView> legs) const noexcept;
  [[nodiscard]] bool was_in(const Call& call, const Account& account,
                            std::span<const LegView> legs) const noexcept;
  [[nodiscard]] bool may_write(const Call& call, const Leg& leg, const Account& from,
                               const LegView& view, std::span<const LegView> legs) const noexcept;

  // lost.cpp
  [[nodiscard]] const Leg* last_in(const Call& call, const UserId& user) const noexcept;

  // early_offer.cpp
  [[nodiscard]] bool is_early(const Call& call, const Account& sender, const Header& header,
                              const Info& info) const noexcept;

  // repeat.cpp
  [[nodiscard]] bool away(const Outgoing& out) const noexcept;
  [[nodiscard]] bool outgoing_room() const noexcept;
  [[nodiscard]] Slot find_outgoing(Slot leg, MessageKind kind) const noexcept;
  [[nodiscard]] Slot find_confirm(const CallId& call, const LegKey& leg) const noexcept;

  // ringing.cpp
  [[nodiscard]] const LegDevice* find_device(const Leg& leg, const DeviceId& device) const noexcept;
  [[nodiscard]] bool every_online_answered(const Leg& leg) const noexcept;

  // info.cpp
  [[nodiscard]] bool info_room(std::size_t copies) const noexcept;
  [[nodiscard]] std::size_t queued_infos(Slot leg) const noexcept;
  [[nodiscard]] Slot next_info(Slot leg) const noexcept;
  [[nodiscard]] bool waits_its_turn(Slot slot) const noexcept;

  // door.cpp
  [[nodiscard]] bool may_open(const Account& who, Incarnation life,
                              const CallId& id) const noexcept;
};

}  // namespace doorcall
