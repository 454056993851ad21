#include "platform/device_fault.hpp"

#include <grp.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace doorcall::platform {
namespace {

/// From the system's own file: the name service may ask a network, which would block the loop.
std::string group_name(gid_t gid) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(::fopen("/etc/group", "re"), ::fclose);
  std::array<char, 4096> buffer;
  struct group entry {};
  struct group* found = nullptr;
  while (file && ::fgetgrent_r(file.get(), &entry, buffer.data(), buffer.size(), &found) == 0) {
    if (entry.gr_gid == gid) {
      return entry.gr_name;
    }
  }
  return {};
}

/// Who may use the file, as advice.
std::string access_advice(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) {
    return "its folder is closed to this user";
  }
  const bool by_group = (file.st_mode & S_IRGRP) != 0 && file.st_gid != 0;
  const std::string group = by_group ? group_name(file.st_gid) : "";
  return group.empty()
             ? "give a group access to it (udev rule), and add the daemon's user to that group"
             : "add the daemon's user to group " + group;
}

}  // namespace

DeviceFault device_fault(const std::string& path, int error) {
  if (error == ENOENT || error == ENODEV || error == ENXIO) {
    return {.missing = true, .text = path + " is not there"};
  }
  std::string text = path + ": " + std::generic_category().message(error);
  if (error == EACCES || error == EPERM) {
    text += "; " + access_advice(path);
  }
  return {.missing = false, .text = std::move(text)};
}

}  // namespace doorcall::platform
