#include "agent/facade/receipts.hpp"

#include <algorithm>
#include <utility>

#include "agent/facade/completions.hpp"

namespace doorcall::facade {

void Receipts::add(const CallId& call, std::uint32_t ticket, std::vector<Account> members,
                   Completion done) {
  if (done) {
    pending_.push_back({call, ticket, std::move(members), false, std::move(done)});
  }
}

void Receipts::on_receipt(const InfoReceipt& receipt) {
  for (Pending& pending : pending_) {
    if (pending.ticket == receipt.ticket) {
      std::erase(pending.waiting, receipt.by);
    }
  }
  complete_those_done();
}

void Receipts::on_call(const CallEvent& event) {
  const bool over = event.change == CallChange::kEnded;
  if (!over && event.leg != LegState::kEnded) {
    return;
  }
  for (Pending& pending : pending_) {
    if (pending.call == event.call) {
      pending.missed =
          std::erase_if(pending.waiting,
                        [&](const Account& member) { return over || member == event.peer; }) > 0 ||
          pending.missed;
    }
  }
  complete_those_done();
}

void Receipts::complete_those_done() {
  for (Pending& pending : pending_) {
    if (pending.waiting.empty()) {
      complete(delivery_, std::move(pending.done),
               {.code = pending.missed ? Errc::kAlreadyEnded : Errc::kOk, .reason = Reason::kNone});
    }
  }
  std::erase_if(pending_, [](const Pending& pending) { return pending.waiting.empty(); });
}

void Receipts::finish_all(Errc code) {
  for (Pending& pending : std::exchange(pending_, {})) {
    complete(delivery_, std::move(pending.done), {.code = code, .reason = Reason::kNone});
  }
}

}  // namespace doorcall::facade
