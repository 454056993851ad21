#pragma once

#include <string>

#include "transport/link.hpp"
#include "transport/tls_words.hpp"

// OpenSSL's, which a build without TLS lacks.
struct ssl_ctx_st;
struct ssl_st;

namespace doorcall::transport {

/// TLS for one client that connects to a numeric address: the certificate must carry `name`, and
/// SNI says so, too. Remembers why the peer, or we, refused. Lifetime: keep it longer than the
/// client. Thread: one.
class TlsContext {
 public:
  TlsContext(const TlsOptions& options, std::string name);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Reads the files. What went wrong, for people; empty if nothing did.
  [[nodiscard]] std::string make();

  [[nodiscard]] ssl_ctx_st* get() const noexcept { return context_; }
  /// Of the handshakes so far; without a text if none failed for a known reason.
  [[nodiscard]] const TlsFailure& failure() const noexcept { return failure_; }

 private:
  [[nodiscard]] std::string load_files();
  [[nodiscard]] bool demand_name();
  static int on_verify(int ok, x509_store_ctx_st* store);
  static void on_info(const ssl_st* ssl, int where, int code);

  const TlsOptions options_;
  const std::string name_;
  ssl_ctx_st* context_ = nullptr;
  TlsFailure failure_;
};

}  // namespace doorcall::transport
