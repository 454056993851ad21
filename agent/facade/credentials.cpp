#include "agent/facade/credentials.hpp"

#include <string>

#include "platform/small_file.hpp"

namespace doorcall::facade {
namespace {

// A bundle of all the world's certificate authorities has some 200 kB.
constexpr std::size_t kFileBytesMax = std::size_t{1024} * 1024;

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
      take(platform::read_small_file(file, kFileBytesMax, content, problem) ? content : problem);
    }
  }
}

void CredentialsSeen::take(std::string_view part) {
  // Where a part ends belongs to what was seen.
  for (const std::string& text : {std::to_string(part.size()) + ':', std::string(part)}) {
    for (const char byte : text) {
      hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * kFnvPrime;
    }
  }
}

}  // namespace doorcall::facade
