#include "tests/fakes/source_file.hpp"

namespace doorcall::fakes {

std::string source_file(std::string_view name) {
  return std::string(DOORCALL_SOURCE_DIR "/").append(name);
}

}  // namespace doorcall::fakes
