#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "doorcall/update.hpp"

namespace doorcall::facade {

/// Where the embedder's code is called: in order, from the loop, and never letting an exception
/// out.
class Delivery {
 public:
  using Complain = std::function<void(std::string_view what)>;

  /// `complain` is told of each exception that was caught.
  explicit Delivery(Complain complain) : complain_(std::move(complain)) {}

  void push(std::function<void()> call) { queue_.push_back(std::move(call)); }
  [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }

  /// Calls what is waiting now; what these calls push waits for the next run.
  void run();

  /// Forgets what waits and all listeners, for good; also inside run().
  void close() noexcept;

  ListenerToken add(Listener listener);
  bool remove(ListenerToken token) { return listeners_.erase(token) != 0; }

  /// Calls `member` of every listener that is there now and still there when its turn comes.
  template <typename Event>
  void tell(std::function<void(const Event&)> Listener::*member, const Event& event) {
    const ListenerToken last = last_token_;
    auto next = listeners_.begin();
    while (next != listeners_.end() && next->first <= last) {
      const ListenerToken token = next->first;
      const std::shared_ptr<const Listener> listener = next->second;
      if ((*listener).*member) {
        const auto call = [&] { ((*listener).*member)(event); };
        guard(std::cref(call));  // by reference: a copy would be on the heap
      }
      next = listeners_.upper_bound(token);
    }
  }

  [[nodiscard]] std::uint64_t exceptions() const noexcept { return exceptions_; }

 private:
  void guard(const std::function<void()>& call);

  Complain complain_;
  std::deque<std::function<void()>> queue_;
  std::map<ListenerToken, std::shared_ptr<const Listener>> listeners_;
  ListenerToken last_token_ = 0;
  std::uint64_t exceptions_ = 0;
  bool closed_ = false;
};

}  // namespace doorcall::facade
