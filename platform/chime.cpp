#include "platform/chime.hpp"

#include <csignal>
#include <utility>

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
      kill_(loop, [this] { child_->signal(SIGKILL); }) {}

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
    finish(fault_);
  }
}

void Chime::play() {
  std::string error;
  const std::vector<std::string> command =
      options_.command.empty() ? player_command(options_.file, error) : options_.command;
  child_ = std::make_unique<WatchedChild>(loop_, log_, area_, ChildProcess::Orphan::kKilled);
  if (command.empty() ||
      !child_->spawn(
          command, {.on_line = {}, .on_exit = [this](const ChildExit& e) { on_exit(e); }}, error)) {
    child_.reset();
    finish(std::move(error));
  }
}

void Chime::on_exit(const ChildExit& exit) {
  child_.reset();
  kill_.cancel();
  const bool told = std::exchange(stopping_, false);
  if (told && wanted_) {
    play();
  } else if (!told && !exit.clean()) {
    finish("the program has failed: " + exit.text());
  } else if (wanted_) {
    ++played_;
    if (played_ == options_.times) {
      finish({});
    } else {
      next_.set(after(loop_.now(), options_.gap));
    }
  }
}

void Chime::finish(std::string fault) {
  wanted_ = false;
  next_.cancel();
  if (fault != fault_) {
    fault_ = std::move(fault);
    if (!fault_.empty()) {
      log_.error(area_, fault_);
    }
  }
  on_change_();
}

}  // namespace doorcall::platform
