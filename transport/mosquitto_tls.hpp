#pragma once

#include <mosquitto.h>
#include <openssl/ssl.h>

#include <string>

#include "transport/link.hpp"

namespace doorcall::transport {

/// TLS for one client that connects to a numeric address: the certificate must carry `name`, and
/// SNI says so, too. Lifetime: keep it longer than the client. Thread: loop.
class MosquittoTls {
 public:
  MosquittoTls(const TlsOptions& options, std::string name);
  ~MosquittoTls();
  MosquittoTls(const MosquittoTls&) = delete;
  MosquittoTls& operator=(const MosquittoTls&) = delete;

  /// What went wrong, for people; empty if nothing did.
  [[nodiscard]] std::string apply(mosquitto* client);

 private:
  [[nodiscard]] std::string load_files();
  [[nodiscard]] bool demand_name();

  const TlsOptions options_;
  const std::string name_;
  SSL_CTX* context_ = nullptr;
};

}  // namespace doorcall::transport
