// The bench of one engine: gives the inputs, keeps the outputs, moves the time.

#include "tests/fakes/engine_station.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace doorcall::fakes {

InviteUsers invite(std::span<const Invitee> invitees) {
  static std::array<std::array<Invitee, kInviteesMax + 1>, 64> lists;
  static std::size_t next = 0;
  auto& list = lists[next++ % lists.size()];
  CHECK_TRUE(invitees.size() <= list.size());
  std::copy(invitees.begin(), invitees.end(), list.begin());
  InviteUsers command;
  command.invitees = std::span<const Invitee>(list).first(invitees.size());
  return command;
}

InviteUsers invite(const UserId& user) {
  const Invitee invitee{user, 0};
  return invite(std::span(&invitee, 1));
}

AcceptCall accept(const CallId& call) {
  AcceptCall command;
  command.call = call;
  return command;
}

RejectCall reject(const CallId& call, Reason reason) {
  return {call, reason, {}};
}

CancelCall cancel(const CallId& call) {
  return {call, {}, {}};
}

HangUpCall hang_up(const CallId& call) {
  return {call, {}};
}

EndCall end_for_all(const CallId& call) {
  return {call, {}};
}

JoinCall join(const CallId& call, bool move) {
  JoinCall command;
  command.call = call;
  command.move = move;
  return command;
}

StationOptions::StationOptions() = default;

Station::Station(std::string_view account, Instant& clock, Options options)
    : self(account_of(account)), clock_(clock), memory_(Engine::bytes_needed(options.limits)) {
  options.settings.self = self;
  std::array<std::uint8_t, 32> seed{};
  seed[0] = options.seed;
  engine_ = std::make_unique<Engine>(options.settings, options.limits, memory_,
                                     std::span<const std::uint8_t, 32>(seed), clock_);
}

Station::~Station() = default;

Result Station::give(const Input& input) {
  pass();
  const Result result = engine_->handle(input, clock_);
  settle();
  return result;
}

void Station::pass() {
  while (engine_->next_deadline().when <= clock_) {
    engine_->handle(TimePassed{}, clock_);
    settle();
  }
}

void Station::run(Millis span) {
  const Instant end = clock_ + span;
  while (engine_->next_deadline().when <= end) {
    clock_ = std::max(clock_, engine_->next_deadline().when);
    pass();
  }
  clock_ = end;
}

void Station::come_online(bool mqtt5) {
  give(Start{});
  give(LinkConnected{mqtt5, false});
  run(kShortLived + Millis{1});
  (void)words();
}

void Station::hear(const Account& sender, const Message& message,
                   std::optional<std::uint32_t> expiry_left, bool retained) {
  const Result result = give(MessageReceived{sender, retained, expiry_left, &message});
  CHECK_TRUE(result.code == Errc::kOk);
}

Engine& Station::engine() {
  return *engine_;
}

const Counters& Station::counters() const {
  return engine_->counters();
}

std::string Station::words() {
  return std::exchange(words_, {});
}

std::string Station::state(const CallId& call) const {
  const auto info = engine_->find_call(call);
  return std::string(info ? to_string(info->state) : "unknown");
}

Reason Station::reason(const CallId& call) const {
  const auto info = engine_->find_call(call);
  return info ? info->reason : Reason::kNone;
}

const Sent& Station::last(MessageKind kind) const {
  const auto found = std::find_if(sent.rbegin(), sent.rend(),
                                  [kind](const Sent& each) { return each.kind() == kind; });
  CHECK_TRUE_TEXT(found != sent.rend(), "no such message was sent");
  return *found;
}

std::size_t Station::count(MessageKind kind) const {
  return static_cast<std::size_t>(std::count_if(
      sent.begin(), sent.end(), [kind](const Sent& each) { return each.kind() == kind; }));
}

std::size_t Station::count(CallChange change) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(),
                    [change](const CallEvent& each) { return each.change == change; }));
}

void Station::settle() {
  Output output;
  while (engine_->next_output(output)) {
    words_ += (words_.empty() ? "" : " ") + describe(output);
    std::visit([this](const auto& one) { keep(one); }, output);
  }
  const char* broken = engine_->broken_invariant();
  CHECK_TRUE_TEXT(broken == nullptr, broken == nullptr ? "" : broken);
}

void Station::keep(const SendMessage& out) {
  CHECK_TRUE_TEXT(out.expiry_s > 0, "every message has an expiry");
  sent.push_back({clock_, out.to, out.expiry_s, attic_.copy(out.message)});
}

void Station::keep(const CallEvent& event) {
  CallEvent kept = event;
  kept.caller_name = attic_.copy(event.caller_name);
  kept.data = attic_.copy(event.data);
  kept.line = attic_.copy(event.line);
  kept.offer = attic_.copy(event.offer);
  events.push_back(kept);
}

void Station::keep(const InfoEvent& event) {
  InfoEvent kept = event;
  kept.bytes = attic_.copy(event.bytes);
  kept.text = attic_.copy(event.text);
  infos.push_back(kept);
}

void Station::keep(const PulseDoor& order) {
  pulses.push_back(order);
}

void Station::keep(const DoorEvent& event) {
  doors.push_back(event);
}

void Station::keep(const InfoReceipt& receipt) {
  receipts.push_back(receipt);
}

void Station::keep(const SendPresence& out) {
  presences.push_back(out);
}

void Station::keep(const SendPush& out) {
  CHECK_TRUE_TEXT(out.expiry_s > 0, "every push has an expiry");
  pushes.push_back({out.to, out.expiry_s, attic_.copy(out.push)});
}

void Station::keep(const ModeEvent& event) {
  modes.push_back(event);
}

void Station::keep(const PresenceEvent& event) {
  watched.push_back(event);
}

void Station::keep(const LinkEvent& event) {
  links.push_back(event);
}

void Station::keep(const OpenLink& out) {
  wills.push_back(out.will);
}

void Station::keep(const CloseLink&) {
  ++closes;
}

void Station::keep(const Stopped&) {
  ++stops;
}

void Station::keep(const StartMedia&) {}

void Station::keep(const StopMedia&) {}

}  // namespace doorcall::fakes
