// Media is driven from the delivery queue, between the events it belongs to: a handler is the
// embedder's code, and a child that can't be started reports at once.
#include <utility>

#include "agent/facade/events.hpp"
#include "agent/facade/impl.hpp"
#include "agent/facade/media_callback.hpp"
#include "agent/facade/media_children.hpp"

namespace doorcall {

void Agent::Impl::apply_settings() {
  checked_.settings.media_hook = own_media_ || !options_.media_command.empty();
  checked_.settings.has_door = has_door();
  engine_->reconfigure(checked_.settings);
}

void Agent::Impl::use_media_command() {
  if (own_media_ || options_.media_command.empty()) {
    return;  // children that run stay until their calls end
  }
  facade::MediaChildren::Options options{.process = {.command = options_.media_command,
                                                     .stop_time = options_.media_stop_time,
                                                     .broker = options_.broker.host},
                                         .prewarm = options_.media_prewarm || options_.media_early};
  if (children_ != nullptr) {
    children_->set_options(std::move(options));
    return;
  }
  const facade::MediaDriver::Reports reports{
      .on_state = [this](const std::string& call,
                         MediaState state) { enter([&] { report_media(call, state); }); },
      .on_offer = [this](const std::string& call,
                         Bytes offer) { enter([&] { take_own_offer(call, std::move(offer)); }); },
      .on_candidate =
          [this](const std::string& call, Bytes candidate) {
            enter([&] { take_own_candidate(call, std::move(candidate)); });
          }};
  children_ = std::make_shared<facade::MediaChildren>(loop_, log_, std::move(options), reports);
  media_ = children_;
}

void Agent::Impl::set_media_handler(MediaHandler handler) {
  own_media_ = true;
  const auto make_reporter = [this](const std::string& call) {
    const auto target =
        std::make_shared<const std::pair<std::weak_ptr<Impl>, std::string>>(weak_from_this(), call);
    return MediaReporter({.state =
                              [target](MediaState state) {
                                if (const auto impl = target->first.lock()) {
                                  impl->report_media(target->second, state);
                                }
                              },
                          .offer =
                              [target](Bytes offer) {
                                if (const auto impl = target->first.lock()) {
                                  impl->take_own_offer(target->second, std::move(offer));
                                }
                              },
                          .candidate =
                              [target](Bytes candidate) {
                                if (const auto impl = target->first.lock()) {
                                  impl->take_own_candidate(target->second, std::move(candidate));
                                }
                              }});
  };
  media_ = std::make_shared<facade::MediaCallback>(std::move(handler), make_reporter);
  apply_settings();
}

void Agent::Impl::report_media(const std::string& call, MediaState state) {
  const auto id = CallId::parse(call);
  if (id && !abandoned_) {
    feed(MediaReported{.call = *id, .state = state});
  }
}

void Agent::Impl::keep_offer(const CallId& call, const std::vector<std::uint8_t>& offer) {
  const auto info = engine_->find_call(call);
  if (!offer.empty() && info && info->state != CallState::kEnded) {
    Notes& notes = notes_[call];
    notes.local_offer = offer;
    notes.of_hook = false;
    notes.told = true;
  }
}

void Agent::Impl::take_media(const StartMedia& order) {
  delivery_.push([this, order] {
    if (engine_->find_call(order.call)) {
      start_media(order);
    }
  });
}

void Agent::Impl::start_media(const StartMedia& order) {
  Notes& notes = notes_[order.call];
  if (notes.media_peer && *notes.media_peer != order.peer) {
    notes.told = false;
  }
  notes.media_peer = order.peer;
  MediaRequest request = facade::to_request(order);
  request.local_offer = notes.local_offer;
  request.muted = notes.muted;
  if (const auto offer = notes.remote_offers.find(order.peer); offer != notes.remote_offers.end()) {
    request.remote_offer = offer->second;
  }
  if (const auto media = media_) {
    media->start(request);
  }
  tell_offer(order.call);
  tell_candidates(order.call);
}

void Agent::Impl::take_media(const StopMedia& order) {
  if (const auto notes = notes_.find(order.call); notes != notes_.end() && notes->second.of_hook) {
    notes->second.local_offer.clear();  // if there is a next hook, it makes one of its own
  }
  delivery_.push([this, call = std::string(to_text(order.call).view()), reason = order.reason] {
    if (const auto media = media_) {
      media->stop(call, reason);
    }
  });
}

}  // namespace doorcall
