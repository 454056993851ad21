#pragma once

// Messages as another device would send them: what a test plays against one engine, right or wrong.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "agent/core/message.hpp"
#include "tests/fakes/engine_words.hpp"

namespace doorcall::fakes {

CallId call_id(std::uint8_t n);

/// One other device, and what it says. Sequence numbers count up by themselves.
class Actor {
 public:
  explicit Actor(std::string_view account, Incarnation incarnation = 0xACE);

  Message say(const CallId& call, const LegKey& leg, const Body& body,
              std::string_view to_device = {});

  /// The first leg of a call that this device has made.
  [[nodiscard]] LegKey own_leg() const;
  [[nodiscard]] Invite invite_body(Millis ring_left) const;

  Message invite(const CallId& call, Millis ring_left = Millis{90'000});
  Message pending_sync(const CallId& call, std::string_view to, Millis ring_left,
                       std::uint64_t nonce);
  Message confirm(const CallId& call, std::string_view winner);
  Message cancel(const CallId& call, Reason reason = Reason::kCancelled);
  Message ringing(const CallId& call, const LegKey& leg, Alert alert = Alert::kRinging,
                  std::uint64_t nonce = 0);
  Message accept(const CallId& call, const LegKey& leg);
  Message reject(const CallId& call, const LegKey& leg, Reason reason);
  Message end(const CallId& call, const LegKey& leg, Reason reason = Reason::kHangUp);
  Message leave(const CallId& call, const LegKey& leg, Reason reason = Reason::kHangUp,
                std::span<const LegView> legs = {});
  Message roster(const CallId& call, const LegKey& leg, std::span<const LegView> legs,
                 std::string_view to);
  Message join(const CallId& call, bool move = false, std::string_view to = {});
  Message sync(const CallId& call, const LegKey& leg, std::span<const LegView> legs,
               std::string_view to);
  Message ack(const Header& of);

  [[nodiscard]] Presence presence(PresenceState state, bool settled = false) const;

  /// The agent restarts: it knows nothing any more.
  void restart();

  [[nodiscard]] Incarnation incarnation() const;

  const Account self;
  ConnectNumber connect = 1;

 private:
  Incarnation incarnation_;
  std::uint32_t sequence_ = 0;
};

/// Both legs of an answered call.
std::array<LegView, 2> connected_view(const Account& owner, const Account& callee);

}  // namespace doorcall::fakes
