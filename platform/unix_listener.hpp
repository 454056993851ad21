#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include <optional>
#include <string>

#include "platform/fd.hpp"

namespace doorcall::platform {

/// `path` as a socket address; empty if it is longer than the kernel allows.
[[nodiscard]] std::optional<sockaddr_un> unix_address(const std::string& path);

/// A listening Unix stream socket with its file, which it removes when destroyed (if it is still
/// its own).
class UnixListener {
 public:
  UnixListener() = default;
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;
  ~UnixListener() { close(); }

  /// Binds and listens without blocking. `group` empty: the process's own. Nobody but the owner
  /// can connect before mode and group are set. A file that is a socket without a listener is
  /// replaced. False with a sentence in `ret_error`; then nothing is changed but a stale file.
  [[nodiscard]] bool open(const std::string& path, mode_t mode, const std::string& group,
                          std::string& ret_error);
  void close() noexcept;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  Fd fd_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace doorcall::platform
