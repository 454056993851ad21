#pragma once

#include <string>
#include <vector>

#include "agent/core/ids.hpp"
#include "agent/facade/delivery.hpp"
#include "doorcall/call.hpp"
#include "doorcall/update.hpp"

namespace doorcall::facade {

/// The completions of operations on calls that are under way.
class Completions {
 public:
  explicit Completions(Delivery& delivery) : delivery_(delivery) {}

  enum class Until { kConnected, kEnded };

  /// `done` may be empty. It completes with the event that decides the operation.
  void add(const CallId& call, Until until, Completion done);
  /// As above for some users of a call: kConnected: the first of them, kEnded: all of them.
  void add(const CallId& call, Until until, std::vector<std::string> users, Completion done);

  void on_update(const CallId& call, const CallUpdate& update);

  /// Completes everything with `code`.
  void finish_all(Errc code);

 private:
  struct Pending {
    CallId call;
    Until until;
    bool whole;                      ///< it is about the call, not about users of it
    std::vector<std::string> users;  ///< who is not ended yet
    Completion done;
  };

  /// True when `pending` is decided: `ret_code` says how.
  static bool decide(Pending& pending, const CallUpdate& update, Errc& ret_code);

  Delivery& delivery_;
  std::vector<Pending> pending_;
};

/// Completes `done`, which may be empty, in its turn.
void complete(Delivery& delivery, Completion done, Outcome outcome);

}  // namespace doorcall::facade
