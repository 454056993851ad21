#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doorcall/info_kind.hpp"
#include "doorcall/state.hpp"

namespace doorcall {

/// Something to tell members of a connected call.
struct InfoMessage {
  InfoKind kind = InfoKind::kData;
  std::string user;                     ///< whose device in the call is meant; empty: all others
  MediaKind media = MediaKind::kAudio;  ///< with kMediaSwitch
  std::vector<std::uint8_t> bytes;      ///< with the media kinds: opaque, 1 byte to 6 KiB
  std::string text;  ///< with kKeyPress: 1–32 of 0–9, A–D, '*', '#'; with kData: UTF-8, up to 8 KiB
};

/// What a member of a call has told this device. Each comes once, in the order of its sender.
struct InfoUpdate {
  double at_ms = 0;  ///< see Agent::clock_ms()
  std::string call;
  std::string user;  ///< who says it
  std::string device;
  InfoKind kind = InfoKind::kData;
  MediaKind media = MediaKind::kAudio;  ///< with kMediaSwitch
  std::vector<std::uint8_t> bytes;
  std::string text;
};

}  // namespace doorcall
