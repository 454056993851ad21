// What is plugged in, and how tests change it: by functions, or by lines of text.
#include "tests/hardware/fake_kernel.hpp"

#include <fcntl.h>
#include <linux/input.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/hardware/fake_state.hpp"

namespace doorcall::fake_kernel {
namespace {

/// The folder that stands for /dev, removed at the end of the program.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "doorcall-dev-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("no folder for the fake kernel");
    }
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void list_file(const std::string& name) {
  std::ofstream(state().folder + "/" + name).put('\n');
}
void unlist_file(const std::string& name) {
  std::filesystem::remove(state().folder + "/" + name);
}

FakeLine& line_at(unsigned chip, unsigned line) {
  return state().chips.at(chip).at(line);
}

/// The descriptor's device is gone, and who waits for it is told so.
void hang_up(int our_fd, int queue_fd, bool told = true) {
  if (our_fd >= 0) {
    state().gone_fds.insert(our_fd);
    if (told) {
      real_close(queue_fd);
    }
  }
}

}  // namespace

State& state() {
  static State* const kernel = new State;  // used until the last close() of the program
  return *kernel;
}

std::int64_t clock_ns(int clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::pair<int, int> make_queue() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::runtime_error("no pipe for the fake kernel");
  }
  return {ends[0], ends[1]};
}

void reset() {
  static Folder folder;
  State& kernel = state();
  while (!kernel.chips.empty()) {
    remove_chip(kernel.chips.begin()->first);
  }
  while (!kernel.keyboards.empty()) {
    remove_keyboard(kernel.keyboards.begin()->first);
  }
  std::filesystem::create_directories(folder.path() + "/input/by-id");
  const std::lock_guard lock(kernel.mutex);
  kernel.folder = folder.path();
  kernel.denied.clear();
  kernel.on = true;
}

void add_chip(unsigned chip, unsigned lines) {
  {
    const std::lock_guard lock(state().mutex);
    state().chips[chip].resize(lines);
  }
  list_file("gpiochip" + std::to_string(chip));
}

void remove_chip(unsigned chip, bool told) {
  {
    const std::lock_guard lock(state().mutex);
    for (const FakeLine& line : state().chips.at(chip)) {
      hang_up(line.our_fd, line.queue_fd, told);
    }
    state().chips.erase(chip);
  }
  unlist_file("gpiochip" + std::to_string(chip));
}

void name_line(unsigned chip, unsigned line, std::string_view name) {
  const std::lock_guard lock(state().mutex);
  line_at(chip, line).name = name;
}

void take_line(unsigned chip, unsigned line, std::string_view consumer) {
  const std::lock_guard lock(state().mutex);
  line_at(chip, line).consumer = consumer;
}

void set_level(unsigned chip, unsigned line, bool high, std::int64_t at_ns) {
  const std::lock_guard lock(state().mutex);
  level_changed(line_at(chip, line), line, high, at_ns == 0 ? clock_ns(CLOCK_MONOTONIC) : at_ns);
}

void pass_time(std::int64_t now_ns) {
  const std::lock_guard lock(state().mutex);
  for (auto& [chip, lines] : state().chips) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      tell_pending(lines[i], static_cast<unsigned>(i), now_ns);
    }
  }
}

std::optional<bool> driven(unsigned chip, unsigned line) {
  const std::lock_guard lock(state().mutex);
  const FakeLine& found = line_at(chip, line);
  return found.output ? std::optional(found.high) : std::nullopt;
}

std::uint64_t flags(unsigned chip, unsigned line) {
  const std::lock_guard lock(state().mutex);
  return line_at(chip, line).flags;
}

void add_keyboard(unsigned number, std::string_view name, std::initializer_list<unsigned> keys) {
  {
    const std::lock_guard lock(state().mutex);
    FakeKeyboard& keyboard = state().keyboards[number];
    keyboard.name = name;
    keyboard.keys = keys;
  }
  list_file("input/event" + std::to_string(number));
}

void remove_keyboard(unsigned number) {
  {
    const std::lock_guard lock(state().mutex);
    for (const FakeKeyboard::Client& client : state().keyboards.at(number).clients) {
      hang_up(client.our_fd, client.queue_fd);
    }
    state().keyboards.erase(number);
  }
  unlist_file("input/event" + std::to_string(number));
}

namespace {

void press_key(FakeKeyboard& keyboard, unsigned code, int value) {
  if (value == 0) {
    keyboard.pressed.erase(code);
  } else {
    keyboard.pressed.insert(code);
  }
}

}  // namespace

void key(unsigned number, unsigned code, int value, std::int64_t age_ns) {
  const std::lock_guard lock(state().mutex);
  FakeKeyboard& keyboard = state().keyboards.at(number);
  press_key(keyboard, code, value);
  send_key(keyboard, EV_KEY, code, value, age_ns);
}

void drop_key(unsigned number, unsigned code, int value) {
  const std::lock_guard lock(state().mutex);
  FakeKeyboard& keyboard = state().keyboards.at(number);
  press_key(keyboard, code, value);
  send_key(keyboard, EV_SYN, SYN_DROPPED, 0, 0);
}

bool grabbed(unsigned number) {
  const std::lock_guard lock(state().mutex);
  for (const FakeKeyboard::Client& client : state().keyboards.at(number).clients) {
    if (client.grabs) {
      return true;
    }
  }
  return false;
}

void grab_by_other(unsigned number, bool grab) {
  const std::lock_guard lock(state().mutex);
  state().keyboards.at(number).grabbed_by_other = grab;
}

void deny(std::string_view path, bool denied) {
  {
    const std::lock_guard lock(state().mutex);
    if (denied) {
      state().denied.insert(std::string(path));
    } else {
      state().denied.erase(std::string(path));
    }
  }
  const std::string listed = state().folder + std::string(path.substr(std::string("/dev").size()));
  ::chmod(listed.c_str(), denied ? 0600 : 0660);  // shows as a change of the file
}

std::string command(const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string text;
  unsigned a = 0;
  unsigned b = 0;
  int value = 0;
  words >> verb;
  if (verb == "add_chip" && words >> a >> b) {
    add_chip(a, b);
  } else if (verb == "remove_chip" && words >> a) {
    remove_chip(a);
  } else if (verb == "name_line" && words >> a >> b >> text) {
    name_line(a, b, text);
  } else if (verb == "take_line" && words >> a >> b) {
    words >> text;
    take_line(a, b, text);
  } else if (verb == "set_level" && words >> a >> b >> value) {
    set_level(a, b, value != 0);
  } else if (verb == "driven" && words >> a >> b) {
    const auto level = driven(a, b);
    return level ? (*level ? "1" : "0") : "-";
  } else if (verb == "add_keyboard" && words >> a >> text >> b) {
    add_keyboard(a, text, {b});
  } else if (verb == "remove_keyboard" && words >> a) {
    remove_keyboard(a);
  } else if (verb == "key" && words >> a >> b >> value) {
    key(a, b, value);
  } else if (verb == "deny" && words >> text >> value) {
    deny(text, value != 0);
  } else {
    return "?";
  }
  return "ok";
}

}  // namespace doorcall::fake_kernel
