#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"
#include "doorcall/state.hpp"
#include "platform/child_process.hpp"
#include "platform/event_loop.hpp"
#include "platform/log.hpp"

namespace doorcall::platform {

namespace detail {
class MediaSupervisor;
}

/// What a media hook is told of its call in its environment.
struct MediaCall {
  std::string call_id;                  ///< DOORCALL_CALL_ID
  bool caller = false;                  ///< DOORCALL_ROLE: caller or callee
  std::string peer;                     ///< DOORCALL_PEER: the account at the other end
  MediaKind media = MediaKind::kAudio;  ///< DOORCALL_MEDIA: audio, video or other
};

struct MediaProcessOptions {
  std::vector<std::string> command;  ///< the program and its arguments; not empty
  Millis stop_time{2'000};           ///< how long it may take to stop by itself, then to terminate
  std::string broker{};              ///< DOORCALL_BROKER: a host in the direction of the peers
};

/// What a hook reports. A callback may do anything, also destroy the MediaProcess.
struct MediaProcessEvents {
  /// kConnecting, kConnected, kReconnecting, kDisconnected or kFailed, with a text for people.
  std::function<void(MediaState state, std::string_view text)> on_state;
  /// The hook's own media offer or answer, opaque bytes.
  std::function<void(std::string_view offer)> on_offer;
  /// A way by which it can be reached, for hooks that learn such after their offer; opaque bytes.
  std::function<void(std::string_view candidate)> on_candidate{};
  /// The hook is gone, asked or not. Comes once for each successful spawn(), and last.
  std::function<void(const ChildExit& exit)> on_exit;
};

struct MediaProcessCounters {
  std::uint64_t unknown_lines = 0;
  std::uint64_t early_lines = 0;  ///< before the hook gave its version
  std::uint64_t bad_offers = 0;   ///< or candidates: not base64, empty, or over kOfferBytesMax
  std::uint64_t long_lines = 0;   ///< over kLineBytesMax, skipped
};

/// The media hook of one call: a supervised child process that talks in lines of UTF-8.
///
/// HOOKS.md has the lines, each of which a method or a callback here stands for. After `stop` its
/// input is closed. A hook that is still there after the stop time gets SIGTERM,
/// after another SIGKILL, each to its whole process group. Lines on stderr go to the log.
/// Thread: loop. Lifetime: loop and log must outlive it; destroying it kills the hook at once.
class MediaProcess {
 public:
  static constexpr std::size_t kLineBytesMax = std::size_t{16} * 1024;
  static constexpr std::size_t kOfferBytesMax = std::size_t{6} * 1024;
  static constexpr std::size_t kInputBytesMax =
      std::size_t{64} * 1024;  ///< unread by the hook; more: killed

  MediaProcess(EventLoop& loop, Log& log, MediaProcessOptions options, MediaProcessEvents events);
  MediaProcess(const MediaProcess&) = delete;
  MediaProcess& operator=(const MediaProcess&) = delete;
  ~MediaProcess();

  /// Starts the hook. False with a sentence in `ret_error` as ChildProcess::spawn(); then no
  /// callback follows. Must not be called while it runs.
  [[nodiscard]] bool spawn(const MediaCall& call, std::string& ret_error);

  /// Tells the hook that it may open devices and make an offer; the call rings. The other side's
  /// offer is empty where it is not known yet, here and below.
  void prepare(std::string_view remote_offer);
  /// Media may flow from the caller to the ringing device ahead of the answer. `account` is the
  /// other end.
  void early(std::string_view account, std::string_view remote_offer);
  /// Tells the hook to start.
  void start(std::string_view remote_offer);
  /// The other side's offer has come late, or has changed.
  void remote(std::string_view remote_offer);
  void candidate(std::string_view bytes);
  /// The other side asks for this kind of media.
  void switch_to(MediaKind media);
  void mute(bool on);
  /// Asks the hook to end, and sees to it. Repeated calls change nothing. `reason` is one word.
  void stop(std::string_view reason);

  [[nodiscard]] bool running() const noexcept;
  [[nodiscard]] pid_t pid() const noexcept;
  [[nodiscard]] const MediaProcessCounters& counters() const noexcept;

 private:
  std::shared_ptr<detail::MediaSupervisor> supervisor_;
};

}  // namespace doorcall::platform
