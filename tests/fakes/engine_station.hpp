#pragma once

// One engine alone at a bench: the test plays everybody else. All that leaves the engine is kept,
// and also written down in words ("ringing event:incoming(ringing)"), which is what most tests
// compare. Every step checks the engine's invariants.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agent/core/engine.hpp"
#include "tests/fakes/engine_words.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::fakes {

/// A message that left the engine, with its own copies of all that the message only views.
struct Sent {
  Instant at{};
  UserId to;
  std::uint32_t expiry_s = 0;
  Message message;

  [[nodiscard]] const Header& header() const { return message.header; }
  [[nodiscard]] MessageKind kind() const { return kind_of(message.body); }
};

// --- commands with no more than they need

/// A command only views its users: the last 64 lists are kept.
inline InviteUsers invite(std::span<const Invitee> invitees) {
  static std::array<std::array<Invitee, kInviteesMax + 1>, 64> lists;
  static std::size_t next = 0;
  auto& list = lists[next++ % lists.size()];
  CHECK_TRUE(invitees.size() <= list.size());
  std::copy(invitees.begin(), invitees.end(), list.begin());
  InviteUsers command;
  command.invitees = std::span<const Invitee>(list).first(invitees.size());
  return command;
}
inline InviteUsers invite(const UserId& user) {
  const Invitee invitee{user, 0};
  return invite(std::span(&invitee, 1));
}
inline AcceptCall accept(const CallId& call) {
  AcceptCall command;
  command.call = call;
  return command;
}
inline RejectCall reject(const CallId& call, Reason reason = Reason::kDeclinedEverywhere) {
  return {call, reason, {}};
}
inline CancelCall cancel(const CallId& call) {
  return {call, {}, {}};
}
inline HangUpCall hang_up(const CallId& call) {
  return {call, {}};
}
inline EndCall end_for_all(const CallId& call) {
  return {call, {}};
}
inline JoinCall join(const CallId& call, bool move = false) {
  JoinCall command;
  command.call = call;
  command.move = move;
  return command;
}

struct StationOptions {
  Settings settings;
  Limits limits;
  std::uint8_t seed = 1;
};

class Station {
 public:
  using Options = StationOptions;

  Station(std::string_view account, Instant& clock, Options options = {})
      : self(account_of(account)), clock_(clock), memory_(Engine::bytes_needed(options.limits)) {
    options.settings.self = self;
    std::array<std::uint8_t, 32> seed{};
    seed[0] = options.seed;
    engine_ = std::make_unique<Engine>(options.settings, options.limits, memory_,
                                       std::span<const std::uint8_t, 32>(seed), clock_);
  }

  /// One input now, after all that is due now.
  Result give(const Input& input) {
    pass();
    const Result result = engine_->handle(input, clock_);
    settle();
    return result;
  }

  /// What is due now.
  void pass() {
    while (engine_->next_deadline().when <= clock_) {
      engine_->handle(TimePassed{}, clock_);
      settle();
    }
  }

  /// Virtual time goes on, one deadline after the other. For a station alone; a rig moves its own.
  void run(Millis span) {
    const Instant end = clock_ + span;
    while (engine_->next_deadline().when <= end) {
      clock_ = std::max(clock_, engine_->next_deadline().when);
      pass();
    }
    clock_ = end;
  }

  /// Started, connected, the barrier lifted, and nothing to say.
  void come_online(bool mqtt5 = true) {
    give(Start{});
    give(LinkConnected{mqtt5, false});
    run(kShortLived + Millis{1});
    (void)words();
  }

  /// A message as another account's. Without `expiry_left`, just as on a link without expiry.
  void hear(const Account& sender, const Message& message,
            std::optional<std::uint32_t> expiry_left = std::nullopt, bool retained = false) {
    const Result result = give(MessageReceived{sender, retained, expiry_left, &message});
    CHECK_TRUE(result.code == Errc::kOk);
  }

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const Counters& counters() const { return engine_->counters(); }

  /// All that came out since the last time, in words.
  [[nodiscard]] std::string words() { return std::exchange(words_, {}); }

  /// The state of a call: "unknown", or a CallState's name.
  [[nodiscard]] std::string state(const CallId& call) const {
    const auto info = engine_->find_call(call);
    return std::string(info ? to_string(info->state) : "unknown");
  }

  [[nodiscard]] Reason reason(const CallId& call) const {
    const auto info = engine_->find_call(call);
    return info ? info->reason : Reason::kNone;
  }

  /// The last message of a kind that was sent.
  [[nodiscard]] const Sent& last(MessageKind kind) const {
    const auto found = std::find_if(sent.rbegin(), sent.rend(),
                                    [kind](const Sent& each) { return each.kind() == kind; });
    CHECK_TRUE_TEXT(found != sent.rend(), "no such message was sent");
    return *found;
  }

  [[nodiscard]] std::size_t count(MessageKind kind) const {
    return static_cast<std::size_t>(std::count_if(
        sent.begin(), sent.end(), [kind](const Sent& each) { return each.kind() == kind; }));
  }

  [[nodiscard]] std::size_t count(CallChange change) const {
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(),
                      [change](const CallEvent& each) { return each.change == change; }));
  }

  const Account self;
  std::vector<Sent> sent;
  std::vector<CallEvent> events;
  std::vector<SendPresence> presences;
  std::vector<SendPush> pushes;
  std::vector<ModeEvent> modes;
  std::vector<InfoEvent> infos;
  std::vector<PulseDoor> pulses;
  std::vector<DoorEvent> doors;
  std::vector<InfoReceipt> receipts;
  std::vector<PresenceEvent> watched;
  std::vector<LinkEvent> links;
  std::vector<Presence> wills;  ///< one for each OpenLink
  std::size_t closes = 0;
  std::size_t stops = 0;

 private:
  void settle() {
    Output output;
    while (engine_->next_output(output)) {
      words_ += (words_.empty() ? "" : " ") + describe(output);
      std::visit([this](const auto& one) { keep(one); }, output);
    }
    const char* broken = engine_->broken_invariant();
    CHECK_TRUE_TEXT(broken == nullptr, broken == nullptr ? "" : broken);
  }

  void keep(const SendMessage& out) {
    CHECK_TRUE_TEXT(out.expiry_s > 0, "every message has an expiry");
    sent.push_back({clock_, out.to, out.expiry_s, attic_.copy(out.message)});
  }
  void keep(const CallEvent& event) {
    CallEvent kept = event;
    kept.caller_name = attic_.copy(event.caller_name);
    kept.data = attic_.copy(event.data);
    kept.line = attic_.copy(event.line);
    kept.offer = attic_.copy(event.offer);
    events.push_back(kept);
  }
  void keep(const InfoEvent& event) {
    InfoEvent kept = event;
    kept.bytes = attic_.copy(event.bytes);
    kept.text = attic_.copy(event.text);
    infos.push_back(kept);
  }
  void keep(const PulseDoor& order) { pulses.push_back(order); }
  void keep(const DoorEvent& event) { doors.push_back(event); }
  void keep(const InfoReceipt& receipt) { receipts.push_back(receipt); }
  void keep(const SendPresence& out) { presences.push_back(out); }
  void keep(const SendPush& out) {
    CHECK_TRUE_TEXT(out.expiry_s > 0, "every push has an expiry");
    pushes.push_back({out.to, out.expiry_s, attic_.copy(out.push)});
  }
  void keep(const ModeEvent& event) { modes.push_back(event); }
  void keep(const PresenceEvent& event) { watched.push_back(event); }
  void keep(const LinkEvent& event) { links.push_back(event); }
  void keep(const OpenLink& out) { wills.push_back(out.will); }
  void keep(const CloseLink&) { ++closes; }
  void keep(const Stopped&) { ++stops; }
  void keep(const StartMedia&) {}
  void keep(const StopMedia&) {}

  Instant& clock_;
  std::vector<std::byte> memory_;
  std::unique_ptr<Engine> engine_;
  Attic attic_;
  std::string words_;
};

}  // namespace doorcall::fakes
