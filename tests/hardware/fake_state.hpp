#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace doorcall::fake_kernel {

/// A debounced change that is not told yet.
struct Pending {
  bool high = false;
  std::int64_t due_ns = 0;
};

struct FakeLine {
  std::string name;
  std::string consumer;    ///< who has it; empty: nobody
  bool high = false;       ///< electrically
  bool told_high = false;  ///< after debouncing
  int our_fd = -1;         ///< that our program has for it
  int queue_fd = -1;       ///< where its events go in
  bool second = false;     ///< by the second interface
  bool output = false;
  std::uint64_t flags = 0;  ///< those of the second interface
  std::int64_t debounce_ns = 0;
  std::optional<Pending> pending;
  std::uint32_t number = 0;  ///< of events
};

struct FakeKeyboard {
  std::string name;
  std::set<unsigned> keys;
  std::set<unsigned> pressed;
  bool grabbed_by_other = false;
  struct Client {
    int our_fd = -1;
    int queue_fd = -1;
    int clock = 0;
    bool grabs = false;
  };
  std::vector<Client> clients;
};

/// All of it, behind one lock.
struct State {
  std::mutex mutex;
  bool on = false;
  std::string folder;  ///< what is listed below /dev
  std::map<unsigned, std::vector<FakeLine>> chips;
  std::map<unsigned, FakeKeyboard> keyboards;
  std::set<std::string> denied;
  std::map<int, unsigned> chip_fds;
  std::set<int> gone_fds;  ///< of what was unplugged while open
};

State& state();

/// The real functions behind those that are replaced.
int real_close(int fd);

std::int64_t clock_ns(int clock);
/// A queue: the end to read from first.
std::pair<int, int> make_queue();

/// The chip that a file in /sys is about.
std::optional<unsigned> chip_of_sysfs(const std::string& path);

// fake_gpio.cpp; the caller holds the lock
std::optional<unsigned> chip_of(const std::string& path);
int gpio_ioctl(unsigned chip, unsigned long request, void* argument);
/// Empty: not a line's descriptor.
std::optional<int> line_ioctl(int fd, unsigned long request, void* argument);
void level_changed(FakeLine& line, unsigned offset, bool high, std::int64_t at_ns);
void tell_pending(FakeLine& line, unsigned offset, std::int64_t now_ns);
bool release_line(int fd);

// fake_evdev.cpp; the caller holds the lock
std::optional<unsigned> keyboard_of(const std::string& path);
int open_keyboard(FakeKeyboard& keyboard);
/// Empty: not a keyboard's descriptor.
std::optional<int> keyboard_ioctl(int fd, unsigned long request, void* argument);
void send_key(FakeKeyboard& keyboard, unsigned type, unsigned code, int value, std::int64_t age_ns);
bool release_keyboard(int fd);

}  // namespace doorcall::fake_kernel
