// Directories of tests, under TMPDIR.

#include "tests/fakes/temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace doorcall::test {

TempDir::TempDir() {
  const char* const root = std::getenv("TMPDIR");
  path_ = std::string(root == nullptr ? "/tmp" : root) + "/doorcall-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) {
    std::abort();
  }
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::file(std::string_view name) const {
  return path_ + '/' + std::string(name);
}

std::string TempDir::write(std::string_view name, std::string_view text, mode_t mode) const {
  const std::string target = file(name);
  std::ofstream(target, std::ios::binary) << text;
  ::chmod(target.c_str(), mode);
  return target;
}

}  // namespace doorcall::test
