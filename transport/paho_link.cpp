// The link on Eclipse Paho. Paho guards everything with one global mutex, which it holds while it
// resolves names and while it stops its threads. So the loop's thread calls it only on a connected
// client; clients are made, connected and destroyed on short-lived threads, one at a time.

#include "transport/paho_link.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "transport/link_base.hpp"
#include "transport/paho_session.hpp"
#include "transport/resolver.hpp"

namespace doorcall::transport {

namespace {

constexpr std::chrono::milliseconds kDestroyTime{400};

/// One at a time in the whole process: Paho starts its threads with the first client and stops them
/// with the last, and does not like to be asked for both at once.
std::mutex& clients_mutex() {
  static std::mutex& mutex = *new std::mutex;
  return mutex;
}

/// Counts background jobs, so that the link's destructor can wait for them a little.
class Jobs {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    ++running_;
  }
  void finish() {
    const std::lock_guard lock(mutex_);
    --running_;
    done_.notify_all();
  }
  void wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    done_.wait_for(lock, time, [this] { return running_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  int running_ = 0;
};

/// The sockets that links of this process have found to be theirs.
class ClaimedSockets {
 public:
  /// A TCP socket of this process that is connected to `address` and `port` and is not claimed
  /// yet; -1 if there is none. Paho does not tell which one it uses.
  int claim(const std::string& address, std::uint16_t port);
  void release(int fd) {
    const std::lock_guard lock(mutex_);
    fds_.erase(fd);
  }

 private:
  std::mutex mutex_;
  std::set<int> fds_;
};

bool is_connected_to(int fd, const std::string& address, std::uint16_t port) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
    return false;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&peer);
    return ntohs(v4->sin_port) == port &&
           ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size()) != nullptr &&
           address == text.data();
  }
  if (peer.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&peer);
    return ntohs(v6->sin6_port) == port &&
           ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size()) != nullptr &&
           address == text.data();
  }
  return false;
}

int ClaimedSockets::claim(const std::string& address, std::uint16_t port) {
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> open_fds(::opendir("/proc/self/fd"));
  if (!open_fds) {
    return -1;
  }
  const std::lock_guard lock(mutex_);
  while (const dirent* entry = ::readdir(open_fds.get())) {
    const int fd = std::atoi(entry->d_name);  // "." and "..": 0, which is no such socket
    if (!fds_.contains(fd) && is_connected_to(fd, address, port)) {
      fds_.insert(fd);
      return fd;
    }
  }
  return -1;
}

ClaimedSockets& claimed_sockets() {
  static ClaimedSockets& sockets = *new ClaimedSockets;
  return sockets;
}

class PahoLink final : public LinkBase {
 public:
  PahoLink(LinkOptions options, LinkSink& sink)
      : LinkBase(std::move(options), sink), jobs_(std::make_shared<Jobs>()) {}

  ~PahoLink() override {
    PahoLink::drop();
    // Paho's threads must not run into the end of the process.
    jobs_->wait_for(kDestroyTime);
  }

  [[nodiscard]] int socket() const override { return socket_; }

 private:
  void start_connect(const std::string& address) override {
    address_ = address;
    session_ = std::make_shared<PahoSession>(
        inbox(), attempt(), PahoTarget{options(), request(), address, tls_name(), mqtt5()});
    run([session = session_] { session->connect(); });
  }

  void connected() override {
    socket_ = claimed_sockets().claim(address_, options().port);
    if (socket_ >= 0) {
      const int on = 1;
      ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
  }

  bool send_subscribe(const Subscription& subscription) override {
    return session_->subscribe(subscription);
  }
  bool send_publish(const Outgoing& outgoing) override { return session_->publish(outgoing); }
  bool send_disconnect() override { return session_->disconnect(); }

  void drop() noexcept override {
    if (socket_ >= 0) {
      claimed_sockets().release(std::exchange(socket_, -1));
    }
    if (session_) {
      session_->abandon();
      run([session = std::move(session_)]() mutable { session.reset(); });
      session_.reset();
    }
  }

  template <typename Job>
  void run(Job job) noexcept {
    jobs_->begin();
    const bool started = run_in_background([job = std::move(job), jobs = jobs_]() mutable {
      {
        const std::lock_guard lock(clients_mutex());
        Job mine = std::move(job);  // destroyed under the lock, with the client it may hold last
        mine();
      }
      jobs->finish();
    });
    if (!started) {
      jobs_->finish();  // the time limit of the attempt says the rest
    }
  }

  const std::shared_ptr<Jobs> jobs_;
  std::shared_ptr<PahoSession> session_;
  std::string address_;
  int socket_ = -1;
};

}  // namespace

std::unique_ptr<Link> make_paho_link(LinkOptions options, LinkSink& sink) {
  return std::make_unique<PahoLink>(std::move(options), sink);
}

}  // namespace doorcall::transport
