#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "agent/core/engine.hpp"
#include "tests/fakes/prng.hpp"
#include "tests/sim/sim_coverage.hpp"
#include "tests/sim/sim_plan.hpp"
#include "tests/sim/sim_truth.hpp"

namespace doorcall::sim {

/// The first broken promise of a world.
struct Violation {
  std::string name;
  std::string detail;
  Instant at{};
};

/// What made a device handle the input at hand, for the checks that ask for a cause.
struct Trigger {
  const Message* message = nullptr;  ///< null: no signalling
  Account sender;
  std::optional<std::uint32_t> expiry_left;
  Millis queued{0};  ///< at the broker
  Instant published{};
};

/// The invite in `body`, alone or in a sync.
[[nodiscard]] const Invite* invite_of(const Body& body);

/// Watches every input and output of every device and knows what must never happen.
///
/// The world reports; the first thing that is wrong is kept. Thread: one.
class Checks {
 public:
  explicit Checks(const WorldPlan& plan) : truth_(plan) {}

  // Reports, in the order in which things happen.
  void booted(std::size_t device, const Engine* engine);
  void crashed(Instant now, std::size_t device);
  /// It hears nothing any more of what it has asked for.
  void stopped(std::size_t device) { forget_doors(device); }
  void suspended(std::size_t device, Instant until) { awake_[device] = until; }
  void commanded(Instant now, std::size_t device, const Input& input, const Result& result);
  void triggered(std::size_t device, const Trigger& trigger);
  void sent(Instant now, std::size_t device, const SendMessage& send);
  void pushed(Instant now, std::size_t device, const SendPush& send);
  void event(Instant now, std::size_t device, const CallEvent& event);
  /// `device` tells the others in `call` what is numbered infos() + 1; none: it was refused.
  void info_said(std::size_t device, const CallId& call, std::uint32_t ticket);
  [[nodiscard]] std::size_t infos() const { return infos_.size(); }
  void info(Instant now, std::size_t device, const InfoEvent& event);
  /// `device` has a media offer for who rings, or for the caller.
  void offered(std::size_t device, const CallId& call) { offers_.insert({device, call}); }
  void info_received(Instant now, std::size_t device, const InfoReceipt& receipt);
  void pulse(Instant now, std::size_t device, const PulseDoor& order);
  void door(Instant now, std::size_t device, const DoorEvent& event);
  void doors_answered(Instant now);
  [[nodiscard]] std::uint64_t any_nonce(fakes::Prng& prng) const;
  void media_started(Instant now, std::size_t device, const StartMedia& start);
  void media_stopped(Instant now, std::size_t device, const StopMedia& stop);
  /// One handle() is done and its outputs are drained.
  void stepped(Instant now, std::size_t device, std::size_t outputs);
  void healed(Instant now) { healed_at_ = now; }

  /// A hash over all that `device` holds of calls: strangers must not change it.
  [[nodiscard]] std::uint64_t digest(std::size_t device) const;
  /// True if this message must not change anything at `device`.
  [[nodiscard]] bool not_entitled(std::size_t device, const Account& sender,
                                  const Message& message);

  void fail(Instant now, std::string name, std::string detail);
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }

  /// A table of `device` was full once: it may have forgotten what it had to remember, and have
  /// refused for want of room.
  [[nodiscard]] bool cramped(std::size_t device) const { return cramped_[device]; }

  [[nodiscard]] Truth& truth() { return truth_; }
  [[nodiscard]] CallTruth* find(const CallId& call) { return truth_.find(call); }
  [[nodiscard]] std::deque<CallTruth>& calls() { return truth_.calls(); }
  [[nodiscard]] const Engine* engine(std::size_t device) const { return engines_[device]; }
  [[nodiscard]] Coverage& coverage() { return coverage_; }

 private:
  [[nodiscard]] const DevicePlan& plan(std::size_t device) const {
    return truth_.plan().devices[device];
  }
  void early_offer(Instant now, std::size_t device, const InfoEvent& event);
  [[nodiscard]] bool own_leg(std::size_t device, const LegTruth& leg) const {
    return leg.user == plan(device).user;
  }
  void forgets_legs(std::size_t device);
  // commands and messages
  void count_plan(const InviteUsers& invite);
  void invited(Instant now, std::size_t device, const InviteUsers& invite, const Result& result);
  LegTruth* leg_of(Instant now, std::size_t device, CallTruth& call, const SendMessage& send);
  [[nodiscard]] bool still_pending(std::size_t device, const CallTruth& call,
                                   const Header& header) const;
  void won(Instant now, std::size_t device, const CallTruth& call, LegTruth& leg,
           const Account& who);
  void numbered(Instant now, std::size_t device, const CallTruth& call, LegTruth& leg,
                std::uint32_t number);
  void views_sent(Instant now, std::size_t device, CallTruth& call, const Body& body);
  void leg_sent(Instant now, std::size_t device, CallTruth& call, const SendMessage& send);
  void new_invite(Instant now, std::size_t device, CallTruth& call, const Invite& invite,
                  LegTruth& leg);
  void accepted(Instant now, std::size_t device, CallTruth& call);
  void named(std::size_t device, CallTruth& call, const LegKey& key);
  void ringing_heard(std::size_t device, std::size_t sender, CallTruth& call,
                     const Ringing& ringing);
  void heard_views(std::size_t device, CallTruth& call, std::span<const LegView> views);

  // doors
  void door_sent(Instant now, std::size_t device, const SendMessage& send);
  [[nodiscard]] bool may_open(std::size_t device, const Account& who, const CallId& id);
  void door_asked(Instant now, std::size_t device, const CallId& id);
  void forget_doors(std::size_t device);

  // events
  void presented(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  [[nodiscard]] bool begins_again(std::size_t device, const CallEvent& event,
                                  const CallTruth& call) const;
  void rings(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  void proven(Instant now, std::size_t device, const CallEvent& event, const LegTruth& leg,
              Side& side);
  void connected(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  void member(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  void ended(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  [[nodiscard]] bool stands_for_rung(std::size_t device, const CallTruth& call,
                                     std::uint32_t leg) const;

  // members
  void member_shown(Instant now, std::size_t device, const CallEvent& event, CallTruth& call);
  [[nodiscard]] bool crowded(std::size_t device, const CallTruth& call) const;
  [[nodiscard]] std::optional<LegKey> leg_shown(std::size_t device, const CallId& call,
                                                std::size_t who, std::uint32_t number) const;
  [[nodiscard]] bool shows_pending(std::size_t device, const CallId& call, std::size_t user) const;
  void roster_shown(std::size_t device, CallTruth& call);
  bool roster_fits(Instant now, std::size_t device, CallTruth& call);
  [[nodiscard]] bool answer_failed(const CallTruth& call, std::size_t user) const;

  // after each step
  void live_calls(Instant now, std::size_t device);
  void all_calls(Instant now, std::size_t device);
  bool live_call(Instant now, std::size_t device, const CallInfo& info);
  void told_of_end(Instant now, std::size_t device, CallTruth& call);
  [[nodiscard]] bool known_away(std::size_t watcher, std::size_t device) const;

  Truth truth_;
  std::array<const Engine*, kDevicesMax> engines_{};
  std::array<bool, kDevicesMax> cramped_{};
  std::array<Instant, kDevicesMax> linked_{};  ///< since when; kNever: it is not
  std::array<Instant, kDevicesMax> awake_{};   ///< since when, after it was suspended
  std::array<std::vector<std::uint32_t>, kDevicesMax> live_;  ///< numbers of calls
  Trigger trigger_;
  std::uint32_t trigger_leg_ = kNoLeg;  ///< the leg that the message names
  Instant healed_at_ = kNever;
  std::uint64_t steps_ = 0;
  /// A nonce, as the world has seen it given.
  struct Permission {
    std::size_t door = 0;
    Incarnation life = 0;
    std::uint64_t number = 0;
    Account to;
    Incarnation to_life = 0;
    CallId id;
    Instant issued{};
    Instant used = kNever;
  };
  std::vector<Permission> permissions_;
  std::map<std::pair<std::size_t, CallId>, Instant> doors_asked_;
  bool pressed_ = false;  ///< the command at hand opens the own door
  struct Said {
    std::size_t device = 0;
    CallId call;
    std::uint32_t ticket = 0;
    std::uint32_t heard_by = 0;  ///< devices, as a bit set
  };
  std::vector<Said> infos_;
  std::set<std::pair<std::size_t, CallId>> offers_;
  std::map<std::tuple<std::size_t, std::size_t, CallId>, std::size_t> info_heard_;
  bool roster_told_ = false;  ///< members were shown, or views were heard, in this step
  Coverage coverage_;
  std::optional<Violation> violation_;
};

}  // namespace doorcall::sim
