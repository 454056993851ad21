#pragma once

#include <string>

#include "transport/link.hpp"

namespace doorcall::facade {

/// User name, password, TLS options and what the files of those hold now, so that a key that was
/// replaced under its old name is noticed. Not for people: it has secrets in it.
class CredentialsSeen {
 public:
  CredentialsSeen() = default;
  explicit CredentialsSeen(const transport::LinkOptions& link);
  bool operator==(const CredentialsSeen&) const = default;

 private:
  std::string text_;
};

}  // namespace doorcall::facade
