#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "agent/facade/media.hpp"
#include "platform/media_process.hpp"

namespace doorcall::facade {

/// Media by child processes, one for each call.
class MediaChildren final : public MediaDriver {
 public:
  struct Options {
    platform::MediaProcessOptions process;
    bool prewarm = false;
  };
  struct Reports {
    std::function<void(const std::string& call, MediaState state)> on_state;
    std::function<void(const std::string& call, std::string_view offer)> on_offer;
  };

  /// Loop and log must outlive it; destroying it kills the children.
  MediaChildren(platform::EventLoop& loop, platform::Log& log, Options options, Reports reports)
      : loop_(loop), log_(log), options_(std::move(options)), reports_(std::move(reports)) {}

  /// For the children started from now on.
  void set_options(Options options) { options_ = std::move(options); }

  void prepare(const MediaRequest& request) override;
  void start(const MediaRequest& request) override;
  void stop(const std::string& call, Reason reason) override;
  void release(const std::string& call, Reason reason) override { stop(call, reason); }

 private:
  struct Child {
    std::unique_ptr<platform::MediaProcess> process;
    bool asked_to_stop = false;
  };

  [[nodiscard]] platform::MediaProcess* spawn(const MediaRequest& request);
  void on_exit(const std::string& id, const platform::ChildExit& exit);

  platform::EventLoop& loop_;
  platform::Log& log_;
  Options options_;
  Reports reports_;
  std::map<std::string, Child> children_;
};

}  // namespace doorcall::facade
