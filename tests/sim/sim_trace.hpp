#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/input.hpp"
#include "agent/core/output.hpp"

namespace doorcall::sim {

/// How much of a world is printed.
enum class Detail : std::uint8_t {
  kNone,
  kCalls,  ///< without presence, acknowledgements, markers and idle timers
  kAll,
};

/// A hash over every input and output of every device of a world and, if wanted, a readable text
/// of them on stdout. Equal hashes mean equal runs.
class Trace {
 public:
  explicit Trace(Detail detail) : detail_(detail) {}

  void input(Instant now, std::size_t device, const Input& input, Bytes raw);
  void result(const Result& result, bool with_invitees);
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

 private:
  void hash_event(const CallEvent& event);
  void hash_output(const Output& output);

  void print_pending();

  Detail detail_;
  std::string pending_;  ///< an input that is printed only if something comes out
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

}  // namespace doorcall::sim
