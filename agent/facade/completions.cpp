#include "agent/facade/completions.hpp"

#include <utility>

namespace doorcall::facade {

void complete(Delivery& delivery, Completion done, Outcome outcome) {
  if (done) {
    delivery.push([done = std::move(done), outcome] { done(outcome); });
  }
}

void Completions::add(const CallId& call, Until until, Completion done) {
  if (done) {
    pending_.push_back({call, until, std::move(done)});
  }
}

void Completions::on_update(const CallId& call, CallChange change, Reason reason) {
  const bool connected = change == CallChange::kConnected;
  const bool ended = change == CallChange::kEnded;
  if (!connected && !ended) {
    return;
  }
  std::vector<Pending> waiting;
  for (Pending& pending : pending_) {
    if (pending.call != call || (connected && pending.until == Until::kEnded)) {
      waiting.push_back(std::move(pending));
      continue;
    }
    const bool too_late = ended && pending.until == Until::kConnected;
    complete(delivery_, std::move(pending.done),
             {.code = too_late ? Errc::kAlreadyEnded : Errc::kOk, .reason = reason});
  }
  pending_ = std::move(waiting);
}

void Completions::finish_all(Errc code) {
  for (Pending& pending : pending_) {
    complete(delivery_, std::move(pending.done), {.code = code, .reason = Reason::kNone});
  }
  pending_.clear();
}

}  // namespace doorcall::facade
