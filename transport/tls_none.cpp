// A build without TLS (DOORCALL_TLS=OFF): it says so to who wants it.
#include "transport/tls_context.hpp"
#include "transport/tls_files.hpp"
#include "transport/tls_probe.hpp"

namespace doorcall::transport {

namespace {

constexpr const char* kNone = "this doorcall was built without TLS";

}  // namespace

TlsContext::TlsContext(const TlsOptions& options, std::string name)
    : options_(options), name_(std::move(name)) {}
TlsContext::~TlsContext() = default;

std::string TlsContext::make() {
  return kNone;
}

TlsFailure probe_tls(const TlsOptions& /*options*/, const std::string& /*name*/,
                     const std::string& /*address*/, std::uint16_t /*port*/, Millis /*limit*/) {
  return {kNone, true};
}

TlsFailure library_failure(std::string_view /*openssl_text*/) {
  return {};
}

std::string check_tls_files(const TlsOptions& /*options*/) {
  return kNone;
}

}  // namespace doorcall::transport
