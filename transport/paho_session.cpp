// One client of Eclipse Paho MQTT C++ 1.2.0, with what it needs to be told to behave: options that
// are never copied, no automatic reconnect (it repeats clean start and waits on the wall clock),
// no persistence and no offline buffer (the engine repeats by its own rules), one SUBSCRIBE per
// filter, both ways of hearing of an end (a DISCONNECT from the broker skips connection_lost).
//
// No exception leaves this file: one that left a callback would end the process.

#include "transport/paho_session.hpp"

#include <exception>
#include <utility>

#include "transport/paho_hooks.hpp"
#include "transport/resolver.hpp"
#include "transport/tls_probe.hpp"

namespace doorcall::transport {

namespace {

constexpr int kQos = 1;
constexpr int kInFlightMax = 65535;  // the window is ours
constexpr int kBufferedMax = 1024;   // above SendQueue::kSize; Paho counts connected ones, too
constexpr std::uint8_t kFirstFailure = 0x80;
constexpr Millis kProbeTime{2'000};

mqtt::create_options create_options(bool mqtt5) {
  mqtt::create_options options(mqtt5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1, kBufferedMax);
  options.set_send_while_disconnected(false);
  return options;
}

mqtt::property number(mqtt::property::code code, std::int64_t value) {
  return {code, static_cast<std::int32_t>(static_cast<std::uint32_t>(value))};
}

/// The broker's code: Paho has it in the one place or the other, by packet and protocol, beside its
/// own negative ones. 0: the broker has not answered.
std::uint8_t broker_code(const mqtt::token& token) {
  const int reason = token.get_reason_code();
  const int code = token.get_return_code() > 0 ? token.get_return_code() : reason;
  return code > 0 ? static_cast<std::uint8_t>(code) : std::uint8_t{0};
}

/// Finds out why, and reports it.
void report_why(Inbox& inbox, const PahoTarget& target, InboxRecord& failed) noexcept {
  TlsFailure failure;
  try {
    failure = probe_tls(target.options.tls, target.tls_name, target.address, target.options.port,
                        kProbeTime);
  } catch (const std::exception&) {
    // Out of memory: then without a reason.
  }
  failed.flag = failure.lasting;
  failed.text = failure.text.empty() ? failed.text : std::string_view(failure.text);
  inbox.push(failed);
}

/// What kept the broker from saying anything. Paho knows no more than that.
std::string_view failure_text(int return_code, bool tls) {
  if (return_code != MQTTASYNC_FAILURE && return_code != 0) {
    return "the attempt was broken off";
  }
  return tls ? "no connection (refused, unreachable, not a broker with TLS, or its certificate or "
               "ours was not accepted)"
             : "no connection (refused, unreachable, or not a broker)";
}

}  // namespace

PahoSession::PahoSession(std::shared_ptr<Inbox> inbox, std::uint32_t attempt, PahoTarget target)
    : inbox_(std::move(inbox)), attempt_(attempt), target_(std::move(target)) {}

PahoSession::~PahoSession() {
  end_connecting();
  try {
    client_.reset();
  } catch (const std::exception&) {
    // Nothing is left that could be told of it.
  }
}

std::string PahoSession::uri() const {
  const bool tls = target_.options.tls.enabled;
  // Paho takes the name to be proven by the certificate from here.
  const std::string& host = tls ? target_.tls_name : target_.address;
  const bool v6 = host.find(':') != std::string::npos;
  return (tls ? "ssl://" : "tcp://") + (v6 ? "[" + host + "]" : host) + ":" +
         std::to_string(target_.options.port);
}

// --- connecting

void PahoSession::connect() noexcept {
  try {
    if (abandoned_) {
      return;
    }
    const TlsOptions& tls = target_.options.tls;
    if (tls.enabled && !is_numeric_address(target_.tls_name)) {
      if (paho_shim() == nullptr && target_.tls_name != target_.options.host) {
        throw std::runtime_error(
            "with Paho, tls.server_name needs paho_shim.cpp in the program; add it, or connect to "
            "the name in the certificate");
      }
      paho_resolved_names().set(target_.tls_name, target_.address);
    }
    client_ = std::make_unique<mqtt::async_client>(uri(), target_.options.client_id,
                                                   create_options(target_.mqtt5), nullptr);
    client_->set_callback(*this);
    client_->set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
      InboxRecord record;
      record.kind = InboxRecord::Kind::kLost;
      record.code = static_cast<std::uint8_t>(code);
      record.text = "the broker disconnected";
      report(record);
    });
    fill_options();
    if (!connecting_.exchange(true)) {
      paho_connecting().fetch_add(1);
    }
    client_->connect(connect_options_, nullptr, *this);
  } catch (const std::exception& error) {
    end_connecting();
    InboxRecord record;
    record.kind = InboxRecord::Kind::kConnectFailed;
    record.text = error.what();
    report(record);
  }
}

void PahoSession::fill_options() {
  const LinkOptions& options = target_.options;
  mqtt::connect_options& connect = connect_options_;
  connect.set_mqtt_version(target_.mqtt5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  connect.set_automatic_reconnect(false);
  connect.set_max_inflight(kInFlightMax);
  connect.set_keep_alive_interval(static_cast<int>(options.keep_alive.count()));
  connect.set_connect_timeout(static_cast<int>(options.connect_timeout.count()));
  if (!options.username.empty()) {
    connect.set_user_name(options.username);
    connect.set_password(options.password);
  }
  const OpenRequest& request = target_.request;
  const auto& payload = request.will(target_.mqtt5 && options.will_delay.count() > 0);
  mqtt::message will(request.will_topic, payload.data(), payload.size(), kQos, true);
  if (target_.mqtt5) {
    connect.set_clean_start(false);
    mqtt::properties properties;
    properties.add(number(mqtt::property::SESSION_EXPIRY_INTERVAL, options.session_expiry.count()));
    connect.set_properties(std::move(properties));
    mqtt::properties will_properties;
    will_properties.add(number(mqtt::property::WILL_DELAY_INTERVAL, options.will_delay.count()));
    will.set_properties(std::move(will_properties));
  } else {
    connect.set_clean_session(false);
  }
  if (!request.will_topic.empty()) {
    connect.set_will(mqtt::will_options(will));
  }
  if (options.tls.enabled) {
    fill_tls();
  }
}

void PahoSession::fill_tls() {
  const TlsOptions& tls = target_.options.tls;
  mqtt::ssl_options ssl;
  if (!tls.ca_file.empty()) {
    ssl.set_trust_store(tls.ca_file);
  } else {
    ssl.ca_path("/etc/ssl/certs");
  }
  if (!tls.cert_file.empty()) {
    ssl.set_key_store(tls.cert_file);
    ssl.set_private_key(tls.key_file);
  }
  ssl.set_enable_server_cert_auth(!tls.insecure);
  ssl.set_verify(!tls.insecure);
  // No error handler: Paho C++ 1.2.0 calls it by the address of a variable that is gone.
  connect_options_.set_ssl(std::move(ssl));
}

bool PahoSession::end_connecting() noexcept {
  const bool was = connecting_.exchange(false);
  if (was) {
    paho_connecting().fetch_sub(1);
  }
  return was;
}

// --- the loop's verbs

bool PahoSession::subscribe(const Subscription& subscription) noexcept {
  try {
    mqtt::subscribe_options options;
    if (target_.mqtt5) {
      options.set_retain_handling(
          static_cast<mqtt::subscribe_options::RetainHandling>(subscription.retain_handling));
    }
    client_->subscribe(subscription.filter, target_.options.delivery_qos, nullptr, *this, options);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool PahoSession::publish(const Outgoing& outgoing) noexcept {
  try {
    mqtt::properties properties;
    if (target_.mqtt5 && outgoing.expiry_s) {
      properties.add(number(mqtt::property::MESSAGE_EXPIRY_INTERVAL, *outgoing.expiry_s));
    }
    auto message =
        mqtt::message::create(outgoing.topic, outgoing.payload.data(), outgoing.payload.size(),
                              kQos, outgoing.retain, properties);
    client_->publish(std::move(message), reinterpret_cast<void*>(std::uintptr_t{outgoing.id}),
                     *this);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool PahoSession::disconnect() noexcept {
  try {
    client_->disconnect(0, nullptr, *this);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// --- Paho's threads

void PahoSession::report(InboxRecord record, bool quiet) noexcept {
  record.attempt = attempt_;
  inbox_->push(record, quiet);
}

void PahoSession::connection_lost(const std::string& cause) {
  InboxRecord record;
  record.kind = InboxRecord::Kind::kLost;
  record.text = cause;
  if (cause.empty()) {
    record.text = "the broker or the network hung up";
  }
  report(record);
}

void PahoSession::message_arrived(mqtt::const_message_ptr message) {
  try {
    const std::string& topic = message->get_topic();
    const auto& payload = message->get_payload_ref();
    InboxRecord record;
    record.kind = InboxRecord::Kind::kArrived;
    record.text = topic;
    record.payload = {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()};
    record.flag = message->is_retained();
    const mqtt::properties& properties = message->get_properties();
    if (properties.contains(mqtt::property::MESSAGE_EXPIRY_INTERVAL)) {
      record.expiry_left =
          mqtt::get<std::uint32_t>(properties, mqtt::property::MESSAGE_EXPIRY_INTERVAL);
    }
    report(record);
  } catch (const std::exception&) {
    // Out of memory within Paho: as if the message had been lost on the way.
  }
}

void PahoSession::report_connected(const mqtt::token& token) {
  const mqtt::connect_response response = token.get_connect_response();
  InboxRecord record;
  record.kind = InboxRecord::Kind::kConnected;
  record.flag = response.is_session_present();
  const mqtt::properties& properties = response.get_properties();
  if (properties.contains(mqtt::property::RECEIVE_MAXIMUM)) {
    record.id = mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
  }
  report(record);
}

void PahoSession::report_connect_failed(int return_code, std::uint8_t code) noexcept {
  InboxRecord record;
  record.kind = InboxRecord::Kind::kConnectFailed;
  record.attempt = attempt_;
  record.code = code;
  record.text = failure_text(return_code, target_.options.tls.enabled);
  if (code != 0 || !target_.options.tls.enabled || abandoned_) {
    inbox_->push(record);
    return;
  }
  // May outlive this session: it has copies of what it needs, and text is that of a constant.
  const bool started =
      run_in_background([inbox = inbox_, target = target_, failed = record]() mutable noexcept {
        report_why(*inbox, target, failed);
      });
  if (!started) {
    inbox_->push(record);
  }
}

void PahoSession::on_success(const mqtt::token& token) {
  InboxRecord record;
  try {
    switch (token.get_type()) {
      case mqtt::token::Type::CONNECT:
        if (end_connecting()) {  // Paho says it twice
          report_connected(token);
        }
        return;
      case mqtt::token::Type::SUBSCRIBE: {
        record.kind = InboxRecord::Kind::kSubscribed;
        const auto codes = token.get_subscribe_response().get_reason_codes();
        record.code = codes.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(codes.front());
        break;
      }
      case mqtt::token::Type::PUBLISH:
        record.kind = InboxRecord::Kind::kAcked;
        record.id =
            static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
        break;
      case mqtt::token::Type::DISCONNECT: record.kind = InboxRecord::Kind::kDisconnected; break;
      case mqtt::token::Type::UNSUBSCRIBE: return;
    }
  } catch (const std::exception&) {
    record.kind = InboxRecord::Kind::kLost;
    record.text = "an answer of the broker could not be read";
  }
  // Only a full window or a close waits for a PUBACK; else it needs no wake-up of its own.
  report(record, record.kind == InboxRecord::Kind::kAcked);
}

void PahoSession::on_failure(const mqtt::token& token) {
  const std::uint8_t code = broker_code(token);
  InboxRecord record;
  record.code = code;
  switch (token.get_type()) {
    case mqtt::token::Type::CONNECT:
      if (end_connecting()) {
        report_connect_failed(token.get_return_code(), code);
      }
      return;
    case mqtt::token::Type::SUBSCRIBE:
      record.kind =
          code >= kFirstFailure ? InboxRecord::Kind::kSubscribed : InboxRecord::Kind::kLost;
      record.text = "a subscription failed";
      break;
    case mqtt::token::Type::PUBLISH:
      record.kind = code >= kFirstFailure ? InboxRecord::Kind::kAcked : InboxRecord::Kind::kLost;
      record.id =
          static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
      record.text = "a publication failed";
      break;
    case mqtt::token::Type::DISCONNECT: record.kind = InboxRecord::Kind::kDisconnected; break;
    case mqtt::token::Type::UNSUBSCRIBE: return;
  }
  report(record);
}

}  // namespace doorcall::transport
