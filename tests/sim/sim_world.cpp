// Virtual time: one queue of events ordered by (time, order of making), beside it the engines'
// deadlines and the broker's. Each step takes the earliest of these, so a run is a function of its
// plan alone. An engine is always served in the order of its contract: what is due, then the input,
// then all outputs, then the checks.

#include "tests/sim/sim_world.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "tests/sim/sim_alloc.hpp"

namespace doorcall::sim {
namespace {

constexpr int kTurnsMax = 500;  // of one engine at one instant

bool later(const Event& a, const Event& b) {
  return a.at != b.at ? a.at > b.at : a.order > b.order;
}

}  // namespace

World::World(const WorldPlan& plan, Trace& trace, FaultCounts& faults, Hooks* hooks, Script* record,
             const Script* replay)
    : plan_(plan),
      prng_(plan.seed),
      trace_(&trace),
      faults_(&faults),
      hooks_(hooks),
      now_(Instant{Millis{1'000'000}}),
      record_(record),
      checks_(plan),
      broker_(packets_, topics_, plan.devices.size()) {
  faulty_ = plan.swarm.any();
  if (replay != nullptr) {
    replay_.emplace(*replay);
  }
  logs_.resize(plan.devices.size());
  doors_.resize(plan.devices.size());
  for (std::size_t i = 0; i < plan.devices.size(); ++i) {
    Device& device = devices_.emplace_back();
    device.index = i;
    device.memory_bytes = Engine::bytes_needed(plan.devices[i].limits);
    device.memory = std::make_unique_for_overwrite<std::max_align_t[]>(
        device.memory_bytes / sizeof(std::max_align_t) + 1);
    faults_->hits[static_cast<std::size_t>(Fault::kMqtt311)] += plan.devices[i].mqtt5 ? 0U : 1U;
    const bool tiny = plan.devices[i].limits.tombstones_per_sender == 1;
    faults_->hits[static_cast<std::size_t>(Fault::kTinyTables)] += tiny ? 1U : 0U;
    const auto start = static_cast<std::int64_t>(drawn(plan.seed, i) % 3'000);
    push(now_ + Millis{plan.calls == 0 ? 0 : start},
         {{}, 0, EventKind::kBoot, 0, static_cast<std::uint8_t>(i), 0, 0});
    if (plan.calls != 0) {
      plan_deed(i, Deed::kCall, plan.people.pause_ms, 0);
    }
  }
}

Instant World::local(const Device& device) const {
  return now_ + plan_.devices[device.index].clock_offset;
}

void World::push(Instant at, const Event& event) {
  Event copy = event;
  copy.at = std::max(at, now_);
  copy.order = ++orders_;
  queue_.push_back(copy);
  std::push_heap(queue_.begin(), queue_.end(), later);
}

bool World::run(Instant until) {
  while (!checks_.violation() && step(until)) {
  }
  now_ = std::max(now_, until);
  return !checks_.violation();
}

/// The next step happens at `at`.
void World::advance(Instant at) {
  now_ = std::max(now_, at);
  turn_ = now_ == turn_at_ ? turn_ + 1 : 0;
  turn_at_ = now_;
}

bool World::step(Instant until) {
  Device* due = nullptr;
  Instant next = after(until, Millis{1});
  for (Device& device : devices_) {
    if (device.wake < next) {
      next = device.wake;
      due = &device;
    }
  }
  const Instant broker_due = broker_.next_deadline();
  const Instant queue_due = queue_.empty() ? kNever : queue_.front().at;
  if (replay_ && step_script(std::min({next, broker_due, queue_due, after(until, Millis{1})}))) {
    return true;
  }
  const bool queued = !queue_.empty() && queue_.front().at < std::min(next, broker_due);
  if (queued) {
    std::pop_heap(queue_.begin(), queue_.end(), later);
    const Event event = queue_.back();
    queue_.pop_back();
    advance(event.at);
    dispatch(event);
    return true;
  }
  if (broker_due < next) {
    advance(broker_due);
    broker_.pass_time(now_);
    route();
    return true;
  }
  if (due == nullptr) {
    return false;
  }
  advance(next);
  if (run_due(*due)) {
    maybe_strike(*due);
  }
  return true;
}

/// An event for a process that is stopped waits in its socket, in order.
bool World::defer_if_suspended(const Device& device, const Event& event) {
  if (device.suspended_until <= now_) {
    return false;
  }
  Event copy = event;
  copy.at = device.suspended_until;
  queue_.push_back(copy);
  std::push_heap(queue_.begin(), queue_.end(), later);
  return true;
}

void World::dispatch(const Event& event) {
  Device& device = devices_[event.device];
  switch (event.kind) {
    case EventKind::kBoot:
      if (acting_ || plan_.devices[event.device].fate != Fate::kDead) {
        boot(event.device);
      }
      break;
    case EventKind::kConnect: on_connect(device, event); break;
    case EventKind::kLinkUp: on_link_up(device, event); break;
    case EventKind::kLinkLost: on_link_lost(device, event); break;
    case EventKind::kBrokerLoses: on_broker_loses(device, event); break;
    case EventKind::kUplink: on_uplink(device, event); break;
    case EventKind::kDownlink: on_downlink(device, event); break;
    case EventKind::kBrokerUp: broker_.restart(); break;
    case EventKind::kWillLate:
      if (broker_.up()) {
        broker_.publish(now_, event.value, true, std::nullopt);
        route();
      }
      break;
    case EventKind::kPerson: act(device, event); break;
    case EventKind::kPulsed: on_pulsed(device, event); break;
    case EventKind::kInjected: {
      if (device.running() && !defer_if_suspended(device, event)) {
        arrive(device, deliveries_[event.value], false);
      }
      break;
    }
    case EventKind::kStart: {
      if (device.running() && device.stopping) {
        device.stopping = false;
        feed(device, Start{}, {});
      }
      break;
    }
  }
}

void World::boot(std::size_t index) {
  Device& device = devices_[index];
  if (device.running() || plan_.devices[index].absent) {
    return;
  }
  std::array<std::uint8_t, 32> seed{};
  fakes::Prng prng(drawn(plan_.seed, near_key(Place::kNumber, index, 0, device.boots, 0)));
  for (std::uint8_t& byte : seed) {
    byte = static_cast<std::uint8_t>(prng.below(256));
  }
  std::byte* memory = reinterpret_cast<std::byte*>(device.memory.get());
  std::memset(memory, 0xa5, device.memory_bytes);
  const DevicePlan& plan = plan_.devices[index];
  Settings settings = plan.settings;
  if (hooks_ != nullptr) {
    hooks_->settings(settings);
  }
  device.engine.emplace(settings, plan.limits, std::span(memory, device.memory_bytes),
                        std::span<const std::uint8_t, 32>(seed), local(device));
  device.suspended_until = now_;
  device.deadline = kNever;
  device.stopping = false;
  ++device.boots;
  trace_->note(now_, "boots", index);
  checks_.booted(index, &*device.engine);
  feed(device, Start{}, {});
}

void World::crash(std::size_t index) {
  Device& device = devices_[index];
  if (!device.running()) {
    return;
  }
  trace_->note(now_, "crashes", index);
  abandon_link(device);
  device.resend.clear();
  device.engine.reset();
  device.wake = kNever;
  device.deadline = kNever;
  device.crash_after = -1;
  checks_.crashed(now_, index);
}

Result World::command(std::size_t index, const Input& input) {
  return feed(devices_[index], input, {});
}

Result World::feed(Device& device, const Input& input, Bytes raw) {
  if (!run_due(device)) {
    return {};
  }
  return handle(device, input, raw);
}

/// Everything due at this moment; false if the process did not outlive it.
bool World::run_due(Device& device) {
  for (int turns = 0; device.running() && device.deadline <= now_; ++turns) {
    if (turns == kTurnsMax) {
      checks_.fail(now_, "timers without end", "device d" + std::to_string(device.index));
      return false;
    }
    handle(device, TimePassed{}, {});
  }
  return device.running() && !checks_.violation();
}

Result World::handle(Device& device, const Input& input, Bytes raw) {
  trace_->input(now_, device.index, input, raw);
  const std::uint64_t allocations = watched_allocations();
  Result result;
  {
    const AllocationWatch watch;
    result = device.engine->handle(input, local(device));
  }
  trace_->result(result, std::holds_alternative<InviteUsers>(input));
  checks_.commanded(now_, device.index, input, result);
  std::size_t outputs = 0;
  bool more = true;
  while (device.crash_after < 0 || outputs < static_cast<std::size_t>(device.crash_after)) {
    {
      const AllocationWatch watch;
      more = device.engine->next_output(output_);
    }
    if (!more) {
      break;
    }
    ++outputs;
    on_output(device, output_);
  }
  if (watched_allocations() != allocations) {
    checks_.fail(now_, "engine allocated", "device d" + std::to_string(device.index));
  }
  after_handle(device, outputs);
  return result;
}

void World::after_handle(Device& device, std::size_t outputs) {
  if (device.crash_after >= 0) {
    crash_for(device, device.down_for);
    return;
  }
  checks_.stepped(now_, device.index, outputs);
  set_wake(device);
}

/// A wake-up comes when it is due, or somewhat later where timers are late.
void World::set_wake(Device& device) {
  const Instant due = device.engine->next_deadline().when;
  const Instant deadline = due == kNever ? kNever : due - plan_.devices[device.index].clock_offset;
  if (deadline == device.deadline && device.wake > now_) {
    return;
  }
  device.deadline = deadline;
  device.wake = std::max(deadline, std::max(now_, device.suspended_until));
  const auto at = static_cast<std::uint64_t>(deadline.time_since_epoch().count());
  const std::uint64_t key = near_key(Place::kTimer, device.index, 0, at >> 24, at);
  if (deadline != kNever && strikes_near(Fault::kTimerLate, key)) {
    device.wake = device.wake + Millis{particulars(key).between(1, 400)};
  }
}

TopicId World::inbox(const UserId& user, const Account& sender) {
  return topics_.intern(transport::inbox_topic(root_, user, sender).view());
}

}  // namespace doorcall::sim
