#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "agent/facade/media.hpp"

namespace doorcall::facade {

/// Media in the embedder's own code. Called through Delivery only, which catches exceptions.
class MediaCallback final : public MediaDriver {
 public:
  using MakeReporter = std::function<MediaReporter(const std::string& call)>;

  MediaCallback(MediaHandler handler, MakeReporter make_reporter)
      : handler_(std::move(handler)), make_reporter_(std::move(make_reporter)) {}

  void prepare(const MediaRequest& request) override {
    tell(handler_.prepare, request, reporter_of(request.call));
  }
  void early(const MediaRequest& request) override { tell(handler_.early, request); }
  void start(const MediaRequest& request) override {
    tell(handler_.start, request, reporter_of(request.call));
  }
  void remote(const std::string& call, const Bytes& offer) override {
    tell(handler_.remote, call, offer);
  }
  void candidate(const std::string& call, const Bytes& candidate) override {
    tell(handler_.candidate, call, candidate);
  }
  void switch_to(const std::string& call, MediaKind media) override {
    tell(handler_.switch_to, call, media);
  }
  void mute(const std::string& call, bool on) override { tell(handler_.mute, call, on); }
  void stop(const std::string& call, Reason reason) override {
    tell(handler_.stop, call, reason);
    reporter_of(call).report(MediaState::kDisconnected);
  }
  void release(const std::string& /*call*/, Reason /*reason*/) override {}

 private:
  /// The last one is kept: most often the next word is about the same call.
  MediaReporter reporter_of(const std::string& call) {
    if (!reporter_ || reporter_->first != call) {
      reporter_.emplace(call, make_reporter_(call));
    }
    return reporter_->second;
  }

  template <typename Handler, typename... Arguments>
  static void tell(const Handler& handler, const Arguments&... arguments) {
    if (handler) {
      handler(arguments...);
    }
  }

  MediaHandler handler_;
  MakeReporter make_reporter_;
  std::optional<std::pair<std::string, MediaReporter>> reporter_;
};

}  // namespace doorcall::facade
