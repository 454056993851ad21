#include "platform/hook_line.hpp"

#include <algorithm>

#include "agent/core/utf8.hpp"

namespace doorcall::platform {

std::string_view take_word(std::string_view& ret_text) noexcept {
  const std::size_t end = std::min(ret_text.find(' '), ret_text.size());
  const std::string_view word = ret_text.substr(0, end);
  ret_text.remove_prefix(std::min(end + 1, ret_text.size()));
  return word;
}

HookLine parse_hook_line(std::string_view line) noexcept {
  if (!is_utf8(line)) {
    return {};
  }
  std::string_view rest = line;
  const std::string_view word = take_word(rest);
  if (word == kHookProtocol) {
    return {.kind = HookLine::Kind::kVersion, .text = rest};
  }
  if (word == "offer") {
    return {.kind = HookLine::Kind::kOffer, .text = rest};
  }
  if (word == "candidate") {
    return {.kind = HookLine::Kind::kCandidate, .text = rest};
  }
  if (word == "log") {
    return {.kind = HookLine::Kind::kLog, .text = rest};
  }
  if (word == "state") {
    const std::string_view name = take_word(rest);
    for (const MediaState state :
         {MediaState::kConnecting, MediaState::kConnected, MediaState::kReconnecting,
          MediaState::kDisconnected, MediaState::kFailed}) {
      if (name == to_string(state)) {
        return {.kind = HookLine::Kind::kState, .state = state, .text = rest};
      }
    }
  }
  return {};
}

}  // namespace doorcall::platform
