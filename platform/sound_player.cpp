#include "platform/sound_player.hpp"

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "platform/child_program.hpp"

namespace doorcall::platform {
namespace {

struct Player {
  std::array<std::string_view, 3> command;  ///< empty ones do not count; the file comes after it
  std::array<std::string_view, 3> endings;  ///< of files that it plays; none: all
  std::string_view package;
};

constexpr std::array<Player, 3> kPlayers{{
    {{"aplay", "--quiet", "--"}, {".wav"}, "aplay (package alsa-utils)"},
    {{"pw-play"}, {".wav", ".flac", ".ogg"}, "pw-play (pipewire-bin)"},
    {{"gst-play-1.0", "--quiet", "--no-interactive"},
     {},
     "gst-play-1.0 (gstreamer1.0-plugins-base-apps)"},
}};

bool ends_with(std::string_view file, std::string_view ending) {
  return !ending.empty() && file.size() > ending.size() &&
         ::strncasecmp(file.data() + file.size() - ending.size(), ending.data(), ending.size()) ==
             0;
}

bool plays(const Player& player, std::string_view file) {
  return player.endings.front().empty() ||
         std::any_of(player.endings.begin(), player.endings.end(),
                     [&](std::string_view ending) { return ends_with(file, ending); });
}

}  // namespace

std::vector<std::string> player_command(const std::string& file, std::string& ret_error) {
  if (::access(file.c_str(), R_OK) != 0) {
    ret_error = "cannot read " + file + ": " + std::generic_category().message(errno);
    return {};
  }
  std::string wanted;
  for (const Player& player : kPlayers) {
    if (!plays(player, file)) {
      continue;
    }
    if (!find_program(std::string(player.command.front())).empty()) {
      std::vector<std::string> command(player.command.begin(), player.command.end());
      std::erase(command, "");
      command.push_back(file);
      return command;
    }
    wanted.append(wanted.empty() ? "" : " or ").append(player.package);
  }
  ret_error = "no program in PATH plays " + file + "; install " + wanted;
  return {};
}

}  // namespace doorcall::platform
