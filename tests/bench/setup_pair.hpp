#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/limits.hpp"

// Two processes that call each other for bench_setup, and what they share with it.

namespace doorcall::bench {

enum class Library : std::uint8_t { kPaho, kMosquitto };
enum class Program : std::uint8_t {
  kDoorcall,
  kBare,      ///< replies where the library shows a message
  kBareLoop,  ///< replies on a thread of its own: Paho only
};
enum class Side : std::uint8_t { kCaller, kCallee };

/// When each step of the present call was seen; CLOCK_MONOTONIC, nanoseconds.
struct Stamps {
  std::int64_t press = 0;         ///< the caller is told to call
  std::int64_t ring = 0;          ///< the callee rings
  std::int64_t accept = 0;        ///< the caller has processed the accept
  std::int64_t caller_media = 0;  ///< the caller starts media
  std::int64_t callee_media = 0;
};

/// One signalling message of a call, as it was sent.
struct Recorded {
  Side from = Side::kCaller;
  std::uint32_t expiry_s = 0;
  std::size_t topic_size = 0;  ///< without the root
  std::size_t size = 0;
  std::array<char, 192> topic{};
  std::array<std::uint8_t, 1024> payload{};
};

/// All messages of one call, in their order.
struct Script {
  std::atomic<bool> recording{false};
  std::atomic<std::uint32_t> count{0};
  std::array<Recorded, 16> messages{};
};

/// In memory that the bench and both sides map.
struct Shared {
  std::atomic<int> ready{0};  ///< sides that can call
  Stamps stamps;
  Script script;  ///< doorcall writes it, a bare pair reads its own copy
};

/// What one side is to be.
struct Role {
  Program program = Program::kDoorcall;
  Library library = Library::kPaho;
  Side side = Side::kCaller;
  std::uint16_t port = 0;
  std::string tls;  ///< the folder of ca.pem, client.pem and client.key; empty: without TLS
  int number = 0;   ///< of the pair: makes topics and client ids its own
  int press = -1;   ///< eventfd, caller: start a call
  int done = -1;    ///< eventfd, caller: the call is over, nothing is under way any more
  Shared* shared = nullptr;

  [[nodiscard]] std::string_view user() const { return side == Side::kCaller ? "door" : "flat"; }
  [[nodiscard]] std::string root() const { return "bench/" + std::to_string(number); }
  [[nodiscard]] std::string device() const {
    return (side == Side::kCaller ? "station" : "panel") + std::to_string(number);
  }
  /// Also its client id.
  [[nodiscard]] std::string account() const { return device() + "@" + std::string(user()); }
};

[[nodiscard]] std::int64_t now_ns() noexcept;

/// Adds 1 to an eventfd.
void notify(int fd) noexcept;

// Each runs one side until the process is killed.
void run_doorcall(const Role& role);
void run_bare_mosquitto(const Role& role);
void run_bare_paho(const Role& role);

/// Forks a process that runs `work` and ends; it is killed when this process dies.
[[nodiscard]] pid_t spawn(const std::function<void()>& work);

/// The broker of a bench.
struct BrokerPlace {
  std::uint16_t port = 0;
  std::string tls;  ///< as Role::tls
};

/// Errors: throws std::runtime_error when a side does not come up or a call does not come through.
class Pair {
 public:
  /// `script` is needed by a bare pair: the messages to replay.
  Pair(Program program, Library library, const BrokerPlace& broker, const Script* script = nullptr);
  ~Pair();
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  /// One whole call, from the press until nothing is under way any more.
  Stamps call();

  /// One call whose messages are then found in script().
  void record();
  [[nodiscard]] const Script& script() const noexcept { return role_.shared->script; }
  [[nodiscard]] std::string root() const { return role_.root(); }

 private:
  void wait_ready() const;

  Role role_;  ///< the caller's
  std::array<pid_t, 2> sides_{-1, -1};
};

}  // namespace doorcall::bench
