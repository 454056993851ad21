#pragma once

#include <cstdint>
#include <vector>

#include "agent/core/output.hpp"
#include "agent/facade/delivery.hpp"
#include "doorcall/call.hpp"

namespace doorcall::facade {

/// The completions of infos that members have yet to receive.
class Receipts {
 public:
  explicit Receipts(Delivery& delivery) : delivery_(delivery) {}

  /// `done` may be empty. It completes when all of `members` have it or are gone.
  void add(const CallId& call, std::uint32_t ticket, std::vector<Account> members, Completion done);

  void on_receipt(const InfoReceipt& receipt);
  /// Somebody leaves the call, or it ends.
  void on_call(const CallEvent& event);
  /// Completes everything with `code`.
  void finish_all(Errc code);

 private:
  struct Pending {
    CallId call;
    std::uint32_t ticket;
    std::vector<Account> waiting;
    bool missed;  ///< somebody has gone without it
    Completion done;
  };

  void complete_those_done();

  Delivery& delivery_;
  std::vector<Pending> pending_;
};

}  // namespace doorcall::facade
