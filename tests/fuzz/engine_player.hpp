#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/engine.hpp"
#include "tests/fuzz/bytes.hpp"
#include "transport/gateway.hpp"

namespace doorcall::fuzz {

/// One real engine behind the real gateway, and an input that says what happens to it: what comes
/// on which topic, what its people do, the link, media, the door, time. After each step the
/// engine's invariants hold, and all that it has sent can be read.
class Player : private transport::Link {
 public:
  explicit Player(Bytes input);

  void play();

 private:
  /// Another account, or this one; what it says counts up by itself.
  struct Speaker {
    Account account;
    Incarnation incarnation = 0;
    ConnectNumber connect = 1;
    std::uint32_t sequence = 0;
  };

  // engine_player.cpp
  void step();
  void pass_time();
  void move_to(Instant when);
  void pass_due();
  Result give(const Input& input);
  void settle();
  void take(const Output& output);
  void check_views();
  void link_up();
  void link_lost();
  void end_all();

  // engine_messages.cpp
  void hear_anything();
  void hear_bytes();
  void hear_message();
  void hear_again();
  void hear_presence();
  void arrive(std::string_view topic, std::span<const std::uint8_t> payload);
  [[nodiscard]] Speaker& any_speaker();
  [[nodiscard]] CallId any_call();
  [[nodiscard]] LegKey any_leg(const CallId& call, const Account& speaker);
  [[nodiscard]] std::span<const LegView> any_legs(const CallId& call, const Account& speaker);
  [[nodiscard]] std::uint64_t any_nonce();
  [[nodiscard]] Body any_body(const CallId& call, const Account& speaker);
  [[nodiscard]] Body any_info(const CallId& call, const Account& speaker);
  [[nodiscard]] Invite any_invite(const CallId& call, const Account& speaker);

  // engine_commands.cpp
  void command();
  void command_of_call(std::uint32_t what);
  void invite();
  void press_mode(std::uint32_t what);
  void fact_of_media_or_door();
  [[nodiscard]] UserId any_user();

  // Link
  void open(const transport::OpenRequest& request) override;
  bool publish(const transport::Publication& publication) override;
  void close() override;
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] Instant next_deadline() const override { return kNever; }
  void process(Instant /*now*/) override {}
  [[nodiscard]] int socket() const override { return -1; }

  Bytes input_;
  Limits limits_;
  Settings settings_;
  Instant now_{Millis{1'000'000}};
  transport::Gateway gateway_;
  std::vector<std::byte> memory_;
  std::unique_ptr<Engine> engine_;
  bool opening_ = false;
  bool up_ = false;
  bool closing_ = false;
  std::array<Speaker, 7> speakers_;
  std::array<LegView, kLegViewsMax> legs_;
  std::array<std::uint64_t, 4> nonces_{};  ///< that the engine has sent last
  std::size_t nonce_count_ = 0;
  std::uint32_t last_sequence_ = 0;  ///< of the engine's last message
  std::uint64_t last_pulse_ = 0;
  CallId last_call_{};  ///< of the engine's last event: perhaps an ended one
  std::vector<std::uint8_t> buffer_;
  std::vector<std::uint8_t> last_payload_;
  std::string last_topic_;
};

/// What these first bytes of an input choose.
[[nodiscard]] Limits any_limits(Bytes& input);
[[nodiscard]] Settings any_settings(Bytes& input);

/// The accounts of the game; the first is the engine's.
[[nodiscard]] const std::array<Account, 7>& accounts();

}  // namespace doorcall::fuzz
