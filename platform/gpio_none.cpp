#include "platform/gpio.hpp"

namespace doorcall::platform {

std::unique_ptr<Gpio> make_gpio() {
  return nullptr;
}
std::string_view gpio_library() {
  return {};
}

}  // namespace doorcall::platform
