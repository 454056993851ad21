#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/event_loop.hpp"
#include "platform/fd.hpp"
#include "platform/gpio.hpp"

namespace doorcall::test {

/// GPIO lines in memory: a test plays the hardware, and sees what became of it.
class FakeGpio final : public platform::Gpio {
 public:
  struct Line {
    bool there = true;
    bool busy = false;   ///< somebody else has it
    bool level = false;  ///< of an input, after polarity
    bool on = false;     ///< of an output, after polarity
    int sets = 0;        ///< how often the output was set, its opening included
    bool open = false;
    platform::GpioInputOptions input;
    platform::GpioOutputOptions output;
    std::optional<platform::Fd> edges;  ///< where an open input hears of edges
  };
  std::map<std::string, Line> lines;
  bool kernel_debounces = false;

  /// The input has another level, after as many edges as it bounces.
  void change(const std::string& name, bool level, int edges = 1) {
    Line& line = lines.at(name);
    line.level = level;
    for (int i = 0; i < edges; ++i) {
      const char edge = level ? '1' : '0';
      (void)!::write(line.edges->get(), &edge, 1);
    }
  }
  void unplug(const std::string& name) {
    lines.at(name).there = false;
    lines.at(name).edges.reset();
  }

  std::unique_ptr<platform::GpioInput> open_input(const platform::GpioLine& line,
                                                  const platform::GpioInputOptions& options,
                                                  platform::DeviceFault& ret_fault) override {
    Line* const found = find(line, ret_fault);
    if (found == nullptr) {
      return nullptr;
    }
    std::array<int, 2> fds{};
    (void)!::pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK);
    found->edges.emplace(fds[1]);
    found->input = options;
    return std::make_unique<Input>(*found, platform::Fd(fds[0]), kernel_debounces);
  }
  std::unique_ptr<platform::GpioOutput> open_output(const platform::GpioLine& line,
                                                    const platform::GpioOutputOptions& options,
                                                    bool on,
                                                    platform::DeviceFault& ret_fault) override {
    Line* const found = find(line, ret_fault);
    if (found == nullptr) {
      return nullptr;
    }
    found->output = options;
    auto output = std::make_unique<Output>(*found);
    (void)output->set(on);
    return output;
  }

 private:
  class Input final : public platform::GpioInput {
   public:
    Input(Line& line, platform::Fd fd, bool debounced)
        : line_(line), fd_(std::move(fd)), debounced_(debounced) {
      line_.open = true;
    }
    ~Input() override { line_.open = false; }
    [[nodiscard]] int fd() const override { return fd_.get(); }
    [[nodiscard]] bool read_edges(std::vector<platform::GpioEdge>& ret_edges) override {
      for (char edge = 0; ::read(fd_.get(), &edge, 1) == 1;) {
        ret_edges.push_back({.at = platform::read_clock(), .active = edge == '1'});
      }
      return line_.there;
    }
    [[nodiscard]] std::optional<bool> level() override {
      return line_.there ? std::optional(line_.level) : std::nullopt;
    }
    [[nodiscard]] bool debounced() const override { return debounced_; }

   private:
    Line& line_;
    platform::Fd fd_;
    bool debounced_;
  };

  class Output final : public platform::GpioOutput {
   public:
    explicit Output(Line& line) : line_(line) { line_.open = true; }
    ~Output() override { line_.open = false; }
    [[nodiscard]] bool set(bool on) override {
      if (line_.there) {
        line_.on = on;
        ++line_.sets;
      }
      return line_.there;
    }

   private:
    Line& line_;
  };

  Line* find(const platform::GpioLine& name, platform::DeviceFault& ret_fault) {
    const auto found = lines.find(name.text);
    if (found == lines.end() || !found->second.there) {
      ret_fault = {.missing = true, .text = "no GPIO line has the name \"" + name.text + "\""};
      return nullptr;
    }
    if (found->second.busy || found->second.open) {
      ret_fault = {.missing = false, .text = "GPIO line \"" + name.text + "\" is in use"};
      return nullptr;
    }
    return &found->second;
  }
};

}  // namespace doorcall::test
