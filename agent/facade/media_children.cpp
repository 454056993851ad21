#include "agent/facade/media_children.hpp"

#include "agent/core/blob_pool.hpp"

namespace doorcall::facade {

namespace {

std::vector<std::uint8_t> to_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

std::string peer_of(const MediaRequest& request) {
  return request.peer_device + '@' + request.peer_user;
}

}  // namespace

void MediaChildren::prepare(const MediaRequest& request) {
  if (!options_.prewarm || children_.count(request.call) != 0) {
    return;  // one of this call that is still stopping has the devices
  }
  if (platform::MediaProcess* process = spawn(request)) {
    process->prepare(as_text(request.remote_offer));
  }
}

void MediaChildren::early(const MediaRequest& request) {
  if (platform::MediaProcess* process = find(request.call)) {
    process->early(peer_of(request), as_text(request.remote_offer));
  }
}

void MediaChildren::start(const MediaRequest& request) {
  const auto stopping = children_.find(request.call);
  if (stopping != children_.end() && stopping->second.asked_to_stop) {
    stopping->second.next = request;
    return;
  }
  platform::MediaProcess* process = find(request.call);
  if (process == nullptr) {
    process = spawn(request);
  }
  if (process == nullptr) {
    reports_.on_state(request.call, MediaState::kFailed);
    return;
  }
  if (request.muted) {
    process->mute(true);
  }
  process->start(as_text(request.remote_offer));
}

void MediaChildren::remote(const std::string& call, const Bytes& offer) {
  const auto stopping = children_.find(call);
  if (stopping != children_.end() && stopping->second.next) {
    stopping->second.next->remote_offer = offer;
  }
  if (platform::MediaProcess* process = find(call)) {
    process->remote(as_text(offer));
  }
}

void MediaChildren::candidate(const std::string& call, const Bytes& candidate) {
  if (platform::MediaProcess* process = find(call)) {
    process->candidate(as_text(candidate));
  }
}

void MediaChildren::switch_to(const std::string& call, MediaKind media) {
  if (platform::MediaProcess* process = find(call)) {
    process->switch_to(media);
  }
}

void MediaChildren::mute(const std::string& call, bool on) {
  const auto stopping = children_.find(call);
  if (stopping != children_.end() && stopping->second.next) {
    stopping->second.next->muted = on;
  }
  if (platform::MediaProcess* process = find(call)) {
    process->mute(on);
  }
}

void MediaChildren::stop(const std::string& call, Reason reason) {
  const auto found = children_.find(call);
  if (found != children_.end()) {
    found->second.asked_to_stop = true;
    found->second.next.reset();
    found->second.process->stop(to_string(reason));
  }
}

platform::MediaProcess* MediaChildren::find(const std::string& call) {
  const auto found = children_.find(call);
  const bool here = found != children_.end() && !found->second.asked_to_stop;
  return here ? found->second.process.get() : nullptr;
}

platform::MediaProcess* MediaChildren::spawn(const MediaRequest& request) {
  const std::string& call = request.call;
  platform::MediaProcessEvents events;
  events.on_state = [this, call](MediaState state, std::string_view text) {
    log_.info("media", "state ", to_string(state), text.empty() ? "" : ": ", text);
    reports_.on_state(call, state);
  };
  events.on_offer = [this, call](std::string_view offer) {
    reports_.on_offer(call, to_bytes(offer));
  };
  events.on_candidate = [this, call](std::string_view candidate) {
    reports_.on_candidate(call, to_bytes(candidate));
  };
  events.on_exit = [this, call](const platform::ChildExit& exit) { on_exit(call, exit); };
  auto process =
      std::make_unique<platform::MediaProcess>(loop_, log_, options_.process, std::move(events));
  const platform::MediaCall info{
      .call_id = call, .caller = request.caller, .peer = peer_of(request), .media = request.media};
  std::string error;
  if (!process->spawn(info, error)) {
    log_.error("media", "the media hook can't be started: ", error);
    return nullptr;
  }
  return (children_[call] = {.process = std::move(process), .asked_to_stop = false, .next = {}})
      .process.get();
}

void MediaChildren::on_exit(const std::string& id, const platform::ChildExit& exit) {
  // The owner of `id` ends below.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const std::string call = id;
  const auto found = children_.find(call);
  const bool asked = found->second.asked_to_stop;
  if (!asked) {
    log_.warning("media", "the media hook has ended by itself: ", exit.text());
  }
  const std::optional<MediaRequest> next = std::move(found->second.next);
  children_.erase(found);
  if (next) {
    start(*next);
    return;
  }
  const bool well = asked || exit.clean();
  reports_.on_state(call, well ? MediaState::kDisconnected : MediaState::kFailed);
}

}  // namespace doorcall::facade
