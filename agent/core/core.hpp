#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "agent/core/arena.hpp"
#include "agent/core/blob_pool.hpp"
#include "agent/core/engine.hpp"
#include "agent/core/prng.hpp"
#include "agent/core/records.hpp"
#include "agent/core/slot_table.hpp"
#include "agent/core/timer_wheel.hpp"
#include "agent/core/timers.hpp"

namespace doorcall {

/// The engine's inside: its tables, and one group of methods for each source file. Private to
/// agent/core.
class Core {
 public:
  /// The tables in their block; `bytes_needed` adds up the same.
  struct Tables {
    std::span<TimerNode> timers;
    std::span<Call> calls;
    std::span<Leg> legs;
    std::span<Outgoing> outgoing;
    std::span<Tombstone> tombstones;
    std::span<Peer> peers;
    std::span<Drain> drains;
    std::span<Output> outputs;
    std::span<std::uint8_t> pool_map;
    std::span<std::uint8_t> pool;
  };
  static Tables take_tables(const Limits& limits, Arena& arena) noexcept;

  Core(const Settings& chosen, const Limits& limits, const Tables& tables,
       std::span<const std::uint8_t, 32> seed, Instant now) noexcept;

  // core.cpp: dispatch
  Result handle(const Input& input, Instant now) noexcept;
  [[nodiscard]] bool next_output(Output& out) noexcept;
  [[nodiscard]] Deadline next_deadline() const noexcept;

  // report.cpp: what others may look at
  [[nodiscard]] std::optional<CallInfo> call_at(std::size_t index) const noexcept;
  [[nodiscard]] std::optional<CallInfo> find_info(const CallId& id) const noexcept;
  [[nodiscard]] std::optional<PeerInfo> peer_at(std::size_t index) const noexcept;
  [[nodiscard]] PresenceState own_state() const noexcept;
  [[nodiscard]] bool quiet() const noexcept;

  // invariants.cpp
  [[nodiscard]] const char* broken_invariant() const noexcept;

  Settings settings;
  Counters counters;
  Incarnation incarnation = 0;
  LinkState link_state = LinkState::kStopped;

 private:
  // --- core.cpp ---
  void fire(TimerId timer) noexcept;
  void fire_agent(AgentTimer kind) noexcept;
  void fire_leg(Slot slot, LegTimer kind) noexcept;
  Result on(const TimePassed& input) noexcept;
  void arm(TimerId timer, Instant when) noexcept;
  void arm_in(TimerId timer, Millis delay) noexcept { arm(timer, after(now_, delay)); }
  void disarm(TimerId timer) noexcept { wheel_.cancel(timer); }
  [[nodiscard]] bool armed(TimerId timer) const noexcept { return wheel_.armed(timer); }
  void put(const Output& output) noexcept;

  // --- receive.cpp: who may say what, then the verb ---
  Result on(const MessageReceived& input) noexcept;
  Result on(const ForeignVersionReceived& input) noexcept;
  void on_marker(const Header& header) noexcept;
  void on_ack(const Account& sender, const Ack& ack) noexcept;
  void dispatch(const MessageReceived& input, const Header& header) noexcept;

  // --- send.cpp: one-shot messages and their headers ---
  [[nodiscard]] Header header_for(const CallId& call, const LegKey& leg, DeviceId to) noexcept;
  void post(const UserId& to, const Header& header, const Body& body, Millis expiry) noexcept;
  void post_ack(const Account& to, const Header& of) noexcept;
  void post_ringing(const Call& call, Alert alert) noexcept;
  void post_confirm(const Account& to, const CallId& call, const LegKey& leg,
                    const DeviceId& winner) noexcept;
  void post_cancel(const Account& to, const CallId& call, const LegKey& leg,
                   Reason reason) noexcept;
  void post_end(const Account& to, const CallId& call, const LegKey& own, Reason reason) noexcept;
  void post_reject(const Account& to, const CallId& call, const LegKey& leg,
                   Reason reason) noexcept;

  // --- repeat.cpp: messages that are repeated until answered ---
  Outgoing* repeat_live(MessageKind kind, const Call& call) noexcept;
  void repeat_final(MessageKind kind, const Call& call, Reason reason, std::string_view data,
                    std::span<const DeviceId> targets) noexcept;
  [[nodiscard]] Slot take_outgoing() noexcept;
  void transmit(Slot slot) noexcept;
  [[nodiscard]] Body body_of(const Outgoing& out) const noexcept;
  void on_retry(Slot slot) noexcept;
  void drop_outgoing(Slot slot) noexcept;
  void drop_live_outgoing(const Call& call) noexcept;
  void repeat_at_once(Slot slot) noexcept;
  void repeat_all_now() noexcept;
  void repeat_now(const UserId& to) noexcept;
  [[nodiscard]] bool away(const Outgoing& out) const noexcept;
  [[nodiscard]] bool outgoing_room() const noexcept;
  [[nodiscard]] Slot find_outgoing(const CallId& call, MessageKind kind) const noexcept;
  [[nodiscard]] Millis retry_delay(std::uint8_t attempts) noexcept;

  // --- calls.cpp: the table of calls, one set_state, one finish ---
  [[nodiscard]] Slot find_call(const CallId& id) const noexcept;
  [[nodiscard]] Slot make_call(const CallId& id, const LegKey& invited, const Account& creator,
                               const UserId& user) noexcept;
  [[nodiscard]] Slot slot_of(const Call& call) const noexcept;
  [[nodiscard]] Leg& creator_leg(const Call& call) noexcept { return legs_[call.legs[0]]; }
  [[nodiscard]] Leg& invited_leg(const Call& call) noexcept { return legs_[call.legs[1]]; }
  [[nodiscard]] const Leg& invited_leg(const Call& call) const noexcept {
    return legs_[call.legs[1]];
  }
  [[nodiscard]] Leg& peer_leg(const Call& call) noexcept {
    return legs_[call.legs[call.outgoing ? 1 : 0]];
  }
  [[nodiscard]] const Leg& peer_leg(const Call& call) const noexcept {
    return legs_[call.legs[call.outgoing ? 1 : 0]];
  }
  [[nodiscard]] const Leg& own_leg(const Call& call) const noexcept {
    return legs_[call.legs[call.outgoing ? 0 : 1]];
  }
  [[nodiscard]] TimerId timer(const Call& call, CallTimer kind) const noexcept;
  [[nodiscard]] TimerId timer(const Call& call, LegTimer kind) const noexcept;
  void set_state(Call& call, CallState state) noexcept;
  void finish(Call& call, Reason reason, std::string_view data = {}) noexcept;
  void release(Call& call) noexcept;
  [[nodiscard]] Account peer_of(const Call& call) const noexcept;
  [[nodiscard]] std::size_t lines_used() const noexcept;
  void heard(Call& call) noexcept;
  [[nodiscard]] CallEvent event_of(const Call& call, CallChange change) const noexcept;
  void emit(const Call& call, CallChange change) noexcept;

  // --- tombstones.cpp ---
  [[nodiscard]] Slot find_tombstone(const CallId& id) const noexcept;
  [[nodiscard]] Slot find_early_cancel(const Account& sender, const Header& header) const noexcept;
  void bury(const Call& call, Reason reason) noexcept;
  void bury_early(const Account& sender, const Header& header, Reason reason) noexcept;
  [[nodiscard]] Slot take_tombstone() noexcept;
  [[nodiscard]] Errc errc_for_ended(const CallId& id) const noexcept;

  // --- invite_out.cpp: the owner of a pending leg ---
  Result on(const InviteUser& command) noexcept;
  [[nodiscard]] Errc check(const InviteUser& command) const noexcept;
  void begin_calling(Call& call) noexcept;
  [[nodiscard]] Invite invite_of(const Call& call) const noexcept;
  void on_ringing(const MessageReceived& input, Call& call, const Ringing& ringing) noexcept;
  [[nodiscard]] LegDevice* note_device(Leg& leg, const MessageReceived& input) noexcept;
  [[nodiscard]] bool every_online_answered(const Leg& leg) const noexcept;
  void settle_invite(Call& call) noexcept;
  void answer_late(const Account& sender, const Tombstone& tomb) noexcept;
  void on_receipt_time(Call& call) noexcept;
  void user_offline(const UserId& user) noexcept;

  // --- end_pending.cpp: an unanswered leg ends, everything stops ringing ---
  void end_pending(Call& call, Reason reason, std::string_view said = {},
                   std::string_view heard = {}) noexcept;
  [[nodiscard]] static Reason told_to_callee(Reason reason) noexcept;
  [[nodiscard]] std::size_t ringing_devices(const Leg& leg,
                                            std::span<DeviceId> found) const noexcept;

  // --- invite_in.cpp: an invitation arrives ---
  void on_invite(const MessageReceived& input, const Header& header, const Invite& invite,
                 std::uint64_t nonce) noexcept;
  void known_invite(const MessageReceived& input, Call& call, const Invite& invite,
                    std::uint64_t nonce) noexcept;
  [[nodiscard]] bool proven_fresh(const MessageReceived& input,
                                  const Invite& invite) const noexcept;
  [[nodiscard]] bool room_for_question(const Account& sender) noexcept;
  void ask_fresh(Call& call, Millis ring_left) noexcept;
  void admit(Call& call, const Invite& invite, Instant counted_from) noexcept;
  void refuse_busy(Call& call) noexcept;
  void present(Call& call, const Invite& invite) noexcept;

  // --- collision.cpp: glare and recall ---
  void recall(const Call& incoming) noexcept;
  [[nodiscard]] Slot find_glare(const Call& incoming) const noexcept;
  [[nodiscard]] bool yield_to(Call& own, Call& incoming) noexcept;

  // --- answer.cpp: accept and confirm ---
  Result on(const AcceptCall& command) noexcept;
  Errc accept(Call& call, std::string_view data, Bytes answer) noexcept;
  void send_accept(Call& call) noexcept;
  void on_accept(const MessageReceived& input, Call& call, const Accept& accept) noexcept;
  void on_confirm(const MessageReceived& input, const Header& header,
                  const Confirm& confirm) noexcept;
  void connect(Call& call, std::string_view data, Bytes offer) noexcept;
  void on_confirm_time(Call& call) noexcept;

  // --- refuse.cpp: reject ---
  Result on(const RejectCall& command) noexcept;
  void decline(Call& call, Reason reason, std::string_view data) noexcept;
  void on_reject(const MessageReceived& input, const Header& header, const Reject& reject) noexcept;
  void refused_by_device(Call& call, const MessageReceived& input, const Reject& reject) noexcept;

  // --- cancel.cpp ---
  Result on(const CancelCall& command) noexcept;
  void on_cancel(const MessageReceived& input, const Header& header, const Cancel& cancel) noexcept;

  // --- hang_up.cpp: end of a connected call ---
  Result on(const HangUpCall& command) noexcept;
  void end_call(Call& call, Reason reason, std::string_view data = {}) noexcept;
  void on_end(const MessageReceived& input, const Header& header, const End& end) noexcept;

  // --- sync.cpp: heartbeat, loss, unknown calls ---
  void on_heartbeat(Call& call) noexcept;
  void send_sync(Call& call, const DeviceId& to, std::uint64_t nonce) noexcept;
  void on_sync(const MessageReceived& input, const Header& header, const Sync& sync) noexcept;
  void party_lost(Call& call) noexcept;
  void sync_all_now() noexcept;
  void sync_with(const Account& account, Incarnation life) noexcept;

  // --- media.cpp ---
  Result on(const MediaReported& input) noexcept;
  void start_media(Call& call) noexcept;
  void stop_media(Call& call, Reason reason) noexcept;
  void forget_drain(const CallId& call) noexcept;

  // --- presence.cpp: own and others' ---
  Result on(const PresenceReceived& input) noexcept;
  Result on(const PresenceCleared& input) noexcept;
  void own_presence_seen(const Presence& presence) noexcept;
  void peer_online(Peer& peer, const Presence& presence) noexcept;
  void peer_offline(Slot slot, const PresenceReceived& input) noexcept;
  void believe_offline(Slot slot) noexcept;
  void forget_peer(Slot slot) noexcept;
  [[nodiscard]] Slot find_peer(const Account& account) const noexcept;
  [[nodiscard]] Slot take_peer(const Account& account) noexcept;
  [[nodiscard]] bool known_offline(const UserId& user) const noexcept;
  void presence_changed() noexcept;
  void publish_presence() noexcept;
  void incarnation_seen(const Account& account, Incarnation seen) noexcept;

  // --- connection.cpp: link, back-off, barrier, start and stop ---
  Result on(const Start& command) noexcept;
  Result on(const Stop& command) noexcept;
  Result on(const LinkConnected& input) noexcept;
  Result on(const LinkLost& input) noexcept;
  void open_link() noexcept;
  void send_marker() noexcept;
  void say_goodbye() noexcept;
  void stop_if_said() noexcept;
  void stopped() noexcept;
  [[nodiscard]] bool link_up() const noexcept { return link_state == LinkState::kConnected; }

  // One call's outputs must fit beside what a timer or message puts out.
  [[nodiscard]] bool room_for_step() const noexcept {
    return output_count_ + kOutputsPerStepMax <= kOutputsMax;
  }

  Limits limits_;
  TimerMap timers_;
  Instant now_;
  Prng prng_;
  TimerWheel wheel_;
  BlobPool pool_;
  SlotTable<Call> calls_;
  SlotTable<Leg> legs_;
  SlotTable<Outgoing> outgoing_;
  SlotTable<Tombstone> tombstones_;
  SlotTable<Peer> peers_;
  SlotTable<Drain> drains_;

  std::span<Output> outputs_;
  std::size_t output_first_ = 0;
  std::size_t output_count_ = 0;
  std::array<LegView, kLegViewsMax> views_;  ///< of the syncs among the outputs
  std::size_t view_count_ = 0;

  std::uint32_t sequence_ = 0;
  std::uint32_t graves_ = 0;

  ConnectNumber connect_ = 0;
  bool mqtt5_ = true;
  bool caught_up_ = false;  ///< the barrier has lifted
  bool stopping_ = false;
  std::uint8_t attempts_ = 0;  ///< connects in a row that came to nothing
  Instant started_{};
  Instant connected_{};
  PresenceState shown_ = PresenceState::kOffline;
};

}  // namespace doorcall
