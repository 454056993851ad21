#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/agent.hpp"
#include "platform/json.hpp"

namespace doorcall::daemon {

/// Reads the arguments of one request and keeps the first thing that is wrong with them.
class VerbArgs {
 public:
  explicit VerbArgs(platform::JsonView args) : args_(args) {}

  /// nullopt when it is not given, or is not what it should be: then error() says so.
  [[nodiscard]] std::optional<std::string> text(const char* key);
  [[nodiscard]] std::optional<bool> flag(const char* key);
  [[nodiscard]] std::optional<std::chrono::milliseconds> milliseconds(const char* key);
  [[nodiscard]] std::optional<std::int64_t> integer(const char* key, std::int64_t low,
                                                    std::int64_t high);
  [[nodiscard]] std::optional<MediaKind> media(const char* key);
  [[nodiscard]] std::optional<PressKind> press_kind(const char* key);
  /// A list of texts, and a list of such lists.
  [[nodiscard]] std::optional<std::vector<std::string>> texts(const char* key);
  [[nodiscard]] std::optional<std::vector<std::vector<std::string>>> lists(const char* key);
  /// As text(); not given is an error too.
  [[nodiscard]] std::string needed_text(const char* key);

  /// The call named by "call", else the only one that is in one of `states`. Empty on an error.
  [[nodiscard]] std::string call(const Agent& agent, const std::vector<CallState>& states);

  void fail(std::string_view code, std::string message);
  [[nodiscard]] bool has(const char* key) const { return static_cast<bool>(args_[key]); }
  [[nodiscard]] bool ok() const { return code_.empty(); }
  [[nodiscard]] const std::string& code() const { return code_; }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  platform::JsonView args_;
  std::string code_;
  std::string error_;
};

}  // namespace doorcall::daemon
