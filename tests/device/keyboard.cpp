// Runs in the emulated device: a keyboard of the kernel's uinput, which is plugged in while this
// runs.
//
// usage: keyboard NAME FIFO CODE...
//
// Reads lines "CODE 1" (pressed), "CODE 2" (the key repeats) and "CODE 0" (released) from FIFO.

#include <fcntl.h>
#include <linux/uinput.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

int fail(const char* what) {
  std::perror(what);
  return 1;
}

void emit(int fd, std::uint16_t type, std::uint16_t code, std::int32_t value) {
  input_event event{};
  event.type = type;
  event.code = code;
  event.value = value;
  if (::write(fd, &event, sizeof event) != sizeof event) {
    std::perror("keyboard: event");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: keyboard NAME FIFO CODE...\n", stderr);
    return 2;
  }
  const int fd = ::open("/dev/uinput", O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail("/dev/uinput");
  }
  bool good = ::ioctl(fd, UI_SET_EVBIT, EV_KEY) == 0;
  for (int i = 3; i < argc; ++i) {
    good = good && ::ioctl(fd, UI_SET_KEYBIT, std::atoi(argv[i])) == 0;
  }
  uinput_setup setup{};
  setup.id.bustype = BUS_USB;
  std::strncpy(setup.name, argv[1], sizeof setup.name - 1);
  good = good && ::ioctl(fd, UI_DEV_SETUP, &setup) == 0 && ::ioctl(fd, UI_DEV_CREATE) == 0;
  FILE* orders = good ? std::fopen(argv[2], "r+e") : nullptr;  // also written: it never ends
  if (orders == nullptr) {
    return fail("keyboard");
  }
  unsigned code = 0;
  int value = 0;
  while (std::fscanf(orders, "%u %d", &code, &value) == 2) {
    emit(fd, EV_KEY, static_cast<std::uint16_t>(code), value);
    emit(fd, EV_SYN, SYN_REPORT, 0);
  }
  return fail("keyboard: wrong order");
}
