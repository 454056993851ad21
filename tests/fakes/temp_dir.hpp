#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace doorcall::test {

/// A fresh directory, removed with what is in it.
class TempDir {
 public:
  TempDir() {
    const char* const root = std::getenv("TMPDIR");
    path_ = std::string(root == nullptr ? "/tmp" : root) + "/doorcall-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
      std::abort();
    }
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const {
    return path_ + '/' + std::string(name);
  }

  /// Writes a file of this mode and returns its path.
  std::string write(std::string_view name, std::string_view text, mode_t mode = 0600) const {
    const std::string target = file(name);
    std::ofstream(target, std::ios::binary) << text;
    ::chmod(target.c_str(), mode);
    return target;
  }

 private:
  std::string path_;
};

}  // namespace doorcall::test
