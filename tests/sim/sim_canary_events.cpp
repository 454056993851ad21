#include "tests/sim/sim_canary_events.hpp"

namespace doorcall::sim {
namespace {

class LateMove : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    const bool other = event.change == CallChange::kMember;
    if (other && event.reason == Reason::kMoved) {
      held_ = event;
      held_.data = {};
      return false;
    }
    if (!other || event.call != held_.call || event.leg != LegState::kConnected) {
      return true;
    }
    world.checks().event(world.now(), device, event);
    world.checks().event(world.now(), device, held_);
    return false;
  }

 private:
  CallEvent held_;
};

class UntoldLeave : public Hooks {
 public:
  bool shows(World&, std::size_t, const CallEvent& event) override {
    return event.change != CallChange::kMember || event.leg != LegState::kEnded;
  }
};

class Unnumbered : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    CallEvent other = event;
    other.join_number = 0;
    world.checks().event(world.now(), device, other);
    return false;
  }
};

class WrongedWinner : public Hooks {
 public:
  bool shows(World& world, std::size_t device, const CallEvent& event) override {
    CallEvent other = event;
    other.reason = event.reason == Reason::kHangUp ? Reason::kAcceptFailed : event.reason;
    world.checks().event(world.now(), device, other);
    return false;
  }
};

}  // namespace

std::unique_ptr<Hooks> make_late_move() {
  return std::make_unique<LateMove>();
}

std::unique_ptr<Hooks> make_untold_leave() {
  return std::make_unique<UntoldLeave>();
}

std::unique_ptr<Hooks> make_unnumbered() {
  return std::make_unique<Unnumbered>();
}

std::unique_ptr<Hooks> make_wronged_winner() {
  return std::make_unique<WrongedWinner>();
}

}  // namespace doorcall::sim
