// The smallest program that has all of the engine, the timer wheel and the codec: what it is larger
// than size_nothing is what they cost. It is linked and measured, not run.
#include <unistd.h>

#include <array>
#include <vector>

#include "agent/core/pump.hpp"
#include "transport/gateway.hpp"

using namespace doorcall;

namespace {

class NoLink final : public transport::Link {
 public:
  void open(const transport::OpenRequest&) override {}
  bool publish(const transport::Publication& publication) override {
    return ::write(STDOUT_FILENO, publication.payload.data(), publication.payload.size()) > 0;
  }
  void close() override {}
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] Instant next_deadline() const override { return kNever; }
  void process(Instant) override {}
  [[nodiscard]] int socket() const override { return -1; }
};

}  // namespace

int main(int argc, char** argv) {
  const Limits limits;
  Settings settings;
  settings.self = Account::parse(argv[argc - 1]).value_or(Account());
  std::vector<std::byte> memory(Engine::bytes_needed(limits));
  const std::array<std::uint8_t, 32> seed{static_cast<std::uint8_t>(argc)};
  Engine engine(settings, limits, memory, seed, Instant(Millis(argc)));
  NoLink link;
  transport::Gateway gateway({settings.self, {}, "", "", ""});
  gateway.set_link(&link);
  gateway.on_input = [&](const Input& input) {
    pump(engine, input, Instant(Millis(argc)),
         [&](const Output& output) { gateway.execute(output); });
  };
  std::array<std::uint8_t, 512> bytes{};
  for (ssize_t size = 0; (size = ::read(STDIN_FILENO, bytes.data(), bytes.size())) > 0;) {
    gateway.arrived({argv[0], {bytes.data(), static_cast<std::size_t>(size)}, false, {}});
  }
  return static_cast<int>(engine.live_calls()) + static_cast<int>(engine.find_call({}).has_value());
}
