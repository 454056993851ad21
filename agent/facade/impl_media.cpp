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
  facade::MediaChildren::Options options{
      .process = {.command = options_.media_command, .stop_time = options_.media_stop_time},
      .prewarm = options_.media_prewarm};
  if (children_ != nullptr) {
    children_->set_options(std::move(options));
    return;
  }
  const facade::MediaChildren::Reports reports{
      .on_state = [this](const std::string& call,
                         MediaState state) { enter([&] { report_media(call, state); }); },
      .on_offer =
          [this](const std::string& call, std::string_view offer) {
            if (const auto id = CallId::parse(call)) {
              keep_offer(*id, {offer.begin(), offer.end()});
            }
          }};
  children_ = std::make_shared<facade::MediaChildren>(loop_, log_, std::move(options), reports);
  media_ = children_;
}

void Agent::Impl::set_media_handler(MediaHandler handler) {
  own_media_ = true;
  media_ =
      std::make_shared<facade::MediaCallback>(std::move(handler), [this](const std::string& call) {
        return MediaReporter([weak = weak_from_this(), call](MediaState state) {
          if (const auto self = weak.lock()) {
            self->report_media(call, state);
          }
        });
      });
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
    notes_[call].local_offer = offer;
  }
}

void Agent::Impl::take_media(const StartMedia& order) {
  delivery_.push([this, id = order.call, request = facade::to_request(order)]() mutable {
    if (const auto media = media_) {
      if (const auto notes = notes_.find(id); notes != notes_.end()) {
        request.local_offer = notes->second.local_offer;
        request.remote_offer = notes->second.remote_offer;
      }
      media->start(request);
    }
  });
}

void Agent::Impl::take_media(const StopMedia& order) {
  delivery_.push([this, call = std::string(to_text(order.call).view()), reason = order.reason] {
    if (const auto media = media_) {
      media->stop(call, reason);
    }
  });
}

}  // namespace doorcall
