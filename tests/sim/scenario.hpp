#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// How to invite somebody; what is not named is as usual.
struct Calling {
  std::vector<std::size_t> users = {};
  std::vector<std::uint8_t> steps = {};  ///< of each user; empty: all in step 0
  RingPlan plan = {};
  Millis ring_time{20'000};
  bool wait_offline = false;
  CallId to = {};  ///< the call to add to
};

/// A small world where the test acts: devices 0, 1, … are connected and healthy at the start,
/// nobody does anything by themselves, and every check of the simulator is on.
class Scenario : private Hooks {
 public:
  Scenario(const WorldPlan& plan, bool text);

  // deeds
  /// `to`: a user.
  CallId call(std::size_t from, std::size_t to, Millis ring_time = Millis{20'000},
              bool wait_offline = false);
  CallId call(std::size_t from, const Calling& how);
  Errc add(std::size_t from, const CallId& call, std::size_t user);
  Errc accept(std::size_t device, const CallId& call, std::string_view data = {});
  Errc decline(std::size_t device, const CallId& call, Reason reason = Reason::kDeclinedEverywhere);
  Errc cancel(std::size_t device, const CallId& call, std::string_view data = {});
  Errc hang_up(std::size_t device, const CallId& call, std::string_view data = {});
  Errc end_for_all(std::size_t device, const CallId& call);
  Errc silence(std::size_t device, const CallId& call);
  Errc join(std::size_t device, const CallId& call, bool move = false);
  Errc dnd(std::size_t device, bool on, Millis duration = Millis{0});
  /// Device 0 calls user 1, whose device 1 answers.
  CallId connected_call();
  /// Device 0 calls user 1 and all others; `devices` answer one after the other.
  CallId group(const std::vector<std::size_t>& devices);
  void run(Millis span);

  // faults
  /// From now on this kind of message to `to` is lost, or kept for release().
  void lose(MessageKind kind, std::size_t to) { filters_.push_back({kind, to, false}); }
  void hold(MessageKind kind, std::size_t to) { filters_.push_back({kind, to, true}); }
  /// From now on no presence reaches `to`.
  void blind(std::size_t to) { blind_ = to; }
  /// What was held arrives now, in order; nothing is lost or held any more.
  void release();

  // expectations; each that fails is noted
  void expect(bool holds, std::string_view what);
  void expect_code(Errc code, Errc wanted, std::string_view what);
  /// Exactly these devices are in the call, each of them shows all of them, and nobody rings.
  void expect_members(const CallId& call, const std::vector<std::size_t>& devices);
  /// What `device` shows of the leg of `user`.
  void expect_leg(std::size_t device, const CallId& call, std::size_t user, LegState state,
                  Reason reason = Reason::kNone);
  /// No call lives at any of these.
  void expect_idle(const std::vector<std::size_t>& devices);
  void expect_state(std::size_t device, const CallId& call, CallState state);
  void expect_ended(std::size_t device, const CallId& call, Reason reason);
  void expect_count(std::size_t device, const CallId& call, CallChange change, std::size_t count);
  [[nodiscard]] std::string_view data_with(std::size_t device, const CallId& call,
                                           CallChange change);

  [[nodiscard]] World& world() { return world_; }
  /// All that was wrong, one line each; empty: passed.
  [[nodiscard]] std::string failures();

 private:
  struct Filter {
    MessageKind kind;
    std::size_t to;
    bool hold;
  };
  struct Held {
    Packet packet;
    std::size_t to;
  };
  bool lets_through(World& world, const Packet& packet, std::size_t to) override;

  Trace trace_;
  FaultCounts faults_;
  World world_;
  std::vector<Filter> filters_;
  std::vector<Held> held_;
  std::size_t blind_ = kNobody;
  std::string failures_;
};

/// A named directed test.
struct ScenarioCase {
  std::string_view name;
  void (*run)(Scenario& s);
  std::vector<std::size_t> devices = {1, 1};  ///< of each user
  void (*tune)(WorldPlan& plan) = nullptr;    ///< what is special about its devices
};

/// What was wrong, one line each; empty: passed.
[[nodiscard]] std::string run_scenario(const ScenarioCase& scenario, bool text);

using ScenarioCases = std::span<const ScenarioCase>;

[[nodiscard]] ScenarioCases outcome_scenarios();
[[nodiscard]] ScenarioCases crossing_scenarios();
[[nodiscard]] ScenarioCases loss_scenarios();
[[nodiscard]] ScenarioCases ghost_scenarios();
[[nodiscard]] ScenarioCases device_scenarios();
[[nodiscard]] ScenarioCases group_scenarios();
[[nodiscard]] ScenarioCases heir_scenarios();
[[nodiscard]] ScenarioCases join_scenarios();
[[nodiscard]] ScenarioCases plan_scenarios();
[[nodiscard]] ScenarioCases mode_scenarios();
[[nodiscard]] ScenarioCases lost_member_scenarios();
[[nodiscard]] ScenarioCases door_scenarios();

[[nodiscard]] std::span<const ScenarioCases> all_scenarios();

}  // namespace doorcall::sim
