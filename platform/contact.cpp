// A bouncing contact is not watched edge by edge: after the first one the loop is left alone until
// the settle time is over, and again as long as there were edges meanwhile.
#include "platform/contact.hpp"

#include <sys/epoll.h>

#include <utility>

namespace doorcall::platform {

Contact::Contact(EventLoop& loop, Gpio& gpio, GpioLine line, GpioInputOptions options,
                 Events events)
    : loop_(loop),
      gpio_(gpio),
      where_(std::move(line)),
      options_(options),
      events_(std::move(events)),
      settle_(loop, [this] { settle(); }) {
  options_.debounce = kSettleTime;
}

void Contact::check() {
  if (line_ == nullptr) {
    open();
  } else if (!line_->level()) {
    lose();
  }
}

void Contact::open() {
  DeviceFault fault;
  line_ = gpio_.open_input(where_, options_, fault);
  if (line_ == nullptr) {
    set_fault(std::move(fault.text));
    return;
  }
  watch_ = loop_.add(line_->fd(), EPOLLIN, [this](std::uint32_t events) { on_ready(events); });
  set_fault({});
  read_level();
}

void Contact::on_ready(std::uint32_t events) {
  if ((events & EPOLLIN) == 0) {
    lose();
  } else if (line_->debounced()) {
    settle();
  } else {
    watch_.modify(0);
    settle_.set(after(loop_.now(), kSettleTime));
  }
}

void Contact::settle() {
  edges_.clear();
  if (!line_->read_edges(edges_)) {
    lose();
  } else if (line_->debounced() || edges_.empty()) {
    watch_.modify(EPOLLIN);
    read_level();
  } else {
    settle_.set(after(loop_.now(), kSettleTime));
  }
}

void Contact::read_level() {
  const std::optional<bool> level = line_->level();
  if (!level) {
    lose();
  } else if (level != active_) {
    active_ = level;
    events_.on_level(*level);
  }
}

void Contact::lose() {
  watch_.reset();
  settle_.cancel();
  line_.reset();
  set_fault("GPIO line \"" + where_.text + "\" is gone");
}

void Contact::set_fault(std::string fault) {
  if (fault != fault_) {
    fault_ = std::move(fault);
    events_.on_fault();
  }
}

}  // namespace doorcall::platform
