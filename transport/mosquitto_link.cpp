// The link on libmosquitto 2.0, driven inside our loop: one inner epoll descriptor holds the inbox
// and the MQTT socket; process() reads, writes and keeps alive. The client only reports into the
// inbox, so that the sink may close or reopen the link without the library noticing.
//
// The library would wake once a second for its keep-alive; here its housekeeping runs only when
// the keep-alive can be due.

#include "transport/mosquitto_link.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "transport/link_base.hpp"
#include "transport/mosquitto_client.hpp"

namespace doorcall::transport {

namespace {

class MosquittoLink final : public LinkBase {
 public:
  MosquittoLink(LinkOptions options, LinkSink& sink);
  ~MosquittoLink() override;

  [[nodiscard]] int fd() const override { return epoll_; }
  [[nodiscard]] int socket() const override { return client_ ? client_->socket() : -1; }
  [[nodiscard]] Instant next_deadline() const override;

 private:
  void start_connect(const std::string& address) override;
  void connected() override { is_connected_ = true; }
  bool send_subscribe(const Subscription& subscription) override;
  bool send_publish(const Outgoing& outgoing) override;
  bool send_disconnect() override;
  void drop() noexcept override;
  void turn(Instant now) override;

  void serve_ready();
  void watch_socket();
  [[nodiscard]] Instant keep_alive_due() const;

  int epoll_;
  std::optional<MosquittoClient> client_;
  int watched_ = -1;               ///< the socket that epoll_ awaits
  std::uint32_t watched_for_ = 0;  ///< and its events
  bool in_turn_ = false;
  bool is_connected_ = false;
  Instant now_{};  ///< of this turn
  Instant last_heard_ = kNever;
};

MosquittoLink::MosquittoLink(LinkOptions options, LinkSink& sink)
    : LinkBase(std::move(options), sink), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = inbox()->fd();
  if (epoll_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, inbox()->fd(), &event) != 0) {
    const int error = errno;
    if (epoll_ >= 0) {
      ::close(epoll_);
    }
    throw std::system_error(error, std::generic_category(), "epoll of the MQTT link");
  }
}

MosquittoLink::~MosquittoLink() {
  MosquittoLink::drop();
  ::close(epoll_);
}

void MosquittoLink::start_connect(const std::string& address) {
  client_.emplace(MosquittoTarget{options(), request(), tls_name(), mqtt5()},
                  [this](InboxRecord record) {
                    last_heard_ = now_;
                    record.attempt = attempt();
                    inbox()->push(record, in_turn_);
                  });
  client_->connect(address);
  watch_socket();
}

void MosquittoLink::drop() noexcept {
  client_.reset();
  watched_ = -1;
  is_connected_ = false;
  last_heard_ = kNever;
}

bool MosquittoLink::send_subscribe(const Subscription& subscription) {
  const bool sent = client_->subscribe(subscription);
  watch_socket();
  return sent;
}

bool MosquittoLink::send_publish(const Outgoing& outgoing) {
  const bool sent = client_->publish(outgoing);
  watch_socket();
  return sent;
}

bool MosquittoLink::send_disconnect() {
  const bool sent = client_->disconnect();
  watch_socket();
  return sent;
}

void MosquittoLink::turn(Instant now) {
  in_turn_ = true;  // what is reported from here on is drained right after
  now_ = now;
  if (is_connected_) {
    // Trying to read costs no more than asking epoll whether there is something.
    client_->serve(watched_for_);
  } else {
    serve_ready();
  }
  if (is_connected_ && keep_alive_due() <= now) {
    last_heard_ = now;
    client_->keep_alive();
  }
  watch_socket();
  in_turn_ = false;
}

void MosquittoLink::serve_ready() {
  std::array<epoll_event, 2> events{};
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == watched_ && client_) {
      client_->serve(event.events);
    }
  }
}

void MosquittoLink::watch_socket() {
  const int fd = socket();
  if (fd < 0) {
    watched_ = -1;  // closing it has taken it out of epoll_
    return;
  }
  const std::uint32_t wanted =
      EPOLLIN | (client_->wants_write() ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  if (fd == watched_ && wanted == watched_for_) {
    return;
  }
  epoll_event event{};
  event.events = wanted;
  event.data.fd = fd;
  ::epoll_ctl(epoll_, fd == watched_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  watched_ = fd;
  watched_for_ = wanted;
}

Instant MosquittoLink::keep_alive_due() const {
  // The library counts in whole seconds. With QoS 1, whatever goes out has something come in, so
  // what was heard last is as good as what was said last.
  return after(last_heard_,
               std::max(options().keep_alive, MosquittoClient::kKeepAliveMin) + Seconds{1});
}

Instant MosquittoLink::next_deadline() const {
  const Instant base = LinkBase::next_deadline();
  return is_connected_ ? std::min(base, keep_alive_due()) : base;
}

}  // namespace

std::unique_ptr<Link> make_mosquitto_link(LinkOptions options, LinkSink& sink) {
  return std::make_unique<MosquittoLink>(std::move(options), sink);
}

}  // namespace doorcall::transport
