#include "tests/sim/sim_canary.hpp"

#include <array>

#include "tests/sim/sim_run.hpp"

namespace doorcall::sim {
namespace {

/// Whoever is rung is said to have answered.
class ForgedAccept : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    if (event.change != CallChange::kIncoming) {
      return true;
    }
    const Account& self = world.plan().devices[device].settings.self;
    Message accept;
    accept.header.call = event.call;
    accept.header.leg = {event.caller, 1};
    accept.header.incarnation = world.device(device).engine->incarnation();
    accept.header.connect = 1;
    accept.header.sequence = 1'000'000;
    accept.header.to = event.caller.device;
    accept.body = Accept{};
    std::array<std::uint8_t, 512> bytes{};
    const std::size_t size = transport::encode(accept, bytes);
    Packet packet;
    packet.topic = world.inbox(event.caller.user, self);
    packet.bytes = Bytes(bytes.data(), size);
    packet.published = world.now();
    world.inject_later(world.checks().device_of(event.caller), packet, 60, Millis{50});
    return true;
  }
};

/// The engine starts sound when it rings.
class EarlyMedia : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    if (event.change == CallChange::kIncoming) {
      StartMedia start;
      start.call = event.call;
      world.checks().media_started(world.now(), device, start);
    }
    return true;
  }
};

/// The broker delivers old invites again as if they had just been sent.
class GhostRing : public Hooks {
 public:
  bool lets_through(World& world, const Packet& packet, std::size_t to) override {
    if (packet.kind == MessageKind::kInvite && !packet.call.empty()) {
      const CallTruth* call = world.checks().find(packet.call);
      const Millis left = call == nullptr ? Millis{0} : call->deadline - packet.published;
      world.inject_later(to, packet, ceil_seconds(left), Millis{60'000});
    }
    return true;
  }
};

class LostCancels : public Hooks {
 public:
  bool lets_through(World&, const Packet& packet, std::size_t) override {
    return packet.kind != MessageKind::kCancel;
  }
};

/// A listener is never told that a call is over.
class SwallowedEnd : public Hooks {
 public:
  bool shows(World&, std::size_t device, const CallEvent& event) override {
    return device != 0 || event.change != CallChange::kEnded;
  }
};

class DoubleRing : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    if (event.change == CallChange::kIncoming) {
      world.checks().event(world.now(), device, event);
    }
    return true;
  }
};

/// No presence ever reaches device 0.
class BlindWatcher : public Hooks {
 public:
  bool lets_through(World& world, const Packet& packet, std::size_t to) override {
    return to != 0 || world.topic_text(packet).find("/presence/") == std::string::npos;
  }
};

/// Nobody hears that a call was refused or hung up.
class LostEndings : public Hooks {
 public:
  bool lets_through(World&, const Packet& packet, std::size_t) override {
    return packet.kind != MessageKind::kReject && packet.kind != MessageKind::kEnd;
  }
};

template <typename Kind>
std::unique_ptr<Hooks> make() {
  return std::make_unique<Kind>();
}

constexpr Canary kCanaries[] = {
    {"forged-accept", "connected with someone who never accepted", make<ForgedAccept>},
    {"early-media", "media started without an answer", make<EarlyMedia>},
    {"ghost-ring", "ghost ring", make<GhostRing>},
    {"lost-cancels", "messages without end", make<LostCancels>},
    {"lost-endings", "messages without end", make<LostEndings>},
    {"swallowed-end", "sides do not agree", make<SwallowedEnd>},
    {"double-ring", "presented twice", make<DoubleRing>},
    {"blind-watcher", "presence differs from the truth", make<BlindWatcher>},
};

}  // namespace

std::span<const Canary> canaries() {
  return kCanaries;
}

std::uint64_t hunt(const Canary& canary, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::unique_ptr<Hooks> hooks = canary.make();
    const RunResult result = run_world(draw_plan(seed, 25), false, hooks.get());
    if (result.violation && result.violation->name == canary.expected) {
      return seed;
    }
  }
  return 0;
}

}  // namespace doorcall::sim
