// The functions of the C library that stand before the real ones. Those that are not about a file
// of ours go straight on.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/hardware/fake_state.hpp"

using namespace doorcall::fake_kernel;

namespace {

constexpr unsigned kMajor = 254;
constexpr const char* kSysClass = "/sys/bus/gpio/devices/";
constexpr const char* kSysChar = "/sys/dev/char/254:";

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool starts_with(const std::string& text, const char* prefix) {
  return text.rfind(prefix, 0) == 0;
}

/// The chip that a file in /sys is about.
std::optional<unsigned> chip_of_sysfs(const std::string& path) {
  if (starts_with(path, kSysClass)) {
    const std::string rest = path.substr(std::strlen(kSysClass));
    return chip_of("/dev/" + rest.substr(0, rest.find('/')));
  }
  if (starts_with(path, kSysChar)) {
    const std::string rest = path.substr(std::strlen(kSysChar));
    return chip_of("/dev/gpiochip" + rest.substr(0, rest.find('/')));
  }
  return {};
}

/// Where a folder below /dev is listed instead.
std::string folder_of(const std::string& path) {
  return state().on && (path == "/dev" || starts_with(path, "/dev/input"))
             ? state().folder + path.substr(std::strlen("/dev"))
             : path;
}

int refuse(int error) {
  errno = error;
  return -1;
}

/// A descriptor for the file, or -1 with errno; empty: none of ours.
std::optional<int> open_fake(const std::string& path) {
  State& kernel = state();
  const std::lock_guard lock(kernel.mutex);
  if (!kernel.on) {
    return {};
  }
  const auto chip = chip_of(path);
  const auto keyboard = keyboard_of(path);
  if (kernel.denied.count(path) != 0) {
    return refuse(EACCES);
  }
  if (chip) {
    const int fd = ::memfd_create("gpiochip", MFD_CLOEXEC);
    kernel.chip_fds[fd] = *chip;
    return fd;
  }
  if (keyboard) {
    return open_keyboard(kernel.keyboards[*keyboard]);
  }
  if (const auto about = chip_of_sysfs(path)) {
    const int fd = ::memfd_create("sysfs", MFD_CLOEXEC);
    const std::string text = std::to_string(kMajor) + ":" + std::to_string(*about) + "\n";
    (void)!::write(fd, text.data(), text.size());
    ::lseek(fd, 0, SEEK_SET);
    return fd;
  }
  return starts_with(path, "/dev/gpiochip") || starts_with(path, "/dev/input")
             ? std::optional(refuse(ENOENT))
             : std::nullopt;
}

/// Empty: none of ours.
std::optional<int> stat_fake(const std::string& path, struct stat* ret) {
  State& kernel = state();
  const std::lock_guard lock(kernel.mutex);
  if (!kernel.on) {
    return {};
  }
  const auto chip = chip_of(path);
  const auto keyboard = keyboard_of(path);
  if (!chip && !keyboard) {
    return starts_with(path, "/dev/gpiochip") || starts_with(path, "/dev/input/event")
               ? std::optional(refuse(ENOENT))
               : std::nullopt;
  }
  *ret = {};
  ret->st_mode = S_IFCHR | 0660;
  ret->st_rdev = makedev(kMajor, chip.value_or(0));
  ret->st_gid = 5;  // tty, on each Debian
  return 0;
}

}  // namespace

int doorcall::fake_kernel::real_close(int fd) {
  static const auto real = next<int(int)>("close");
  return real(fd);
}

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode =
      static_cast<mode_t>((flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, int) : 0);
  va_end(arguments);
  if (const auto fd = open_fake(path)) {
    return *fd;
  }
  static const auto real = next<int(const char*, int, ...)>("open");
  return real(path, flags, mode);
}

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

int ioctl(int fd, unsigned long given, ...) noexcept {
  const unsigned long request = given & 0xffffffffU;  // the kernel sees no more of it
  va_list arguments;
  va_start(arguments, given);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  static const auto real = next<int(int, unsigned long, ...)>("ioctl");
  State& kernel = state();
  if (request == FIONREAD) {
    return real(fd, request, argument);
  }
  const std::lock_guard lock(kernel.mutex);
  if (kernel.gone_fds.count(fd) != 0) {
    return refuse(ENODEV);
  }
  if (const auto chip = kernel.chip_fds.find(fd); chip != kernel.chip_fds.end()) {
    return gpio_ioctl(chip->second, request, argument);
  }
  if (const auto done = line_ioctl(fd, request, argument)) {
    return *done;
  }
  if (const auto done = keyboard_ioctl(fd, request, argument)) {
    return *done;
  }
  return real(fd, request, argument);
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

int stat(const char* path, struct stat* ret) noexcept {
  static const auto real = next<int(const char*, struct stat*)>("stat");
  const auto fake = stat_fake(path, ret);
  return fake ? *fake : real(path, ret);
}

int lstat(const char* path, struct stat* ret) noexcept {
  static const auto real = next<int(const char*, struct stat*)>("lstat");
  const auto fake = stat_fake(path, ret);
  return fake ? *fake : real(path, ret);
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
