#include "agent/facade/completions.hpp"

#include <algorithm>
#include <utility>

namespace doorcall::facade {

void complete(Delivery& delivery, Completion done, Outcome outcome) {
  if (done) {
    delivery.push([done = std::move(done), outcome] { done(outcome); });
  }
}

void Completions::add(const CallId& call, Until until, Completion done) {
  if (done) {
    pending_.push_back({call, until, true, {}, std::move(done)});
  }
}

void Completions::add(const CallId& call, Until until, std::vector<std::string> users,
                      Completion done) {
  if (done) {
    pending_.push_back({call, until, false, std::move(users), std::move(done)});
  }
}

bool Completions::decide(Pending& pending, const CallUpdate& update, Errc& ret_code) {
  const bool wants_end = pending.until == Until::kEnded;
  ret_code = Errc::kOk;
  if (update.change == CallChange::kEnded) {
    ret_code = wants_end ? Errc::kOk : Errc::kAlreadyEnded;
    return true;
  }
  if (pending.whole) {
    return update.change == CallChange::kConnected && !wants_end;
  }
  const auto user = std::find(pending.users.begin(), pending.users.end(), update.peer_user);
  if (user == pending.users.end()) {
    return false;
  }
  if (update.leg == LegState::kEnded) {
    pending.users.erase(user);
    ret_code = wants_end ? Errc::kOk : Errc::kAlreadyEnded;
    return pending.users.empty();
  }
  return update.leg == LegState::kConnected && !wants_end;
}

void Completions::on_update(const CallId& call, const CallUpdate& update) {
  std::vector<Pending> waiting;
  for (Pending& pending : pending_) {
    Errc code = Errc::kOk;
    if (pending.call != call || !decide(pending, update, code)) {
      waiting.push_back(std::move(pending));
      continue;
    }
    complete(delivery_, std::move(pending.done), {.code = code, .reason = update.reason});
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
