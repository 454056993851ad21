// Calls that stand before the C library's and have two forms in a 32-bit one: for callers with
// sizes and times of 32 bits and for those with 64. There this file is compiled twice, and the
// headers give the functions the names of the one form and of the other.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdarg>
#include <optional>
#include <string>

#include "tests/hardware/fake_state.hpp"
#include "tests/hardware/real_calls.hpp"

using namespace doorcall::fake_kernel;

namespace {

constexpr unsigned kMajor = 254;
#if defined(_TIME_BITS)
constexpr const char* kStat = "__stat64_time64";
constexpr const char* kLstat = "__lstat64_time64";
#else
constexpr const char* kStat = "stat";
constexpr const char* kLstat = "lstat";
#endif

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
  return path.starts_with("/dev/gpiochip") || path.starts_with("/dev/input")
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
    return path.starts_with("/dev/gpiochip") || path.starts_with("/dev/input/event")
               ? std::optional(refuse(ENOENT))
               : std::nullopt;
  }
  *ret = {};
  ret->st_mode = S_IFCHR | 0660;
  // What MIPS has here is no dev_t.
  ret->st_rdev = static_cast<decltype(ret->st_rdev)>(makedev(kMajor, chip.value_or(0)));
  ret->st_gid = 5;  // tty, on each Debian
  return 0;
}

}  // namespace

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

int stat(const char* path, struct stat* ret) noexcept {
  static const auto real = next<int(const char*, struct stat*)>(kStat);
  const auto fake = stat_fake(path, ret);
  return fake ? *fake : real(path, ret);
}

int lstat(const char* path, struct stat* ret) noexcept {
  static const auto real = next<int(const char*, struct stat*)>(kLstat);
  const auto fake = stat_fake(path, ret);
  return fake ? *fake : real(path, ret);
}

}  // extern "C"
