#include "platform/chime.hpp"

#include <csignal>
#include <utility>

#include "platform/child_program.hpp"
#include "platform/sound_player.hpp"

namespace doorcall::platform {

Chime::Chime(EventLoop& loop, Log& log, std::string_view area, ChimeOptions options,
             std::function<void()> on_change)
    : loop_(loop),
      log_(log),
      area_(area),
      options_(std::move(options)),
      on_change_(std::move(on_change)),
      next_(loop, [this] { play(); }),
      kill_(loop, [this] { child_->signal(SIGKILL); }) {
  std::string error;
  if (command(error).empty()) {
    set_fault(std::move(error));
  }
}

void Chime::start() {
  if (wanted_) {
    return;
  }
  wanted_ = true;
  played_ = 0;
  on_change_();
  if (child_ == nullptr) {
    play();
  }  // else the last one is about to end
}

void Chime::stop() {
  if (child_ != nullptr && !stopping_) {
    stopping_ = true;
    child_->signal(SIGTERM);
    kill_.set(after(loop_.now(), kKillTime));
  }
  if (wanted_) {
    finish();
  }
}

/// Empty with a sentence in `ret_error`: there is no program for it.
std::vector<std::string> Chime::command(std::string& ret_error) const {
  if (options_.command.empty()) {
    return player_command(options_.file, ret_error);
  }
  if (find_program(options_.command.front()).empty()) {
    ret_error = "cannot start " + options_.command.front() + ": it is not in PATH";
    return {};
  }
  return options_.command;
}

void Chime::play() {
  std::string error;
  const std::vector<std::string> argv = command(error);
  child_ = std::make_unique<WatchedChild>(loop_, log_, area_, ChildProcess::Orphan::kKilled);
  if (!argv.empty() &&
      child_->spawn(argv, {.on_line = {}, .on_exit = [this](const ChildExit& e) { on_exit(e); }},
                    error)) {
    set_fault({});
    return;
  }
  child_.reset();
  set_fault(std::move(error));
  finish();
}

void Chime::on_exit(const ChildExit& exit) {
  child_.reset();
  kill_.cancel();
  const bool told = std::exchange(stopping_, false);
  if (told && wanted_) {
    play();
  } else if (!told && !exit.clean()) {
    set_fault("the program has failed: " + exit.text());
    finish();
  } else if (wanted_ && ++played_ == options_.times) {
    finish();
  } else if (wanted_) {
    next_.set(after(loop_.now(), options_.gap));
  }
}

void Chime::set_fault(std::string fault) {
  fault_ = std::move(fault);
  if (!fault_.empty()) {
    log_.error(area_, fault_);
  }
}

void Chime::finish() {
  wanted_ = false;
  next_.cancel();
  on_change_();
}

}  // namespace doorcall::platform
