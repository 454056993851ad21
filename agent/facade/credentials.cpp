#include "agent/facade/credentials.hpp"

#include <fstream>
#include <iterator>

namespace doorcall::facade {

CredentialsSeen::CredentialsSeen(const transport::LinkOptions& link) {
  const transport::TlsOptions& tls = link.tls;
  const char flags[] = {tls.enabled ? 't' : '-', tls.insecure ? 'i' : '-'};
  text_.assign(flags, sizeof flags);
  for (const std::string& part :
       {link.username, link.password, tls.server_name, tls.ca_file, tls.cert_file, tls.key_file}) {
    text_ += std::to_string(part.size()) + ':' + part;
  }
  for (const std::string& file : {tls.ca_file, tls.cert_file, tls.key_file}) {
    if (!file.empty()) {
      std::ifstream stream(file, std::ios::binary);
      const std::string content((std::istreambuf_iterator<char>(stream)), {});
      text_ += std::to_string(content.size()) + ':' + content;
    }
  }
}

}  // namespace doorcall::facade
