#include "platform/device_fault.hpp"

#include <grp.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace doorcall::platform {
namespace {

/// Who may use the file, as advice.
std::string access_advice(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) {
    return "its folder is closed to this user";
  }
  std::array<char, 4096> buffer;
  struct group entry {};
  struct group* found = nullptr;
  if ((file.st_mode & S_IRGRP) == 0 || file.st_gid == 0 ||
      ::getgrgid_r(file.st_gid, &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return "give a group access to it (udev rule), and add the daemon's user to that group";
  }
  return std::string("add the daemon's user to group ") + found->gr_name;
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
