// One connection attempt, the same for every MQTT library: resolve outside the loop, connect to
// each address in turn, fall back to MQTT 3.1.1 where 5 is refused, subscribe, go up; then the
// window of publications; then an orderly or a sudden end.
//
// The adapters report through the inbox. Each record carries the attempt that it belongs to: after
// open(), close() or an end the number has moved on, so whatever the old connection still says is
// ignored, and the sink may call open(), publish() and close() from inside its callbacks.

#include "transport/link_base.hpp"

#include <utility>

namespace doorcall::transport {

namespace {

constexpr std::uint8_t kRefusedVersion311 = 0x01;
constexpr std::uint8_t kRefusedVersion5 = 0x84;
constexpr std::uint8_t kTakenOverCode = 0x8E;
constexpr std::uint8_t kFirstFailure = 0x80;

}  // namespace

LinkBase::LinkBase(LinkOptions options, LinkSink& sink)
    : options_(std::move(options)),
      sink_(sink),
      inbox_(std::make_shared<Inbox>()),
      mqtt5_(options_.protocol != Protocol::kMqtt311) {}

const std::string& LinkBase::tls_name() const noexcept {
  return options_.tls.server_name.empty() ? options_.host : options_.tls.server_name;
}

std::string LinkBase::where() const {
  return options_.host + " port " + std::to_string(options_.port);
}

// --- one attempt

void LinkBase::open(const OpenRequest& request) {
  reset();
  request_ = request;
  to_arm_ = options_.connect_timeout;
  set_state(State::kResolving);
  start_resolving();
}

void LinkBase::connect_next() {
  set_state(State::kConnecting);
  const std::string address = addresses_[next_address_++];
  start_connect(address);
}

void LinkBase::handle_connect_failed(const InboxRecord& record) {
  const bool version = record.code == kRefusedVersion5 || record.code == kRefusedVersion311;
  if (version && mqtt5_ && options_.protocol == Protocol::kAuto) {
    mqtt5_ = false;
    --next_address_;
  } else if (record.code != 0) {
    end({LinkDownInfo::Cause::kRefused, record.code,
         "the broker at " + where() + " refused the connection: " + reason_text(record.code)});
    return;
  } else if (next_address_ == addresses_.size()) {
    end({record.flag ? LinkDownInfo::Cause::kRefused : LinkDownInfo::Cause::kNetwork, 0,
         "cannot connect to the broker at " + where() + ": " + std::string(record.text)});
    return;
  }
  drop();
  ++attempt_;
  connect_next();
}

void LinkBase::handle_connected(const InboxRecord& record) {
  session_present_ = record.flag;
  granted_ = 0;
  queue_.set_window(record.id);
  connected();
  set_state(State::kSubscribing);
  // One packet each: Paho C++ 1.2.0 crashes on several filters with options.
  for (const Subscription& subscription : request_.subscriptions) {
    if (!send_subscribe(subscription)) {
      end({LinkDownInfo::Cause::kNetwork, 0,
           "cannot subscribe '" + subscription.filter + "' at the broker at " + where()});
      return;
    }
  }
  if (request_.subscriptions.empty()) {
    go_up();
  }
}

void LinkBase::handle_subscribed(std::uint8_t code) {
  if (state_ != State::kSubscribing) {
    return;
  }
  if (code >= kFirstFailure) {
    end({LinkDownInfo::Cause::kRefused, code,
         "the broker at " + where() + " refused a subscription: " + reason_text(code)});
    return;
  }
  if (++granted_ == request_.subscriptions.size()) {
    go_up();
  }
}

void LinkBase::go_up() {
  set_state(State::kUp);
  deadline_ = kNever;
  to_arm_ = Millis{0};
  const std::uint32_t attempt = attempt_;
  sink_.link_up({mqtt5_, session_present_});
  RecordBuffer early;
  early.swap(early_);
  std::size_t offset = 0;
  InboxRecord record;
  while (attempt == attempt_ && early.read(offset, record)) {
    deliver(record);
  }
}

// --- messages

bool LinkBase::publish(const Publication& publication) {
  if (state_ != State::kUp) {
    return false;
  }
  if (publication.payload.size() > kMessageBytesMax || queue_.push(publication) == nullptr) {
    ++counters_.publish_dropped;
    return false;
  }
  pump_queue();
  return true;
}

void LinkBase::pump_queue() {
  while (Outgoing* outgoing = queue_.next()) {
    if (!send_publish(*outgoing)) {
      InboxRecord record;  // by way of the inbox: the caller may be the sink
      record.kind = InboxRecord::Kind::kLost;
      record.attempt = attempt_;
      record.text = "the library takes no publication";
      inbox_->push(record);
      break;
    }
  }
  inbox_->wake_for_quiet(queue_.window_full() || state_ == State::kFlushing);
}

void LinkBase::handle_acked(const InboxRecord& record) {
  const Outgoing* outgoing = queue_.ack(record.id);
  if (outgoing == nullptr) {
    return;
  }
  if (record.code >= kFirstFailure) {
    const std::uint32_t attempt = attempt_;
    const std::string topic = outgoing->topic;
    sink_.publish_refused(topic, record.code);
    if (attempt != attempt_) {
      return;
    }
  }
  pump_queue();
  if (state_ == State::kFlushing && queue_.empty()) {
    leave();
  }
}

void LinkBase::handle_arrived(const InboxRecord& record) {
  if (state_ == State::kUp) {
    deliver(record);
    return;
  }
  if (state_ != State::kSubscribing) {
    return;
  }
  if (early_.bytes() + RecordBuffer::size_of(record) > Inbox::kArrivalBytesMax) {
    ++counters_.arrival_dropped;
    return;
  }
  early_.append(record);
}

void LinkBase::deliver(const InboxRecord& record) {
  sink_.arrived({record.text, record.payload, record.flag, record.expiry_left});
}

// --- the end

void LinkBase::close() {
  switch (state_) {
    case State::kUp:
      set_state(State::kFlushing);
      to_arm_ = kFlushTime;
      inbox_->wake_for_quiet(true);
      if (queue_.empty()) {
        leave();
      }
      return;
    case State::kResolving:
    case State::kConnecting:
    case State::kSubscribing: {
      reset();
      set_state(State::kLeaving);  // link_down comes from process(), never from inside close()
      InboxRecord record;
      record.kind = InboxRecord::Kind::kDisconnected;
      record.attempt = attempt_;
      inbox_->push(record);
      return;
    }
    case State::kIdle:
    case State::kFlushing:
    case State::kLeaving: return;
  }
}

void LinkBase::renew(const Credentials& credentials) {
  options_.username = credentials.username;
  options_.password = credentials.password;
  options_.tls = credentials.tls;
  switch (state_) {
    case State::kResolving:
    case State::kConnecting:
    case State::kSubscribing:
    case State::kUp: {
      renewing_ = true;
      InboxRecord record;
      record.kind = InboxRecord::Kind::kLost;
      record.attempt = attempt_;
      inbox_->push(record);
      return;
    }
    case State::kIdle:
    case State::kFlushing:
    case State::kLeaving: return;
  }
}

void LinkBase::leave() {
  set_state(State::kLeaving);
  to_arm_ = kLeaveTime;
  if (!send_disconnect()) {
    to_arm_ = Millis{1};
  }
}

void LinkBase::end(const LinkDownInfo& info) {
  reset();
  if (info.cause != LinkDownInfo::Cause::kClosed && info.cause != LinkDownInfo::Cause::kRenewed) {
    next_host();
  }
  sink_.link_down(info);
}

void LinkBase::reset() noexcept {
  ++attempt_;
  drop();
  set_state(State::kIdle);
  deadline_ = kNever;
  to_arm_ = Millis{0};
  queue_.clear();
  early_.clear();
  renewing_ = false;
  inbox_->wake_for_quiet(false);
}

void LinkBase::check_deadline(Instant now) {
  if (to_arm_ > Millis{0}) {
    deadline_ = after(now, std::exchange(to_arm_, Millis{0}));
  }
  if (deadline_ > now) {
    return;
  }
  switch (state_) {
    case State::kResolving:
      end({LinkDownInfo::Cause::kNetwork, 0,
           "no answer from the name service about host '" + options_.host + "'"});
      return;
    case State::kConnecting:
    case State::kSubscribing:
      end({LinkDownInfo::Cause::kNetwork, 0, "the broker at " + where() + " does not answer"});
      return;
    case State::kFlushing:
      // Without DISCONNECT: what was not acknowledged may be the goodbye, so the will is to speak.
    case State::kLeaving: end({LinkDownInfo::Cause::kClosed, 0, "closed"}); return;
    case State::kIdle:
    case State::kUp: return;
  }
}

// --- the loop

void LinkBase::process(Instant now) {
  turn(now);
  inbox_->drain([this](const InboxRecord& record) {
    if (record.attempt == attempt_) {
      handle(record);
    }
  });
  check_deadline(now);
}

Instant LinkBase::next_deadline() const {
  return to_arm_ > Millis{0} ? Instant::min() : deadline_;
}

LinkCounters LinkBase::counters() const {
  LinkCounters counters = counters_;
  counters.arrival_dropped += inbox_->dropped();
  return counters;
}

void LinkBase::handle(const InboxRecord& record) {
  switch (record.kind) {
    case InboxRecord::Kind::kResolved: handle_resolved(record); return;
    case InboxRecord::Kind::kResolveFailed:
      end({LinkDownInfo::Cause::kNetwork, 0, std::string(record.text)});
      return;
    case InboxRecord::Kind::kConnected:
      if (state_ == State::kConnecting) {
        handle_connected(record);
      }
      return;
    case InboxRecord::Kind::kConnectFailed: handle_connect_failed(record); return;
    case InboxRecord::Kind::kSubscribed: handle_subscribed(record.code); return;
    case InboxRecord::Kind::kAcked: handle_acked(record); return;
    case InboxRecord::Kind::kDisconnected: end({LinkDownInfo::Cause::kClosed, 0, "closed"}); return;
    case InboxRecord::Kind::kArrived: handle_arrived(record); return;
    case InboxRecord::Kind::kLost: break;
  }
  if (renewing_) {
    end({LinkDownInfo::Cause::kRenewed, 0, "the connection is made anew with new credentials"});
    return;
  }
  if (state_ == State::kConnecting) {  // the other end hung up before CONNACK
    InboxRecord failed = record;
    failed.kind = InboxRecord::Kind::kConnectFailed;
    handle_connect_failed(failed);
    return;
  }
  if (state_ == State::kLeaving) {
    end({LinkDownInfo::Cause::kClosed, 0, "closed"});
    return;
  }
  const bool taken = record.code == kTakenOverCode;
  std::string text = "the connection to the broker at " + where() + " was lost: ";
  text += record.code != 0 ? reason_text(record.code) : std::string(record.text);
  end({taken ? LinkDownInfo::Cause::kTakenOver : LinkDownInfo::Cause::kNetwork, record.code, text});
}

}  // namespace doorcall::transport
