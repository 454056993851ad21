// The engine's contract with its driver (agent/core/engine.hpp): what is due comes first, outputs
// are drained, each wake-up has its reason, and the memory given is all that is used.

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "agent/core/pump.hpp"
#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::fakes;

TEST_GROUP(EngineContract){static std::string why(Scene & scene){
    return std::string(to_string(scene.station.engine().next_deadline().why));
}
}
;

TEST(EngineContract, AFreshEngineWantsNothing) {
  Instant now{Millis{5}};
  Station door("door@gate", now);
  CHECK_TRUE(door.engine().next_deadline().when == kNever);
  CHECK_TRUE(door.engine().next_deadline().why == Wake::kNothing);
  CHECK_TRUE(door.engine().quiet());
  Output output;
  CHECK_FALSE(door.engine().next_output(output));
}

TEST(EngineContract, PumpHandlesWhatIsDueBeforeTheInput) {
  Scene scene(Stage::kRinging);
  // The ring time ends in the very millisecond of the person's answer: too late.
  for (int i = 0; i < 9; ++i) {
    scene.run(Millis{9'900});
    scene.hear(scene.peer.invite(scene.call));
  }
  (void)scene.station.words();
  scene.now += Millis{900};
  std::string order;
  const Result result = pump(scene.station.engine(), accept(scene.call), scene.now,
                             [&](const Output& output) { order += describe(output) + " "; });
  CHECK_TRUE(result.code == Errc::kAlreadyEnded);
  STRCMP_EQUAL("event:ended(no_answer) ", order.c_str());
}

TEST(EngineContract, AMillisecondEarlierTheAnswerCounts) {
  Scene scene(Stage::kRinging);
  for (int i = 0; i < 9; ++i) {
    scene.run(Millis{9'900});
    scene.hear(scene.peer.invite(scene.call));
  }
  scene.run(Millis{899});
  CHECK_TRUE(scene.station.give(accept(scene.call)).code == Errc::kOk);
}

TEST(EngineContract, EveryWakeUpHasItsReason) {
  struct Case {
    Stage stage;
    Millis span;
    std::vector<std::string> reasons;
  };
  const Case cases[] = {
      {Stage::kCalling, Millis{31'000}, {"retry", "presence", "notice", "heartbeat", "receipt"}},
      {Stage::kAccepting, Millis{9'000}, {"retry", "confirm"}},
      {Stage::kRinging, Millis{31'000}, {"lost"}},
      {Stage::kInConnected, Millis{16'000}, {"heartbeat", "media_start", "media_drain"}},
      {Stage::kDeclined, Millis{700'000}, {"tombstone"}},
  };
  for (const Case& each : cases) {
    Station::Options options;
    options.settings.media_hook = true;
    options.settings.notice_time = Millis{4'500};
    options.settings.heartbeat_time = Millis{7'000};
    Scene scene(each.stage, options);
    std::map<std::string, int> seen;
    const Instant end = scene.now + each.span;
    while (scene.now < end) {
      ++seen[why(scene)];
      scene.run(scene.station.engine().next_deadline().when - scene.now);
    }
    ++seen[why(scene)];
    for (const std::string& reason : each.reasons) {
      CHECK_TRUE_TEXT(seen.count(reason) == 1, reason.c_str());
    }
    UNSIGNED_LONGS_EQUAL(0, seen.count("nothing"));
  }
}

TEST(EngineContract, TheBarrierAndTheLongestCallHaveTheirsToo) {
  Station::Options options;
  options.settings.longest_call = Millis{60'000};
  options.settings.heartbeat_time = Millis{60'000};
  options.settings.lost_time = Millis{300'000};
  Scene scene(Stage::kInConnected, options);
  scene.run(Millis{1'000});
  STRCMP_EQUAL("longest_call", why(scene).c_str());
  scene.station.give(hang_up(scene.call));
  scene.station.give(LinkLost{});
  scene.run(Millis{3'000});
  scene.station.give(LinkConnected{});
  scene.now += Millis{1'500};  // late, so the markers come beside it
  scene.station.pass();
  scene.run(kBarrierTime - Millis{1'501});
  STRCMP_EQUAL("barrier", why(scene).c_str());
}

TEST(EngineContract, ATimeJumpOverEverythingHandlesItAllAtOnce) {
  Scene scene(Stage::kInConnected);
  scene.now += Millis{24 * 3'600'000};
  scene.station.pass();
  CHECK_TRUE(scene.reason() == Reason::kPeerLost);
  UNSIGNED_LONGS_EQUAL(1, scene.station.count(CallChange::kEnded));
  CHECK_TRUE(scene.station.engine().next_deadline().when > scene.now);
}

TEST(EngineContract, TheSameSeedAndInputsGiveTheSameOutputs) {
  std::string first;
  for (int round = 0; round < 2; ++round) {
    Scene scene(Stage::kAccepting);
    scene.run(Millis{60'000});
    const std::string words = scene.station.words();
    if (round == 1) {
      STRCMP_EQUAL(first.c_str(), words.c_str());
    }
    first = words;
  }
  Station::Options options;
  options.seed = 9;
  Scene one(Stage::kCalling);
  Scene other(Stage::kCalling, options);
  CHECK_FALSE(one.call == other.call);
  CHECK_FALSE(one.station.engine().incarnation() == other.station.engine().incarnation());
}

TEST(EngineContract, UsesNoMoreMemoryThanItAsksFor) {
  const Limits limits;
  const std::size_t needed = Engine::bytes_needed(limits);
  std::vector<std::byte> block(needed + 64, std::byte{0x5A});
  const std::array<std::uint8_t, 32> seed{};
  Settings settings;
  settings.self = account_of("door@gate");
  Instant now{Millis{0}};
  const auto ignore = [](const Output&) {};
  {
    Engine engine(settings, limits, std::span(block).first(needed), seed, now);
    pump(engine, Start{}, now, ignore);
    pump(engine, LinkConnected{}, now, ignore);
    const std::string data(kDataBytesMax, 'x');
    InviteUsers command = invite(UserId::parse("apt1").value());
    command.data = data;
    CHECK_TRUE(pump(engine, command, now, ignore).code == Errc::kOk);
    pump(engine, TimePassed{}, now + Millis{500'000}, ignore);
  }
  for (std::size_t i = needed; i < block.size(); ++i) {
    CHECK_TRUE(block[i] == std::byte{0x5A});
  }
}

TEST(EngineContract, SettingsAppliedLaterHoldForTheNextCallAndTheAccountStays) {
  Scene scene(Stage::kUnknown);
  Settings settings = scene.station.engine().settings();
  settings.self = account_of("imp@elsewhere");
  settings.ring_time = Millis{5'000};
  scene.station.engine().reconfigure(settings);
  CHECK_TRUE(scene.station.engine().settings().self == scene.station.self);
  const Result result = scene.station.give(invite(scene.peer.self.user));
  scene.hear(scene.peer.ringing(result.call, {scene.station.self, 1}));
  scene.run(Millis{5'000});
  CHECK_TRUE(scene.station.reason(result.call) == Reason::kNoAnswer);
}

TEST(EngineContract, ListsLiveCallsFirstAndThenEndedOnes) {
  Scene scene(Stage::kDeclined);
  scene.hear(scene.peer.cancel(call_id(1)));  // an early cancel is no call
  scene.hear(scene.peer.invite(call_id(2)));
  const auto live = scene.station.engine().call_at(0);
  const auto ended = scene.station.engine().call_at(1);
  CHECK_TRUE(live->call == call_id(2) && live->state == CallState::kRinging);
  CHECK_TRUE(ended->call == scene.call && ended->reason == Reason::kDeclinedEverywhere);
  CHECK_FALSE(scene.station.engine().call_at(2).has_value());
}

TEST(EngineContract, IsQuietWhenAllIsForgotten) {
  Rig rig = connected();
  rig->give(rig->panel(), hang_up(rig->call));
  rig->run(Millis{1'000});
  CHECK_FALSE(rig->door().engine().quiet());
  rig->run(kTombstoneTime + Millis{10'000});
  CHECK_TRUE(rig->door().engine().quiet());
  CHECK_TRUE(rig->panel().engine().quiet());
}

TEST(EngineContract, IsNotQuietAsLongAsAnythingIsHeld) {
  Scene scene(Stage::kInConnected);
  Engine& engine = scene.station.engine();
  CHECK_FALSE(engine.quiet());
  scene.station.give(hang_up(scene.call));
  CHECK_FALSE(engine.quiet());  // the other side has not said that it heard
  scene.hear(scene.peer.ack(scene.station.last(MessageKind::kLeave).header()));
  CHECK_FALSE(engine.quiet());  // it may still speak of the call
  scene.run(kTombstoneTime);
  CHECK_TRUE(engine.quiet());
  scene.station.pass();
  engine.handle(SetDnd{true, Millis{0}}, scene.now);
  CHECK_FALSE(engine.quiet());
  Output output;
  CHECK_TRUE(engine.next_output(output));
  CHECK_TRUE(engine.quiet());
}

TEST(EngineContract, EveryNameOfAWakeUpDiffers) {
  std::map<std::string_view, int> names;
  for (int why = 0; why <= static_cast<int>(Wake::kStop); ++why) {
    ++names[to_string(static_cast<Wake>(why))];
  }
  UNSIGNED_LONGS_EQUAL(static_cast<std::size_t>(Wake::kStop) + 1, names.size());
  UNSIGNED_LONGS_EQUAL(0, names.count("unknown"));
}
