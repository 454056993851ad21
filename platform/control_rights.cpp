// The file mode of the socket says who may connect at all. Beyond that the kernel tells who it is,
// and groups say what for: the panel's screen may answer calls and need not be able to open doors.
#include "platform/control_rights.hpp"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace doorcall::platform {
namespace {

constexpr std::size_t kPeerGroupsMax = 256;  ///< of a peer that is in more, these count

constexpr std::array<std::string_view, kControlRights> kWords{"look at this device", "make calls",
                                                              "open doors"};
constexpr std::array<std::string_view, kControlRights> kKeys{"watchers", "callers", "openers"};

std::size_t index_of(ControlRight right) noexcept {
  return static_cast<std::size_t>(right);
}

}  // namespace

PeerCredentials credentials_of(int fd) {
  ucred kernel{};
  socklen_t size = sizeof kernel;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &kernel, &size) != 0) {
    return {.pid = -1, .uid = static_cast<uid_t>(-1), .gid = static_cast<gid_t>(-1), .groups = {}};
  }
  PeerCredentials peer{.pid = kernel.pid, .uid = kernel.uid, .gid = kernel.gid, .groups = {}};
  peer.groups.resize(kPeerGroupsMax);
  size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) != 0) {
    size = 0;  // too many, or none: the first group counts
  }
  peer.groups.resize(size / sizeof(gid_t));
  return peer;
}

bool find_group(const std::string& name, gid_t& ret_group, std::string& ret_error) {
  std::array<char, 4096> buffer;
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    ret_error = "there is no group '" + name + "' for the control socket";
    return false;
  }
  ret_group = found->gr_gid;
  return true;
}

bool ControlRights::set(const ControlGroups& names, std::string& ret_error) {
  names_ = names;
  for (std::size_t i = 0; i < kControlRights; ++i) {
    groups_[i].reset();
    gid_t group = 0;
    if (!names[i].empty()) {
      if (!find_group(names[i], group, ret_error)) {
        return false;
      }
      groups_[i] = group;
    }
  }
  return true;
}

bool ControlRights::allow(const PeerCredentials& peer, ControlRight right) const noexcept {
  const std::optional<gid_t>& group = groups_[index_of(right)];
  return !group || peer.uid == 0 || peer.uid == ::geteuid() || peer.gid == *group ||
         std::find(peer.groups.begin(), peer.groups.end(), *group) != peer.groups.end();
}

std::string ControlRights::refusal(ControlRight right) const {
  const std::size_t i = index_of(right);
  return "your user may not " + std::string(kWords[i]) + " here; the group '" + names_[i] +
         "' may ([control] " + std::string(kKeys[i]) + ")";
}

}  // namespace doorcall::platform
