#include "platform/relay_program.hpp"

int main(int argc, char** argv) {
  const auto gpio = doorcall::platform::make_gpio();
  return doorcall::platform::relay_program(argc, argv, gpio.get());
}
