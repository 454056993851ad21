// Decisions are drawn and, if wanted, written down; or they come from a script and nothing is
// drawn. What a fault near one message does is drawn from that message's own number, so leaving out
// one decision does not move the others.

#include "tests/sim/sim_world.hpp"

namespace doorcall::sim {

/// Does what the script says for the next step, which is otherwise at `next`; false: nothing.
bool World::step_script(Instant next) {
  const Item* item = replay_->next();
  if (item == nullptr || item->at > next) {
    return false;
  }
  if (item->kind == ItemKind::kStrike) {
    if (item->at == next) {
      return false;  // it strikes in the midst of a step
    }
    advance(item->at);
    act_again(*item);
    return true;
  }
  const std::uint32_t turn = next == turn_at_ ? turn_ + 1 : 0;
  if (item->at == next && item->turn > turn) {
    return false;
  }
  advance(item->at);
  act_again(*item);
  return true;
}

void World::act_again(const Item& item) {
  const Item now = item;
  replay_->done();
  if (now.device >= devices_.size()) {
    return;
  }
  if (now.kind == ItemKind::kStrike) {
    strike(devices_[now.device], now.fault, now.key);
  } else {
    do_deed(now.act);
  }
}

/// What a person has decided happens now.
void World::do_deed(Act act) {
  Device& device = devices_[act.device];
  std::size_t place = 0;
  if (record_ != nullptr) {
    place = record_->items.size();
    record_->items.push_back({ItemKind::kDeed, now_, turn_, act.device, {}, 0, act});
  }
  if (!device.running() || device.suspended_until > now_) {
    return;  // only where a script has lost its context
  }
  const std::uint32_t calls_before = static_cast<std::uint32_t>(checks_.calls().size());
  perform(act);
  if (checks_.calls().size() != calls_before) {
    if (record_ != nullptr) {
      record_->items[place].act.makes = calls_before;
    }
    numbers_[replay_ ? act.makes : calls_before] = calls_before;
    ++calls_made_;
  }
  if (device.running()) {
    maybe_strike(device);
  }
}

CallTruth* World::call_of(std::uint32_t number) {
  const auto found = numbers_.find(number);
  if (found == numbers_.end() || found->second >= checks_.calls().size()) {
    return nullptr;
  }
  return &checks_.calls()[found->second];
}

/// True if `fault` strikes at this place.
bool World::strikes_near(Fault fault, std::uint64_t key) {
  if (!faulty_) {
    return false;
  }
  bool strikes = false;
  if (replay_) {
    strikes = replay_->near(key) == fault;
  } else {
    const std::uint16_t rate = plan_.swarm.rate(fault);
    strikes = rate != 0 && fakes::Prng(drawn(plan_.seed, key)).chance(rate);
  }
  if (strikes) {
    faults_->hit(fault);
    if (record_ != nullptr) {
      record_->items.push_back({ItemKind::kNear, now_, turn_, 0, fault, key, {}});
    }
  }
  return strikes;
}

/// What happens to one message on its way to one device.
std::optional<Fault> World::message_fault(std::uint64_t key) {
  if (!faulty_) {
    return std::nullopt;
  }
  std::optional<Fault> fault;
  if (replay_) {
    fault = replay_->near(key);
  } else if (plan_.swarm.message_total != 0) {
    fakes::Prng prng(drawn(plan_.seed, key));
    Fault drawn = Fault::kDelayed;
    if (plan_.swarm.draw_message_fault(prng, drawn)) {
      fault = drawn;
    }
  }
  if (fault) {
    faults_->hit(*fault);
    if (record_ != nullptr) {
      record_->items.push_back({ItemKind::kNear, now_, turn_, 0, *fault, key, {}});
    }
  }
  return fault;
}

}  // namespace doorcall::sim
