#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <thread>
#include <vector>

namespace doorcall::fakes {

/// A TCP proxy on loopback, on a thread of its own, that can hold, swallow and cut. Thread: the
/// controls may be used from any.
class TcpProxy {
 public:
  explicit TcpProxy(std::uint16_t upstream_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Holds all bytes back, both ways, with the connections open; off lets them go.
  void hold(bool on) { hold_ = on; }
  /// Each piece of data waits this long, both ways.
  void delay_ms(int time) { delay_ms_ = time; }
  /// Reads and drops what comes from that side.
  void swallow_from_server(bool on) { swallow_from_server_ = on; }
  void swallow_from_client(bool on) { swallow_from_client_ = on; }
  /// Closes all connections.
  void cut() { cut_ = true; }
  [[nodiscard]] int connections_seen() const { return connections_; }

 private:
  struct Piece {
    std::vector<char> bytes;
    std::int64_t due_ms;
  };
  struct Way {
    int from;
    int to;
    std::list<Piece> pieces;
    bool from_server;
  };
  struct Pair {
    Way up;
    Way down;
    bool dead = false;
  };

  void run();
  void accept_one();
  void move(Way& way, Pair& pair);
  static void close(Pair& pair);

  std::uint16_t upstream_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<bool> hold_{false};
  std::atomic<bool> cut_{false};
  std::atomic<bool> swallow_from_server_{false};
  std::atomic<bool> swallow_from_client_{false};
  std::atomic<int> delay_ms_{0};
  std::atomic<int> connections_{0};
  std::list<Pair> pairs_;
  std::thread thread_;
};

}  // namespace doorcall::fakes
