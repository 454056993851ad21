// doorcall-relay as it is, but for the line, which is a file: "--line /path/of/a/file:0" appends
// what happens to it, with the time on CLOCK_BOOTTIME in milliseconds: "off 1000", "on 1200",
// "released 1500". A file that is not there is a chip that is not there, and one that holds the
// word "busy" a line that is in use.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "platform/event_loop.hpp"
#include "platform/fd.hpp"
#include "platform/gpio_line.hpp"
#include "platform/relay_program.hpp"

namespace {

using namespace doorcall::platform;

class FileOutput final : public GpioOutput {
 public:
  FileOutput(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  ~FileOutput() override { note("released"); }

  bool set(bool on) override {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) {
      return false;
    }
    note(on ? "on" : "off");
    return true;
  }

 private:
  void note(const std::string& what) const {
    const std::string line =
        what + ' ' + std::to_string(read_clock().time_since_epoch().count()) + '\n';
    (void)!::write(fd_.get(), line.data(), line.size());
  }

  std::string path_;
  Fd fd_;
};

class FileGpio final : public Gpio {
 public:
  std::unique_ptr<GpioInput> open_input(const GpioLine&, const GpioInputOptions&,
                                        DeviceFault&) override {
    return nullptr;
  }
  std::unique_ptr<GpioOutput> open_output(const GpioLine& line, const GpioOutputOptions&, bool on,
                                          DeviceFault& ret_fault) override {
    const std::string path = parse_gpio_line(line.text).value_or(GpioAddress{}).chip;
    Fd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
    if (!fd) {
      ret_fault = device_fault(path, errno);
      return nullptr;
    }
    char first = 0;
    if (::pread(fd.get(), &first, 1, 0) == 1 && first == 'b') {
      ret_fault = gpio_request_fault(line, EBUSY, "somebody");
      return nullptr;
    }
    auto output = std::make_unique<FileOutput>(path, std::move(fd));
    (void)output->set(on);
    return output;
  }
};

}  // namespace

int main(int argc, char** argv) {
  FileGpio gpio;
  return relay_program(argc, argv, &gpio);
}
