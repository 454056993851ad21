#include "agent/facade/media_children.hpp"

namespace doorcall::facade {

void MediaChildren::prepare(const MediaRequest& request) {
  if (!options_.prewarm) {
    return;
  }
  if (platform::MediaProcess* process = spawn(request)) {
    process->prepare();
  }
}

void MediaChildren::start(const MediaRequest& request) {
  const auto found = children_.find(request.call);
  platform::MediaProcess* process =
      found == children_.end() ? spawn(request) : found->second.process.get();
  if (process == nullptr) {
    reports_.on_state(request.call, MediaState::kFailed);
    return;
  }
  const auto* offer = reinterpret_cast<const char*>(request.remote_offer.data());
  process->start({offer, request.remote_offer.size()});
}

void MediaChildren::stop(const std::string& call, Reason reason) {
  const auto found = children_.find(call);
  if (found != children_.end()) {
    found->second.asked_to_stop = true;
    found->second.process->stop(to_string(reason));
  }
}

platform::MediaProcess* MediaChildren::spawn(const MediaRequest& request) {
  const std::string& call = request.call;
  platform::MediaProcessEvents events;
  events.on_state = [this, call](MediaState state, std::string_view text) {
    log_.info("media", "state ", to_string(state), text.empty() ? "" : ": ", text);
    reports_.on_state(call, state);
  };
  events.on_offer = [this, call](std::string_view offer) { reports_.on_offer(call, offer); };
  events.on_exit = [this, call](const platform::ChildExit& exit) { on_exit(call, exit); };
  auto process =
      std::make_unique<platform::MediaProcess>(loop_, log_, options_.process, std::move(events));
  const platform::MediaCall info{.call_id = call,
                                 .caller = request.caller,
                                 .peer = request.peer_device + '@' + request.peer_user,
                                 .media = request.media};
  std::string error;
  if (!process->spawn(info, error)) {
    log_.error("media", "the media hook can't be started: ", error);
    return nullptr;
  }
  return (children_[call] = {.process = std::move(process), .asked_to_stop = false}).process.get();
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
  children_.erase(found);
  const bool well = asked || exit.clean();
  reports_.on_state(call, well ? MediaState::kDisconnected : MediaState::kFailed);
}

}  // namespace doorcall::facade
