#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace doorcall::platform {

/// A small file that outlives a power loss: after any cut it has its old content or its new one,
/// and once replace() has returned true, the new one. Without a directory it keeps nothing. Writing
/// waits for the disk, so it is for what people change. Thread: one.
class StateFile {
 public:
  static constexpr std::size_t kBytesMax = 4096;

  /// `directory` must be there and belong to this program; empty: there is none.
  StateFile(std::string directory, std::string_view name);

  [[nodiscard]] bool enabled() const noexcept { return !directory_.empty(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The content; nothing if there is no file. Errors: nothing, with a sentence in `ret_problem`.
  [[nodiscard]] std::optional<std::string> read(std::string& ret_problem) const;
  /// Errors: false with a sentence in `ret_problem`; the old content or the new is there.
  [[nodiscard]] bool replace(std::string_view text, std::string& ret_problem) const;
  /// Renames it to aside_path(), for a person to look at. Errors: false; it is still there.
  [[nodiscard]] bool set_aside() const;
  [[nodiscard]] std::string aside_path() const { return path_ + ".aside"; }

 private:
  [[nodiscard]] bool sync_directory() const;

  std::string directory_;
  std::string path_;
};

}  // namespace doorcall::platform
