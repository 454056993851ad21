#pragma once

// Calls of more than two: a rig of whole engines, or one engine among members that the test plays.

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/engine_letters.hpp"
#include "tests/fakes/engine_rig.hpp"
#include "tests/fakes/engine_scene.hpp"

namespace doorcall::fakes {

UserId user(std::string_view name);
InviteUsers invite_users(std::initializer_list<std::string_view> names);

/// Free application data for the members of the call.
SendInfo info_to(const CallId& call, std::string_view text);

/// Of one user a step, 10 seconds each.
InviteUsers hunt(std::initializer_list<std::string_view> names, std::uint8_t cycles = 1);

/// "apt1", after 10 seconds "apt2" and "apt3", too.
InviteUsers escalation();

LegView leg_view(const LegKey& key, std::string_view account, LegState state,
                 std::uint32_t join_number = 0, Reason reason = Reason::kNone);
std::string text(Reason reason);

/// "door@gate connected, apt1 ringing, apt2 ended(declined)": the legs as the station sees
/// them.
std::string members(Station& station, const CallId& call);

/// Whole engines: "door@gate" and, for each further name, one more, all online.
struct Group {
  explicit Group(std::initializer_list<std::string_view> accounts, const RigOptions& options = {});
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  ~Group();

  [[nodiscard]] Station& door();
  [[nodiscard]] Station& at(std::size_t index);

  Result give(Station& station, const Input& input);
  void run(Millis span);

  /// The door calls, and it rings where it should.
  void call_users(const InviteUsers& command);

  /// The named stations answer, one after the other.
  void answer(std::initializer_list<std::size_t> who);

  [[nodiscard]] std::string state(std::size_t index);
  [[nodiscard]] std::string reason(std::size_t index);
  [[nodiscard]] std::string seen_by(std::size_t index);

  /// A message of this kind is lost.
  void lose(MessageKind kind);

  Rig rig;
  std::vector<Station*> stations;
  CallId call;
};

/// One engine in an answered call of three: "door@gate" has called "panel@apt1" (door#1) and
/// "panel@apt2" (door#2). The test plays the other two.
struct Trio {
  /// `account`: which of the three the engine is.
  explicit Trio(std::string_view account, Station::Options options = {});
  Trio(const Trio&) = delete;
  Trio& operator=(const Trio&) = delete;
  ~Trio();

  /// What a member says, and what the engine puts out at once, in words.
  std::string hear(Actor& from, const Message& message);
  /// The member's roster of `legs`.
  std::string roster(Actor& from, const LegKey& leg, std::span<const LegView> legs);
  void acknowledge(MessageKind kind, Actor& from);
  /// Each of the members shows that it lives, for as long as `span`.
  void live(Millis span, std::initializer_list<Actor*> who);
  [[nodiscard]] std::string seen();
  [[nodiscard]] std::string state();

  Instant now{Millis{1'000'000}};
  Actor door{"door@gate", 0xD0};
  Actor one{"panel@apt1", 0xA1};
  Actor two{"panel@apt2", 0xA2};
  Station station;
  CallId call = call_id(0x77);
  std::array<LegView, 3> views;

 private:
  void call_out();
  void call_in(std::uint32_t number);
};

}  // namespace doorcall::fakes
