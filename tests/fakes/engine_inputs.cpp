// The messages by name, each with its twists; then the commands and all other facts.

#include "tests/fakes/engine_inputs.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace doorcall::fakes {

namespace {

Message sync_connected(Scene& scene, Actor& speaker) {
  const Account& owner = scene.leg.owner;
  const bool out = owner == scene.station.self;
  static std::array<LegView, 2> views;
  views = connected_view(owner, out ? scene.peer.self : scene.station.self);
  const LegKey own = out ? scene.leg : LegKey{owner, 0};
  return speaker.sync(scene.call, own, views, scene.station.self.device.view());
}

/// The random number of the engine's last question, if it has asked.
std::uint64_t nonce_of(Scene& scene) {
  if (scene.station.count(MessageKind::kRinging) == 0) {
    return 1;
  }
  return std::get<Ringing>(scene.station.last(MessageKind::kRinging).message.body).nonce;
}

Body body_of(std::string_view what, Scene& scene, Actor& speaker) {
  const auto confirm = [](std::string_view winner) {
    return Confirm{DeviceId::parse(winner).value(), 1, {}};
  };
  const Invite invite = speaker.invite_body(Millis{90'000});
  const Account& self = scene.station.self;
  const LegKey member = scene.leg.owner == self ? LegKey{self, 0} : scene.leg;
  const std::pair<std::string_view, Body> bodies[] = {
      {"invite", invite},
      {"ringing", Ringing{}},
      {"ringing(waiting)", Ringing{Alert::kWaiting, 99}},
      {"accept", Accept{}},
      {"confirm(panel)", confirm("panel")},
      {"confirm(hall)", confirm("hall")},
      {"reject(declined)", Reject{Reason::kDeclined, {}}},
      {"reject(declined_everywhere)", Reject{Reason::kDeclinedEverywhere, {}}},
      {"reject(busy)", Reject{Reason::kBusy, {}}},
      {"reject(accept_failed)", Reject{Reason::kAcceptFailed, {}}},
      {"reject(shutting_down)", Reject{Reason::kShuttingDown, {}}},
      {"cancel", Cancel{Reason::kCancelled, {}}},
      {"end", End{Reason::kHangUp, {}}},
      {"end(moved)", End{Reason::kMoved, {}}},
      {"leave", Leave{Reason::kHangUp, {}, {}}},
      {"join", Join{}},
      {"join(move)", Join{true, {}, {}}},
      {"info(data)", Info{InfoKind::kData, MediaKind::kAudio, {}, "hello", member}},
      {"door(request)", Door{}},
      {"door(nonce)", Door{DoorStep::kNonce, 99, {}, 1}},
      {"door(open)", Door{DoorStep::kOpen, 99, {}, 0}},
      {"door(opened)", Door{DoorStep::kResult, 0, DoorResult::kOpened, 1}},
      {"sync(invite, right number)", Sync{{}, invite, nonce_of(scene)}},
      {"sync(invite, wrong number)", Sync{{}, invite, nonce_of(scene) + 2}},
      {"ack(unknown)", Ack{4'000'000}},
      {"marker", Marker{}},
  };
  for (const auto& [name, body] : bodies) {
    if (name == what) {
      return body;
    }
  }
  FAIL("no such message");
  return Marker{};
}

}  // namespace

Message inputs::message_of(std::string_view what, Scene& scene, Actor& speaker) {
  if (what == "sync(connected)") {
    return sync_connected(scene, speaker);
  }
  if (what == "roster(connected)") {
    Message message = sync_connected(scene, speaker);
    message.body = Roster{std::get<Sync>(message.body).legs};
    return message;
  }
  const bool of_own_leg = what.starts_with("end") || what == "leave" || what.starts_with("info");
  const bool callers_end = of_own_leg && scene.leg.owner == scene.peer.self;
  Message message = speaker.say(scene.call, callers_end ? LegKey{scene.leg.owner, 0} : scene.leg,
                                body_of(what, scene, speaker));
  if (what.starts_with("info") || what.starts_with("door")) {
    message.header.to = scene.station.self.device;
  }
  return message;
}

namespace {

using inputs::message_of;

/// One message as it should be, and with one thing wrong each.
void add_message(std::vector<NamedInput>& to, std::string_view what) {
  const std::string name(what);
  // A sync that carries the invite is given without the expiry that would prove any invite.
  const auto expiry =
      name.starts_with("sync(invite") ? std::nullopt : std::optional<std::uint32_t>(90);
  using Twist = std::function<void(Message&)>;
  const auto add = [&](std::string_view prefix, const Twist& twist) {
    to.push_back({std::string(prefix), name, [name, expiry, twist](Scene& scene) {
                    Message message = message_of(name, scene, scene.peer);
                    twist(message);
                    scene.station.hear(scene.peer.self, message, expiry);
                  }});
  };
  const auto add_stranger = [&](std::string_view prefix, bool own_leg) {
    to.push_back({std::string(prefix), name, [name, expiry, own_leg](Scene& scene) {
                    Actor stranger("imp@elsewhere", 0xBAD);
                    Message message = message_of(name, scene, stranger);
                    if (own_leg) {
                      message.header.leg.owner = stranger.self;
                    }
                    scene.station.hear(stranger.self, message, expiry);
                  }});
  };
  add("plain", [](Message&) {});
  to.push_back({"again", name, [name, expiry](Scene& scene) {
                  const Message message = message_of(name, scene, scene.peer);
                  scene.station.hear(scene.peer.self, message, expiry);
                  scene.run(Millis{2});
                  (void)scene.station.words();
                  scene.station.hear(scene.peer.self, message, expiry);
                }});
  add("other leg", [](Message& message) { message.header.leg.number = 2; });
  add("other life", [](Message& message) { ++message.header.incarnation; });
  add_stranger("stranger", false);
  add_stranger("stranger's own leg", true);
  add("for another device",
      [](Message& message) { message.header.to = DeviceId::parse("attic").value(); });
  to.push_back({"retained", name, [name, expiry](Scene& scene) {
                  const Message message = message_of(name, scene, scene.peer);
                  scene.station.hear(scene.peer.self, message, expiry, true);
                }});
}

void add_commands(std::vector<NamedInput>& to) {
  const auto add = [&to](std::string_view name, const std::function<Input(Scene&)>& input) {
    to.push_back({"command", std::string(name), [input](Scene& scene) {
                    const Result result = scene.station.give(input(scene));
                    scene.answer = to_string(result.code);
                  }});
  };
  add("accept", [](Scene& s) { return accept(s.call); });
  add("reject(declined_everywhere)", [](Scene& s) { return reject(s.call); });
  add("reject(declined)", [](Scene& s) { return reject(s.call, Reason::kDeclined); });
  add("reject(hang_up)", [](Scene& s) { return reject(s.call, Reason::kHangUp); });
  add("cancel", [](Scene& s) { return cancel(s.call); });
  add("hang_up", [](Scene& s) { return hang_up(s.call); });
  add("end", [](Scene& s) { return end_for_all(s.call); });
  add("join", [](Scene& s) { return join(s.call); });
  add("join(move)", [](Scene& s) { return join(s.call, true); });
  add("info", [](Scene& s) {
    SendInfo command;
    command.call = s.call;
    command.text = "hello";
    return command;
  });
  add("offer_early", [](Scene& s) {
    static constexpr std::uint8_t kOffer[] = {1, 2, 3};
    return OfferEarly{s.call, kOffer};
  });
  add("open", [](Scene& s) { return OpenDoor{s.call, {}}; });
  add("silence", [](Scene& s) { return SilenceCall{s.call}; });
  add("dnd", [](Scene&) { return SetDnd{true, Millis{0}}; });
  add("ring_to_open", [](Scene&) { return SetRingToOpen{Millis{60'000}}; });
  add("start", [](Scene&) { return Start{}; });
  add("stop", [](Scene&) { return Stop{}; });
}

void add_facts(std::vector<NamedInput>& to) {
  for (const MediaState state :
       {MediaState::kConnecting, MediaState::kConnected, MediaState::kReconnecting,
        MediaState::kDisconnected, MediaState::kFailed}) {
    to.push_back({"media", std::string(to_string(state)), [state](Scene& scene) {
                    scene.station.give(MediaReported{scene.call, state});
                  }});
  }
  to.push_back({"link", "lost", [](Scene& scene) { scene.station.give(LinkLost{}); }});
  to.push_back({"link", "lost and back", [](Scene& scene) {
                  scene.station.give(LinkLost{});
                  scene.run(Millis{1'500});
                  (void)scene.station.words();
                  scene.station.give(LinkConnected{});
                }});
  const auto add = [&to](std::string_view name, bool retained,
                         const std::function<Presence(Scene&)>& make) {
    to.push_back(
        {"presence", std::string(name), [retained, make](Scene& scene) {
           scene.station.give(PresenceReceived{scene.peer.self, retained, 3600, make(scene)});
         }});
  };
  add("idle again", false, [](Scene& s) { return s.peer.presence(PresenceState::kIdle); });
  add("of a newer connect", false, [](Scene& s) {
    ++s.peer.connect;
    return s.peer.presence(PresenceState::kIdle);
  });
  add("of another life", false, [](Scene& s) {
    s.peer.restart();
    return s.peer.presence(PresenceState::kIdle);
  });
  add("of another life, retained", true, [](Scene& s) {
    s.peer.restart();
    return s.peer.presence(PresenceState::kIdle);
  });
  add("offline, settled", false,
      [](Scene& s) { return s.peer.presence(PresenceState::kOffline, true); });
  add("offline, to be doubted", false,
      [](Scene& s) { return s.peer.presence(PresenceState::kOffline); });
  add("offline of an older life", false, [](Scene& s) {
    Presence presence = s.peer.presence(PresenceState::kOffline, true);
    --presence.incarnation;
    return presence;
  });
  to.push_back({"presence", "cleared",
                [](Scene& scene) { scene.station.give(PresenceCleared{scene.peer.self}); }});
}

}  // namespace

std::vector<NamedInput> all_inputs() {
  std::vector<NamedInput> all;
  for (const std::string_view what : kMessages) {
    add_message(all, what);
  }
  add_commands(all);
  add_facts(all);
  return all;
}

}  // namespace doorcall::fakes
