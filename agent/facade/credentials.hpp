#pragma once

#include <cstdint>
#include <string_view>

#include "transport/link.hpp"

namespace doorcall::facade {

/// User name, password, TLS options and what the files of those hold now, so that a key that was
/// replaced under its old name is noticed. It keeps a hash of them, no secret.
class CredentialsSeen {
 public:
  CredentialsSeen() = default;
  explicit CredentialsSeen(const transport::LinkOptions& link);
  bool operator==(const CredentialsSeen&) const = default;

 private:
  void take(std::string_view part);

  std::uint64_t hash_ = 0;  ///< 0: nothing was seen
};

}  // namespace doorcall::facade
