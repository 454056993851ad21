#pragma once

#include <vector>

#include "agent/core/ids.hpp"
#include "agent/facade/delivery.hpp"
#include "doorcall/call.hpp"

namespace doorcall::facade {

/// The completions of operations on calls that are under way.
class Completions {
 public:
  explicit Completions(Delivery& delivery) : delivery_(delivery) {}

  enum class Until { kConnected, kEnded };

  /// `done` may be empty. It completes with the event that decides the operation.
  void add(const CallId& call, Until until, Completion done);

  void on_update(const CallId& call, CallChange change, Reason reason);

  /// Completes everything with `code`.
  void finish_all(Errc code);

 private:
  struct Pending {
    CallId call;
    Until until;
    Completion done;
  };

  Delivery& delivery_;
  std::vector<Pending> pending_;
};

/// Completes `done`, which may be empty, in its turn.
void complete(Delivery& delivery, Completion done, Outcome outcome);

}  // namespace doorcall::facade
