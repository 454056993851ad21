#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "agent/core/counters.hpp"
#include "agent/core/input.hpp"
#include "agent/core/limits.hpp"
#include "agent/core/output.hpp"
#include "agent/core/settings.hpp"

namespace doorcall {

class Core;

/// Why the engine wants to be woken.
enum class Wake : std::uint8_t {
  kNothing,
  kRing,
  kReceipt,
  kNotice,
  kConfirm,
  kSettle,
  kHeartbeat,
  kLost,
  kMediaStart,
  kMediaDrain,
  kPlanStep,
  kAlone,
  kLongestCall,
  kMode,
  kDoor,
  kRetry,
  kTombstone,
  kPresence,
  kPeerPresence,
  kBarrier,
  kReconnect,
  kStop,
};

[[nodiscard]] std::string_view to_string(Wake why) noexcept;

struct Deadline {
  Instant when = kNever;
  Wake why = Wake::kNothing;
};

/// One call as status shows it.
struct CallInfo {
  CallId call;
  CallState state = CallState::kIdle;
  LegState leg = LegState::kInviting;  ///< of the peer, or of this device where it is invited
  MediaState media_state = MediaState::kNone;
  MediaKind media = MediaKind::kAudio;
  bool outgoing = false;
  Account peer;    ///< incoming: who invited; outgoing: who was invited first
  Account caller;  ///< who created the call; empty once it has ended
  Reason reason = Reason::kNone;
  Instant since{};          ///< of the present state
  std::size_t members = 0;  ///< legs, own included; see Engine::member_at
};

/// One device whose presence is known.
struct PeerInfo {
  Account account;
  PresenceState state = PresenceState::kOffline;
  bool door = false;  ///< it shows that it has one
  Incarnation incarnation = 0;
  Instant since{};
};

/// The whole call logic of one device: no I/O, no clock, no heap, no threads.
///
/// Contract: handle() one input, then next_output() until it returns false, then wait until
/// next_deadline().when or the next fact. Before an input at `now`, everything due at `now` must
/// have been handled: agent/core/pump.hpp does all this in one call. Thread: one at a time.
/// Lifetime: `memory` must outlive the engine; it is the only memory used.
class Engine {
 public:
  /// Bytes that `limits` need, for std::max_align_t aligned memory.
  [[nodiscard]] static std::size_t bytes_needed(const Limits& limits) noexcept;

  /// `seed`: 32 random bytes, secret and never used twice outside of tests: call ids, nonces, the
  /// incarnation and all jitter come from it.
  Engine(const Settings& settings, const Limits& limits, std::span<std::byte> memory,
         std::span<const std::uint8_t, 32> seed, Instant now) noexcept;
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Takes one input at `now`, which never goes back. Precondition: outputs are drained.
  Result handle(const Input& input, Instant now) noexcept;

  /// The next order or event; false when there is none.
  [[nodiscard]] bool next_output(Output& out) noexcept;

  /// When the engine next wants TimePassed, and why.
  [[nodiscard]] Deadline next_deadline() const noexcept;

  [[nodiscard]] const Counters& counters() const noexcept;
  [[nodiscard]] const Settings& settings() const noexcept;
  [[nodiscard]] Incarnation incarnation() const noexcept;
  [[nodiscard]] LinkState link_state() const noexcept;
  [[nodiscard]] PresenceState own_state() const noexcept;

  /// Live calls and, after them, remembered ended ones, `index` from 0; nullopt past the last.
  [[nodiscard]] std::optional<CallInfo> call_at(std::size_t index) const noexcept;
  /// How many of them are live.
  [[nodiscard]] std::size_t live_calls() const noexcept;
  [[nodiscard]] std::optional<CallInfo> find_call(const CallId& call) const noexcept;
  /// The legs of a live call, own included, in order of joining, pending and ended ones last;
  /// nullopt past the last. A member that is lost to this device shows as ended(peer_lost).
  [[nodiscard]] std::optional<LegView> member_at(const CallId& call,
                                                 std::size_t index) const noexcept;
  /// Calls that another device of this user is in, as far as overheard: for JoinCall{move}.
  [[nodiscard]] std::optional<CallId> pullable_at(std::size_t index) const noexcept;
  [[nodiscard]] Mode mode() const noexcept;
  /// Known devices in account order, `index` from 0; nullopt past the last.
  [[nodiscard]] std::optional<PeerInfo> peer_at(std::size_t index) const noexcept;

  /// Changes settings that apply from the next call on; `self` must stay. Thread: as handle().
  void reconfigure(const Settings& settings) noexcept;

  /// The broken invariant's name, or nullptr. Walks everything: for tests, simulator, debug builds.
  [[nodiscard]] const char* broken_invariant() const noexcept;

  /// True when nothing is left: no live call, no message awaiting an answer, no tombstone.
  [[nodiscard]] bool quiet() const noexcept;

 private:
  Core* core_;
};

}  // namespace doorcall
