#pragma once

#include <string>
#include <string_view>

struct x509_store_ctx_st;  // OpenSSL's, which a build without TLS lacks

namespace doorcall::transport {

/// Why a TLS connection did not come about, for people.
struct TlsFailure {
  std::string text;      ///< empty: it did, or nobody knows
  bool lasting = false;  ///< somebody must do something about it; trying again soon won't help
};

/// The broker's certificate was refused here, for this X509_V_ERR_…; `name` is what it must carry.
[[nodiscard]] TlsFailure verify_failure(x509_store_ctx_st* store, const std::string& name);

/// The broker has broken the handshake off with this alert (RFC 8446 §6).
[[nodiscard]] TlsFailure alert_failure(int alert);

/// What OpenSSL says of it; without a text where there are no better words than its own.
[[nodiscard]] TlsFailure library_failure(std::string_view openssl_text);

/// A time as people write it, in UTC.
[[nodiscard]] std::string time_text(std::int64_t unix_time);

}  // namespace doorcall::transport
