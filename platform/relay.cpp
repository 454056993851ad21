// The pulse's length and its end are the program's business. Here stands only what must happen when
// the program is not there, does not answer, or ends: every wish for a pulse gets an answer, and
// the program is started again, at first soon and then at longer intervals.
#include "platform/relay.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "platform/relay_protocol.hpp"

namespace doorcall::platform {
namespace {

constexpr std::string_view kArea = "relay";

std::string milliseconds(Millis time) {
  return std::to_string(time.count());
}

}  // namespace

Relay::Relay(EventLoop& loop, Log& log, RelayOptions options, std::function<void()> on_change)
    : loop_(loop),
      log_(log),
      options_(std::move(options)),
      on_change_(std::move(on_change)),
      patience_(loop, [this] { lose_patience(); }),
      restart_(loop, [this] { start(); }) {}

Relay::~Relay() {
  if (child_ != nullptr) {
    child_->end_input(kEndTime);
  }
}

void Relay::start() {
  std::string error;
  reason_.clear();
  child_ = std::make_unique<WatchedChild>(loop_, log_, kArea, ChildProcess::Orphan::kGoesOn);
  const bool started = child_->spawn(options_.command,
                                     {.on_line = [this](std::string_view line) { serve(line); },
                                      .on_exit = [this](const ChildExit& exit) { on_exit(exit); }},
                                     error);
  if (!started) {
    child_.reset();
    set_fault(std::move(error));
    restart_later();
    return;
  }
  patience_.set(after(loop_.now(), kReadyTime));
}

void Relay::pulse(Done done) {
  if (!ready()) {
    done(false, fault_.empty() ? "the relay is being started" : fault_);
    return;
  }
  if (waiting_.size() == kWaitingMax) {
    done(false, "too many pulses are waited for");
    return;
  }
  const Instant by = after(loop_.now(), kAnswerTime);
  const std::string order = std::string(kRelayPulse) + ' ' + milliseconds(options_.pulse) + ' ' +
                            milliseconds(by.time_since_epoch());
  if (!child_->send(order)) {
    done(false, "the relay program takes no orders");
    return;
  }
  if (waiting_.empty()) {
    patience_.set(by);
  }
  waiting_.push_back(std::move(done));
}

void Relay::check() {
  if (child_ != nullptr) {
    [[maybe_unused]] const bool sent = child_->send(kRelayCheck);
  } else {
    restart_.set(loop_.now());
  }
}

void Relay::serve(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  const std::string_view text = line.substr(std::min(word.size() + 1, line.size()));
  if (line == kRelayReady) {
    take_ready();
  } else if (word == kRelayOn) {
    set_on(true);
    answer(true, {});
  } else if (word == kRelayRefused) {
    answer(false, text);
  } else if (word == kRelayOff) {
    set_on(false);
  } else if (word == kRelayFailed) {
    reason_ = text;
  } else {
    log_.warning(kArea, "the relay program says what makes no sense: ", line);
  }
}

void Relay::take_ready() {
  if (!ready()) {
    patience_.cancel();
    ready_since_ = loop_.now();
    log_.info(kArea, "ready");
    fault_.clear();
    on_change_();
  }
}

void Relay::answer(bool ok, std::string_view why) {
  if (waiting_.empty()) {
    return;
  }
  const Done done = std::move(waiting_.front());
  waiting_.pop_front();
  patience_.set(waiting_.empty() ? kNever : after(loop_.now(), kAnswerTime));
  done(ok, why);
}

void Relay::refuse_waiting(std::string_view why) {
  for (std::size_t left = waiting_.size(); left > 0; --left) {
    answer(false, why);
  }
}

/// Killed, not asked: it may have been stopped in the middle of a pulse, and the kernel then takes
/// the line from it.
void Relay::lose_patience() {
  log_.error(kArea, "the relay program does not answer; killing it");
  reason_ = "the relay program did not answer";
  child_->signal(SIGKILL);
}

void Relay::on_exit(const ChildExit& exit) {
  child_.reset();
  patience_.cancel();
  if (ready() && loop_.now() - ready_since_ > restart_wait_) {
    restart_wait_ = kRestartMin;
  }
  ready_since_ = kNever;
  const std::string why =
      reason_.empty() ? "the relay program has ended: " + exit.text() : std::exchange(reason_, {});
  on_ = false;
  set_fault(why);
  restart_later();
  refuse_waiting(why);
}

void Relay::restart_later() {
  restart_.set(after(loop_.now(), restart_wait_));
  restart_wait_ = std::min(2 * restart_wait_, kRestartMax);
}

void Relay::set_on(bool on) {
  if (on != on_) {
    on_ = on;
    on_change_();
  }
}

void Relay::set_fault(std::string fault) {
  if (fault == fault_) {
    return;
  }
  fault_ = std::move(fault);
  log_.error(kArea, fault_, "; it is tried again");
  on_change_();
}

}  // namespace doorcall::platform
