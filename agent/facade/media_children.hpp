#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
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
    bool prewarm = false;  ///< needed for early media
  };

  /// Loop and log must outlive it; destroying it kills the children.
  MediaChildren(platform::EventLoop& loop, platform::Log& log, Options options, Reports reports)
      : loop_(loop), log_(log), options_(std::move(options)), reports_(std::move(reports)) {}

  /// For the children started from now on.
  void set_options(Options options) { options_ = std::move(options); }

  void prepare(const MediaRequest& request) override;
  void early(const MediaRequest& request) override;
  void start(const MediaRequest& request) override;
  void remote(const std::string& call, const Bytes& offer) override;
  void candidate(const std::string& call, const Bytes& candidate) override;
  void switch_to(const std::string& call, MediaKind media) override;
  void mute(const std::string& call, bool on) override;
  void stop(const std::string& call, Reason reason) override;
  void release(const std::string& call, Reason reason) override { stop(call, reason); }

 private:
  struct Child {
    std::unique_ptr<platform::MediaProcess> process;
    bool asked_to_stop = false;
    std::optional<MediaRequest> next;  ///< to start once this one has stopped: the peer is new
  };

  /// One that was not asked to stop.
  [[nodiscard]] platform::MediaProcess* find(const std::string& call);
  [[nodiscard]] platform::MediaProcess* spawn(const MediaRequest& request);
  void on_exit(const std::string& id, const platform::ChildExit& exit);

  platform::EventLoop& loop_;
  platform::Log& log_;
  Options options_;
  Reports reports_;
  std::map<std::string, Child> children_;
};

}  // namespace doorcall::facade
