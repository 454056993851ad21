#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "agent/core/pump.hpp"
#include "transport/gateway.hpp"

// One engine of bench_engine, and how its messages leave it: as structs or as bytes on topics.

namespace doorcall::bench {

/// A message or a presence on its way; as a struct, or as bytes on a topic.
struct Letter {
  Account from;
  UserId to;
  std::uint32_t expiry_s = 0;
  Message message;
  Presence presence;
  bool is_presence = false;
  std::array<char, transport::kTopicBytesMax> topic{};
  std::size_t topic_size = 0;
  std::array<std::uint8_t, 512> bytes{};
  std::size_t size = 0;
};

/// What one station has put out; never more than a few.
struct Outbox {
  std::array<Letter, 8> letters;
  std::size_t count = 0;

  Letter& next() {
    if (count == letters.size()) {
      throw std::runtime_error("more messages at once than a call has");
    }
    return letters[count++];
  }
};

/// Takes publications as the MQTT link does.
class WireLink final : public transport::Link {
 public:
  explicit WireLink(Outbox& outbox) : outbox_(outbox) {}
  void open(const transport::OpenRequest&) override {}
  bool publish(const transport::Publication& publication) override {
    Letter& letter = outbox_.next();
    letter.topic_size = publication.topic.size();
    letter.size = publication.payload.size();
    letter.expiry_s = publication.expiry_s.value_or(0);
    letter.is_presence = publication.retain;
    std::copy(publication.topic.begin(), publication.topic.end(), letter.topic.begin());
    std::copy(publication.payload.begin(), publication.payload.end(), letter.bytes.begin());
    return true;
  }
  void close() override {}
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] Instant next_deadline() const override { return kNever; }
  void process(Instant) override {}
  [[nodiscard]] int socket() const override { return -1; }

 private:
  Outbox& outbox_;
};

struct Station {
  Station(std::string_view account, std::uint8_t number, bool as_bytes, const Instant& clock)
      : self(Account::parse(account).value()),
        bytes(as_bytes),
        now(clock),
        memory(Engine::bytes_needed(Limits{})),
        gateway({self, {}, "A name", "panel", "doorcall"}),
        link(outbox) {
    Settings settings;
    settings.self = self;
    const std::array<std::uint8_t, 32> seed{number};
    engine = std::make_unique<Engine>(settings, Limits{}, memory, seed, now);
    gateway.set_link(&link);
    gateway.on_input = [this](const Input& input) { give(input); };
  }

  Result give(const Input& input) {
    return pump(*engine, input, now, [this](const Output& output) { take(output); });
  }

  void take(const Output& output) {
    if (bytes) {
      gateway.execute(output);
    } else if (const auto* message = std::get_if<SendMessage>(&output)) {
      Letter& letter = outbox.next();
      letter.to = message->to;
      letter.expiry_s = message->expiry_s;
      letter.message = message->message;
      letter.is_presence = false;
    } else if (const auto* presence = std::get_if<SendPresence>(&output)) {
      Letter& letter = outbox.next();
      letter.expiry_s = presence->expiry_s;
      letter.presence = presence->presence;
      letter.is_presence = true;
    }
    if (const auto* event = std::get_if<CallEvent>(&output)) {
      state = event->state;
    }
  }

  void hear(const Letter& letter) {
    if (bytes) {
      gateway.arrived({{letter.topic.data(), letter.topic_size},
                       {letter.bytes.data(), letter.size},
                       false,
                       letter.expiry_s});
    } else if (letter.is_presence) {
      give(PresenceReceived{letter.from, false, letter.expiry_s, letter.presence});
    } else {
      give(MessageReceived{letter.from, false, letter.expiry_s, &letter.message});
    }
  }

  const Account self;
  const bool bytes;
  const Instant& now;
  std::vector<std::byte> memory;
  Outbox outbox;
  transport::Gateway gateway;
  WireLink link;
  std::unique_ptr<Engine> engine;
  CallState state = CallState::kIdle;
};

}  // namespace doorcall::bench
