// A world's parameters for people.

#include <string>

#include "tests/sim/sim_plan.hpp"

namespace doorcall::sim {
namespace {

std::string flags_of(const Settings& settings) {
  std::string text;
  const auto add = [&text](bool on, const char* name) { text += on ? name : ""; };
  add(settings.media_hook, ", media hook");
  add(settings.has_door, ", door");
  add(settings.call_waiting, ", call waiting");
  add(settings.chime_only, ", chime only");
  add(settings.decline_here, ", declines here");
  add(settings.refuse_strangers, ", refuses strangers");
  add(settings.hide_busy, ", hides busy");
  return text;
}

std::string line_of(const DevicePlan& device) {
  const Settings& s = device.settings;
  std::string text = "  " + std::string(to_text(s.self).view());
  const auto add = [&text](const char* name, auto number) {
    text += ", " + std::string(name) + " " + std::to_string(number);
  };
  text += device.mqtt5 ? " mqtt 5" : " mqtt 3.1.1";
  add("lines", s.lines);
  add("parties", s.parties);
  add("ring", s.ring_time.count());
  add("receipt", s.receipt_time.count());
  add("confirm", s.confirm_time.count());
  add("heartbeat", s.heartbeat_time.count());
  add("lost", s.lost_time.count());
  add("alone", s.alone_time.count());
  add("longest", s.longest_call.count());
  add("calls", device.limits.calls);
  add("outgoing", device.limits.outgoing);
  text += flags_of(s);
  text += device.absent ? ", taken out" : device.fate == Fate::kHealed ? "" : ", never healed";
  return text + "\n";
}

}  // namespace

std::string describe(const WorldPlan& plan) {
  std::string text = "seed " + std::to_string(plan.seed) + ": " + std::to_string(plan.users) +
                     " users, " + std::to_string(plan.devices.size()) + " devices, " +
                     std::to_string(plan.calls) + " calls, delay " +
                     std::to_string(plan.network.delay_min) + "-" +
                     std::to_string(plan.network.delay_max) + " ms\n";
  for (const DevicePlan& device : plan.devices) {
    text += line_of(device);
  }
  text += "  faults:";
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (plan.swarm.rates[i] != 0) {
      text += " [" + std::string(to_string(static_cast<Fault>(i))) + " " +
              std::to_string(plan.swarm.rates[i]) + "]";
    }
  }
  return text + "\n";
}

}  // namespace doorcall::sim
