#include "agent/facade/credentials.hpp"

#include <string>

#include "platform/small_file.hpp"

namespace doorcall::facade {
namespace {

// FNV-1a of 64 bits: https://datatracker.ietf.org/doc/draft-eastlake-fnv/. The owner writes these
// files; nobody gains by two that look alike.
constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr std::uint64_t kFnvPrime = 0x100000001b3;

}  // namespace

CredentialsSeen::CredentialsSeen(const transport::LinkOptions& link) : hash_(kFnvOffset) {
  const transport::TlsOptions& tls = link.tls;
  const char flags[] = {tls.enabled ? 't' : '-', tls.insecure ? 'i' : '-'};
  take({flags, sizeof flags});
  for (const std::string& part :
       {link.username, link.password, tls.server_name, tls.ca_file, tls.cert_file, tls.key_file}) {
    take(part);
  }
  for (const std::string& file : {tls.ca_file, tls.cert_file, tls.key_file}) {
    if (!file.empty()) {
      std::string content;
      std::string problem;
      take(platform::read_small_file(file, platform::kSmallFileBytesMax, content, problem)
               ? content
               : problem);
    }
  }
}

void CredentialsSeen::take(std::string_view part) {
  for (const char byte : part) {
    hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * kFnvPrime;
  }
  hash_ = (hash_ ^ part.size()) * kFnvPrime;  // where a part ends belongs to what was seen
}

}  // namespace doorcall::facade
