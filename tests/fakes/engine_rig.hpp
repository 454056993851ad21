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

  explicit EngineRig(RigOptions options = {}) : options_(options) {
    for (const std::string_view name : {"door@gate", "panel@apt1"}) {
      add(name);
    }
  }

  /// One more station, not started.
  Station& add(std::string_view account) {
    Station::Options options;
    options.settings = options_.settings;
    options.limits = options_.limits;
    options.seed = static_cast<std::uint8_t>(ends_.size() + 1);
    ends_.push_back(End{std::make_unique<Station>(account, now, options), {}, 0, 0, false});
    return *ends_.back().station;
  }

  [[nodiscard]] Station& station(std::size_t index) { return *ends_[index].station; }
  [[nodiscard]] Station& door() { return station(0); }
  [[nodiscard]] Station& panel() { return station(1); }

  /// Everybody started and connected, barriers lifted, words forgotten.
  void come_online() {
    for (End& end : ends_) {
      end.station->give(Start{});
      connect(*end.station);
    }
    run(kShortLived + Millis{1000});
    forget_words();
  }

  /// A command now; its messages are on their way, not there yet.
  Result give(Station& station, const Input& input) {
    const Result result = station.give(input);
    collect();
    return result;
  }

  void connect(Station& station) {
    End& end = end_of(station);
    end.connected = true;
    give(station, LinkConnected{options_.mqtt5, true});
    if (options_.presence) {
      for (const auto& [account, kept] : retained_) {
        if (account != station.self) {
          give(station, PresenceReceived{account, true, left(kept), kept.presence});
        }
      }
    }
    for (Letter& letter : end.waiting) {
      letter.due = now;  // before what is on its way already
    }
    flying_.insert(flying_.begin(), end.waiting.begin(), end.waiting.end());
    end.waiting.clear();
  }

  void disconnect(Station& station, LinkLost::Cause cause = LinkLost::Cause::kNetwork) {
    end_of(station).connected = false;
    give(station, LinkLost{cause, 0, {}});
  }

  /// Time goes on, with all that happens in it.
  void run(Millis span) {
    const Instant until = now + span;
    for (;;) {
      deliver_due();
      const Instant next = next_event();
      if (next > until) {
        break;
      }
      now = std::max(now, next);
      for (End& end : ends_) {
        end.station->pass();
      }
      collect();
    }
    now = until;
  }

  void forget_words() {
    for (End& end : ends_) {
      (void)end.station->words();
    }
  }

  /// Both see `call` in this state.
  [[nodiscard]] bool both(std::string_view state) {
    return door().state(call) == state && panel().state(call) == state;
  }

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

  End& end_of(const Station& station) {
    for (End& end : ends_) {
      if (end.station.get() == &station) {
        return end;
      }
    }
    FAIL("a station of another rig");
    return ends_.front();
  }

  [[nodiscard]] std::uint32_t left(const Kept& kept) const { return ceil_seconds(kept.gone - now); }

  /// Takes what the stations have put out onto the wire, each one's presence behind its messages.
  void collect() {
    for (End& end : ends_) {
      const Station& from = *end.station;
      while (end.sent < from.sent.size()) {
        const Sent& sent = from.sent[end.sent++];
        if (!pass || pass(from.self, sent.message)) {
          flying_.push_back({now + options_.latency, from.self, sent, std::nullopt});
        }
      }
      while (end.presences < from.presences.size()) {
        const SendPresence& out = from.presences[end.presences++];
        flying_.push_back({now + options_.latency, from.self, {}, out});
      }
    }
  }

  void spread(const Account& of, const SendPresence& out) {
    retained_[of] = {out.presence, now + Seconds{out.expiry_s}};
    for (End& end : ends_) {
      if (options_.presence && end.connected) {
        end.station->give(PresenceReceived{of, false, out.expiry_s, out.presence});
      }
    }
  }

  void deliver_due() {
    while (!flying_.empty() && flying_.front().due <= now) {
      const Letter letter = flying_.front();
      flying_.pop_front();
      if (letter.presence) {
        spread(letter.from, *letter.presence);
      }
      for (End& end : ends_) {
        if (!letter.presence && end.station->self.user == letter.sent.to) {
          deliver(end, letter);
        }
      }
      collect();
    }
  }

  void deliver(End& end, const Letter& letter) {
    if (!end.connected) {
      end.waiting.push_back(letter);
      return;
    }
    const Millis waited = now - letter.sent.at;
    const std::int64_t expiry =
        letter.sent.expiry_s - std::chrono::duration_cast<Seconds>(waited).count();
    if (expiry <= 0) {
      return;
    }
    std::optional<std::uint32_t> expiry_left;
    if (options_.mqtt5) {
      expiry_left = static_cast<std::uint32_t>(expiry);
    }
    end.station->hear(letter.from, letter.sent.message, expiry_left);
  }

  [[nodiscard]] Instant next_event() {
    Instant next = flying_.empty() ? kNever : flying_.front().due;
    for (End& end : ends_) {
      next = std::min(next, end.station->engine().next_deadline().when);
    }
    return next;
  }

  RigOptions options_;
  std::deque<Letter> flying_;
  std::map<Account, Kept> retained_;
  std::vector<End> ends_;
};

// --- rigs at a state, with nothing on the wire that matters

using Rig = std::unique_ptr<EngineRig>;

inline Rig online(const RigOptions& options = {}) {
  auto rig = std::make_unique<EngineRig>(options);
  rig->come_online();
  return rig;
}

/// The door calls, and nothing has come to the panel yet.
inline Rig calling(const RigOptions& options = {}) {
  Rig rig = online(options);
  const Result result = rig->give(rig->door(), invite(rig->panel().self.user));
  CHECK_TRUE(result.code == Errc::kOk);
  rig->call = result.call;
  return rig;
}

/// The panel rings, and the door knows.
inline Rig ringing(const RigOptions& options = {}) {
  Rig rig = calling(options);
  rig->run(Millis{500});
  STRCMP_EQUAL("calling", rig->door().state(rig->call).c_str());
  STRCMP_EQUAL("ringing", rig->panel().state(rig->call).c_str());
  return rig;
}

/// The panel has answered, and nothing has come to the door yet.
inline Rig accepting(const RigOptions& options = {}) {
  Rig rig = ringing(options);
  CHECK_TRUE(rig->give(rig->panel(), accept(rig->call)).code == Errc::kOk);
  STRCMP_EQUAL("accepting", rig->panel().state(rig->call).c_str());
  return rig;
}

inline Rig connected(const RigOptions& options = {}) {
  Rig rig = accepting(options);
  rig->run(Millis{500});
  CHECK_TRUE(rig->both("connected"));
  rig->forget_words();
  return rig;
}

}  // namespace doorcall::fakes
