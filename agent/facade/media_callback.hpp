#pragma once

#include <functional>
#include <utility>

#include "agent/facade/media.hpp"

namespace doorcall::facade {

/// Media in the embedder's own code. Called through Delivery only, which catches exceptions.
class MediaCallback final : public MediaDriver {
 public:
  using MakeReporter = std::function<MediaReporter(const std::string& call)>;

  MediaCallback(MediaHandler handler, MakeReporter make_reporter)
      : handler_(std::move(handler)), make_reporter_(std::move(make_reporter)) {}

  void start(const MediaRequest& request) override {
    if (handler_.start) {
      handler_.start(request, make_reporter_(request.call));
    }
  }
  void stop(const std::string& call, Reason reason) override {
    if (handler_.stop) {
      handler_.stop(call, reason);
    }
    make_reporter_(call).report(MediaState::kDisconnected);
  }

 private:
  MediaHandler handler_;
  MakeReporter make_reporter_;
};

}  // namespace doorcall::facade
