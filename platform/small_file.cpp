#include "platform/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/fd.hpp"

namespace doorcall::platform {

bool read_small_file(const std::string& path, std::size_t bytes_max, std::string& ret_text,
                     std::string& ret_problem, mode_t* ret_mode) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    ret_problem = "cannot read " + path + ": " + std::strerror(errno);
    return false;
  }
  if (!S_ISREG(status.st_mode)) {
    ret_problem = "cannot read " + path + ": it is " +
                  (S_ISDIR(status.st_mode) ? "a directory" : "not a regular file");
    return false;
  }
  std::string text;
  std::array<char, 4096> buffer;
  ssize_t count = 0;
  while ((count = ::read(fd.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > bytes_max) {
      ret_problem = path + " is too long; at most " + std::to_string(bytes_max) + " bytes";
      return false;
    }
  }
  if (count < 0) {
    ret_problem = "cannot read " + path + ": " + std::strerror(errno);
    return false;
  }
  ret_text = std::move(text);
  if (ret_mode != nullptr) {
    *ret_mode = status.st_mode & 07777;
  }
  return true;
}

}  // namespace doorcall::platform
