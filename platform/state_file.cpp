// The new content goes into a file beside the old one and takes its name when it is on the disk.
// Each step waits for the one before: without the first fsync the name may arrive before the
// content, without the second a power loss may bring the old name's content back.
#include "platform/state_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "platform/fd.hpp"
#include "platform/small_file.hpp"

namespace doorcall::platform {
namespace {

constexpr mode_t kOwnerOnly = 0600;

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

StateFile::StateFile(std::string directory, std::string_view name)
    : directory_(std::move(directory)), path_(directory_ + '/' + std::string(name)) {}

std::optional<std::string> StateFile::read(std::string& ret_problem) const {
  std::string text;
  if (!enabled() || (::access(path_.c_str(), F_OK) != 0 && errno == ENOENT) ||
      !read_small_file(path_, kBytesMax, text, ret_problem)) {
    return std::nullopt;
  }
  return text;
}

bool StateFile::replace(std::string_view text, std::string& ret_problem) const {
  if (!enabled()) {
    return true;
  }
  const std::string fresh = path_ + ".new";
  const Fd fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
  const bool done = fd && write_all(fd.get(), text) && ::fsync(fd.get()) == 0 &&
                    ::rename(fresh.c_str(), path_.c_str()) == 0 && sync_directory();
  if (!done) {
    ret_problem = "cannot write " + path_ + ": " + std::strerror(errno);
  }
  return done;
}

bool StateFile::set_aside() const {
  return ::rename(path_.c_str(), aside_path().c_str()) == 0 && sync_directory();
}

bool StateFile::sync_directory() const {
  const Fd fd(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::fsync(fd.get()) == 0;
}

}  // namespace doorcall::platform
