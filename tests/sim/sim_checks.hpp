#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/engine.hpp"
#include "tests/sim/sim_broker.hpp"
#include "tests/sim/sim_plan.hpp"

namespace doorcall::sim {

/// The first broken promise of a world.
struct Violation {
  std::string name;
  std::string detail;
  Instant at{};
};

/// What one incarnation of one device has said and done about one call.
struct Side {
  bool presented = false;  ///< its listeners have been told of the call
  bool ended = false;
  bool media_started = false;
  bool media_stopped = false;
  bool person_accepted = false;
  bool end_processed = false;    ///< an end of the call from its owner was handled here
  bool ever_accepted = false;    ///< by any incarnation: an accept was sent
  bool confirm_handled = false;  ///< or a heartbeat that says the same
  bool was_lost = false;         ///< an incarnation that knew the call has died
  CallState state = CallState::kIdle;
  Reason reason = Reason::kNone;
  std::size_t peer = kNobody;  ///< device index, once connected
  std::uint64_t nonce = 0;     ///< of the freshness query
  Instant queried{};
  Instant ring_end = kNever;
  std::uint32_t messages_after_heal = 0;  ///< without heartbeats and receipts

  /// The device knows nothing of the call any more; what it said stays said.
  void forget();
};

/// "device d1, call 0123abcd".
[[nodiscard]] std::string where(std::size_t device, const CallId& call);

/// The truth about one call, as no device knows it.
struct CallTruth {
  CallId id;
  std::size_t caller = 0;
  std::size_t callee = 0;
  Instant deadline{};            ///< of its ring time, by the owner
  Instant decided = kNever;      ///< the owner knows the end, or died
  std::size_t winner = kNobody;  ///< whom the owner has named
  std::array<Side, kDevicesMax> sides;

  [[nodiscard]] Side& caller_side() { return sides[caller]; }
  [[nodiscard]] Side& callee_side() { return sides[callee]; }
};

/// What made a device handle the input at hand, for the checks that ask for a cause.
struct Trigger {
  const Message* message = nullptr;  ///< null: no signalling
  Account sender;
  std::optional<std::uint32_t> expiry_left;
  Millis queued{0};  ///< at the broker
  Instant published{};
};

/// Watches every input and output of every device and knows what must never happen.
///
/// The world reports; the first thing that is wrong is kept. Thread: one.
class Checks {
 public:
  explicit Checks(const WorldPlan& plan);

  // Reports, in the order in which things happen.
  void booted(std::size_t device, const Engine* engine);
  void crashed(Instant now, std::size_t device);
  void called(Instant now, std::size_t device, const InviteUser& invite, const CallId& call);
  void commanded(std::size_t device, const Input& input, Errc code);
  void triggered(std::size_t device, const Trigger& trigger);
  void sent(Instant now, std::size_t device, const SendMessage& send);
  void event(Instant now, std::size_t device, const CallEvent& event);
  void media_started(Instant now, std::size_t device, const StartMedia& start);
  void media_stopped(Instant now, std::size_t device, const StopMedia& stop);
  /// One handle() is done and its outputs are drained.
  void stepped(Instant now, std::size_t device, std::size_t outputs);
  void healed(Instant now) { healed_at_ = now; }

  /// A hash over all that `device` holds of the calls of this world: strangers must not change it.
  [[nodiscard]] std::uint64_t digest(std::size_t device) const;

  void fail(Instant now, std::string name, std::string detail);
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }

  /// A table of `device` was full once: it may have forgotten what it had to remember, and have
  /// answered busy for want of room.
  [[nodiscard]] bool cramped(std::size_t device) const { return cramped_[device]; }

  [[nodiscard]] CallTruth* find(const CallId& call);
  [[nodiscard]] std::vector<CallTruth>& calls() { return calls_; }
  [[nodiscard]] const Engine* engine(std::size_t device) const { return engines_[device]; }
  [[nodiscard]] std::size_t device_of(const Account& account) const;
  [[nodiscard]] std::size_t device_of(const UserId& user) const;

 private:
  void presented(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  void rings(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  void connected(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  void accepted(Instant now, std::size_t device, CallTruth& call);
  void live_calls(Instant now, std::size_t device);

  WorldPlan plan_;
  std::map<CallId, std::uint32_t> index_;
  std::vector<CallTruth> calls_;
  std::array<const Engine*, kDevicesMax> engines_{};
  std::array<bool, kDevicesMax> cramped_{};
  Trigger trigger_;
  Instant healed_at_ = kNever;
  std::optional<Violation> violation_;
};

}  // namespace doorcall::sim
