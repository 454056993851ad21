// One side of a call as doorcalld is made: an agent on its own loop. The link's sink is tapped, so
// that the bench sees which messages come and when the last receipt of a call is in.

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "agent/facade/access.hpp"
#include "doorcall/agent.hpp"
#include "platform/event_loop.hpp"
#include "tests/bench/setup_pair.hpp"
#include "transport/mosquitto_link.hpp"
#include "transport/paho_link.hpp"

namespace doorcall::bench {

namespace {

using transport::Arrival;
using transport::LinkSink;

/// What the caller hears in one call: ringing, accept, the receipts of confirm and end.
constexpr int kReceiptOfConfirm = 3;
constexpr int kReceiptOfEnd = 4;

/// Passes everything on to the gateway, and counts and records the other side's messages.
class Tap final : public LinkSink {
 public:
  explicit Tap(const Role& role) : role_(role), account_(role.account()) {}

  void link_up(const transport::LinkUpInfo& info) override { sink->link_up(info); }
  void link_down(const transport::LinkDownInfo& info) override { sink->link_down(info); }
  void publish_refused(std::string_view topic, std::uint8_t code) override {
    sink->publish_refused(topic, code);
  }
  void arrived(const Arrival& arrival) override {
    const bool signalling = arrival.topic.find("/inbox/") != std::string_view::npos &&
                            !arrival.topic.ends_with(account_);
    if (signalling && role_.shared->script.recording) {
      record(arrival);
    }
    sink->arrived(arrival);
    if (signalling && on_message) {
      on_message();
    }
  }

  LinkSink* sink = nullptr;
  std::function<void()> on_message;

 private:
  void record(const Arrival& arrival) const {
    Script& script = role_.shared->script;
    const std::uint32_t index = script.count++;
    if (index >= script.messages.size()) {
      return;
    }
    Recorded& message = script.messages[index];
    const std::string_view topic = arrival.topic.substr(role_.root().size());
    message.from = role_.side == Side::kCaller ? Side::kCallee : Side::kCaller;
    message.expiry_s = arrival.expiry_left.value_or(0);
    message.topic_size = std::min(topic.size(), message.topic.size());
    message.size = std::min(arrival.payload.size(), message.payload.size());
    std::copy_n(topic.begin(), message.topic_size, message.topic.begin());
    std::copy_n(arrival.payload.begin(), message.size, message.payload.begin());
  }

  const Role& role_;
  const std::string account_;
};

AgentOptions agent_options(const Role& role) {
  AgentOptions options;
  options.user = role.user();
  options.device = role.device();
  options.name = role.side == Side::kCaller ? "Front door" : "Kitchen";
  options.kind = role.side == Side::kCaller ? "door_station" : "panel";
  options.broker.host = "127.0.0.1";
  options.broker.port = role.port;
  options.broker.topic_root = role.root();
  if (!role.tls.empty()) {
    options.broker.tls.enabled = true;
    options.broker.tls.ca_file = role.tls + "/ca.pem";
    options.broker.tls.cert_file = role.tls + "/client.pem";
    options.broker.tls.key_file = role.tls + "/client.key";
  }
  return options;
}

class Party {
 public:
  explicit Party(const Role& role)
      : role_(role), tap_(role), agent_(AgentAccess::make(agent_options(role), link_of(role))) {
    Listener listener;
    listener.on_call = [this](const CallUpdate& update) { take(update); };
    listener.on_presence = [this](const DevicePresence& device) { take(device); };
    agent_->add_listener(listener);
    agent_->set_media_handler(
        {.start =
             [this](const MediaRequest& request, const MediaReporter& reporter) {
               (request.caller ? stamps().caller_media : stamps().callee_media) = now_ns();
               reporter.report(MediaState::kConnected);
             },
         .stop = [](const std::string&, Reason) {}});
    if (role_.side == Side::kCaller) {
      press_ = AgentAccess::loop(*agent_).add(role_.press, EPOLLIN, [this](auto) { press(); });
      tap_.on_message = [this] { message_taken(); };
    }
  }

  void run() {
    agent_->start();
    agent_->run();
  }

 private:
  facade::MakeLink link_of(const Role& role) {
    return [this, library = role.library](const transport::LinkOptions& options, LinkSink& sink) {
      tap_.sink = &sink;
      return library == Library::kPaho ? transport::make_paho_link(options, tap_)
                                       : transport::make_mosquitto_link(options, tap_);
    };
  }

  [[nodiscard]] Stamps& stamps() const { return role_.shared->stamps; }

  void press() {
    eventfd_t count = 0;
    ::eventfd_read(role_.press, &count);
    heard_ = 0;
    CallOptions options;
    options.media = MediaKind::kVideo;
    options.line = "bell-1";
    options.offer.assign(48, 'o');
    stamps().press = now_ns();
    call_ = agent_->call("flat", options).call;
  }

  void take(const CallUpdate& update) {
    if (update.change == CallChange::kIncoming) {
      stamps().ring = now_ns();
      AnswerOptions options;
      options.answer.assign(48, 'a');
      agent_->answer(update.call, options);
    } else if (update.change == CallChange::kConnected && role_.side == Side::kCaller) {
      stamps().accept = now_ns();
    }
  }

  void take(const DevicePresence& device) {
    if (!ready_ && device.user != role_.user() && device.state == PresenceState::kIdle) {
      ready_ = true;
      ++role_.shared->ready;
    }
  }

  void message_taken() {
    ++heard_;
    if (heard_ == kReceiptOfConfirm) {
      agent_->post([this] { agent_->hang_up(call_); });
    } else if (heard_ == kReceiptOfEnd) {
      notify(role_.done);
    }
  }

  const Role& role_;
  Tap tap_;
  std::unique_ptr<Agent> agent_;
  platform::Watch press_;
  std::string call_;
  int heard_ = 0;
  bool ready_ = false;
};

}  // namespace

void run_doorcall(const Role& role) {
  Party(role).run();
}

}  // namespace doorcall::bench
