#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace doorcall::test {

/// A fresh directory, removed with what is in it.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const;

  /// Writes a file of this mode and returns its path.
  std::string write(std::string_view name, std::string_view text, mode_t mode = 0600) const;

 private:
  std::string path_;
};

}  // namespace doorcall::test
