// Runs in the emulated device: notes when simulated GPIO lines change, as the kernel has them.
//
// usage: line_watch OUTPUT NAME=VALUE-FILE...
//
// Each change is a line "MS NAME VALUE SINCE" in OUTPUT: when it was seen (CLOCK_BOOTTIME), the
// value (0, 1, or - without the file) and how long before it was looked at last, which is how late
// MS may be. Times have three decimals.

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr long kStepNs = 500'000;

double now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class Line {
 public:
  explicit Line(const std::string& argument)
      : name_(argument.substr(0, argument.find('='))),
        path_(argument.substr(argument.find('=') + 1)) {}

  void look(FILE* output) {
    const char value = read();
    const double now = now_ms();
    if (value != value_) {
      value_ = value;
      std::fprintf(output, "%.3f %s %c %.3f\n", now, name_.c_str(), value, now - looked_ms_);
      std::fflush(output);
    }
    looked_ms_ = now;
  }

 private:
  char read() {
    if (fd_ < 0) {
      fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    }
    char value = '-';
    if (fd_ >= 0 && ::pread(fd_, &value, 1, 0) != 1) {
      ::close(std::exchange(fd_, -1));
      value = '-';
    }
    return value;
  }

  std::string name_;
  std::string path_;
  int fd_ = -1;
  char value_ = '?';
  double looked_ms_ = now_ms();
};

}  // namespace

int main(int argc, char** argv) {
  FILE* output = argc > 2 ? std::fopen(argv[1], "we") : nullptr;
  if (output == nullptr) {
    std::fputs("usage: line_watch OUTPUT NAME=VALUE-FILE...\n", stderr);
    return 2;
  }
  std::vector<Line> lines;
  for (int i = 2; i < argc; ++i) {
    lines.emplace_back(argv[i]);
  }
  while (true) {
    for (Line& line : lines) {
      line.look(output);
    }
    const timespec step{0, kStepNs};
    ::nanosleep(&step, nullptr);
  }
}
