// A story for one engine; engine_player.hpp says what can happen in it.

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/engine_player.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  doorcall::fuzz::Player(doorcall::fuzz::Bytes({data, size})).play();
  return 0;
}
