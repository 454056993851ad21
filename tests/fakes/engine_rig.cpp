// The wire between the engines: what is on its way, what is kept for whom, and whose presence
// the broker holds.

#include "tests/fakes/engine_rig.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace doorcall::fakes {

RigOptions::RigOptions() = default;

EngineRig::EngineRig(RigOptions options) : options_(options) {
  for (const std::string_view name : {"door@gate", "panel@apt1"}) {
    add(name);
  }
}

EngineRig::~EngineRig() = default;

Station& EngineRig::add(std::string_view account) {
  Station::Options options;
  options.settings = options_.settings;
  options.limits = options_.limits;
  options.seed = static_cast<std::uint8_t>(ends_.size() + 1);
  ends_.push_back(End{std::make_unique<Station>(account, now, options), {}, 0, 0, false});
  return *ends_.back().station;
}

Station& EngineRig::station(std::size_t index) {
  return *ends_[index].station;
}

Station& EngineRig::door() {
  return station(0);
}

Station& EngineRig::panel() {
  return station(1);
}

void EngineRig::come_online() {
  for (End& end : ends_) {
    end.station->give(Start{});
    connect(*end.station);
  }
  run(kShortLived + Millis{1000});
  forget_words();
}

Result EngineRig::give(Station& station, const Input& input) {
  const Result result = station.give(input);
  collect();
  return result;
}

void EngineRig::connect(Station& station) {
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

void EngineRig::disconnect(Station& station, LinkLost::Cause cause) {
  end_of(station).connected = false;
  give(station, LinkLost{cause, 0, {}});
}

void EngineRig::run(Millis span) {
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

void EngineRig::forget_words() {
  for (End& end : ends_) {
    (void)end.station->words();
  }
}

bool EngineRig::both(std::string_view state) {
  return door().state(call) == state && panel().state(call) == state;
}

EngineRig::End& EngineRig::end_of(const Station& station) {
  for (End& end : ends_) {
    if (end.station.get() == &station) {
      return end;
    }
  }
  FAIL("a station of another rig");
  return ends_.front();
}

std::uint32_t EngineRig::left(const Kept& kept) const {
  return ceil_seconds(kept.gone - now);
}

void EngineRig::collect() {
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

void EngineRig::spread(const Account& of, const SendPresence& out) {
  retained_[of] = {out.presence, now + Seconds{out.expiry_s}};
  for (End& end : ends_) {
    if (options_.presence && end.connected) {
      end.station->give(PresenceReceived{of, false, out.expiry_s, out.presence});
    }
  }
}

void EngineRig::deliver_due() {
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

void EngineRig::deliver(End& end, const Letter& letter) {
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

Instant EngineRig::next_event() {
  Instant next = flying_.empty() ? kNever : flying_.front().due;
  for (End& end : ends_) {
    next = std::min(next, end.station->engine().next_deadline().when);
  }
  return next;
}

Rig online(const RigOptions& options) {
  auto rig = std::make_unique<EngineRig>(options);
  rig->come_online();
  return rig;
}

Rig calling(const RigOptions& options) {
  Rig rig = online(options);
  const Result result = rig->give(rig->door(), invite(rig->panel().self.user));
  CHECK_TRUE(result.code == Errc::kOk);
  rig->call = result.call;
  return rig;
}

Rig ringing(const RigOptions& options) {
  Rig rig = calling(options);
  rig->run(Millis{500});
  STRCMP_EQUAL("calling", rig->door().state(rig->call).c_str());
  STRCMP_EQUAL("ringing", rig->panel().state(rig->call).c_str());
  return rig;
}

Rig accepting(const RigOptions& options) {
  Rig rig = ringing(options);
  CHECK_TRUE(rig->give(rig->panel(), accept(rig->call)).code == Errc::kOk);
  STRCMP_EQUAL("accepting", rig->panel().state(rig->call).c_str());
  return rig;
}

Rig connected(const RigOptions& options) {
  Rig rig = accepting(options);
  rig->run(Millis{500});
  CHECK_TRUE(rig->both("connected"));
  rig->forget_words();
  return rig;
}

}  // namespace doorcall::fakes
