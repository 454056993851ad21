#pragma once

#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "tests/fakes/temp_dir.hpp"

namespace doorcall::test {

/// The "line" of relay_on_file: a file that its changes are appended to.
class LineFile {
 public:
  struct Change {
    std::string what;  ///< "off", "on", "released"
    std::int64_t ms = 0;
  };

  /// The line exists unless a test says otherwise.
  LineFile() { plug_in(); }

  [[nodiscard]] std::string path() const { return dir_.file("chip"); }
  /// What the relay program is started with.
  [[nodiscard]] std::vector<std::string> command(const std::string& longest_ms = "10000",
                                                 const std::string& pause_ms = "0") const {
    return {program(), "--line", path() + ":0", "--longest", longest_ms, "--pause", pause_ms};
  }

  void plug_in(const std::string& text = "") const { dir_.write("chip", text); }
  void unplug() const { ::unlink(path().c_str()); }

  [[nodiscard]] std::vector<Change> changes() const {
    std::vector<Change> changes;
    std::ifstream file(path());
    for (Change change; file >> change.what >> change.ms;) {
      changes.push_back(change);
    }
    return changes;
  }
  /// "off on off".
  [[nodiscard]] std::string history() const {
    std::string text;
    for (const Change& change : changes()) {
      text += (text.empty() ? "" : " ") + change.what;
    }
    return text;
  }

 private:
  /// It is built beside the test program.
  static std::string program() {
    std::array<char, 4096> own{};
    const ssize_t size = ::readlink("/proc/self/exe", own.data(), own.size() - 1);
    const std::string path(own.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
    return path.substr(0, path.rfind('/')) + "/relay_on_file";
  }

  TempDir dir_;
};

}  // namespace doorcall::test
