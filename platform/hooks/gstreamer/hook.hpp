#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "doorcall/state.hpp"
#include "platform/hooks/gstreamer/orders.hpp"
#include "platform/hooks/gstreamer/stream.hpp"

namespace doorcall::hook {

/// What the daemon says of the call, in the environment.
struct HookCall {
  bool caller = false;
  bool video = false;
};

/// The hook of one call: obeys the daemon, reports how media is.
class Hook {
 public:
  Hook(HookOptions options, HookCall call, GMainLoop* loop);
  Hook(const Hook&) = delete;
  Hook& operator=(const Hook&) = delete;
  ~Hook();

  void take(const Order& order);
  [[nodiscard]] int exit_code() const noexcept { return failed_ ? 1 : 0; }

 private:
  [[nodiscard]] bool prepare(const std::string& remote);
  [[nodiscard]] bool open(const std::string& toward);
  void early(const std::string& account, const std::string& offer);
  void start(const std::string& offer);
  void take_remote(const std::string& offer);
  void mute(bool on);
  void connect();
  void begin_watch();
  void watch();
  [[nodiscard]] std::uint64_t packets_so_far() const;
  void enter(MediaState state);
  void fail(const std::string& why);
  void drop_video(const std::string& why);
  void stop();

  HookOptions options_;
  const HookCall call_;
  GMainLoop* loop_;
  std::unique_ptr<Stream> audio_;
  std::unique_ptr<Stream> video_;
  std::optional<Description> remote_;
  MediaState state_ = MediaState::kNone;
  std::uint64_t packets_ = 0;
  gint64 heard_us_ = 0;
  std::uint64_t pictures_ = 0;
  unsigned timer_ = 0;
  bool previewing_ = false;
  bool muted_ = false;
  bool started_ = false;
  bool failed_ = false;
};

}  // namespace doorcall::hook
