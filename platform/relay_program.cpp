// Small on purpose: whatever happens to the daemon, this must go on. It trusts nothing that it is
// told but the wish for a pulse: the longest pulse comes with its arguments and is kept here. It
// never waits for its reader: an answer that finds no room is lost, the line is not.
#include "platform/relay_program.hpp"

#include <getopt.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "platform/event_loop.hpp"
#include "platform/line_splitter.hpp"
#include "platform/pulse.hpp"
#include "platform/relay_protocol.hpp"

namespace doorcall::platform {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr std::size_t kLineBytesMax = 128;

constexpr const char* kHelp =
    "usage: doorcall-relay --line LINE [--active-low] [--longest MS] [--pause MS]\n"
    "\n"
    "Owns the GPIO line of a door relay for doorcalld, which starts it.\n";

struct Arguments {
  GpioLine line;
  GpioOutputOptions output;
  Pulse::Limits limits;
};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end && value >= 0 ? std::optional(value) : std::nullopt;
}

/// False if it is not a number of milliseconds within the bounds.
bool read_time(const char* text, Millis low, Millis high, Millis& ret_time) {
  const auto value = number(text);
  ret_time = Millis(value.value_or(-1));
  return value && ret_time >= low && ret_time <= high;
}

bool parse(int argc, char** argv, Arguments& ret_arguments) {
  enum { kLine = 256, kActiveLow, kLongest, kPause };
  const option options[] = {{"line", required_argument, nullptr, kLine},
                            {"active-low", no_argument, nullptr, kActiveLow},
                            {"longest", required_argument, nullptr, kLongest},
                            {"pause", required_argument, nullptr, kPause},
                            {nullptr, 0, nullptr, 0}};
  Pulse::Limits& limits = ret_arguments.limits;
  bool good = true;
  ::optind = 1;
  for (int key = 0; (key = ::getopt_long(argc, argv, "", options, nullptr)) != -1;) {
    switch (key) {
      case kLine: ret_arguments.line.text = optarg; break;
      case kActiveLow: ret_arguments.output.active_low = true; break;
      case kLongest:
        good = good && read_time(optarg, kRelayLongestMin, kRelayLongestMax, limits.longest);
        break;
      case kPause:
        good = good && read_time(optarg, Millis{0}, kRelayLongestMax, limits.pause);
        break;
      default: good = false;
    }
  }
  return good && ::optind == argc && is_gpio_line(ret_arguments.line.text);
}

/// Writes one line, unless there is no room for it now.
void answer(std::string_view word, std::string_view text = {}) {
  std::string line(word);
  line.append(text.empty() ? "" : " ").append(text).append("\n");
  pollfd room{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&room, 1, 0) > 0) {
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, line.data(), line.size());
  }
}

/// The line and its pulses, on a loop of their own.
class RelayLine {
 public:
  RelayLine(std::unique_ptr<GpioOutput> line, Pulse::Limits limits)
      : line_(std::move(line)), pulse_(limits), off_timer_(loop_, [this] { switch_off(); }) {
    loop_.on_signal({SIGTERM, SIGINT, SIGHUP}, [this](int) { loop_.stop(); });
    input_watch_ = loop_.add(STDIN_FILENO, EPOLLIN, [this](std::uint32_t) { read_input(); });
  }
  RelayLine(const RelayLine&) = delete;
  RelayLine& operator=(const RelayLine&) = delete;
  ~RelayLine() { [[maybe_unused]] const bool there = line_->set(false); }

  int run() {
    answer(kRelayReady);
    loop_.run();
    return failed_ ? kFailed : 0;
  }

 private:
  void read_input() {
    std::array<char, kLineBytesMax> buffer;
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) {
      loop_.stop();  // the daemon is gone, or wants this to end
      return;
    }
    input_.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    std::string line;
    for (auto next = input_.next(line); next != LineSplitter::Next::kNone;
         next = input_.next(line)) {
      serve(next == LineSplitter::Next::kLine ? line : std::string());
    }
  }

  void serve(std::string_view line) {
    if (failed_) {
      return;
    }
    const std::string_view word = line.substr(0, line.find(' '));
    if (word == kRelayPulse) {
      line.remove_prefix(std::min(word.size() + 1, line.size()));
      serve_pulse(line);
    } else if (word == kRelayCheck) {
      set(pulse_.on());
    } else {
      answer(kRelayRefused, "that is no order");
    }
  }

  void serve_pulse(std::string_view arguments) {
    const std::size_t space = std::min(arguments.find(' '), arguments.size());
    const auto length = number(arguments.substr(0, space));
    arguments.remove_prefix(std::min(space + 1, arguments.size()));
    const auto by = number(arguments);
    const Instant now = loop_.now();
    if (!length || !by) {
      answer(kRelayRefused, "a pulse has a length and a time to come by");
    } else if (now > Instant(Millis(*by))) {
      answer(kRelayRefused, "it came too late");
    } else if (pulse_.ask(Millis(*length), now) == Pulse::Answer::kPausing) {
      answer(kRelayRefused, "it has just been on");
    } else if (set(true)) {
      off_timer_.set(pulse_.off_at());
      answer(kRelayOn);
    }
  }

  void switch_off() {
    pulse_.end(loop_.now());
    if (set(false)) {
      answer(kRelayOff);
    }
  }

  bool set(bool on) {
    if (line_->set(on)) {
      return true;
    }
    answer(kRelayFailed, "the line is gone");
    failed_ = true;
    loop_.stop();
    return false;
  }

  EventLoop loop_;
  std::unique_ptr<GpioOutput> line_;
  Pulse pulse_;
  Timer off_timer_;
  Watch input_watch_;
  LineSplitter input_{kLineBytesMax};
  bool failed_ = false;
};

int serve_line(const Arguments& arguments, Gpio& gpio) {
  DeviceFault fault;
  std::unique_ptr<GpioOutput> line =
      gpio.open_output(arguments.line, arguments.output, false, fault);
  if (line == nullptr) {
    answer(kRelayFailed, fault.text);
    return kFailed;
  }
  return RelayLine(std::move(line), arguments.limits).run();
}

}  // namespace

int relay_program(int argc, char** argv, Gpio* gpio) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  ::signal(SIGPIPE, SIG_IGN);
  if (gpio == nullptr) {
    answer(kRelayFailed, "doorcall was built without GPIO");
    return kFailed;
  }
  try {
    return serve_line(arguments, *gpio);
  } catch (const std::exception& problem) {
    answer(kRelayFailed, problem.what());
    return kFailed;
  }
}

}  // namespace doorcall::platform
