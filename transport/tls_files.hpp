#pragma once

#include <string>

#include "transport/link.hpp"

namespace doorcall::transport {

/// What is wrong with the files of these options, for people; empty: a client can be made of them,
/// and its certificate has not expired.
[[nodiscard]] std::string check_tls_files(const TlsOptions& options);

}  // namespace doorcall::transport
