// Every way in which TLS fails for a reason that a person can do something about, in words that say
// whose fault it is and what to do. The same for both MQTT libraries.

#include "transport/tls_words.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <ctime>

namespace doorcall::transport {

namespace {

std::string date_text(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? time_text(::timegm(&parts)) : "an unknown date";
}

std::string clock_text() {
  return "this device's clock says " + time_text(std::time(nullptr));
}

/// Alerts that are about our certificate: RFC 8446 §6.2.
struct Word {
  int alert;
  std::string_view text;
};

constexpr std::array kAlerts{
    Word{40,
         "the broker has ended the TLS handshake; it may want a certificate from this device "
         "(cert_file and key_file in [broker.tls])"},
    Word{42,
         "the broker does not accept this device's certificate; have it made anew, and look at "
         "the broker's clock"},
    Word{43, "the broker does not accept this kind of certificate from this device"},
    Word{44, "this device's certificate has been revoked; it needs a new one"},
    Word{45, "this device's certificate has expired; it needs a new one"},
    Word{46, "the broker does not accept this device's certificate"},
    Word{48, "the broker does not know the authority that has signed this device's certificate"},
    Word{49, "the broker does not let this device's certificate in"},
    Word{70, "the broker speaks none of the TLS versions 1.2 and 1.3"},
    Word{112, "the broker does not know the name in [broker.tls] server_name, or the host"},
    Word{116,
         "the broker wants a certificate from this device: set cert_file and key_file in "
         "[broker.tls]"},
};

}  // namespace

std::string time_text(std::int64_t unix_time) {
  const auto time = static_cast<std::time_t>(unix_time);
  std::tm parts{};
  std::array<char, 32> text{};
  ::gmtime_r(&time, &parts);
  const std::size_t size = std::strftime(text.data(), text.size(), "%F %H:%M UTC", &parts);
  return {text.data(), size};
}

TlsFailure verify_failure(X509_STORE_CTX* store, const std::string& name) {
  const int code = X509_STORE_CTX_get_error(store);
  const X509* certificate = X509_STORE_CTX_get_current_cert(store);
  switch (code) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
      // A device that has just been switched on: its clock will be set, and nobody need do a thing.
      return {"the broker's certificate is valid from " +
                  date_text(X509_get0_notBefore(certificate)) + " on, but " + clock_text() +
                  "; the clock must be set",
              false};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {"the broker's certificate has expired on " +
                  date_text(X509_get0_notAfter(certificate)) + ", and " + clock_text() +
                  "; the broker needs a new one, unless the clock is wrong",
              true};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {"the broker's certificate is not for '" + name +
                  "'; it is another machine, or [broker.tls] server_name must say the name in its "
                  "certificate",
              true};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return {
          "the broker's certificate is signed by an unknown authority, none of those in "
          "[broker.tls] ca_file",
          true};
    default:
      return {"the broker's certificate is refused: " +
                  std::string(X509_verify_cert_error_string(code)),
              true};
  }
}

TlsFailure alert_failure(int alert) {
  for (const Word& word : kAlerts) {
    if (word.alert == alert) {
      return {std::string(word.text), true};
    }
  }
  return {
      "the broker has ended the TLS handshake: " + std::string(SSL_alert_desc_string_long(alert)),
      false};
}

TlsFailure library_failure(std::string_view openssl_text) {
  if (openssl_text.find("wrong version number") != std::string_view::npos) {
    return {"the broker does not speak TLS on this port", true};
  }
  return {};
}

}  // namespace doorcall::transport
