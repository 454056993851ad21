#include "platform/evdev.hpp"

namespace doorcall::platform {

std::unique_ptr<Evdev> make_evdev() {
  return nullptr;
}
std::string_view evdev_library() {
  return {};
}
std::optional<unsigned> key_code(std::string_view /*name*/) {
  return {};
}

}  // namespace doorcall::platform
