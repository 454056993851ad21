#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "agent/core/core_lookup.hpp"

namespace doorcall {

/// The engine's inside, one group of methods for each source file. Private to agent/core.
class Core : private CoreLookup {
 public:
  using CoreData::counters;
  using CoreData::incarnation;
  using CoreData::link_state;
  using CoreData::mode;
  using CoreData::settings;
  using CoreData::take_tables;
  using CoreLookup::call_at;
  using CoreLookup::find_info;
  using CoreLookup::live_calls;
  using CoreLookup::member_at;
  using CoreLookup::own_state;
  using CoreLookup::peer_at;
  using CoreLookup::quiet;

  Core(const Settings& chosen, const Limits& limits, const Tables& tables,
       std::span<const std::uint8_t, 32> seed, Instant now) noexcept;

  // core.cpp: dispatch
  Result handle(const Input& input, Instant now) noexcept;
  [[nodiscard]] bool next_output(Output& out) noexcept;
  [[nodiscard]] Deadline next_deadline() const noexcept;

  [[nodiscard]] std::optional<CallId> pullable_at(std::size_t index) const noexcept;  // join.cpp
  [[nodiscard]] const char* broken_invariant() const noexcept;  // invariants.cpp

 private:
  // --- core.cpp ---
  void fire(TimerId timer) noexcept;
  void fire_agent(AgentTimer kind) noexcept;
  void fire_call(Call& call, CallTimer kind) noexcept;
  void fire_leg(Leg& leg, LegTimer kind) noexcept;
  void on_ring_time(Call& call, Leg& leg) noexcept;
  Result on(const TimePassed& input) noexcept;

  // --- receive.cpp: who may say what, then the verb ---
  Result on(const MessageReceived& input) noexcept;
  Result on(const ForeignVersionReceived& input) noexcept;
  void on_marker(const Header& header) noexcept;
  void on_ack(const Account& sender, const Header& header, const Ack& ack) noexcept;
  void ack_of(Slot slot, const DeviceId& device) noexcept;
  void dispatch(const MessageReceived& input, const Header& header) noexcept;
  void to_owner(const MessageReceived& input, const Header& header) noexcept;
  template <typename Kind>
  [[nodiscard]] static const Kind& body(const MessageReceived& input) noexcept {
    return *std::get_if<Kind>(&input.message->body);
  }

  // --- send.cpp: one-shot messages and their headers ---
  [[nodiscard]] Header header_for(const CallId& call, const LegKey& leg, DeviceId to) noexcept;
  void post(const UserId& to, const Header& header, const Body& body, Millis expiry) noexcept;
  void post_ack(const Account& to, const Header& of) noexcept;
  void post_ringing(const Call& call, Alert alert) noexcept;
  void post_confirm(const Account& to, const CallId& call, const LegKey& leg,
                    const DeviceId& winner, std::uint32_t join_number) noexcept;
  void post_cancel(const Account& to, const CallId& call, const LegKey& leg,
                   Reason reason) noexcept;
  void post_leave(const Account& to, const CallId& call, const LegKey& own, Reason reason) noexcept;
  void post_reject(const Account& to, const CallId& call, const LegKey& leg,
                   Reason reason) noexcept;

  // --- repeat.cpp: messages that are repeated until answered ---
  void repeat_live(MessageKind kind, const Leg& leg, const Account& to) noexcept;
  void repeat_final(MessageKind kind, const Call& call, const LegKey& key, const Recipients& to,
                    const Final& what) noexcept;
  [[nodiscard]] Slot take_outgoing() noexcept;
  void transmit(Slot slot, std::span<const LegView> legs = {}) noexcept;
  [[nodiscard]] Body body_of(const Outgoing& out, std::span<const LegView> legs) noexcept;
  void on_retry(Slot slot) noexcept;
  void drop_outgoing(Slot slot) noexcept;
  void drop_live_outgoing(Slot leg) noexcept;
  void repeat_at_once(Slot slot) noexcept;
  void repeat_all_now() noexcept;
  void repeat_now(const UserId& to) noexcept;
  [[nodiscard]] Millis retry_delay(std::uint8_t attempts) noexcept;

  // --- calls.cpp: the table of calls, one set_state, one finish ---
  [[nodiscard]] Slot make_call(const CallId& id, const LegKey& own) noexcept;
  void set_state(Call& call, CallState state) noexcept;
  void finish(Call& call, Reason reason, std::string_view data = {}) noexcept;
  void release(Call& call) noexcept;
  [[nodiscard]] CallEvent event_of(const Call& call, CallChange change) const noexcept;
  [[nodiscard]] CallEvent event_of(const Call& call, const Leg& leg,
                                   std::string_view data = {}) const noexcept;
  void emit(const Call& call, CallChange change) noexcept;
  void emit_of(const Call& call, const Leg& leg, CallChange change) noexcept;

  // --- legs.cpp: the legs of a call, one set_leg ---
  [[nodiscard]] Slot add_leg(Call& call, const LegKey& key, const UserId& user) noexcept;
  bool make_room(Call& call) noexcept;
  void remove_leg(Call& call, Slot slot) noexcept;
  void forget_leg(Call& call, Leg& leg) noexcept;
  void set_leg(Call& call, Leg& leg, LegState state, Reason reason = Reason::kNone) noexcept;
  void clear_leg(Leg& leg) noexcept;
  void watch_member(const Leg& leg) noexcept;

  // --- tombstones.cpp ---
  void bury(const Call& call, Reason reason) noexcept;
  void bury(const Call& call, const Leg& leg) noexcept;
  void bury_again(const Header& header, Slot before) noexcept;
  void bury_early(const Account& sender, const Header& header, Reason reason) noexcept;
  [[nodiscard]] Tombstone& take_tombstone(const CallId& id) noexcept;
  [[nodiscard]] Errc errc_for_ended(const CallId& id) const noexcept;
  void tell_gone(const Call& call, const Leg& leg, std::string_view data) noexcept;
  void tell_there(const Call& call, const Leg& leg) noexcept;
  bool tell_also(const Account& sender, const CallId& call, const LegKey& leg) noexcept;
  void answer_late(const Account& sender, const CallId& call, const LegKey& leg,
                   const DeviceId& winner, Reason reason) noexcept;

  // --- invite_check.cpp: what an invitation may ask for ---
  [[nodiscard]] static Errc check_data(std::string_view data) noexcept;
  [[nodiscard]] Errc check(const InviteUsers& command) const noexcept;
  [[nodiscard]] Errc check_invitee(const InviteUsers& command, std::size_t index, Slot call,
                                   std::size_t parties) const noexcept;
  [[nodiscard]] Errc find_target(const InviteUsers& command, Slot& slot) const noexcept;

  // --- invite_out.cpp: own invitations ---
  Result on(const InviteUsers& command) noexcept;
  [[nodiscard]] bool pack(const InviteUsers& command, Parcel& parcel) noexcept;
  [[nodiscard]] Texts texts_of(const Parcel& parcel) const noexcept;
  void start_call(const InviteUsers& command, const Parcel& parcel, Result& result) noexcept;
  void invite_all(Call& call, const InviteUsers& command, const Parcel& parcel,
                  Result& result) noexcept;
  void report_invited(Call& call) noexcept;
  void added(Call& call, Leg& leg) noexcept;
  Leg* begin_leg(Call& call, const Invitation& invitation) noexcept;
  [[nodiscard]] Invite invite_of(const Leg& leg) noexcept;

  // --- ringing.cpp: what the invited user's devices answer ---
  void on_ringing(const MessageReceived& input, Call& call, Leg& leg,
                  const Ringing& ringing) noexcept;
  [[nodiscard]] LegDevice* note_device(const Leg& leg, const MessageReceived& input) noexcept;
  void settle_invite(const Leg& leg) noexcept;
  void user_offline(const UserId& user) noexcept;

  // --- busy_settle.cpp: one device's refusal is not the user's ---
  [[nodiscard]] static Reason stronger(Reason a, Reason b) noexcept;
  [[nodiscard]] Reason refusal_of(const Leg& leg) const noexcept;
  [[nodiscard]] bool could_be_answered(const Leg& leg) const noexcept;
  void settle_refused(Call& call, Leg& leg, std::string_view data) noexcept;
  void on_settle_time(Call& call, Leg& leg) noexcept;
  void on_receipt_time(Call& call, Leg& leg) noexcept;

  // --- end_pending.cpp: an unanswered leg ends, everything stops ringing ---
  [[nodiscard]] static Reason told_to_callee(Reason reason) noexcept;
  [[nodiscard]] std::size_t ringing_devices(const Leg& leg,
                                            std::span<DeviceId> found) const noexcept;
  void stop_ringing(Call& call, Leg& leg, Reason reason, std::string_view said) noexcept;
  void end_leg(Call& call, Leg& leg, Reason reason, std::string_view said,
               std::string_view heard) noexcept;
  bool leg_over(Call& call, const Leg& leg, Reason why, std::string_view data = {}) noexcept;
  void note_outcome(Call& call, Reason reason) noexcept;
  [[nodiscard]] Reason why_alone(const Call& call, Reason why) const noexcept;
  bool still_alive(Call& call, Reason why, std::string_view data = {}) noexcept;

  // --- plan.cpp: step by step ---
  [[nodiscard]] bool make_plan(Call& call, const InviteUsers& command, const Parcel& parcel,
                               const Result& result) noexcept;
  void drop_plan(Call& call) noexcept;
  void first_step(Call& call) noexcept;
  bool ring_step(Call& call) noexcept;
  [[nodiscard]] bool plan_rings(const Call& call) const noexcept;
  bool next_step(Call& call) noexcept;
  void note_refusals(const Call& call, Plan& plan) noexcept;
  void on_plan_step(Call& call) noexcept;
  void answered(Call& call, const Leg& by) noexcept;

  // --- push.cpp ---
  void ask_pushes() noexcept;
  void ask_push(const Call& call, Leg& leg) noexcept;
  void take_back_push(const Call& call, Leg& leg, Reason reason) noexcept;
  void put_push(const Call& call, const Leg& leg, bool cancel, Reason reason) noexcept;

  // --- invite_in.cpp: an invitation arrives ---
  void on_invite(const MessageReceived& input, const Header& header, const Invite& invite,
                 std::uint64_t nonce) noexcept;
  [[nodiscard]] static bool refused_here(Reason reason) noexcept;
  bool over_here(const Account& sender, const Header& header, const LegKey& replaces) noexcept;
  void known_invite(const MessageReceived& input, Call& call, const Invite& invite,
                    std::uint64_t nonce) noexcept;
  [[nodiscard]] bool proven_fresh(const MessageReceived& input,
                                  const Invite& invite) const noexcept;
  [[nodiscard]] bool room_for_question(const Account& sender) noexcept;
  void ask_fresh(Call& call, Millis ring_left) noexcept;
  void admit(Call& call, const Invite& invite, Instant counted_from) noexcept;
  void refuse(Call& call, Reason reason, Reason told) noexcept;
  void present(Call& call, const Invite& invite) noexcept;
  void learn_roster(Call& call, std::span<const LegView> roster) noexcept;
  [[nodiscard]] Alert alert_of(const Call& call) const noexcept;

  // --- two_owners.cpp: a second invitation into the same call ---
  void second_invite(const MessageReceived& input, Call& call, const Invite& invite) noexcept;
  void switch_leg(Call& call, const Header& header, Reason reason) noexcept;
  void remember_ended(Call& call, const LegKey& key, Reason reason) noexcept;
  void go_on_with_leg(Call& call) noexcept;
  bool yield_place(Call& call) noexcept;

  // --- collision.cpp: glare and recall ---
  void recall(const Call& incoming) noexcept;
  [[nodiscard]] Slot find_glare(const Call& incoming) const noexcept;
  [[nodiscard]] bool yield_to(Call& own, Call& incoming) noexcept;

  // --- answer.cpp: accept ---
  Result on(const AcceptCall& command) noexcept;
  Errc accept(Call& call, std::string_view data, Bytes answer) noexcept;
  [[nodiscard]] Errc pack_answer(Leg& own, std::string_view data, Bytes answer) noexcept;
  void send_accept(Call& call) noexcept;
  void on_accept(const MessageReceived& input, Call& call, Leg& leg, const Accept& accept) noexcept;
  void win(Call& call, Leg& leg, const MessageReceived& input, std::string_view data,
           Bytes offer) noexcept;
  void enter_connected(Call& call, const Account& peer, std::string_view data,
                       Bytes offer) noexcept;

  // --- confirm.cpp ---
  void on_confirm(const MessageReceived& input, const Header& header,
                  const Confirm& confirm) noexcept;
  void refuse_confirm(const Account& sender, const Header& header) noexcept;
  void own_confirm(const MessageReceived& input, Call& call, const Confirm& confirm) noexcept;
  void other_confirm(const MessageReceived& input, Call& call, bool mine) noexcept;
  void connect(Call& call, std::span<const LegView> legs) noexcept;
  void on_confirm_time(Call& call) noexcept;

  // --- refuse.cpp: reject ---
  Result on(const RejectCall& command) noexcept;
  void decline(Call& call, Reason reason, std::string_view data) noexcept;
  void on_reject(const MessageReceived& input, const Header& header, const Reject& reject) noexcept;
  void refused_by_device(Call& call, Leg& leg, const MessageReceived& input,
                         const Reject& reject) noexcept;

  // --- cancel.cpp ---
  Result on(const CancelCall& command) noexcept;
  Errc cancel(Call& call, const CancelCall& command) noexcept;
  void on_cancel(const MessageReceived& input, const Header& header, const Cancel& cancel) noexcept;

  // --- leave.cpp: I go, the others stay ---
  Result on(const HangUpCall& command) noexcept;
  void leave_call(Call& call, Reason reason, std::string_view heard = {},
                  std::string_view said = {}) noexcept;
  void part_from(const Call& call, const Leg& leg, MessageKind kind, const Final& what) noexcept;
  void on_leave(const MessageReceived& input, const Header& header, const Leave& leave) noexcept;
  void member_gone(Call& call, const Leg& leg, Reason reason, std::string_view data) noexcept;

  // --- end_for_all.cpp ---
  Result on(const EndCall& command) noexcept;
  void end_for_all(Call& call, Reason reason, std::string_view said) noexcept;
  void on_end(const MessageReceived& input, const Header& header, const End& end) noexcept;

  // --- join.cpp: join, come back, pull over ---
  Result on(const JoinCall& command) noexcept;
  [[nodiscard]] Errc join(const CallId& id, const UserId& via, const JoinCall& command) noexcept;
  [[nodiscard]] UserId heard_of(const CallId& id) const noexcept;
  void on_join(const MessageReceived& input, const Header& header, const Join& join) noexcept;
  void join_again(Call& call, Leg& leg, const MessageReceived& input, const Join& join) noexcept;
  void admit_joiner(Call& call, const MessageReceived& input, const Join& join) noexcept;
  void join_refused(const MessageReceived& input, Call& call, const Reject& reject) noexcept;
  void overhear(const CallId& call, const Account& member, const DeviceId& device) noexcept;
  void on_others_mail(const MessageReceived& input, const Header& header) noexcept;

  // --- info.cpp: what members tell each other beside the call ---
  Result on(const SendInfo& command) noexcept;
  Result send_info(const Call& call, const SendInfo& command) noexcept;
  void queue_info(const Leg& leg, const SendInfo& command, const Blob& content) noexcept;
  [[nodiscard]] Info info_body(const Outgoing& out) const noexcept;
  void info_acked(Slot slot, const DeviceId& device) noexcept;
  void on_info(const MessageReceived& input, const Header& header, const Info& info) noexcept;

  // --- early_offer.cpp: media offers while it rings ---
  Result on(const OfferEarly& command) noexcept;
  void post_offer(const Account& to, const CallId& call, const LegKey& leg, InfoKind kind,
                  Bytes offer) noexcept;
  void offer_to_ringing(const Call& call, const Leg& leg, const DeviceId& device) noexcept;

  // --- door.cpp: this device's door ---
  Result on(const DoorPulsed& input) noexcept;
  Result on(const DoorContact& input) noexcept;
  void on_door(const MessageReceived& input, const Header& header, const Door& door) noexcept;
  void door_requested(const Account& from, const Header& header) noexcept;
  void open_heard(const Account& from, const Header& header, std::uint64_t number) noexcept;
  void order_pulse(DoorNonce& nonce) noexcept;
  void refuse_door(const Account& to, const Header& asked, DoorResult why) noexcept;
  void answer_door(const Account& to, const Header& asked, DoorResult result) noexcept;
  void stop_ringing_for_door() noexcept;
  void tell_door(DoorChange change, bool here, const Account& who, const CallId& id,
                 DoorResult result) noexcept;
  void post_door(const Account& to, const CallId& id, const Door& door) noexcept;

  // --- door_ask.cpp: asking for a door ---
  Result on(const OpenDoor& command) noexcept;
  Result open_own_door(const OpenDoor& command) noexcept;
  [[nodiscard]] Result ask_door(const CallId& id, const Account& door) noexcept;
  void open_after_answer(const CallId& id, const Account& door) noexcept;
  [[nodiscard]] static Door door_body(const Outgoing& out) noexcept;
  void door_answered(const Account& from, const Header& header, const Door& door) noexcept;
  void door_unanswered(const Outgoing& out) noexcept;
  void drop_door_asks() noexcept;

  // --- roster.cpp: who is in the call ---
  [[nodiscard]] std::span<const LegView> snapshot(const Call& call) noexcept;
  [[nodiscard]] std::span<const LegView> needed_roster(Slot call) noexcept;
  void spread(const Call& call, Slot except = kNoSlot) noexcept;
  void tell_ringing(const Call& call) noexcept;
  void tell_roster(const Leg& member) noexcept;
  void on_roster(const MessageReceived& input, const Header& header, const Roster& roster) noexcept;
  bool view_received(const MessageReceived& input, Call& call,
                     std::span<const LegView> legs) noexcept;
  void one_leg_each(Call& call, const Leg& leg) noexcept;
  void merge(Call& call, const Account& from, std::span<const LegView> legs) noexcept;
  void take_view(Call& call, Leg& leg, const LegView& view) noexcept;
  void learn_leg(Call& call, const LegView& view) noexcept;
  void join_view(Call& call, Leg& leg, const DeviceId& device, std::uint32_t number) noexcept;
  void announce(const Call& call, const Leg& leg) noexcept;

  // --- heir.cpp: what a lost member was ringing is rung on ---
  void take_over(Call& call) noexcept;
  [[nodiscard]] Slot find_orphan(const Call& call) const noexcept;
  void owner_gone(Call& call, Reason reason, std::string_view data = {}) noexcept;

  // --- sync.cpp: heartbeat, unknown calls ---
  void on_heartbeat(Leg& leg) noexcept;
  void sync_pending(const Leg& leg, const DeviceId& to, std::uint64_t nonce) noexcept;
  void on_sync(const MessageReceived& input, const Header& header, const Sync& sync) noexcept;
  bool unknown_view(const MessageReceived& input, const Header& header,
                    std::span<const LegView> legs) noexcept;
  void sync_all_now() noexcept;
  void sync_with(const Account& account, Incarnation life) noexcept;
  void ring_again(const Leg& leg) noexcept;

  // --- lost.cpp: loss, being alone, the longest call ---
  bool heard(Call& call, Leg& leg, const Header& header) noexcept;
  static void note_heard(Leg& leg, const Header& header) noexcept;
  void owner_heard(Call& call) noexcept;
  void on_lost_time(Leg& leg) noexcept;
  void lose_account(const Account& account, Incarnation life) noexcept;
  void guard_alone(Call& call) noexcept;
  void guard_length(Call& call) noexcept;
  void on_longest_time(Call& call) noexcept;

  // --- modes.cpp: do not disturb, ring-to-open, silence ---
  Result on(const SetDnd& command) noexcept;
  Result on(const SetRingToOpen& command) noexcept;
  Result on(const SilenceCall& command) noexcept;
  void on_dnd_time() noexcept;
  void on_ring_to_open_time() noexcept;
  void mode_changed() noexcept;

  // --- invariants.cpp ---
  [[nodiscard]] const char* broken_call(Slot slot, const Call& call) const noexcept;
  [[nodiscard]] const char* broken_leg(const Call& call, const Leg& leg) const noexcept;
  [[nodiscard]] const char* broken_outgoing() const noexcept;

  // --- media.cpp ---
  Result on(const MediaReported& input) noexcept;
  void start_media(Call& call) noexcept;
  void restart_media(Call& call) noexcept;
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
  [[nodiscard]] Slot take_peer(const Account& account) noexcept;
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
};

}  // namespace doorcall
