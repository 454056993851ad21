#include "platform/hooks/gstreamer/orders.hpp"

#include <glib-unix.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "platform/base64.hpp"
#include "platform/hook_line.hpp"

namespace doorcall::hook {
namespace {

struct Word {
  std::string_view text;
  Order::Kind kind;
};
constexpr std::array kWords{
    Word{"prepare", Order::Kind::kPrepare}, Word{"early", Order::Kind::kEarly},
    Word{"start", Order::Kind::kStart},     Word{"remote", Order::Kind::kRemote},
    Word{"mute", Order::Kind::kMute},       Word{"stop", Order::Kind::kStop}};
constexpr std::size_t kLineBytesMax = std::size_t{16} * 1024;

void say(std::string_view word, std::string_view text) {
  std::string line(word);
  line.append(text.empty() ? "" : " ").append(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

Order parse_order(std::string_view line) {
  Order order;
  std::string_view rest = line;
  const std::string_view word = platform::take_word(rest);
  for (const auto& [name, kind] : kWords) {
    order.kind = name == word ? kind : order.kind;
  }
  if (order.kind == Order::Kind::kEarly) {
    order.account = platform::take_word(rest);
  }
  order.on = rest == "on";
  order.offer = platform::base64_decode(rest).value_or("");
  return order;
}

Orders::Orders(std::function<void(const Order&)> on_order)
    : on_order_(std::move(on_order)), lines_(kLineBytesMax) {
  const auto on_ready = [](int, GIOCondition, void* self) -> gboolean {
    return static_cast<Orders*>(self)->read() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  };
  source_ = g_unix_fd_add(STDIN_FILENO, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR),
                          on_ready, this);
}

Orders::~Orders() {
  if (source_ != 0) {
    g_source_remove(source_);
  }
}

bool Orders::read() {
  std::array<char, 4096> bytes;
  const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count <= 0) {
    source_ = 0;
    on_order_({.kind = Order::Kind::kStop, .account = {}, .offer = {}});
    return false;
  }
  lines_.append({bytes.data(), static_cast<std::size_t>(count)});
  std::string line;
  for (auto next = lines_.next(line); next != platform::LineSplitter::Next::kNone;
       next = lines_.next(line)) {
    if (next == platform::LineSplitter::Next::kLine) {
      on_order_(parse_order(line));
    }
  }
  return true;
}

void say_version() {
  say(platform::kHookProtocol, platform::kHookVersion);
}

void say_state(MediaState state, std::string_view text) {
  say(std::string("state ").append(to_string(state)), text);
}

void say_offer(std::string_view offer) {
  say("offer", platform::base64_encode(offer));
}

void say_log(std::string_view text) {
  say("log", text);
}

}  // namespace doorcall::hook
