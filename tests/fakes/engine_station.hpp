#pragma once

// One engine alone at a bench: the test plays everybody else. All that leaves the engine is kept,
// and also written down in words ("ringing event:incoming(ringing)"), which is what most tests
// compare. Every step checks the engine's invariants.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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
InviteUsers invite(std::span<const Invitee> invitees);
InviteUsers invite(const UserId& user);
AcceptCall accept(const CallId& call);
RejectCall reject(const CallId& call, Reason reason = Reason::kDeclinedEverywhere);
CancelCall cancel(const CallId& call);
HangUpCall hang_up(const CallId& call);
EndCall end_for_all(const CallId& call);
JoinCall join(const CallId& call, bool move = false);

struct StationOptions {
  StationOptions();

  Settings settings;
  Limits limits;
  std::uint8_t seed = 1;
};

class Station {
 public:
  using Options = StationOptions;

  Station(std::string_view account, Instant& clock, Options options = {});
  Station(const Station&) = delete;
  Station& operator=(const Station&) = delete;
  ~Station();

  /// One input now, after all that is due now.
  Result give(const Input& input);

  /// What is due now.
  void pass();

  /// Virtual time goes on, one deadline after the other. For a station alone; a rig moves its own.
  void run(Millis span);

  /// Started, connected, the barrier lifted, and nothing to say.
  void come_online(bool mqtt5 = true);

  /// A message as another account's. Without `expiry_left`, just as on a link without expiry.
  void hear(const Account& sender, const Message& message,
            std::optional<std::uint32_t> expiry_left = std::nullopt, bool retained = false);

  [[nodiscard]] Engine& engine();
  [[nodiscard]] const Counters& counters() const;

  /// All that came out since the last time, in words.
  [[nodiscard]] std::string words();

  /// The state of a call: "unknown", or a CallState's name.
  [[nodiscard]] std::string state(const CallId& call) const;

  [[nodiscard]] Reason reason(const CallId& call) const;

  /// The last message of a kind that was sent.
  [[nodiscard]] const Sent& last(MessageKind kind) const;

  [[nodiscard]] std::size_t count(MessageKind kind) const;
  [[nodiscard]] std::size_t count(CallChange change) const;

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
  void settle();

  void keep(const SendMessage& out);
  void keep(const CallEvent& event);
  void keep(const InfoEvent& event);
  void keep(const PulseDoor& order);
  void keep(const DoorEvent& event);
  void keep(const InfoReceipt& receipt);
  void keep(const SendPresence& out);
  void keep(const SendPush& out);
  void keep(const ModeEvent& event);
  void keep(const PresenceEvent& event);
  void keep(const LinkEvent& event);
  void keep(const OpenLink& out);
  void keep(const CloseLink&);
  void keep(const Stopped&);
  void keep(const StartMedia&);
  void keep(const StopMedia&);

  Instant& clock_;
  std::vector<std::byte> memory_;
  std::unique_ptr<Engine> engine_;
  Attic attic_;
  std::string words_;
};

}  // namespace doorcall::fakes
