// One agent on one loop. Facts come in by three doors: the link's descriptor, the deadline (the
// engine's, the link's, or "at once" when something waits to be delivered) and post(). Each is
// wrapped by enter(), which afterwards delivers what the engine told and arms the next deadline.
// Orders of the engine are obeyed while it is drained; events and everything else that calls the
// embedder's code are only queued then, because that code may call the engine again.
#include "agent/facade/impl.hpp"

#include <sys/epoll.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "agent/core/pump.hpp"
#include "agent/facade/access.hpp"
#include "agent/facade/events.hpp"
#include "doorcall/version.hpp"

namespace doorcall {
namespace {

platform::LogOptions log_options(const AgentOptions& options) {
  platform::LogOptions log = platform::stderr_log_options(
      options.log_debug ? platform::LogLevel::kDebug : platform::LogLevel::kInfo);
  log.journald = options.log_for_journal;
  log.write = options.log;
  if (!log.write) {
    log.level = platform::LogLevel::kError;
    log.write = [](std::string_view) { return true; };
  }
  return log;
}

std::array<std::uint8_t, 32> random_seed() {
  std::array<std::uint8_t, 32> seed{};
  if (::getrandom(seed.data(), seed.size(), 0) != static_cast<ssize_t>(seed.size())) {
    throw std::system_error(errno, std::generic_category(), "no random numbers");
  }
  return seed;
}

}  // namespace

Agent::Impl::Impl(AgentOptions options, const facade::MakeLink& make_link,
                  std::shared_ptr<platform::Gpio> gpio)
    : options_(std::move(options)),
      gpio_(std::move(gpio)),
      checked_(facade::check(options_, gpio_ != nullptr)),
      credentials_(checked_.link),
      log_(log_options(options_)),
      delivery_([this](std::string_view what) {
        log_.error("agent", "an exception left a callback: ", what);
      }),
      completions_(delivery_),
      receipts_(delivery_),
      gateway_({.self = checked_.settings.self,
                .root = checked_.root,
                .name = options_.name,
                .device_kind = options_.kind,
                .software = "doorcall " + std::string(kVersion),
                .followed = checked_.followed}),
      link_(make_link(checked_.link, gateway_)),
      outputs_(loop_, log_, gpio_.get(),
               {.on_contact = [this](bool open) { door_contact(open); },
                .input_fails = [this] { return input_fails(); }}),
      posted_wakeup_(loop_, [this] { enter([this] { take_posted(); }); }) {
  const Limits limits;
  const std::size_t bytes = Engine::bytes_needed(limits);
  memory_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
  const std::span<std::byte> memory(memory_.get(), bytes);
  engine_ = std::make_unique<Engine>(checked_.settings, limits, memory, random_seed(), loop_.now());
  gateway_.on_input = [this](const Input& input) { take_fact(input); };
  gateway_.on_closed = [this] { link_closed(); };
  gateway_.on_refused = [this](std::string_view topic, std::uint8_t code) {
    log_.warning("link", "the broker refused a publication to ", topic, ", code ", code);
  };
  gateway_.set_link(link_.get());
  use_media_command();
  loop_.on_deadline([this] { enter([this] { on_due(); }); });
  link_watch_ = loop_.add(link_->fd(), EPOLLIN, [this](std::uint32_t) {
    enter([this] { link_->process(loop_.now()); });
  });
  outputs_.configure(options_.outputs);
  apply_settings();
}

Agent::Impl::~Impl() = default;

void Agent::Impl::abandon() noexcept {
  abandoned_ = true;
  delivery_.close();
  loop_.stop();
}

void Agent::Impl::on_due() {
  Instant now = take_time();
  if (link_->next_deadline() <= now) {
    link_->process(now);
    now = take_time();
  }
  pump_time(*engine_, now, [this](const Output& output) { take(output); });
}

Instant Agent::Impl::take_time() {
  at_ms_ = clock_ms();
  return Instant(Millis(static_cast<std::int64_t>(at_ms_)));
}

Instant Agent::Impl::next_due() const {
  return std::min(engine_->next_deadline().when, link_->next_deadline());
}

bool Agent::Impl::keeps_up(Millis late_max) const {
  return next_due() > loop_.now() - late_max;
}

void Agent::Impl::arm() {
  const Instant due = next_due();
  loop_.set_deadline(delivery_.empty() ? due : Instant{});
}

Result Agent::Impl::feed(const Input& input) {
  const Result result =
      pump(*engine_, input, take_time(), [this](const Output& output) { take(output); });
  arm();
  return result;
}

void Agent::Impl::take(const Output& output) {
  link_open_ = link_open_ || std::holds_alternative<OpenLink>(output);
  if (gateway_.execute(output)) {
    return;
  }
  struct Taker {
    Impl& impl;
    void operator()(const SendMessage&) const {}
    void operator()(const SendPresence&) const {}
    void operator()(const SendPush&) const {}
    void operator()(const OpenLink&) const {}
    void operator()(const CloseLink&) const {}
    void operator()(const StartMedia& order) const { impl.take_media(order); }
    void operator()(const StopMedia& order) const { impl.take_media(order); }
    void operator()(const CallEvent& event) const { impl.take_call(event); }
    void operator()(const InfoEvent& event) const { impl.take_info(event); }
    void operator()(const InfoReceipt& receipt) const { impl.take_receipt(receipt); }
    void operator()(const PulseDoor& order) const { impl.take_pulse(order); }
    void operator()(const DoorEvent& event) const { impl.take_door(event); }
    void operator()(const ModeEvent& event) const { impl.take_mode(event); }
    void operator()(const LinkEvent& event) const { impl.take_link(event); }
    void operator()(const PresenceEvent& event) const { impl.take_presence(event); }
    void operator()(const Stopped&) const { impl.take_stopped(); }
  };
  std::visit(Taker{*this}, output);
}

void Agent::Impl::take_call(const CallEvent& event) {
  const bool prepare =
      event.change == CallChange::kIncoming || event.change == CallChange::kCalling;
  if (!event.offer.empty() && (prepare || event.change == CallChange::kConnected)) {
    keep_remote(event.call, event.peer, {event.offer.begin(), event.offer.end()});
  }
  if (event.change == CallChange::kAccepting || event.change == CallChange::kConnected) {
    notes_[event.call].answered = true;
  }
  CallUpdate told = facade::to_update(event, at_ms_);
  told.members = facade::to_members(*engine_, event.call);
  if (const auto notes = notes_.find(event.call); notes != notes_.end()) {
    told.answered = notes->second.answered;
  }
  if (event.change == CallChange::kEnded) {
    notes_.erase(event.call);
  }
  receipts_.on_call(event);
  delivery_.push([this, id = event.call, prepare, update = std::move(told)] {
    outputs_.on_call(update);
    if (media_ != nullptr && update.change == CallChange::kEnded) {
      media_->release(update.call, update.reason);
    } else if (media_ != nullptr && prepare) {
      prepare_media(update);
    }
    completions_.on_update(id, update);
    delivery_.tell(&Listener::on_call, update);
  });
}

void Agent::Impl::take_presence(const PresenceEvent& event) {
  const DevicePresence update = facade::to_update(event, at_ms_);
  if (!event.known) {
    names_.erase(event.account);
  } else {
    names_[event.account] = {update.name, update.kind, update.software};
    if (names_.size() > 2 * std::size_t{Limits{}.peers}) {
      forget_names();  // of devices that gave way without a word
    }
  }
  delivery_.push([this, update] { delivery_.tell(&Listener::on_presence, update); });
}

void Agent::Impl::forget_names() {
  std::map<Account, Names> kept;
  for (std::size_t i = 0; const auto info = engine_->peer_at(i); ++i) {
    if (const auto names = names_.find(info->account); names != names_.end()) {
      kept.insert(std::move(*names));
    }
  }
  names_ = std::move(kept);
}

void Agent::Impl::take_link(const LinkEvent& event) {
  if (event.state == LinkState::kConnected || event.state == LinkState::kReconnecting) {
    const bool online = event.state == LinkState::kConnected;
    mqtt5_ = online ? event.mqtt5 : mqtt5_;
    facade::complete(delivery_, std::exchange(start_done_, {}),
                     {.code = online ? Errc::kOk : Errc::kNotConnected, .reason = Reason::kNone});
  }
  const LinkUpdate update = facade::to_update(event, at_ms_);
  log_link(update);
  delivery_.push([this, update] {
    outputs_.on_link(update.state);
    delivery_.tell(&Listener::on_link, update);
  });
}

void Agent::Impl::take_mode(const ModeEvent& event) {
  const DeviceMode update = facade::to_update(event.mode, loop_.now(), at_ms_);
  delivery_.push([this, update] {
    outputs_.on_mode(update);
    delivery_.tell(&Listener::on_mode, update);
  });
}

void Agent::Impl::log_link(const LinkUpdate& update) {
  switch (update.state) {
    case LinkState::kStopped: log_.info("link", "stopped"); return;
    case LinkState::kConnecting:
      log_.info("link", "connecting to ", link_->host(), ':', options_.broker.port);
      return;
    case LinkState::kConnected:
      log_.info("link", "connected to ", link_->host(),
                update.mqtt5 ? ", MQTT 5"
                             : ", MQTT 3.1.1: no message expiry, will delay or session expiry");
      return;
    case LinkState::kReconnecting:
      log_.warning("link", "not connected: ", update.text, "; next attempt in ", update.retry_in);
      return;
  }
}

void Agent::Impl::take_fact(const Input& input) {
  if (std::holds_alternative<LinkLost>(input)) {
    link_closed();
  }
  feed(input);
}

void Agent::Impl::link_closed() {
  link_open_ = false;
  if (engine_->link_state() == LinkState::kStopped) {
    facade::complete(delivery_, std::exchange(stop_done_, {}), {});
  }
}

/// The engine is done; what it said last is still on its way out while the link is open.
void Agent::Impl::take_stopped() {
  delivery_.push([this] { completions_.finish_all(Errc::kNotStarted); });
  receipts_.finish_all(Errc::kNotStarted);
  finish_door_asks();
  facade::complete(delivery_, std::exchange(start_done_, {}),
                   {.code = Errc::kNotStarted, .reason = Reason::kNone});
  if (!link_open_) {
    facade::complete(delivery_, std::exchange(stop_done_, {}), {});
  }
}

void Agent::Impl::run() {
  if (!running_) {
    running_ = true;
    loop_.run();
    running_ = false;
  }
}

void Agent::Impl::process() {
  if (!running_) {
    running_ = true;
    loop_.run_once(Millis{0});
    running_ = false;
  }
}

Millis Agent::Impl::next_deadline() const {
  if (!delivery_.empty()) {
    return Millis{0};
  }
  const Instant due = next_due();
  return due == kNever ? Millis{-1} : std::max(Millis{0}, due - loop_.now());
}

void Agent::Impl::post(std::function<void()> task) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(task));
  }
  posted_wakeup_.notify();
}

void Agent::Impl::take_posted() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (std::function<void()>& task : tasks) {
    delivery_.push(std::move(task));
  }
}

std::unique_ptr<Agent> AgentAccess::make(AgentOptions options, const facade::MakeLink& make_link,
                                         std::shared_ptr<platform::Gpio> gpio) {
  return std::unique_ptr<Agent>(
      new Agent(std::make_shared<Agent::Impl>(std::move(options), make_link, std::move(gpio))));
}

platform::EventLoop& AgentAccess::loop(Agent& agent) {
  return agent.impl_->loop();
}

platform::Log& AgentAccess::log(Agent& agent) {
  return agent.impl_->log();
}

void AgentAccess::on_turn(Agent& agent, std::function<void()> turned) {
  agent.impl_->on_turn(std::move(turned));
}

bool AgentAccess::keeps_up(const Agent& agent) {
  return agent.impl_->keeps_up(kLateMax);
}

}  // namespace doorcall
