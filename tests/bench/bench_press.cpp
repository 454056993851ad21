// From a press to its invitation: doorcall's own work, between the moments at which the kernel has
// something for it. The line is the fake kernel's, the link is in memory; both count as ours, the
// hold that makes it a press does not.
//
// usage: bench_press [--instructions]   (prints only how many presses there were: for callgrind)
#include <poll.h>

#include <chrono>
#include <cstdio>
#include <string_view>
#include <vector>

#include "tests/bench/bench_report.hpp"
#include "tests/hardware/fake_kernel.hpp"
#include "tests/unit/facade_hub.hpp"

using namespace doorcall;
using Clock = std::chrono::steady_clock;

/// Of the agent; a link in memory needs no library.
std::string_view Agent::link_library() {
  return "hub";
}

namespace {

constexpr unsigned kChip = 0;
constexpr unsigned kLine = 3;
constexpr int kWarmUp = 10;
constexpr int kPresses = 500;
constexpr int kPressesCounted = 50;

/// What is counted.
[[gnu::noinline]] void measured_press(Agent& agent) {
  agent.process();
}

bool calling(const Agent& agent) {
  const auto calls = agent.calls();
  return !calls.empty() && calls.front().state == CallState::kCalling;
}

/// Presses and lets go; returns the microseconds in which the agent worked until the invitation was
/// out.
template <typename Process>
double press(Agent& door, Agent& apt, Process process) {
  Clock::duration own{0};
  fake_kernel::set_level(kChip, kLine, true);
  while (!calling(door)) {
    pollfd fd{.fd = door.fd(), .events = POLLIN, .revents = 0};
    ::poll(&fd, 1, -1);
    const auto began = Clock::now();
    process(door);
    own += Clock::now() - began;
  }
  fake_kernel::set_level(kChip, kLine, false);
  test::FacadeHub::settle({&door, &apt});
  (void)door.press("end");
  test::FacadeHub::settle({&door, &apt});
  return std::chrono::duration<double, std::micro>(own).count();
}

}  // namespace

int main(int argc, char** argv) {
  const bool counted = argc > 1 && argv[1] == std::string_view("--instructions");
  fake_kernel::reset();
  fake_kernel::add_chip(kChip, 8);
  test::FacadeHub hub;
  AgentOptions options;
  options.user = "door";
  options.device = "one";
  ButtonInput bell;
  bell.button = "bell";
  bell.gpio = "gpiochip0:3";
  bell.debounce = std::chrono::milliseconds(0);
  bell.hold = std::chrono::milliseconds(2);
  options.inputs.push_back(bell);
  const auto door = hub.make(options);
  const auto apt = hub.make("apt");
  door->bind_button("bell", *ButtonAction::parse("call:apt"));
  door->bind_button("end", *ButtonAction::parse("hang_up"));
  door->start();
  apt->start();
  test::FacadeHub::settle({door.get(), apt.get()});
  for (int i = 0; i < kWarmUp; ++i) {
    press(*door, *apt, [](Agent& agent) { agent.process(); });
  }
  if (counted) {
    for (int i = 0; i < kPressesCounted; ++i) {
      press(*door, *apt, measured_press);
    }
    std::printf("%d\n", kPressesCounted);
    return 0;
  }
  std::vector<double> own;
  for (int i = 0; i < kPresses; ++i) {
    own.push_back(press(*door, *apt, measured_press));
  }
  std::printf(
      "press to published invitation, own time, us, p50 / p90 / p99 of %d: %.0f / %.0f / %.0f\n\n",
      kPresses, bench::percentile(own, 50), bench::percentile(own, 90), bench::percentile(own, 99));
  bench::Targets targets;
  targets.at_most("press to published invitation, own time, p99, us", bench::percentile(own, 99),
                  2000);
  return targets.exit_code();
}
