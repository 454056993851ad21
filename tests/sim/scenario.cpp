#include "tests/sim/scenario.hpp"

#include <algorithm>
#include <utility>

namespace doorcall::sim {

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
    : trace_(text), world_(plan, trace_, faults_, this) {
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
    const Millis left = call == nullptr ? Millis{60'000} : call->deadline - world_.now();
    world_.inject(one.to, one.packet, false, ceil_seconds(left));
  }
}

CallId Scenario::call(std::size_t from, std::size_t to, Millis ring_time, bool wait_offline) {
  InviteUser invite;
  invite.user = world_.plan().devices[to].settings.self.user;
  invite.ring_time = ring_time;
  invite.wait_offline = wait_offline;
  invite.data = "hello";
  const Result result = world_.command(from, invite);
  expect(result.code == Errc::kOk, "the call is taken");
  return result.call;
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

Errc Scenario::accept(std::size_t device, const CallId& call, std::string_view data) {
  return world_.command(device, AcceptCall{call, data, {}}).code;
}

Errc Scenario::decline(std::size_t device, const CallId& call, Reason reason) {
  return world_.command(device, RejectCall{call, reason, {}}).code;
}

Errc Scenario::cancel(std::size_t device, const CallId& call, std::string_view data) {
  return world_.command(device, CancelCall{call, data}).code;
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

void Scenario::expect_state(std::size_t device, const CallId& call, CallState state) {
  const Engine* engine = world_.checks().engine(device);
  const auto info = engine == nullptr ? std::nullopt : engine->find_call(call);
  const CallState actual = info ? info->state : CallState::kIdle;
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

}  // namespace doorcall::sim
