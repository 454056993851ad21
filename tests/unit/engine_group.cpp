// The plans that the tests of groups share, and the calls of a group and of a trio.

#include "tests/unit/engine_group.hpp"

#include <memory>

namespace doorcall::fakes {

UserId user(std::string_view name) {
  return UserId::parse(name).value();
}

InviteUsers invite_users(std::initializer_list<std::string_view> names) {
  std::vector<Invitee> invitees;
  for (const std::string_view name : names) {
    invitees.push_back({user(name), 0});
  }
  return invite(invitees);
}

SendInfo info_to(const CallId& call, std::string_view text) {
  SendInfo command;
  command.call = call;
  command.text = text;
  return command;
}

InviteUsers hunt(std::initializer_list<std::string_view> names, std::uint8_t cycles) {
  std::vector<Invitee> steps;
  for (const std::string_view name : names) {
    steps.push_back({user(name), static_cast<std::uint8_t>(steps.size())});
  }
  InviteUsers command = invite(steps);
  command.plan.step_time = Millis{10'000};
  command.plan.cycles = cycles;
  return command;
}

InviteUsers escalation() {
  const Invitee steps[] = {{user("apt1"), 0}, {user("apt2"), 1}, {user("apt3"), 1}};
  InviteUsers command = invite(steps);
  command.plan.step_time = Millis{10'000};
  command.plan.keep = true;
  command.ring_time = Millis{60'000};
  return command;
}

LegView leg_view(const LegKey& key, std::string_view account, LegState state,
                 std::uint32_t join_number, Reason reason) {
  const Account holder = account_of(account);
  LegView view{key, holder.user, holder.device, state, reason, join_number, Millis{0}};
  if (state < LegState::kConnected) {
    view.device = {};
    view.ring_left = Millis{60'000};
  }
  return view;
}

std::string text(Reason reason) {
  return std::string(to_string(reason));
}

std::string members(Station& station, const CallId& call) {
  std::string all;
  for (std::size_t i = 0;; ++i) {
    const auto view = station.engine().member_at(call, i);
    if (!view) {
      return all;
    }
    const bool there = view->state == LegState::kConnected;
    const std::string device(there ? view->device.view() : std::string_view{});
    const std::string_view why = view->reason == Reason::kNone ? "" : to_string(view->reason);
    all += (i == 0 ? "" : ", ") + (device.empty() ? "" : device + "@") +
           std::string(view->user.view()) + " " + word(to_string(view->state), why);
  }
}

Group::Group(std::initializer_list<std::string_view> accounts, const RigOptions& options)
    : rig(std::make_unique<EngineRig>(options)) {
  stations = {&rig->door()};
  for (const std::string_view account : accounts) {
    stations.push_back(account == "panel@apt1" ? &rig->panel() : &rig->add(account));
  }
  rig->come_online();
}

Group::~Group() = default;

Station& Group::door() {
  return *stations[0];
}

Station& Group::at(std::size_t index) {
  return *stations[index];
}

Result Group::give(Station& station, const Input& input) {
  return rig->give(station, input);
}

void Group::run(Millis span) {
  rig->run(span);
}

void Group::call_users(const InviteUsers& command) {
  const Result result = give(door(), command);
  CHECK_TRUE(result.code == Errc::kOk);
  call = result.call;
  run(Millis{500});
}

void Group::answer(std::initializer_list<std::size_t> who) {
  for (const std::size_t each : who) {
    CHECK_TRUE(give(at(each), accept(call)).code == Errc::kOk);
    run(Millis{300});
    STRCMP_EQUAL("connected", at(each).state(call).c_str());
  }
}

std::string Group::state(std::size_t index) {
  return at(index).state(call);
}

std::string Group::reason(std::size_t index) {
  return text(at(index).reason(call));
}

std::string Group::seen_by(std::size_t index) {
  return members(at(index), call);
}

void Group::lose(MessageKind kind) {
  rig->pass = [kind](const Account&, const Message& message) {
    return kind_of(message.body) != kind;
  };
}

Trio::Trio(std::string_view account, Station::Options options) : station(account, now, options) {
  station.come_online();
  views = {leg_view({door.self, 0}, "door@gate", LegState::kConnected),
           leg_view({door.self, 1}, "panel@apt1", LegState::kConnected, 1),
           leg_view({door.self, 2}, "panel@apt2", LegState::kConnected, 2)};
  if (account == "door@gate") {
    call_out();
  } else {
    call_in(account == "panel@apt1" ? 1 : 2);
  }
  (void)station.words();
}

Trio::~Trio() = default;

std::string Trio::hear(Actor& from, const Message& message) {
  (void)station.words();
  station.hear(from.self, message, 90);
  return station.words();
}

std::string Trio::roster(Actor& from, const LegKey& leg, std::span<const LegView> legs) {
  return hear(from, from.roster(call, leg, legs, station.self.device.view()));
}

void Trio::acknowledge(MessageKind kind, Actor& from) {
  station.hear(from.self, from.ack(station.last(kind).header()), 90);
}

void Trio::live(Millis span, std::initializer_list<Actor*> who) {
  for (Millis gone{0}; gone < span; gone += Millis{5'000}) {
    for (Actor* each : who) {
      const LegKey key = each == &door  ? LegKey{door.self, 0}
                         : each == &one ? LegKey{door.self, 1}
                                        : LegKey{door.self, 2};
      station.hear(each->self, each->sync(call, key, {}, station.self.device.view()), 90);
    }
    station.run(Millis{5'000});
  }
}

std::string Trio::seen() {
  return members(station, call);
}

std::string Trio::state() {
  return station.state(call);
}

void Trio::call_out() {
  call = station.give(invite_users({"apt1", "apt2"})).call;
  for (Actor* each : {&one, &two}) {
    const LegKey leg{station.self, each == &one ? 1U : 2U};
    station.hear(each->self, each->ringing(call, leg), 90);
    station.hear(each->self, each->accept(call, leg), 90);
    acknowledge(MessageKind::kConfirm, *each);
  }
  acknowledge(MessageKind::kRoster, one);
}

void Trio::call_in(std::uint32_t number) {
  std::array<LegView, 3> before = views;
  before[number].state = LegState::kRinging;
  before[number].device = {};
  before[number].join_number = 0;
  Invite invite = door.invite_body(Millis{90'000});
  invite.roster = before;
  const LegKey leg{door.self, number};
  station.hear(door.self, door.say(call, leg, invite), 90);
  CHECK_TRUE(station.give(accept(call)).code == Errc::kOk);
  station.hear(door.self, door.say(call, leg, Confirm{station.self.device, number, views}), 90);
  STRCMP_EQUAL("connected", station.state(call).c_str());
}

}  // namespace doorcall::fakes
