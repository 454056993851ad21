#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// A small world where the test acts: devices 0, 1, … are connected and healthy at the start,
/// nobody does anything by themselves, and every check of the simulator is on.
class Scenario : private Hooks {
 public:
  Scenario(const WorldPlan& plan, bool text);

  // deeds
  CallId call(std::size_t from, std::size_t to, Millis ring_time = Millis{20'000},
              bool wait_offline = false);
  Errc accept(std::size_t device, const CallId& call, std::string_view data = {});
  Errc decline(std::size_t device, const CallId& call, Reason reason = Reason::kDeclinedEverywhere);
  Errc cancel(std::size_t device, const CallId& call, std::string_view data = {});
  Errc hang_up(std::size_t device, const CallId& call, std::string_view data = {});
  /// Device 0 calls device 1, which answers.
  CallId connected_call();
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
  std::size_t devices = 2;
  void (*tune)(WorldPlan& plan) = nullptr;  ///< what is special about its devices
};

/// What was wrong, one line each; empty: passed.
[[nodiscard]] std::string run_scenario(const ScenarioCase& scenario, bool text);

[[nodiscard]] std::span<const ScenarioCase> outcome_scenarios();
[[nodiscard]] std::span<const ScenarioCase> crossing_scenarios();
[[nodiscard]] std::span<const ScenarioCase> loss_scenarios();
[[nodiscard]] std::span<const ScenarioCase> ghost_scenarios();

}  // namespace doorcall::sim
