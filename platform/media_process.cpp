#include "platform/media_process.hpp"

#include <utility>

#include "platform/base64.hpp"
#include "platform/media_supervisor.hpp"

namespace doorcall::platform {
namespace {

/// One word, also where there is nothing.
std::string to_word(std::string_view bytes) {
  return bytes.empty() ? "-" : base64_encode(bytes);
}

}  // namespace

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

void MediaProcess::prepare(std::string_view remote_offer) {
  supervisor_->send("prepare " + to_word(remote_offer));
}

void MediaProcess::early(std::string_view account, std::string_view remote_offer) {
  supervisor_->send(std::string("early ").append(account) + ' ' + to_word(remote_offer));
}

void MediaProcess::start(std::string_view remote_offer) {
  supervisor_->send("start " + to_word(remote_offer));
}

void MediaProcess::remote(std::string_view remote_offer) {
  supervisor_->send("remote " + to_word(remote_offer));
}

void MediaProcess::candidate(std::string_view bytes) {
  supervisor_->send("candidate " + to_word(bytes));
}

void MediaProcess::switch_to(MediaKind media) {
  supervisor_->send(std::string("media ").append(to_string(media)));
}

void MediaProcess::mute(bool on) {
  supervisor_->send(on ? "mute on" : "mute off");
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
