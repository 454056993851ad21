#pragma once

#include <optional>
#include <string>

#include "agent/daemon/dnd_switch.hpp"
#include "platform/log.hpp"
#include "platform/state_file.hpp"

namespace doorcall::daemon {

/// What a person has switched, kept over restarts and power losses: the word on do not disturb.
/// Ring-to-open is not kept: a door that was off for a while should not open by itself. Thread:
/// loop.
class StoredModes {
 public:
  static constexpr const char* kFileName = "modes.json";
  static constexpr int kFormat = 1;

  /// `directory` may be empty: nothing is kept. Lifetime: the log must outlive it.
  StoredModes(const std::string& directory, platform::Log& log)
      : file_(directory, kFileName), log_(log) {}

  /// A file that can't be understood, such as one of a later version, is told in the log, renamed
  /// and counts as none.
  [[nodiscard]] std::optional<DndWord> load();
  /// The disk has it afterwards; what can't be written is told in the log.
  bool store(const std::optional<DndWord>& word);

 private:
  platform::StateFile file_;
  platform::Log& log_;
};

}  // namespace doorcall::daemon
