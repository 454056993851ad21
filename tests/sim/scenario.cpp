// The scenario language: a world by hand, steps at given times, and what each device must show at
// the end. The scenarios themselves stand in scenario_*.cpp.

#include "tests/sim/scenario.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace doorcall::sim {
namespace {

CallState state_of(const Engine* engine, const CallId& call) {
  if (engine == nullptr) {
    return CallState::kIdle;
  }
  return engine->find_call(call).value_or(CallInfo{}).state;
}

/// Of the first live call; ended if there is none.
CallState first_state(const Engine& engine) {
  CallInfo none;
  none.state = CallState::kEnded;
  return engine.call_at(0).value_or(none).state;
}

}  // namespace

std::string run_scenario(const ScenarioCase& scenario, bool text) {
  WorldPlan plan = calm_plan(scenario.devices);
  if (scenario.tune != nullptr) {
    scenario.tune(plan);
  }
  Scenario s(plan, text);
  scenario.run(s);
  return s.failures();
}

Scenario::Scenario(const WorldPlan& plan, bool text)
    : trace_(text ? Detail::kCalls : Detail::kNone), world_(plan, trace_, faults_, this) {
  run(Millis{5'000});
}

bool Scenario::lets_through(World& world, const Packet& packet, std::size_t to) {
  if (to == blind_ && world.topic_text(packet).find("/presence/") != std::string::npos) {
    return false;
  }
  for (const Filter& filter : filters_) {
    if (filter.kind == packet.kind && filter.to == to && !packet.call.empty()) {
      if (filter.hold) {
        held_.push_back({packet, to});
      }
      return false;
    }
  }
  return true;
}

void Scenario::release() {
  filters_.clear();
  const std::vector<Held> held = std::exchange(held_, {});
  for (const Held& one : held) {
    const CallTruth* call = world_.checks().find(one.packet.call);
    const Millis left = call == nullptr ? Millis{60'000} : call->deadline() - world_.now();
    world_.inject(one.to, one.packet, false, ceil_seconds(left));
  }
}

CallId Scenario::call(std::size_t from, std::size_t to, Millis ring_time, bool wait_offline) {
  Calling how;
  how.users = {to};
  how.ring_time = ring_time;
  how.wait_offline = wait_offline;
  return call(from, how);
}

CallId Scenario::call(std::size_t from, const Calling& how) {
  std::vector<Invitee> invitees;
  for (std::size_t i = 0; i < how.users.size(); ++i) {
    invitees.push_back({user_id(how.users[i]), how.steps.empty() ? std::uint8_t{0} : how.steps[i]});
  }
  InviteUsers invite;
  invite.call = how.to;
  invite.invitees = invitees;
  invite.plan = how.plan;
  invite.ring_time = how.ring_time;
  invite.wait_offline = how.wait_offline;
  invite.data = "hello";
  const Result result = world_.command(from, invite);
  expect(result.code == Errc::kOk, "the call is taken");
  return result.call;
}

Errc Scenario::add(std::size_t from, const CallId& call, std::size_t user) {
  const Invitee invitee{user_id(user), 0};
  InviteUsers invite;
  invite.call = call;
  invite.invitees = std::span(&invitee, 1);
  invite.ring_time = Millis{20'000};
  return world_.command(from, invite).code;
}

CallId Scenario::connected_call() {
  const CallId id = call(0, 1);
  run(Millis{500});
  expect(accept(1, id) == Errc::kOk, "the answer is taken");
  run(Millis{500});
  expect_state(0, id, CallState::kConnected);
  expect_state(1, id, CallState::kConnected);
  return id;
}

CallId Scenario::group(const std::vector<std::size_t>& devices) {
  Calling how;
  for (std::size_t user = 1; user < world_.plan().users; ++user) {
    how.users.push_back(user);
  }
  const CallId id = call(0, how);
  run(Millis{500});
  std::vector<std::size_t> members = {0};
  for (const std::size_t device : devices) {
    expect_code(accept(device, id), Errc::kOk, "answer");
    run(Millis{500});
    members.push_back(device);
  }
  for (const std::size_t device : members) {
    expect_state(device, id, CallState::kConnected);
  }
  return id;
}

Errc Scenario::end_for_all(std::size_t device, const CallId& call) {
  return world_.command(device, EndCall{call, {}}).code;
}

Errc Scenario::silence(std::size_t device, const CallId& call) {
  return world_.command(device, SilenceCall{call}).code;
}

Errc Scenario::join(std::size_t device, const CallId& call, bool move) {
  return world_.command(device, JoinCall{call, {}, move, {}, {}}).code;
}

Errc Scenario::dnd(std::size_t device, bool on, Millis duration) {
  return world_.command(device, SetDnd{on, duration}).code;
}

Errc Scenario::accept(std::size_t device, const CallId& call, std::string_view data) {
  return world_.command(device, AcceptCall{call, data, {}}).code;
}

Errc Scenario::decline(std::size_t device, const CallId& call, Reason reason) {
  return world_.command(device, RejectCall{call, reason, {}}).code;
}

Errc Scenario::cancel(std::size_t device, const CallId& call, std::string_view data) {
  return world_.command(device, CancelCall{call, {}, data}).code;
}

Errc Scenario::hang_up(std::size_t device, const CallId& call, std::string_view data) {
  return world_.command(device, HangUpCall{call, data}).code;
}

void Scenario::run(Millis span) {
  world_.run_for(span);
}

void Scenario::expect(bool holds, std::string_view what) {
  if (!holds) {
    failures_ += "  expected: " + std::string(what) + "\n";
  }
}

void Scenario::expect_code(Errc code, Errc wanted, std::string_view what) {
  expect(code == wanted, std::string(what) + " says " + std::string(to_string(wanted)) + ", says " +
                             std::string(to_string(code)));
}

void Scenario::expect_members(const CallId& call, const std::vector<std::size_t>& devices) {
  std::string wanted;
  for (const std::size_t device : devices) {
    wanted += " d" + std::to_string(device);
  }
  for (std::size_t device = 0; device < world_.size(); ++device) {
    const bool member = std::find(devices.begin(), devices.end(), device) != devices.end();
    const Engine* engine = world_.checks().engine(device);
    const CallState state = state_of(engine, call);
    const bool out = state == CallState::kIdle || state == CallState::kEnded;
    expect(member ? state == CallState::kConnected : out,
           "d" + std::to_string(device) + (member ? " is in the call" : " is not in the call") +
               ", is " + std::string(to_string(state)));
    std::string shown;
    for (std::size_t other = 0; member && other < world_.size(); ++other) {
      for (std::size_t i = 0; engine != nullptr && engine->member_at(call, i); ++i) {
        const LegView view = *engine->member_at(call, i);
        const Account account{view.device, view.user};
        shown += view.state == LegState::kConnected &&
                         world_.checks().truth().device_of(account) == other
                     ? " d" + std::to_string(other)
                     : "";
      }
    }
    expect(!member || shown == wanted,
           "d" + std::to_string(device) + " shows" + wanted + ", shows" + shown);
  }
}

void Scenario::expect_leg(std::size_t device, const CallId& call, std::size_t user, LegState state,
                          Reason reason) {
  const Engine* engine = world_.checks().engine(device);
  std::string actual = "none";
  for (std::size_t i = 0; engine != nullptr && engine->member_at(call, i); ++i) {
    const LegView view = *engine->member_at(call, i);
    if (view.user == user_id(user)) {
      actual = std::string(to_string(view.state)) + " " + std::string(to_string(view.reason));
      if (view.state == state && view.reason == reason) {
        return;
      }
    }
  }
  expect(false, "d" + std::to_string(device) + " shows u" + std::to_string(user) + " " +
                    std::string(to_string(state)) + " " + std::string(to_string(reason)) +
                    ", shows " + actual);
}

void Scenario::expect_idle(const std::vector<std::size_t>& devices) {
  for (const std::size_t device : devices) {
    const Engine* engine = world_.checks().engine(device);
    const CallState state = engine == nullptr ? CallState::kEnded : first_state(*engine);
    expect(state == CallState::kEnded,
           "d" + std::to_string(device) + " is idle, is " + std::string(to_string(state)));
  }
}

void Scenario::expect_state(std::size_t device, const CallId& call, CallState state) {
  const CallState actual = state_of(world_.checks().engine(device), call);
  expect(actual == state, "d" + std::to_string(device) + " " + std::string(to_string(state)) +
                              ", is " + std::string(to_string(actual)));
}

void Scenario::expect_ended(std::size_t device, const CallId& call, Reason reason) {
  std::string actual = "not ended";
  for (const CallEvent& event : world_.log(device)) {
    if (event.call == call && event.change == CallChange::kEnded) {
      actual = to_string(event.reason);
    }
  }
  expect(actual == to_string(reason), "d" + std::to_string(device) + " ended " +
                                          std::string(to_string(reason)) + ", is " + actual);
}

void Scenario::expect_count(std::size_t device, const CallId& call, CallChange change,
                            std::size_t count) {
  const std::vector<CallEvent>& log = world_.log(device);
  const auto actual = std::count_if(log.begin(), log.end(), [&](const CallEvent& event) {
    return event.call == call && event.change == change;
  });
  expect(static_cast<std::size_t>(actual) == count,
         "d" + std::to_string(device) + " has " + std::to_string(count) + " x " +
             std::string(to_string(change)) + ", has " + std::to_string(actual));
}

std::string_view Scenario::data_with(std::size_t device, const CallId& call, CallChange change) {
  for (const CallEvent& event : world_.log(device)) {
    if (event.call == call && event.change == change) {
      return event.data;
    }
  }
  return "no such event";
}

std::string Scenario::failures() {
  if (const auto& violation = world_.checks().violation(); violation) {
    failures_ += "  broken: " + violation->name + ": " + violation->detail + "\n";
  }
  return failures_;
}

std::span<const ScenarioCases> all_scenarios() {
  static const std::array kGroups = {
      outcome_scenarios(), crossing_scenarios(), loss_scenarios(),        ghost_scenarios(),
      device_scenarios(),  group_scenarios(),    heir_scenarios(),        join_scenarios(),
      plan_scenarios(),    mode_scenarios(),     lost_member_scenarios(), door_scenarios()};
  return kGroups;
}

}  // namespace doorcall::sim
