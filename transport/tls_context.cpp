#include "transport/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "transport/resolver.hpp"
#include "transport/tls_files.hpp"

namespace doorcall::transport {

namespace {

constexpr int kFatal = 2;

std::string openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

TlsContext& context_of(const SSL* ssl) {
  return *static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

}  // namespace

TlsContext::TlsContext(const TlsOptions& options, std::string name)
    : options_(options), name_(std::move(name)) {}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

std::string TlsContext::make() {
  ERR_clear_error();
  context_ = SSL_CTX_new(TLS_client_method());
  if (context_ == nullptr) {
    return "no memory for TLS";
  }
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_set_info_callback(context_, &on_info);
  if (std::string error = load_files(); !error.empty()) {
    return error;
  }
  SSL_CTX_set_verify(context_, options_.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     options_.insecure ? nullptr : &on_verify);
  if (!options_.insecure && !demand_name()) {
    return "'" + name_ + "' cannot be a name in a certificate";
  }
  return "";
}

bool TlsContext::demand_name() {
  X509_VERIFY_PARAM* verify = SSL_CTX_get0_param(context_);
  return (is_numeric_address(name_)
              ? X509_VERIFY_PARAM_set1_ip_asc(verify, name_.c_str())
              : X509_VERIFY_PARAM_set1_host(verify, name_.c_str(), name_.size())) == 1;
}

std::string TlsContext::load_files() {
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

int TlsContext::on_verify(int ok, X509_STORE_CTX* store) {
  if (ok != 1) {
    const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
    TlsContext& self =
        context_of(static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, index)));
    if (self.failure_.text.empty()) {
      self.failure_ = verify_failure(store, self.name_);
    }
  }
  return ok;
}

void TlsContext::on_info(const SSL* ssl, int where, int code) {
  TlsContext& self = context_of(ssl);
  if ((where & SSL_CB_HANDSHAKE_START) != 0) {
    // libmosquitto has set the numeric address as SNI by then; RFC 6066 allows none.
    const char* sni = is_numeric_address(self.name_) ? nullptr : self.name_.c_str();
    SSL_ctrl(const_cast<SSL*>(ssl), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(sni));
  }
  const bool alert = (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && code >> 8 == kFatal;
  if (alert && self.failure_.text.empty()) {
    self.failure_ = alert_failure(code & 0xFF);
  }
}

std::string check_tls_files(const TlsOptions& options) {
  TlsContext context(options, options.server_name.empty() ? "localhost" : options.server_name);
  if (std::string error = context.make(); !error.empty()) {
    return error;
  }
  const X509* certificate = SSL_CTX_get0_certificate(context.get());
  if (certificate != nullptr && X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return "the certificate in '" + options.cert_file + "' has expired";
  }
  return "";
}

}  // namespace doorcall::transport
