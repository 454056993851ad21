#include "transport/mosquitto_tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "transport/resolver.hpp"

namespace doorcall::transport {

namespace {

/// Called as the handshake starts: libmosquitto has set the numeric address as SNI by then.
void set_server_name(const SSL* ssl, int where, int /*code*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) {
    return;
  }
  const auto* name = static_cast<const std::string*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  // RFC 6066 allows no addresses in SNI.
  const char* sni = is_numeric_address(*name) ? nullptr : name->c_str();
  SSL_ctrl(const_cast<SSL*>(ssl), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(sni));
}

std::string openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

}  // namespace

MosquittoTls::MosquittoTls(const TlsOptions& options, std::string name)
    : options_(options), name_(std::move(name)) {}

MosquittoTls::~MosquittoTls() {
  SSL_CTX_free(context_);
}

// The context is ours from start to end: libmosquitto 2.0's own settings on top of a given one make
// every certificate fail, because its verify callback looks for an index that was never made.
std::string MosquittoTls::apply(mosquitto* client) {
  ERR_clear_error();
  context_ = SSL_CTX_new(TLS_client_method());
  if (context_ == nullptr) {
    return "no memory for TLS";
  }
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_app_data(context_, const_cast<std::string*>(&name_));
  SSL_CTX_set_info_callback(context_, &set_server_name);
  if (std::string error = load_files(); !error.empty()) {
    return error;
  }
  SSL_CTX_set_verify(context_, options_.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (!options_.insecure && !demand_name()) {
    return "'" + name_ + "' cannot be a name in a certificate";
  }
  const bool given =
      mosquitto_void_option(client, MOSQ_OPT_SSL_CTX, context_) == MOSQ_ERR_SUCCESS &&
      mosquitto_int_option(client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) == MOSQ_ERR_SUCCESS;
  return given ? "" : "libmosquitto was built without TLS";
}

bool MosquittoTls::demand_name() {
  X509_VERIFY_PARAM* verify = SSL_CTX_get0_param(context_);
  return (is_numeric_address(name_)
              ? X509_VERIFY_PARAM_set1_ip_asc(verify, name_.c_str())
              : X509_VERIFY_PARAM_set1_host(verify, name_.c_str(), name_.size())) == 1;
}

std::string MosquittoTls::load_files() {
  const std::string& ca = options_.ca_file;
  const int trusted = ca.empty() ? SSL_CTX_set_default_verify_paths(context_)
                                 : SSL_CTX_load_verify_locations(context_, ca.c_str(), nullptr);
  if (trusted != 1) {
    return "cannot read the CA file '" + ca + "': " + openssl_error();
  }
  if (options_.cert_file.empty()) {
    return "";
  }
  if (SSL_CTX_use_certificate_chain_file(context_, options_.cert_file.c_str()) != 1) {
    return "cannot read the certificate file '" + options_.cert_file + "': " + openssl_error();
  }
  if (SSL_CTX_use_PrivateKey_file(context_, options_.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return "cannot use the key file '" + options_.key_file + "': " + openssl_error();
  }
  return "";
}

}  // namespace doorcall::transport
