#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transport/link.hpp"
#include "transport/mosquitto_link.hpp"
#include "transport/paho_link.hpp"

// What the link tests have in common: a link, a sink that remembers, and a little loop.

namespace doorcall::test {

using transport::Arrival;
using transport::Link;
using transport::LinkDownInfo;
using transport::LinkOptions;
using transport::LinkUpInfo;
using transport::OpenRequest;
using transport::Publication;

using MakeLink = std::unique_ptr<Link> (*)(LinkOptions, transport::LinkSink&);

/// A link to a broker on this machine.
inline LinkOptions options_for(std::uint16_t port, const std::string& id = "panel@flat1") {
  LinkOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.client_id = id;
  return options;
}

inline Instant read_clock() {
  return Instant(
      std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()));
}

struct Received {
  std::string topic;
  std::string payload;
  bool retained = false;
  std::optional<std::uint32_t> expiry_left;
};

/// Remembers everything; `on_*` are called after that.
struct RecordingSink : transport::LinkSink {
  void link_up(const LinkUpInfo& info) override {
    ups.push_back(info);
    if (on_up) {
      on_up();
    }
  }
  void link_down(const LinkDownInfo& info) override {
    downs.push_back(info);
    if (on_down) {
      on_down();
    }
  }
  void arrived(const Arrival& arrival) override {
    received.push_back({std::string(arrival.topic),
                        std::string(arrival.payload.begin(), arrival.payload.end()),
                        arrival.retained, arrival.expiry_left});
    if (on_arrived) {
      on_arrived();
    }
  }
  void publish_refused(std::string_view topic, std::uint8_t code) override {
    refused.push_back(std::string(topic) + " " + std::to_string(code));
  }

  std::vector<LinkUpInfo> ups;
  std::vector<LinkDownInfo> downs;
  std::vector<Received> received;
  std::vector<std::string> refused;
  std::function<void()> on_up;
  std::function<void()> on_down;
  std::function<void()> on_arrived;
};

/// One link with its sink.
struct Client {
  Client(MakeLink make, const LinkOptions& options) : link(make(options, sink)) {}

  void open(std::vector<transport::Subscription> subscriptions = {}) {
    OpenRequest request;
    request.will_topic = "will/" + std::to_string(++opened);
    request.will_payload = {'o', 'f', 'f'};
    request.subscriptions = std::move(subscriptions);
    link->open(request);
  }
  bool publish(const std::string& topic, const std::string& payload, bool retain = false,
               std::optional<std::uint32_t> expiry_s = {}) {
    Publication publication;
    publication.topic = topic;
    publication.payload = {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()};
    publication.retain = retain;
    publication.expiry_s = expiry_s;
    return link->publish(publication);
  }

  RecordingSink sink;
  std::unique_ptr<Link> link;
  int opened = 0;
  int turns = 0;  ///< calls of process()
};

/// Runs the clients until `done`; false if that takes longer than `time`.
inline bool run_until(std::initializer_list<Client*> clients, Millis time,
                      const std::function<bool()>& done) {
  const Instant end = read_clock() + time;
  while (!done()) {
    const Instant now = read_clock();
    if (now >= end) {
      return false;
    }
    Instant next = std::min(end, now + Millis{10});  // `done` may look at something else
    std::vector<pollfd> fds;
    for (const Client* client : clients) {
      next = std::min(next, client->link->next_deadline());
      fds.push_back({client->link->fd(), POLLIN, 0});
    }
    const auto wait = next <= now ? Millis{0} : next - now;
    ::poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
    std::size_t i = 0;
    for (Client* client : clients) {
      const Instant after = read_clock();
      if (fds[i++].revents != 0 || client->link->next_deadline() <= after) {
        ++client->turns;
        client->link->process(after);
      }
    }
  }
  return true;
}

inline bool run_until_up(Client& client, Millis time = Millis{10'000}) {
  const std::size_t before = client.sink.ups.size();
  return run_until({&client}, time, [&] { return client.sink.ups.size() > before; });
}

inline bool run_until_down(Client& client, Millis time = Millis{10'000}) {
  const std::size_t before = client.sink.downs.size();
  return run_until({&client}, time, [&] { return client.sink.downs.size() > before; });
}

inline void run_for(std::initializer_list<Client*> clients, Millis time) {
  run_until(clients, time, [] { return false; });
}

}  // namespace doorcall::test
