#pragma once

#include <optional>
#include <string>

#include "agent/daemon/stored_modes.hpp"
#include "platform/log.hpp"
#include "tests/fakes/temp_dir.hpp"

namespace doorcall::storage {

/// A directory for what is stored, and what the log says meanwhile.
struct Store {
  test::TempDir dir;
  std::string logged;
  Instant clock{};
  platform::Log log{{.level = platform::LogLevel::kInfo,
                     .journald = true,
                     .write =
                         [this](std::string_view line) {
                           logged.append(line);
                           return true;
                         },
                     .now =
                         [this] {  // so slow that no message is one too many
                           clock = clock + platform::Log::kWindow;
                           return clock;
                         },
                     .wall_clock = {}}};

  [[nodiscard]] std::optional<daemon::DndWord> load() {
    return daemon::StoredModes(dir.path(), log).load();
  }
  bool store(const std::optional<daemon::DndWord>& word) {
    return daemon::StoredModes(dir.path(), log).store(word);
  }
  [[nodiscard]] bool said(std::string_view text) const {
    return logged.find(text) != std::string::npos;
  }
};

}  // namespace doorcall::storage
