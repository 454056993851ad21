// One client of libmosquitto 2.0 for one connection: a new one each time, for it has a new will.
// Connecting, TLS included, goes in steps from the loop. Callbacks make records and nothing else.

#include "transport/mosquitto_client.hpp"

#include <mqtt_protocol.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace doorcall::transport {

namespace {

constexpr int kQos = 1;
constexpr std::uint8_t kFirstFailure = 0x80;

void start_library() {
  static const bool done = [] {
    mosquitto_lib_init();
    struct sigaction action {};
    if (::sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) {
      ::signal(SIGPIPE, SIG_IGN);  // the library writes to sockets that the peer has closed
    }
    return true;
  }();
  static_cast<void>(done);
}

/// Owns a property list.
class Properties {
 public:
  Properties() = default;
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;
  ~Properties() { mosquitto_property_free_all(&list_); }

  int add(int id, std::int64_t value) {
    return mosquitto_property_add_int32(&list_, id, static_cast<std::uint32_t>(value));
  }
  [[nodiscard]] mosquitto_property* get() const { return list_; }
  void release() { list_ = nullptr; }  ///< the library has taken the list over

 private:
  mosquitto_property* list_ = nullptr;
};

}  // namespace

MosquittoClient::MosquittoClient(const MosquittoTarget& target, Report report)
    : target_(target), report_(std::move(report)) {
  start_library();
}

MosquittoClient::~MosquittoClient() {
  mosquitto_destroy(client_);
}

// --- connecting

void MosquittoClient::connect(const std::string& address) {
  errno = 0;
  int code = prepare();
  if (code == MOSQ_ERR_SUCCESS) {
    const Seconds keep_alive = std::max(target_.options.keep_alive, kKeepAliveMin);
    code = mosquitto_connect_bind_async(client_, address.c_str(), target_.options.port,
                                        static_cast<int>(keep_alive.count()), nullptr);
  }
  if (code == MOSQ_ERR_TLS && last_error_.empty()) {
    // libmosquitto 2.0.21 writes at once, here to who has refused already, and forgets the reason.
    code = MOSQ_ERR_ERRNO;
    errno = ECONNREFUSED;
  }
  if (code != MOSQ_ERR_SUCCESS) {
    InboxRecord record;
    std::string text;
    record.kind = InboxRecord::Kind::kConnectFailed;
    explain(code, errno, record, text);
    report_(record);
  }
}

/// Fills in what failed, by the library's code; the record's text lives in `ret_text`.
void MosquittoClient::explain(int code, int error, InboxRecord& ret_record,
                              std::string& ret_text) const {
  TlsFailure failure = tls_ ? tls_->failure() : TlsFailure{};
  if (failure.text.empty()) {
    failure = library_failure(last_error_);
  }
  if (failure.text.empty()) {
    failure.text = code == MOSQ_ERR_ERRNO ? std::strerror(error) : mosquitto_strerror(code);
    failure.text += last_error_.empty() ? "" : "; " + last_error_;
  }
  ret_text = failure.text;
  ret_record.text = ret_text;
  ret_record.flag = failure.lasting;
}

// The context is ours from start to end: libmosquitto 2.0's own settings on top of a given one make
// every certificate fail, because its verify callback looks for an index that was never made.
std::string MosquittoClient::prepare_tls() {
  tls_.emplace(target_.options.tls, target_.tls_name);
  if (std::string error = tls_->make(); !error.empty()) {
    return error;
  }
  const bool given =
      mosquitto_void_option(client_, MOSQ_OPT_SSL_CTX, tls_->get()) == MOSQ_ERR_SUCCESS &&
      mosquitto_int_option(client_, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) == MOSQ_ERR_SUCCESS;
  return given ? "" : "libmosquitto was built without TLS";
}

int MosquittoClient::prepare() {
  client_ = mosquitto_new(target_.options.client_id.c_str(), false, this);
  if (client_ == nullptr) {
    return errno == EINVAL ? MOSQ_ERR_INVAL : MOSQ_ERR_NOMEM;
  }
  mosquitto_connect_v5_callback_set(client_, &on_connect);
  mosquitto_disconnect_v5_callback_set(client_, &on_disconnect);
  mosquitto_message_v5_callback_set(client_, &on_message);
  mosquitto_subscribe_v5_callback_set(client_, &on_subscribe);
  mosquitto_publish_v5_callback_set(client_, &on_publish);
  mosquitto_log_callback_set(client_, &on_log);
  const int protocol = target_.mqtt5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311;
  int code = mosquitto_int_option(client_, MOSQ_OPT_PROTOCOL_VERSION, protocol);
  if (code == MOSQ_ERR_SUCCESS) {
    code = mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
  }
  if (code == MOSQ_ERR_SUCCESS && !target_.options.username.empty()) {
    code = mosquitto_username_pw_set(client_, target_.options.username.c_str(),
                                     target_.options.password.c_str());
  }
  if (code == MOSQ_ERR_SUCCESS && target_.options.tls.enabled) {
    last_error_ = prepare_tls();
    code = last_error_.empty() ? MOSQ_ERR_SUCCESS : MOSQ_ERR_TLS;
  }
  if (code == MOSQ_ERR_SUCCESS) {
    code = prepare_will();
  }
  return code != MOSQ_ERR_SUCCESS ? code : store_connect_properties();
}

int MosquittoClient::prepare_will() {
  const OpenRequest& wanted = target_.request;
  if (wanted.will_topic.empty()) {
    return MOSQ_ERR_SUCCESS;
  }
  Properties properties;
  int code = target_.mqtt5
                 ? properties.add(MQTT_PROP_WILL_DELAY_INTERVAL, target_.options.will_delay.count())
                 : MOSQ_ERR_SUCCESS;
  if (code == MOSQ_ERR_SUCCESS) {
    const auto& payload = wanted.will(target_.mqtt5 && target_.options.will_delay.count() > 0);
    code =
        mosquitto_will_set_v5(client_, wanted.will_topic.c_str(), static_cast<int>(payload.size()),
                              payload.data(), kQos, true, properties.get());
  }
  if (code == MOSQ_ERR_SUCCESS) {
    properties.release();
  }
  return code;
}

/// libmosquitto 2.0 takes CONNECT properties in its blocking connect only, but keeps them for the
/// connects that follow, and it does so before it looks at the keep-alive: a call that must fail
/// there stores them. A test reads the session expiry off the wire.
int MosquittoClient::store_connect_properties() {
  if (!target_.mqtt5) {
    return MOSQ_ERR_SUCCESS;
  }
  constexpr int kRefusedKeepAlive_s = 1;
  Properties properties;
  int code =
      properties.add(MQTT_PROP_SESSION_EXPIRY_INTERVAL, target_.options.session_expiry.count());
  if (code == MOSQ_ERR_SUCCESS) {
    code = mosquitto_connect_bind_v5(client_, "never.used.invalid", target_.options.port,
                                     kRefusedKeepAlive_s, nullptr, properties.get());
  }
  return code == MOSQ_ERR_INVAL ? MOSQ_ERR_SUCCESS : MOSQ_ERR_NOT_SUPPORTED;
}

bool MosquittoClient::subscribe(const Subscription& subscription) {
  const int options = target_.mqtt5 ? subscription.retain_handling << 4 : 0;
  const bool sent =
      mosquitto_subscribe_v5(client_, nullptr, subscription.filter.c_str(),
                             target_.options.delivery_qos, options, nullptr) == MOSQ_ERR_SUCCESS;
  return sent;
}

bool MosquittoClient::publish(const Outgoing& outgoing) {
  Properties properties;
  if (target_.mqtt5 && outgoing.expiry_s &&
      properties.add(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, *outgoing.expiry_s) != MOSQ_ERR_SUCCESS) {
    return false;
  }
  int message_id = 0;
  const int code = mosquitto_publish_v5(
      client_, &message_id, outgoing.topic.c_str(), static_cast<int>(outgoing.payload.size()),
      outgoing.payload.data(), kQos, outgoing.retain, properties.get());
  const auto free = std::find_if(in_flight_.begin(), in_flight_.end(),
                                 [](const InFlight& entry) { return entry.message_id == 0; });
  if (code != MOSQ_ERR_SUCCESS || free == in_flight_.end()) {
    return false;
  }
  *free = {message_id, outgoing.id};
  return true;
}

bool MosquittoClient::disconnect() {
  const bool sent = mosquitto_disconnect_v5(client_, 0, nullptr) == MOSQ_ERR_SUCCESS;
  return sent;
}

// --- the loop

/// The connection was refused, or is broken and nothing is left to read: then errno says why. With
/// TLS the library would go on waiting.
bool MosquittoClient::is_dead() const {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  int unread = 0;
  if (::ioctl(socket(), FIONREAD, &unread) != 0 || unread > 0 ||
      ::getpeername(socket(), reinterpret_cast<sockaddr*>(&peer), &size) == 0) {
    return false;
  }
  int error = 0;
  size = sizeof error;
  ::getsockopt(socket(), SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error != 0 ? error : ECONNREFUSED;  // OpenSSL's first write has taken it
  return true;
}

void MosquittoClient::serve(std::uint32_t events) {
  int code = MOSQ_ERR_SUCCESS;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 && is_dead()) {
    on_disconnect(client_, this, MOSQ_ERR_ERRNO, nullptr);
    return;
  }
  // Reading comes first: a write that fails closes the socket, and with it goes the broker's last
  // word, such as why it has refused the certificate.
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
    code = mosquitto_loop_read(client_, 1);
  }
  if (code == MOSQ_ERR_SUCCESS && (events & EPOLLOUT) != 0 && socket() >= 0) {
    code = mosquitto_loop_write(client_, 1);
  }
  if (code != MOSQ_ERR_SUCCESS) {
    // A failed TLS handshake is not told to on_disconnect. Where it was called, its record is
    // first, and this one comes too late to matter.
    on_disconnect(client_, this, code, nullptr);
  }
}

void MosquittoClient::keep_alive() {
  mosquitto_loop_misc(client_);
}

// --- the library's callbacks

void MosquittoClient::on_connect(mosquitto* client, void* self, int code, int flags,
                                 const mosquitto_property* properties) {
  if (code == 0) {
    // From here on it would only make the library write a line of text for every packet.
    mosquitto_log_callback_set(client, nullptr);
  }
  static_cast<MosquittoClient*>(self)->answered_ = true;
  InboxRecord record;
  record.kind = code == 0 ? InboxRecord::Kind::kConnected : InboxRecord::Kind::kConnectFailed;
  record.code = static_cast<std::uint8_t>(code);
  record.flag = (flags & 1) != 0;
  std::uint16_t receive_maximum = 0;
  mosquitto_property_read_int16(properties, MQTT_PROP_RECEIVE_MAXIMUM, &receive_maximum, false);
  record.id = receive_maximum;
  static_cast<MosquittoClient*>(self)->report_(record);
}

void MosquittoClient::on_disconnect(mosquitto* /*client*/, void* self, int code,
                                    const mosquitto_property* /*properties*/) {
  const int error = errno;
  auto& client = *static_cast<MosquittoClient*>(self);
  InboxRecord record;
  std::string text;
  client.explain(code, error, record, text);
  record.kind = code == 0 ? InboxRecord::Kind::kDisconnected : InboxRecord::Kind::kLost;
  // Below it are the library's own codes.
  record.code = code >= kFirstFailure ? static_cast<std::uint8_t>(code) : std::uint8_t{0};
  if (code == MOSQ_ERR_MALFORMED_PACKET && client.target_.mqtt5 && !client.answered_) {
    // The CONNACK of a broker that knows 3.1.1 only, which libmosquitto 2.0.11 tells as a refusal,
    // and later ones do not.
    record.kind = InboxRecord::Kind::kConnectFailed;
    record.code = MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION;
  }
  client.report_(record);
}

void MosquittoClient::on_message(mosquitto* /*client*/, void* self,
                                 const mosquitto_message* message,
                                 const mosquitto_property* properties) {
  InboxRecord record;
  record.kind = InboxRecord::Kind::kArrived;
  record.text = message->topic;
  record.payload = {static_cast<const std::uint8_t*>(message->payload),
                    static_cast<std::size_t>(message->payloadlen)};
  record.flag = message->retain;
  std::uint32_t left = 0;
  if (mosquitto_property_read_int32(properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, &left, false) !=
      nullptr) {
    record.expiry_left = left;
  }
  static_cast<MosquittoClient*>(self)->report_(record);
}

// NOLINTNEXTLINE(readability-function-size): the library's signature
void MosquittoClient::on_subscribe(mosquitto* /*client*/, void* self, int /*message_id*/, int count,
                                   const int* granted, const mosquitto_property* /*properties*/) {
  InboxRecord record;
  record.kind = InboxRecord::Kind::kSubscribed;
  record.code = count > 0 ? static_cast<std::uint8_t>(granted[0]) : kFirstFailure;
  static_cast<MosquittoClient*>(self)->report_(record);
}

void MosquittoClient::on_publish(mosquitto* /*client*/, void* self, int message_id, int code,
                                 const mosquitto_property* /*properties*/) {
  auto& client = *static_cast<MosquittoClient*>(self);
  for (InFlight& entry : client.in_flight_) {
    if (entry.message_id == message_id) {
      InboxRecord record;
      record.kind = InboxRecord::Kind::kAcked;
      record.id = entry.id;
      record.code = static_cast<std::uint8_t>(code);
      entry = {};
      client.report_(record);
      return;
    }
  }
}

void MosquittoClient::on_log(mosquitto* /*client*/, void* self, int level, const char* text) {
  if (level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING) {
    static_cast<MosquittoClient*>(self)->last_error_ = text;
  }
}

}  // namespace doorcall::transport
