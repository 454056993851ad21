#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "agent/core/message.hpp"

// Facts and commands that enter the engine. Views must stay valid until the outputs of the handle()
// that takes them are drained.

namespace doorcall {

// --- facts
// ----------------------------------------------------------------------------------------

/// Time has passed: handle what is due. Also sent before each other input of the same instant.
struct TimePassed {};

/// The link is connected and every subscription is granted.
struct LinkConnected {
  bool mqtt5 = true;  ///< message expiry and will delay work on this connection
  bool session_present = false;
};

/// The link is gone, or an attempt failed. One for each OpenLink, at most.
struct LinkLost {
  enum class Cause : std::uint8_t { kNetwork, kRefused, kTakenOver };
  Cause cause = Cause::kNetwork;
  std::uint8_t code = 0;  ///< MQTT reason code where there is one
  std::string_view text;  ///< for people
  bool at_once = false;   ///< made anew on purpose: no back-off
};

struct MessageReceived {
  Account sender;  ///< from the topic
  bool retained = false;
  std::optional<std::uint32_t> expiry_left;  ///< MQTT 5 message expiry on delivery, seconds
  const Message* message = nullptr;
};

/// A message of another major version; its header is the same in all versions.
struct ForeignVersionReceived {
  Account sender;
  bool retained = false;
  MessageKind kind = MessageKind::kInvite;
  Header header;
};

/// `expiry_left` none: the broker has no message expiry (or it ran out this very second).
struct PresenceReceived {
  Account account;  ///< from the topic
  bool retained = false;
  std::optional<std::uint32_t> expiry_left;
  Presence presence;
};

/// A retained presence was deleted: the device is unknown now.
struct PresenceCleared {
  Account account;
};

struct MediaReported {
  CallId call;
  MediaState state = MediaState::kNone;
};

/// What became of the PulseDoor with that number: the lock is being driven, or could not be.
struct DoorPulsed {
  std::uint64_t number = 0;
  bool ok = false;
};

/// This device's door stands open, or is closed again.
struct DoorContact {
  bool open = false;
};

// --- commands: each has a Result
// -------------------------------------------------------------------

struct Start {};

/// Says goodbye: cancels own invitations, ends calls, publishes offline, closes the link. The
/// output Stopped follows within kStopTime.
struct Stop {};

/// One user of an invitation. `step`: when its turn comes in a ring plan, from 0.
struct Invitee {
  UserId user;
  std::uint8_t step = 0;
};

/// How the users of one invitation are rung. The default rings all of them at once and takes
/// whoever answers.
struct RingPlan {
  bool first_wins = false;  ///< the first answer cancels the others as answered_elsewhere
  bool keep = false;        ///< a step that is over rings on beside the next (escalation)
  std::uint8_t cycles = 1;  ///< how often all steps are gone through, 1–kPlanCyclesMax
  Millis step_time{0};      ///< how long a step rings alone; needed with more than one step
};

/// A new call; or, with `call` or while connected in the only call of this device's only line, more
/// users for that call (with no plan but first_wins). Users that can't be invited are told in
/// Result::invitees; the command fails only if none is left.
struct InviteUsers {
  CallId call;                        ///< empty: see above
  std::span<const Invitee> invitees;  ///< 1–kInviteesMax
  RingPlan plan;
  Millis ring_time{0};  ///< of each user; 0: the setting's. A plan's step_time goes before it
  MediaKind media = MediaKind::kAudio;
  bool wait_offline = false;  ///< ring on while a user is offline, and ask the push topic
  std::string_view caller_name;
  std::string_view data;
  std::string_view line;
  Bytes offer;
  std::string_view push_title;    ///< ≤ kNameBytesMax
  std::string_view push_content;  ///< ≤ kPushContentBytesMax
};

/// Stops own invitations that nobody has answered yet. A call that is still `calling` ends with the
/// last of them.
struct CancelCall {
  CallId call;
  std::span<const UserId> users;  ///< empty: all
  std::string_view data;
};

struct AcceptCall {
  CallId call;
  std::string_view data;
  Bytes answer;
};

struct RejectCall {
  CallId call;
  Reason reason = Reason::kNone;  ///< kDeclined (this device only), kDeclinedEverywhere, kBusy or
                                  ///< kDnd; kNone: what Settings::decline_here says
  std::string_view data;
};

/// Leaves the call; who else is in it stays. Before an answer it takes the invitation back.
struct HangUpCall {
  CallId call;
  std::string_view data;
};

/// Ends the call for all. Allowed to the creator, or, once that is gone, to the member that joined
/// first among the rest.
struct EndCall {
  CallId call;
  std::string_view data;
};

/// Comes (back) into a running call whose roster names this user.
struct JoinCall {
  CallId call;        ///< with `move` may be empty: the one call of another device of this user
  UserId via;         ///< a user who is in the call; empty: whom this device has heard of it
  bool move = false;  ///< take the call over from another device of this user
  std::string_view data;
  Bytes answer;
};

/// Tells members of a connected call something. Each gets it once, in the order of the commands;
/// InfoReceipt says when. What a member has not got when it goes is lost with it.
struct SendInfo {
  CallId call;
  UserId user;  ///< whose device in the call is meant; empty: every other member
  InfoKind kind = InfoKind::kData;
  MediaKind media = MediaKind::kAudio;  ///< kMediaSwitch
  Bytes bytes;                          ///< media: 1–kOfferBytesMax
  std::string_view text;                ///< kKeyPress: is_keys(); kData: UTF-8, ≤ kDataBytesMax
};

/// Tells all who ring, or the caller whose call rings here, the own media offer ahead of the
/// answer. Copies may get lost: what must arrive is said again by SendInfo once the call is
/// connected. A calling device keeps the last one for devices that ring later.
struct OfferEarly {
  CallId call;
  Bytes offer;  ///< 1–kOfferBytesMax
};

/// Opens a door: of a member of a connected call (`user`, else who shows one, else the other side),
/// or of who rings here; with no call `user`'s, or with neither this device's own. DoorEvent says
/// what came of it, under the id in Result::call.
struct OpenDoor {
  CallId call;
  UserId user;
};

/// Stops alerting here, without declining: other devices ring on, and it can still be answered.
struct SilenceCall {
  CallId call;
};

/// Do not disturb: invitations are refused with dnd, but for Settings::dnd_overrides.
struct SetDnd {
  bool on = false;
  Millis duration{0};  ///< with `on`: 0 until switched off
};

/// For `duration`, calls from Settings::doors are answered at once (CallChange::kOpenDoor) and
/// their door is asked to open. 0 switches it off.
struct SetRingToOpen {
  Millis duration{0};
};

using Input =
    std::variant<TimePassed, LinkConnected, LinkLost, MessageReceived, ForeignVersionReceived,
                 PresenceReceived, PresenceCleared, MediaReported, DoorPulsed, DoorContact, Start,
                 Stop, InviteUsers, CancelCall, AcceptCall, RejectCall, HangUpCall, EndCall,
                 JoinCall, SendInfo, OpenDoor, SilenceCall, SetDnd, SetRingToOpen, OfferEarly>;

}  // namespace doorcall
