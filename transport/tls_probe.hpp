#pragma once

#include <cstdint>
#include <string>

#include "agent/core/time.hpp"
#include "transport/link.hpp"
#include "transport/tls_words.hpp"

namespace doorcall::transport {

/// Makes a TLS connection to this numeric address and drops it, to learn why one does not come
/// about. Without a text: nothing is wrong with it. Takes as long as `limit`. Thread: background.
[[nodiscard]] TlsFailure probe_tls(const TlsOptions& options, const std::string& name,
                                   const std::string& address, std::uint16_t port, Millis limit);

}  // namespace doorcall::transport
