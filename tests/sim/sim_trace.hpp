#pragma once

#include <cstdint>
#include <string_view>

#include "agent/core/input.hpp"
#include "agent/core/output.hpp"

namespace doorcall::sim {

/// A hash over every input and output of every device of a world and, if wanted, a readable text
/// of them on stdout. Equal hashes mean equal runs.
class Trace {
 public:
  explicit Trace(bool text) : text_(text) {}

  void input(Instant now, std::size_t device, const Input& input, Bytes raw);
  void result(const Result& result);
  void output(Instant now, std::size_t device, const Output& output, Bytes raw);
  /// What happens around the devices: readable only, not hashed.
  void note(Instant now, std::string_view what, std::size_t device);

  void add(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9fb21c651e98df25U;
    hash_ ^= hash_ >> 29;
  }
  void add(Bytes bytes);
  void add(std::string_view text);

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] bool text() const { return text_; }

 private:
  void hash_event(const CallEvent& event);
  void hash_output(const Output& output);

  bool text_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace doorcall::sim
