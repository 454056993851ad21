#include "platform/media_process.hpp"

#include <utility>

#include "platform/base64.hpp"
#include "platform/media_supervisor.hpp"

namespace doorcall::platform {

MediaProcess::MediaProcess(EventLoop& loop, Log& log, MediaProcessOptions options,
                           MediaProcessEvents events)
    : supervisor_(std::make_shared<detail::MediaSupervisor>(loop, log, std::move(options),
                                                            std::move(events))) {}

MediaProcess::~MediaProcess() {
  supervisor_->abandon();
}

bool MediaProcess::spawn(const MediaCall& call, std::string& ret_error) {
  return supervisor_->spawn(call, ret_error);
}

void MediaProcess::prepare() {
  supervisor_->send("prepare");
}

void MediaProcess::start(std::string_view remote_offer) {
  supervisor_->send("start " + (remote_offer.empty() ? "-" : base64_encode(remote_offer)));
}

void MediaProcess::stop(std::string_view reason) {
  supervisor_->stop(reason);
}

bool MediaProcess::running() const noexcept {
  return supervisor_->running();
}

pid_t MediaProcess::pid() const noexcept {
  return supervisor_->pid();
}

const MediaProcessCounters& MediaProcess::counters() const noexcept {
  return supervisor_->counters;
}

}  // namespace doorcall::platform
