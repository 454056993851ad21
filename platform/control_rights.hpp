#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorcall::platform {

/// Who is at the other end of a control connection, as the kernel says.
struct PeerCredentials {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  ///< the others that it is in
};

/// What the connected socket `fd` has at its other end.
[[nodiscard]] PeerCredentials credentials_of(int fd);

/// What a verb needs.
enum class ControlRight : std::uint8_t {
  kWatch,  ///< look: status, calls, presence, events
  kCall,   ///< make, take and end calls, and what belongs to them
  kOpen,   ///< open doors
};

inline constexpr std::size_t kControlRights = 3;

/// Which group may do what; an empty name: whoever may connect.
using ControlGroups = std::array<std::string, kControlRights>;

/// Looks a group up. False with a sentence in `ret_error` if there is none of this name.
[[nodiscard]] bool find_group(const std::string& name, gid_t& ret_group, std::string& ret_error);

/// Decides who may do what. Root and this process's own user may do everything.
/// Thread: one.
class ControlRights {
 public:
  /// Looks the groups up. False with a sentence in `ret_error` if one is unknown.
  [[nodiscard]] bool set(const ControlGroups& names, std::string& ret_error);
  [[nodiscard]] bool allow(const PeerCredentials& peer, ControlRight right) const noexcept;
  /// Why not, and who may.
  [[nodiscard]] std::string refusal(ControlRight right) const;

 private:
  ControlGroups names_;
  std::array<std::optional<gid_t>, kControlRights> groups_;
};

}  // namespace doorcall::platform
