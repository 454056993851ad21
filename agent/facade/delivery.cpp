#include "agent/facade/delivery.hpp"

#include <exception>
#include <utility>

namespace doorcall::facade {

void Delivery::run() {
  for (std::size_t waiting = queue_.size(); waiting > 0 && !closed_; --waiting) {
    const std::function<void()> call = std::move(queue_.front());
    queue_.pop_front();
    guard(call);
  }
  if (closed_) {
    queue_.clear();
  }
}

void Delivery::close() noexcept {
  closed_ = true;
  queue_.clear();
  listeners_.clear();
}

ListenerToken Delivery::add(Listener listener) {
  listeners_.emplace(++last_token_, std::make_shared<const Listener>(std::move(listener)));
  return last_token_;
}

void Delivery::guard(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    ++exceptions_;
    complain_(error.what());
  } catch (...) {
    ++exceptions_;
    complain_("not a std::exception");
  }
}

}  // namespace doorcall::facade
