#pragma once

// Engines wired to each other by a wire in memory and in virtual time: perfect unless a test says
// otherwise. The wire behaves as a broker with persistent sessions: it keeps what is for a station
// that is away, counts the expiry down, and holds each station's presence.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/fakes/engine_station.hpp"

namespace doorcall::fakes {

struct RigOptions {
  RigOptions();

  Settings settings;
  Limits limits;
  bool presence = true;  ///< stations may read each other's presence
  bool mqtt5 = true;
  Millis latency{5};
};

class EngineRig {
 public:
  /// Decides what happens to a message; false: it is lost.
  using Filter = std::function<bool(const Account& from, const Message& message)>;

  explicit EngineRig(RigOptions options = {});
  EngineRig(const EngineRig&) = delete;
  EngineRig& operator=(const EngineRig&) = delete;
  ~EngineRig();

  /// One more station, not started.
  Station& add(std::string_view account);

  [[nodiscard]] Station& station(std::size_t index);
  [[nodiscard]] Station& door();
  [[nodiscard]] Station& panel();

  /// Everybody started and connected, barriers lifted, words forgotten.
  void come_online();

  /// A command now; its messages are on their way, not there yet.
  Result give(Station& station, const Input& input);

  void connect(Station& station);
  void disconnect(Station& station, LinkLost::Cause cause = LinkLost::Cause::kNetwork);

  /// Time goes on, with all that happens in it.
  void run(Millis span);

  void forget_words();

  /// Both see `call` in this state.
  [[nodiscard]] bool both(std::string_view state);

  Instant now{Millis{1'000'000}};
  Filter pass;  ///< empty: everything passes
  CallId call;  ///< of the builders below

 private:
  struct Letter {
    Instant due{};
    Account from;
    Sent sent;
    std::optional<SendPresence> presence;  ///< instead of a message
  };
  struct Kept {
    Presence presence;
    Instant gone{};
  };
  struct End {
    std::unique_ptr<Station> station;
    std::deque<Letter> waiting;
    std::size_t sent = 0;
    std::size_t presences = 0;
    bool connected = false;
  };

  End& end_of(const Station& station);
  [[nodiscard]] std::uint32_t left(const Kept& kept) const;
  /// Takes what the stations have put out onto the wire, each one's presence behind its messages.
  void collect();
  void spread(const Account& of, const SendPresence& out);
  void deliver_due();
  void deliver(End& end, const Letter& letter);
  [[nodiscard]] Instant next_event();

  RigOptions options_;
  std::deque<Letter> flying_;
  std::map<Account, Kept> retained_;
  std::vector<End> ends_;
};

// --- rigs at a state, with nothing on the wire that matters

using Rig = std::unique_ptr<EngineRig>;

Rig online(const RigOptions& options = {});
/// The door calls, and nothing has come to the panel yet.
Rig calling(const RigOptions& options = {});
/// The panel rings, and the door knows.
Rig ringing(const RigOptions& options = {});
/// The panel has answered, and nothing has come to the door yet.
Rig accepting(const RigOptions& options = {});
Rig connected(const RigOptions& options = {});

}  // namespace doorcall::fakes
