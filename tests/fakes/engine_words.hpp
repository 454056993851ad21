#pragma once

// What leaves an engine in words, and deep copies of what it only views.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/output.hpp"

namespace doorcall::fakes {

/// "panel@apt1"; the text must fit the grammar.
Account account_of(std::string_view text);

std::string word(std::string_view name, std::string_view detail);

/// "reject(busy)", "ringing(waiting)", "sync(invite)", …
std::string describe(const Body& body);
std::string describe(const CallEvent& event);
std::string describe(const Mode& mode);

/// One output: a message by its kind, the rest as "event:...", "presence:...", "link:...",
/// "peer:...", "push:..." and "mode:...".
std::string describe(const Output& output);

/// Keeps copies of texts, bytes and lists for as long as it lives.
class Attic {
 public:
  Attic();
  Attic(const Attic&) = delete;
  Attic& operator=(const Attic&) = delete;
  ~Attic();

  std::string_view copy(std::string_view text);
  Bytes copy(Bytes bytes);
  std::span<const LegView> copy(std::span<const LegView> legs);
  Push copy(const Push& push);
  Message copy(const Message& message);

 private:
  void rebind(Invite& invite);

  std::deque<std::string> texts_;
  std::deque<std::vector<std::uint8_t>> bytes_;
  std::deque<std::vector<LegView>> views_;
};

}  // namespace doorcall::fakes
