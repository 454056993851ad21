#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "doorcall/error.hpp"
#include "doorcall/reason.hpp"
#include "doorcall/state.hpp"

namespace doorcall {

/// What an invitation carries. Data is delivered verbatim.
struct CallOptions {
  /// How long each user rings, 1–600 s; none: the plan's, else the agent's.
  std::optional<std::chrono::milliseconds> ring_time;
  MediaKind media = MediaKind::kAudio;
  /// Rings on while a user is offline, and asks the push gateway to wake it; none: the agent's.
  std::optional<bool> wait_offline;
  std::string caller_name;  ///< shown to the callee, up to 64 bytes; empty: the agent's name
  std::string data;         ///< extended data, UTF-8, up to 8 KiB
  std::string line;         ///< the button or line that calls, up to 32 bytes
  std::vector<std::uint8_t> offer;  ///< media offer, opaque, up to 6 KiB
  /// What a push shows: up to 64 bytes, and up to 256; none: the agent's, filled in.
  std::optional<std::string> push_title;
  std::optional<std::string> push_content;
};

/// One invitee who is not called, and why.
///
/// Errors: kInvalidUser, kSelfCall, kAlreadySent: named twice, or in the call already;
///         kTooManyInvitees: there is no room for one more; kBusy: it is calling this device.
struct InviteeError {
  std::string user;
  Errc code = Errc::kOk;
};

/// The immediate answer to Agent::call() and Agent::add().
struct CallResult {
  Errc code = Errc::kOk;  ///< ok if anybody is called
  std::string call;       ///< the call's id, 32 hexadecimal digits; empty unless ok
  bool added = false;     ///< the users were added to a call that this device is in
  std::chrono::milliseconds ring_time{0};
  std::vector<InviteeError> errors;  ///< the invitees who are not called, and why
};

/// What an answer carries to the caller, verbatim.
struct AnswerOptions {
  std::string data;                  ///< UTF-8, up to 8 KiB
  std::vector<std::uint8_t> answer;  ///< media answer, opaque, up to 6 KiB
};

/// What comes along with a request to be let into a running call.
struct JoinOptions {
  std::string data;                  ///< UTF-8, up to 8 KiB
  std::vector<std::uint8_t> answer;  ///< media answer, opaque, up to 6 KiB
};

/// How far a decline reaches, and what it carries to the caller.
struct DeclineOptions {
  /// For this device only (true) or for all devices of the user (false); none: the agent's.
  std::optional<bool> here_only;
  std::string data;  ///< UTF-8, up to 8 KiB
};

/// The immediate answer to Agent::pull().
struct PullResult {
  Errc code = Errc::kOk;
  std::string call;  ///< the call's id; empty unless ok
};

/// How an operation ended.
///
/// Errors: kAlreadyEnded: the call ended before the operation had its effect; `reason` says why.
///         kNotConnected: start: the first attempt failed; the agent goes on trying.
///         kNotStarted: the agent was stopped.
struct Outcome {
  Errc code = Errc::kOk;
  Reason reason = Reason::kNone;
};

/// Called exactly once, from the loop and never from inside the call that took it, unless that call
/// returned an error or the agent is destroyed first: then never.
using Completion = std::function<void(const Outcome& outcome)>;

/// One member of a call: a user who is invited, in it, or out again.
struct MemberView {
  std::string user;
  std::string device;  ///< which one is in the call; empty before
  LegState state = LegState::kInviting;
  Reason reason = Reason::kNone;  ///< with kEnded
  std::string inviter_user;       ///< who invited; empty: it is the call's creator
  std::string inviter_device;
  std::uint32_t join_number = 0;           ///< in order of joining: 0 the creator, others from 1
  std::chrono::milliseconds ring_left{0};  ///< while it is invited
};

/// One call as it stands.
struct CallView {
  std::string call;
  CallState state = CallState::kIdle;
  LegState leg = LegState::kInviting;  ///< of the peer, or of this device where it is invited
  bool outgoing = false;
  std::string peer_user;    ///< incoming: who invited; outgoing: who was invited first
  std::string peer_device;  ///< empty while unknown
  std::string caller_user;  ///< who created the call; empty once it has ended
  std::string caller_device;
  MediaKind media = MediaKind::kAudio;
  MediaState media_state = MediaState::kNone;
  Reason reason = Reason::kNone;
  std::chrono::milliseconds age{0};  ///< of the present state
  /// All members, this device's user included: those in the call in order of joining, then the
  /// others. Empty once it has ended.
  std::vector<MemberView> members;
};

}  // namespace doorcall
