#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "platform/fd.hpp"

namespace doorcall::test {

/// A raw client on the same thread: its bytes move when the loop runs.
class RawClient {
 public:
  explicit RawClient(const std::string& path);

  /// As much as fits; returns what did.
  std::size_t send(std::string_view bytes) const;
  void finish() const;

  /// Takes in what has arrived; false once the server has closed.
  bool receive();
  bool closed();
  /// The next complete line, or empty.
  std::string line();

 private:
  platform::Fd fd_;
  std::string received_;
  bool closed_ = false;
};

}  // namespace doorcall::test
