#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "doorcall/state.hpp"
#include "platform/line_splitter.hpp"

namespace doorcall::hook {

/// One line of the daemon, see platform/HOOKS.md.
struct Order {
  enum class Kind : std::uint8_t { kUnknown, kPrepare, kEarly, kStart, kRemote, kMute, kStop };
  Kind kind = Kind::kUnknown;
  std::string account;  ///< of early
  std::string offer;    ///< decoded; empty: none yet
  bool on = false;      ///< of mute
};

[[nodiscard]] Order parse_order(std::string_view line);

/// The daemon's lines on standard input, read in the main loop.
class Orders {
 public:
  /// `on_order` is called for each line; the end of the input is a stop.
  explicit Orders(std::function<void(const Order&)> on_order);
  Orders(const Orders&) = delete;
  Orders& operator=(const Orders&) = delete;
  ~Orders();

 private:
  bool read();

  std::function<void(const Order&)> on_order_;
  platform::LineSplitter lines_;
  unsigned source_ = 0;
};

/// What the daemon is told, a line each. Thread: any.
void say_version();
void say_state(MediaState state, std::string_view text = {});
void say_offer(std::string_view offer);
void say_log(std::string_view text);

}  // namespace doorcall::hook
