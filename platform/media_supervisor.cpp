// The hook is somebody else's program: it may say too much, too little or nothing, close its pipes,
// ignore signals, or leave children behind. So everything read is bounded a line and a turn,
// nothing waits for it, and its end is known from the kernel alone. A callback may destroy the
// object: the inside is shared and asks after each callback whether it is still wanted.
#include "platform/media_supervisor.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "platform/base64.hpp"

namespace doorcall::platform::detail {
namespace {

constexpr std::string_view kArea = "media";
constexpr std::size_t kReadBytes = std::size_t{16} * 1024;
constexpr int kReadsAtExitMax = 16;  ///< what it wrote last is heard, up to a pipe full of it

}  // namespace

MediaSupervisor::MediaSupervisor(EventLoop& loop, Log& log, MediaProcessOptions options,
                                 MediaProcessEvents events)
    : loop_(loop),
      log_(log),
      options_(std::move(options)),
      events_(std::move(events)),
      ladder_(loop, [this] { climb(); }) {}

bool MediaSupervisor::spawn(const MediaCall& call, std::string& ret_error) {
  if (running()) {
    ret_error = "the media hook of this call is running already";
    return false;
  }
  const std::vector<std::string> environment{
      "DOORCALL_CALL_ID=" + call.call_id,
      std::string("DOORCALL_ROLE=") + (call.caller ? "caller" : "callee"),
      "DOORCALL_PEER=" + call.peer,
      std::string("DOORCALL_MEDIA=").append(to_string(call.media)),
      "DOORCALL_BROKER=" + options_.broker,
  };
  auto child = std::make_unique<ChildProcess>();
  if (!child->spawn(options_.command, environment, ret_error)) {
    return false;
  }
  child_ = std::move(child);
  output_ = LineSplitter(MediaProcess::kLineBytesMax);
  errors_ = LineSplitter(kErrorLineBytesMax);
  unsent_.clear();
  greeted_ = false;
  step_ = Ladder::kNone;
  try {
    watch();
  } catch (const std::system_error& problem) {
    ret_error = std::string("cannot supervise the media hook: ") + problem.what();
    release();
    return false;
  }
  send(std::string(kHookProtocol).append(" ").append(kHookVersion));
  return true;
}

void MediaSupervisor::watch() {
  input_watch_ = loop_.add(child_->input.get(), 0, [this](std::uint32_t events) {
    if ((events & EPOLLOUT) != 0) {
      flush();
    } else {
      input_watch_.reset();  // the hook has closed it; its end comes another way
    }
  });
  output_watch_ = loop_.add(child_->output.get(), EPOLLIN, [this](std::uint32_t) {
    const auto self = shared_from_this();
    if (read_output() == 0) {
      output_watch_.reset();
    }
  });
  errors_watch_ = loop_.add(child_->errors.get(), EPOLLIN, [this](std::uint32_t) {
    if (read_errors() == 0) {
      errors_watch_.reset();
    }
  });
  exit_watch_ = loop_.add(child_->exit_fd(), EPOLLIN, [this](std::uint32_t) { on_end(); });
}

void MediaSupervisor::abandon() noexcept {
  abandoned_ = true;
  release();
}

// --- to the hook

void MediaSupervisor::send(std::string_view line) {
  if (!running() || step_ != Ladder::kNone) {
    return;
  }
  if (unsent_.size() + line.size() >= MediaProcess::kInputBytesMax) {
    log_.warning(kArea, "the hook does not read its input; killing it");
    step_ = Ladder::kKilled;
    child_->signal(SIGKILL);
    return;
  }
  unsent_.append(line).append("\n");
  flush();
}

void MediaSupervisor::flush() {
  const ssize_t count =
      ::send(child_->input.get(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0) {
    unsent_.erase(0, static_cast<std::size_t>(count));
  } else if (errno != EAGAIN && errno != EINTR) {
    unsent_.clear();  // it has closed its input
  }
  if (unsent_.empty() && step_ != Ladder::kNone) {
    ::shutdown(child_->input.get(), SHUT_WR);
  }
  input_watch_.modify(unsent_.empty() ? 0U : static_cast<std::uint32_t>(EPOLLOUT));
}

void MediaSupervisor::stop(std::string_view reason) {
  if (!running() || step_ != Ladder::kNone) {
    return;
  }
  send(std::string("stop ").append(reason));
  if (step_ == Ladder::kNone) {
    step_ = Ladder::kAsked;
    flush();
    ladder_.set(after(loop_.now(), options_.stop_time));
  }
}

void MediaSupervisor::climb() {
  if (step_ == Ladder::kAsked) {
    log_.warning(kArea, "the hook did not stop; terminating it");
    step_ = Ladder::kTerminated;
    child_->signal(SIGTERM);
    ladder_.set(after(loop_.now(), options_.stop_time));
  } else if (step_ == Ladder::kTerminated) {
    log_.warning(kArea, "the hook did not terminate; killing it");
    step_ = Ladder::kKilled;
    child_->signal(SIGKILL);
  }
}

// --- from the hook

/// Reads once, as read() does: 0 at the end, negative when there is nothing now.
ssize_t MediaSupervisor::read_output() {
  std::array<char, kReadBytes> buffer;
  const ssize_t count = ::read(child_->output.get(), buffer.data(), buffer.size());
  if (count > 0) {
    output_.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    serve_lines();
  }
  return count;
}

ssize_t MediaSupervisor::read_errors() {
  std::array<char, kReadBytes> buffer;
  const ssize_t count = ::read(child_->errors.get(), buffer.data(), buffer.size());
  if (count > 0) {
    errors_.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    std::string line;
    for (auto next = errors_.next(line); next != LineSplitter::Next::kNone;
         next = errors_.next(line)) {
      log_.info(kArea, "hook: ", next == LineSplitter::Next::kLine ? line : "(a very long line)");
    }
  }
  return count;
}

void MediaSupervisor::serve_lines() {
  std::string line;
  while (!abandoned_) {
    const LineSplitter::Next next = output_.next(line);
    if (next == LineSplitter::Next::kNone) {
      return;
    }
    if (next == LineSplitter::Next::kTooLong) {
      ++counters.long_lines;
    } else {
      serve(parse_hook_line(line));
    }
  }
}

void MediaSupervisor::serve(const HookLine& line) {
  if (!greeted_ && line.kind != HookLine::Kind::kVersion) {
    ++counters.early_lines;
    return;
  }
  switch (line.kind) {
    case HookLine::Kind::kVersion: greet(line.text); return;
    case HookLine::Kind::kState: events_.on_state(line.state, line.text); return;
    case HookLine::Kind::kOffer:
    case HookLine::Kind::kCandidate: take_bytes(line); return;
    case HookLine::Kind::kLog: log_.info(kArea, "hook says: ", line.text); return;
    case HookLine::Kind::kUnknown: ++counters.unknown_lines; return;
  }
}

void MediaSupervisor::greet(std::string_view version) {
  if (version == kHookVersion) {
    greeted_ = true;
    return;
  }
  log_.error(kArea, "the hook speaks version ", version, " of ", kHookProtocol, ", not ",
             kHookVersion);
  stop("unsupported_version");
  events_.on_state(MediaState::kFailed, "the media hook speaks another version");
}

void MediaSupervisor::take_bytes(const HookLine& line) {
  const std::optional<std::string> bytes = base64_decode(line.text);
  if (!bytes || bytes->empty() || bytes->size() > MediaProcess::kOfferBytesMax) {
    ++counters.bad_offers;
    log_.warning(kArea, "an offer or candidate of the hook is not base64, empty, or over ",
                 MediaProcess::kOfferBytesMax, " bytes");
    return;
  }
  line.kind == HookLine::Kind::kOffer ? events_.on_offer(*bytes) : events_.on_candidate(*bytes);
}

void MediaSupervisor::on_end() {
  const auto self = shared_from_this();
  for (int i = 0; i < kReadsAtExitMax && !abandoned_ && read_output() > 0; ++i) {
  }
  for (int i = 0; i < kReadsAtExitMax && !abandoned_ && read_errors() > 0; ++i) {
  }
  ChildExit exit;
  if (abandoned_ || !child_->reap(exit)) {
    return;
  }
  release();
  events_.on_exit(exit);
}

void MediaSupervisor::release() noexcept {
  input_watch_.reset();
  output_watch_.reset();
  errors_watch_.reset();
  exit_watch_.reset();
  ladder_.cancel();
  child_.reset();
}

}  // namespace doorcall::platform::detail
