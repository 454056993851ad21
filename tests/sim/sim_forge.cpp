#include "tests/sim/sim_forge.hpp"

namespace doorcall::sim {
namespace {

LegView forged_view(const LegKey& key, const Account& self) {
  LegView view;
  view.key = key;
  view.user = self.user;
  view.device = self.device;
  view.state = LegState::kEnded;
  view.reason = Reason::kHangUp;
  return view;
}

LegKey any_leg(fakes::Prng& prng, Checks& checks, const CallTruth& call) {
  const auto legs = static_cast<std::uint32_t>(call.legs.size());
  const std::uint32_t drawn = prng.below(legs + 2);
  if (drawn >= legs) {
    return {checks.truth().account(call.creator), drawn == legs ? 0U : 7U};
  }
  return {checks.truth().account(call.legs[drawn].owner), call.legs[drawn].number};
}

Body stranger_says(fakes::Prng& prng, const Account& victim, Reason reason, std::uint64_t nonce) {
  static LegView view;  // the body views it
  view = forged_view({victim, 0}, victim);
  Invite invite;
  invite.caller = victim;
  invite.caller.user = *UserId::parse("u0");
  invite.ring_left = Millis{30'000};
  switch (prng.below(15)) {
    case 0: return Ringing{};
    case 1: return Accept{};
    case 2: return Confirm{victim.device, 1, {}};
    case 3: return Reject{reason, "forged"};
    case 4: return Cancel{reason, "forged"};
    case 5: return End{reason, "forged"};
    case 6: return Leave{reason, "forged", std::span(&view, 1)};
    case 7: return Roster{std::span(&view, 1)};
    case 8: return Join{prng.chance(5'000), {}, {}};
    case 9: return Info{InfoKind::kData, MediaKind::kAudio, {}, "1", view.key};
    case 10: return Door{};
    case 11: return Door{DoorStep::kOpen, nonce, {}, 0};
    case 12: return Door{DoorStep::kResult, 0, DoorResult::kOpened, 1};
    case 13: return Sync{std::span(&view, 1), std::nullopt, 0};
    default: return invite;
  }
}

/// Only what the owner of the leg may say, or may only be said to it.
Body insider_says(fakes::Prng& prng, const Account& victim, Reason reason, bool owns,
                  std::uint64_t nonce) {
  switch (prng.below(4)) {
    case 3: return Door{DoorStep::kOpen, nonce, {}, 0};
    case 0: return owns ? Body{Accept{}} : Body{Confirm{victim.device, 1, {}}};
    case 1: return owns ? Body{Ringing{}} : Body{Cancel{reason, "forged"}};
    default: return owns ? Body{Reject{reason, {}}} : Body{Cancel{reason, {}}};
  }
}

std::size_t any_other(fakes::Prng& prng, Checks& checks, std::size_t victim) {
  const auto count = static_cast<std::uint32_t>(checks.truth().plan().devices.size());
  const std::size_t drawn = prng.below(count);
  return drawn == victim ? kNobody : drawn;
}

}  // namespace

Forgery forge(fakes::Prng& prng, Checks& checks, const CallTruth& call, std::size_t victim,
              Fault fault) {
  Forgery forgery;
  Message& message = forgery.message;
  const Account& self = checks.truth().account(victim);
  const auto reason = static_cast<Reason>(1 + prng.below(kReasonLast));
  const std::size_t from = any_other(prng, checks, victim);
  const Engine* speaker = from == kNobody ? nullptr : checks.engine(from);
  message.header.call = call.id;
  message.header.leg = any_leg(prng, checks, call);
  message.header.connect = 1;
  message.header.sequence = 3'000'000 + prng.below(1'000'000);
  message.header.incarnation = speaker == nullptr ? prng.next() | 1U : speaker->incarnation();
  const bool party = from != kNobody && call.has_user(checks.truth().plan().devices[from].user);
  if (from != kNobody && (fault == Fault::kInsider ? party && speaker != nullptr : !party)) {
    forgery.sender = from;
  }
  if (forgery.sender != kNobody && party) {
    const bool of_sender = message.header.leg.owner == checks.truth().account(from);
    message.body = insider_says(prng, self, reason, of_sender, checks.any_nonce(prng));
  } else {
    message.body = stranger_says(prng, self, reason, checks.any_nonce(prng));
  }
  const MessageKind kind = kind_of(message.body);
  if (kind == MessageKind::kSync || kind == MessageKind::kRoster || kind == MessageKind::kInfo ||
      prng.chance(3'000)) {
    message.header.to = self.device;
  }
  return forgery;
}

}  // namespace doorcall::sim
