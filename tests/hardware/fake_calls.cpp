// The functions of the C library that stand before the real ones. Those that are not about a file
// of ours go straight on. fake_wide_calls.cpp has those with two forms.
#include <dirent.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/hardware/fake_state.hpp"
#include "tests/hardware/real_calls.hpp"

using namespace doorcall::fake_kernel;

namespace {

constexpr const char* kSysClass = "/sys/bus/gpio/devices/";
constexpr const char* kSysChar = "/sys/dev/char/254:";

/// Where a folder below /dev is listed instead.
std::string folder_of(const std::string& path) {
  return state().on && (path == "/dev" || path.starts_with("/dev/input"))
             ? state().folder + path.substr(std::strlen("/dev"))
             : path;
}

}  // namespace

std::optional<unsigned> doorcall::fake_kernel::chip_of_sysfs(const std::string& path) {
  if (path.starts_with(kSysClass)) {
    const std::string rest = path.substr(std::strlen(kSysClass));
    return chip_of("/dev/" + rest.substr(0, rest.find('/')));
  }
  if (path.starts_with(kSysChar)) {
    const std::string rest = path.substr(std::strlen(kSysChar));
    return chip_of("/dev/gpiochip" + rest.substr(0, rest.find('/')));
  }
  return {};
}

int doorcall::fake_kernel::real_close(int fd) {
  static const auto real = next<int(int)>("close");
  return real(fd);
}

extern "C" {

int close(int fd) {
  {
    State& kernel = state();
    const std::lock_guard lock(kernel.mutex);
    kernel.gone_fds.erase(fd);
    if (kernel.on && kernel.chip_fds.erase(fd) == 0 && !release_line(fd)) {
      release_keyboard(fd);
    }
  }
  return real_close(fd);
}

ssize_t read(int fd, void* buffer, std::size_t size) {
  static const auto real = next<ssize_t(int, void*, std::size_t)>("read");
  const ssize_t count = real(fd, buffer, size);
  if (count == 0 && size > 0) {
    State& kernel = state();
    const std::lock_guard lock(kernel.mutex);
    if (kernel.gone_fds.count(fd) != 0) {
      return refuse(ENODEV);
    }
  }
  return count;
}

int access(const char* path, int mode) noexcept {
  static const auto real = next<int(const char*, int)>("access");
  {
    State& kernel = state();
    const std::lock_guard lock(kernel.mutex);
    if (kernel.on && chip_of_sysfs(path)) {
      return 0;
    }
  }
  return real(path, mode);
}

char* realpath(const char* path, char* resolved) noexcept {
  static const auto real = next<char*(const char*, char*)>("realpath");
  State& kernel = state();
  const std::lock_guard lock(kernel.mutex);
  if (!kernel.on || !chip_of_sysfs(path)) {
    return real(path, resolved);
  }
  constexpr const char* kSubsystem = "/sys/bus/gpio";
  return resolved == nullptr ? ::strdup(kSubsystem) : std::strcpy(resolved, kSubsystem);
}

DIR* opendir(const char* path) {
  static const auto real = next<DIR*(const char*)>("opendir");
  std::string folder;
  {
    const std::lock_guard lock(state().mutex);
    folder = folder_of(path);
  }
  return real(folder.c_str());
}

int inotify_add_watch(int fd, const char* path, std::uint32_t events) noexcept {
  static const auto real = next<int(int, const char*, std::uint32_t)>("inotify_add_watch");
  std::string folder;
  {
    const std::lock_guard lock(state().mutex);
    folder = folder_of(path);
  }
  return real(fd, folder.c_str(), events);
}

}  // extern "C"
