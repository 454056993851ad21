// Deliberately broken worlds that the checks must find: a check that can no longer fail is worse
// than none.

#include "tests/sim/sim_canary.hpp"

#include <array>

#include "tests/sim/sim_batch.hpp"
#include "tests/sim/sim_canary_events.hpp"
#include "tests/sim/sim_run.hpp"
#include "tests/sim/sim_shrink.hpp"

namespace doorcall::sim {
namespace {

/// A message as `from` would send it next, put in `to`'s way.
void forge_for(World& world, std::size_t from, std::size_t to, Message& message) {
  const Engine* engine = world.checks().engine(from);
  message.header.incarnation = engine == nullptr ? 1 : engine->incarnation();
  message.header.connect = 1;
  message.header.sequence = 1'000'000;
  std::array<std::uint8_t, 1024> bytes{};
  const std::size_t size = transport::encode(message, bytes);
  Packet packet;
  packet.topic =
      world.inbox(world.checks().truth().account(to).user, world.checks().truth().account(from));
  packet.bytes = Bytes(bytes.data(), size);
  packet.published = world.now();
  world.inject_later(to, packet, 60, Millis{50});
}

/// Whoever is rung is said to have answered.
class ForgedAccept : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    const CallTruth* call = world.checks().find(event.call);
    if (event.change == CallChange::kIncoming && call != nullptr && !call->legs.empty()) {
      Message accept;
      accept.header.call = event.call;
      accept.header.leg = {event.caller, call->legs[0].number};
      accept.header.to = event.caller.device;
      accept.body = Accept{};
      forge_for(world, device, call->creator, accept);
    }
    return true;
  }
};

/// A second device is told that it has won.
class TwoWinners : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    CallTruth* call = world.checks().find(event.call);
    for (std::size_t i = 0;
         call != nullptr && event.change == CallChange::kConnected && i < call->sides.size(); ++i) {
      if (i != device && call->sides[i].state == CallState::kAccepting && !call->legs.empty()) {
        const Account& owner = world.checks().truth().account(call->legs[0].owner);
        Message confirm;
        confirm.header.call = event.call;
        confirm.header.leg = {owner, call->legs[0].number};
        confirm.body = Confirm{world.checks().truth().account(i).device, 1, {}};
        forge_for(world, call->legs[0].owner, i, confirm);
      }
    }
    return true;
  }
};

/// Engines believe a foreigner to be whom its message names.
class BelievedStranger : public Hooks {
 public:
  Account speaker(World& world, const Account& sender, const Header& header) override {
    const bool foreign = world.checks().truth().device_of(sender) == kNobody;
    return foreign && !header.leg.owner.device.empty() ? header.leg.owner : sender;
  }
};

/// A member does not see the first of the others.
class BlindMember : public Hooks {
 public:
  std::uint32_t roster(std::size_t device, std::uint32_t shown) override {
    const std::uint32_t others = shown & ~(1U << device);
    return shown & ~(others & (0U - others));
  }
};

/// A gateway never hears that a push is over.
class ForgottenPush : public Hooks {
 public:
  bool pushes(World&, std::size_t, const SendPush& send) override { return !send.push.cancel; }
};

/// Engines have one line more than they should.
class OneLineMore : public Hooks {
 public:
  void settings(Settings& settings) override { ++settings.lines; }
};

/// Owners let others ring for longer than they were asked to.
class LongRing : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    if (event.change == CallChange::kIncoming) {
      CallEvent longer = event;
      longer.ring_left += Millis{5'000};
      world.checks().event(world.now(), device, longer);
      return false;
    }
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
      const Millis left = call == nullptr ? Millis{0} : call->deadline() - packet.published;
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

/// Each info is heard twice.
class DoubleInfo : public Hooks {
 public:
  bool tells(World& world, std::size_t device, const InfoEvent& event) override {
    world.checks().info(world.now(), device, event);
    return true;
  }
};

/// Each order drives the lock twice.
class DoublePulse : public Hooks {
 public:
  void pulses(World& world, std::size_t device, const PulseDoor& order) override {
    if (order.who != world.checks().truth().account(device)) {
      world.checks().pulse(world.now(), device, order);
    }
  }
};

/// Locks are driven although nobody has said so.
class StrayPulse : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    if (event.change == CallChange::kConnected) {
      world.checks().pulse(world.now(), device, {7, event.peer, event.call});
    }
    return true;
  }
};

/// Doors let everybody in.
class OpenHouse : public Hooks {
 public:
  void settings(Settings& settings) override {
    settings.door_allow_count = 0;
    for (std::size_t user = 0; user < kUsersMax; ++user) {
      settings.door_allow[settings.door_allow_count++] = {{}, user_id(user)};
    }
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
    return packet.kind != MessageKind::kReject && packet.kind != MessageKind::kLeave;
  }
};

/// A cancel is lost on its way to one device, and somebody says that this one has heard it.
class StolenCancel : public Hooks {
 public:
  bool lets_through(World& world, const Packet& packet, std::size_t to) override {
    if (packet.kind != MessageKind::kCancel || to % 2 == 0 ||
        !transport::decode(packet.bytes, decoded_).ok()) {
      return true;
    }
    Message ack;
    ack.header = decoded_.header();
    ack.header.to = world.checks().truth().account(packet.sender).device;
    ack.body = Ack{decoded_.header().sequence};
    forge_for(world, to, packet.sender, ack);
    return false;
  }

 private:
  transport::Decoded decoded_;
};

template <typename Kind>
std::unique_ptr<Hooks> make() {
  return std::make_unique<Kind>();
}

constexpr Canary kCanaries[] = {
    {"forged-accept", "connected with someone who never accepted", make<ForgedAccept>},
    {"two-winners", "connected without a confirm", make<TwoWinners>},
    {"early-media", "media started without an answer", make<EarlyMedia>},
    {"ghost-ring", "ghost ring", make<GhostRing>},
    {"long-ring", "rings past its ring time", make<LongRing>},
    {"believed-stranger", "changed by someone not entitled", make<BelievedStranger>},
    {"blind-member", "members do not agree", make<BlindMember>},
    {"lost-cancels", "messages without end", make<LostCancels>},
    {"lost-endings", "messages without end", make<LostEndings>},
    {"swallowed-end", "status differs from events", make<SwallowedEnd>},
    {"double-ring", "presented twice", make<DoubleRing>},
    {"double-info", "info twice or out of order", make<DoubleInfo>},
    {"double-pulse", "door pulse without a live nonce", make<DoublePulse>},
    {"stray-pulse", "door pulse that nobody ordered", make<StrayPulse>},
    {"open-house", "door pulse for someone not entitled", make<OpenHouse>},
    {"blind-watcher", "presence differs from the truth", make<BlindWatcher>},
    {"forgotten-push", "push not taken back", make<ForgottenPush>},
    {"stolen-cancel", "not told of the end", make<StolenCancel>},
    {"late-move", "members out of order", make_late_move},
    {"untold-leave", "members differ from events", make_untold_leave},
    {"unnumbered", "member without its number", make_unnumbered},
    {"wronged-winner", "nobody took the answer back", make_wronged_winner},
    {"one-line-more", "more calls than lines", make<OneLineMore>},
};

}  // namespace

std::span<const Canary> canaries() {
  return kCanaries;
}

std::uint64_t hunt(const Canary& canary, std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::unique_ptr<Hooks> hooks = canary.make();
    RunOptions options;
    options.hooks = hooks.get();
    const RunResult result = run_world(draw_plan(seed, kCallsPerWorld), options);
    if (result.violation && result.violation->name == canary.expected) {
      return seed;
    }
  }
  return 0;
}

bool shrinks_canary() {
  constexpr std::size_t kFew = 12;
  constexpr std::uint64_t kSeconds = 5;
  DoubleRing hooks;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto shrunk = shrink(seed, kCallsPerWorld, kSeconds, &hooks);
    if (shrunk && shrunk->items_before > kFew) {
      const auto again = parse_script(to_text(shrunk->script));
      return shrunk->script.items.size() <= kFew && again &&
             to_text(*again) == to_text(shrunk->script);
    }
  }
  return false;
}

}  // namespace doorcall::sim
