#include "transport/paho_hooks.hpp"

namespace doorcall::transport {

PahoShim* paho_shim() noexcept {
  return doorcall_paho_shim != nullptr ? doorcall_paho_shim() : nullptr;
}

std::atomic<int>& paho_connecting() noexcept {
  static std::atomic<int> count{0};
  return count;
}

PahoResolvedNames& paho_resolved_names() noexcept {
  // Never destroyed: Paho's threads may outlive main().
  static PahoResolvedNames& names = *new PahoResolvedNames;
  return names;
}

void PahoResolvedNames::set(const std::string& name, const std::string& address) {
  const std::lock_guard lock(mutex_);
  addresses_[name] = address;
}

std::string PahoResolvedNames::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = addresses_.find(name);
  return found == addresses_.end() ? std::string() : found->second;
}

}  // namespace doorcall::transport
