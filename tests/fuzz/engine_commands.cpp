// What this device's people, its media hook and its door do.
#include "tests/fuzz/engine_player.hpp"

namespace doorcall::fuzz {

UserId Player::any_user() {
  return accounts()[input_.below(static_cast<std::uint32_t>(accounts().size()))].user;
}

void Player::command() {
  const std::uint32_t what = input_.below(22);
  if (what < 6) {
    invite();
  } else if (what < 17) {
    command_of_call(what);
  } else {
    press_mode(what);
  }
}

void Player::invite() {
  std::array<Invitee, kInviteesMax + 1> invitees;
  const std::uint32_t shape = input_.byte();
  const std::size_t count = shape < 200 ? 1 + shape % 3 : shape % (invitees.size() + 1);
  const bool steps = input_.flag();
  for (std::size_t i = 0; i < count; ++i) {
    invitees[i] = {any_user(), static_cast<std::uint8_t>(steps ? i : 0)};
    if (shape >= 200) {
      invitees[i].user = UserId::parse("user" + std::to_string(i)).value();
    }
  }
  InviteUsers command;
  command.invitees = std::span<const Invitee>(invitees).first(count);
  if (input_.flag()) {
    command.call = any_call();
  }
  const std::uint32_t flags = input_.byte();
  command.plan.first_wins = (flags & 1U) != 0;
  command.plan.keep = (flags & 2U) != 0;
  command.wait_offline = (flags & 4U) != 0;
  command.plan.cycles = static_cast<std::uint8_t>(1 + flags / 64);
  command.plan.step_time = Millis{steps ? 5'000 : 0};
  command.ring_time = Millis{(flags & 8U) != 0 ? 10'000 : 0};
  if ((flags & 16U) != 0) {
    command.caller_name = input_.text(kNameBytesMax + 1);
    command.data = input_.text(kDataBytesMax + 1);
    command.line = input_.text(kLineIdBytesMax + 1);
    command.offer = input_.piece(kOfferBytesMax + 1);
    command.push_title = input_.text(kNameBytesMax + 1);
    command.push_content = input_.text(kPushContentBytesMax + 1);
  }
  give(command);
}

void Player::command_of_call(std::uint32_t what) {
  const CallId call = any_call();
  switch (what) {
    case 6:
    case 7: give(AcceptCall{call, input_.text(64), input_.piece(64)}); break;
    case 8: give(RejectCall{call, static_cast<Reason>(input_.below(kReasonLast + 1U)), {}}); break;
    case 9: {
      const std::array<UserId, 1> users{any_user()};
      give(CancelCall{call, std::span(users).first(input_.below(2)), {}});
      break;
    }
    case 10: give(HangUpCall{call, input_.text(kDataBytesMax + 1)}); break;
    case 11: give(EndCall{call, {}}); break;
    case 12: {
      JoinCall join;
      join.move = input_.flag();
      join.call = input_.flag() ? engine_->pullable_at(0).value_or(call) : call;
      if (input_.flag()) {
        join.via = any_user();
      }
      give(join);
      break;
    }
    case 13: {
      SendInfo info;
      info.call = call;
      info.user = input_.flag() ? any_user() : UserId{};
      info.kind = static_cast<InfoKind>(input_.below(kInfoKindLast + 1U));
      info.bytes = input_.piece(kOfferBytesMax + 1);
      info.text = input_.text(kDataBytesMax + 1);
      give(info);
      break;
    }
    case 14: give(OfferEarly{call, input_.piece(kOfferBytesMax + 1)}); break;
    case 15: give(SilenceCall{call}); break;
    default: {
      OpenDoor open;
      open.call = input_.flag() ? call : CallId{};
      open.user = input_.flag() ? any_user() : UserId{};
      give(open);
      break;
    }
  }
}

void Player::press_mode(std::uint32_t what) {
  switch (what) {
    case 17: give(SetDnd{input_.flag(), Millis{input_.byte() * 1'000}}); break;
    case 18: give(SetRingToOpen{Millis{input_.byte() * 1'000}}); break;
    case 19: give(Start{}); break;
    case 20: give(Stop{}); break;
    default:
      settings_ = any_settings(input_);
      pass_due();
      engine_->reconfigure(settings_);
      settle();
      break;
  }
}

void Player::fact_of_media_or_door() {
  switch (input_.below(4)) {
    case 0:
      give(MediaReported{any_call(), static_cast<MediaState>(input_.below(kMediaStateLast + 1U))});
      break;
    case 1: give(DoorPulsed{last_pulse_ + input_.below(3), input_.flag()}); break;
    case 2: give(DoorContact{input_.flag()}); break;
    default: check_views(); break;
  }
}

}  // namespace doorcall::fuzz
