#pragma once

#include <openssl/ssl.h>

#include <string>

#include "transport/link.hpp"
#include "transport/tls_words.hpp"

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

  [[nodiscard]] SSL_CTX* get() const noexcept { return context_; }
  /// Of the handshakes so far; without a text if none failed for a known reason.
  [[nodiscard]] const TlsFailure& failure() const noexcept { return failure_; }

 private:
  [[nodiscard]] std::string load_files();
  [[nodiscard]] bool demand_name();
  static int on_verify(int ok, X509_STORE_CTX* store);
  static void on_info(const SSL* ssl, int where, int code);

  const TlsOptions options_;
  const std::string name_;
  SSL_CTX* context_ = nullptr;
  TlsFailure failure_;
};

}  // namespace doorcall::transport
