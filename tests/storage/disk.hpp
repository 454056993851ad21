#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace doorcall::storage {

/// What is in a directory: names and contents.
using Files = std::map<std::string, std::string>;

/// Watches one real directory as a disk would: what has reached the medium, and what is only in
/// memory yet. The writing calls of the program come here first (disk_calls.cpp); a cut lets none
/// of the later ones through, an error fails one of them.
class Disk {
 public:
  enum class Mishap {
    kCut,        ///< this call and all after it do nothing: kill -9, or the power is gone
    kError,      ///< this call fails with ENOSPC or EIO, the later ones work
    kShortWrite  ///< this call, if it is a write, takes only half
  };
  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);

  /// `directory` as it is now is on the medium. Only one disk at a time.
  explicit Disk(std::string directory);
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  ~Disk();

  /// At the call with this number, counted from 0.
  void plan(Mishap mishap, std::size_t at);
  [[nodiscard]] std::size_t calls() const { return calls_; }

  /// All that a power loss now may leave: names as of any moment since the directory was written
  /// last, and in a file that is not written yet nothing, a part, zeros or all.
  [[nodiscard]] std::vector<Files> after_power_loss() const;

  // --- of disk_calls.cpp

  enum class Verdict { kPass, kFail, kShort };
  [[nodiscard]] static Disk* current();
  [[nodiscard]] bool covers(const std::string& path) const;
  [[nodiscard]] Verdict next_call(bool is_write);
  void opened(const std::string& path, int fd, int flags);
  void written(int fd, const char* bytes, std::size_t size);
  void synced(int fd);
  void renamed(const std::string& from, const std::string& to);
  void closed(int fd) { open_.erase(fd); }
  [[nodiscard]] bool has(int fd) const { return open_.count(fd) != 0; }

 private:
  struct Node {
    std::string memory;
    std::string medium;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  std::string directory_;
  std::vector<Names> names_;                   ///< first as on the medium, then after each change
  std::map<int, std::shared_ptr<Node>> open_;  ///< null: the directory itself
  std::size_t calls_ = 0;
  std::size_t mishap_at_ = kNever;
  Mishap mishap_ = Mishap::kCut;
};

/// The real files of a directory.
[[nodiscard]] Files read_files(const std::string& directory);
/// Makes the directory hold just these.
void write_files(const std::string& directory, const Files& files);

}  // namespace doorcall::storage
