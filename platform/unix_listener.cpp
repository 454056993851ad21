// A socket file outlives a daemon that crashed, so a file in the way says nothing: only connecting
// tells whether somebody listens. Two instances that start at once must not both find the file
// dead and remove each other's: both take a lock on the directory first.
#include "platform/unix_listener.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/control_rights.hpp"

namespace doorcall::platform {
namespace {

constexpr int kBacklog = 16;

std::string errno_text() {
  return std::strerror(errno);
}

/// sockaddr_un as the sockaddr that the socket calls want.
const sockaddr* generic(const sockaddr_un& address) noexcept {
  return reinterpret_cast<const sockaddr*>(&address);
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Held while the path is looked at and taken. Dropped when the descriptor closes.
bool lock_directory(const std::string& path, Fd& ret_lock, std::string& ret_error) {
  const std::string directory = directory_of(path);
  ret_lock = Fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!ret_lock) {
    ret_error = "cannot open the control socket's directory " + directory + ": " + errno_text() +
                "; create it, owned by the user who runs this";
    return false;
  }
  if (::flock(ret_lock.get(), LOCK_EX | LOCK_NB) != 0) {
    ret_error = "the directory " + directory + " is locked: another instance is just starting";
    return false;
  }
  return true;
}

/// Removes a socket file that nobody listens on. False if the path is taken.
bool clear_path(const std::string& path, const sockaddr_un& address, std::string& ret_error) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    return true;  // nothing there; if it is another error, bind() will say so
  }
  if (!S_ISSOCK(status.st_mode)) {
    ret_error = path + " exists and is no socket; remove it or choose another control socket";
    return false;
  }
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (::connect(probe.get(), generic(address), sizeof address) != 0 && errno == ECONNREFUSED) {
    if (::unlink(path.c_str()) != 0) {
      ret_error = "cannot remove the dead socket " + path + ": " + errno_text();
      return false;
    }
    return true;
  }
  ret_error =
      "another instance is listening on " + path + "; stop it or choose another control socket";
  return false;
}

}  // namespace

std::optional<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return std::nullopt;
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool UnixListener::open(const std::string& path, mode_t mode, const std::string& group,
                        std::string& ret_error) {
  const std::optional<sockaddr_un> address = unix_address(path);
  if (!address) {
    ret_error = "the control socket's path must have 1 to " +
                std::to_string(sizeof address->sun_path - 1) + " bytes: '" + path + "'";
    return false;
  }
  auto gid = static_cast<gid_t>(-1);
  if (!group.empty() && !find_group(group, gid, ret_error)) {
    return false;
  }
  Fd lock;
  if (!lock_directory(path, lock, ret_error) || !clear_path(path, *address, ret_error)) {
    return false;
  }
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // The file inherits the socket's mode: closed to all others until group and mode are set.
  if (!fd || ::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0 ||
      ::bind(fd.get(), generic(*address), sizeof *address) != 0) {
    ret_error = "cannot create the control socket " + path + ": " + errno_text();
    return false;
  }
  struct stat status {};
  if ((!group.empty() && ::chown(path.c_str(), static_cast<uid_t>(-1), gid) != 0) ||
      ::chmod(path.c_str(), mode) != 0 || ::lstat(path.c_str(), &status) != 0 ||
      ::listen(fd.get(), kBacklog) != 0) {
    ret_error = "cannot set up the control socket " + path + ": " + errno_text();
    ::unlink(path.c_str());
    return false;
  }
  fd_ = std::move(fd);
  path_ = path;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  return true;
}

void UnixListener::close() noexcept {
  struct stat status {};
  if (fd_ && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
      status.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  fd_.reset();
}

}  // namespace doorcall::platform
