// Infos on their way in and out; what they mean is the embedder's, or its media hook's.
#include <utility>

#include "agent/facade/events.hpp"
#include "agent/facade/impl.hpp"

namespace doorcall {

Errc Agent::Impl::send(std::string_view call, const InfoMessage& message, Completion done) {
  const auto id = CallId::parse(call);
  if (!id) {
    return Errc::kUnknownCall;
  }
  SendInfo order{.call = *id,
                 .user = {},
                 .kind = message.kind,
                 .media = message.media,
                 .bytes = message.bytes,
                 .text = message.text};
  if (!message.user.empty()) {
    const auto user = UserId::parse(message.user);
    if (!user) {
      return Errc::kInvalidUser;
    }
    order.user = *user;
  }
  const Result result = feed(order);
  if (result.code == Errc::kOk) {
    std::vector<Account> members;
    for (std::size_t i = 0; const auto leg = engine_->member_at(*id, i); ++i) {
      const bool meant = order.user.empty() || leg->user == order.user;
      if (meant && leg->state == LegState::kConnected &&
          leg->user != engine_->settings().self.user) {
        members.push_back({leg->device, leg->user});
      }
    }
    receipts_.add(*id, result.ticket, std::move(members), std::move(done));
  }
  return result.code;
}

void Agent::Impl::take_info(const InfoEvent& event) {
  take_media_info(event);
  delivery_.push([this, update = facade::to_update(event, at_ms_)] {
    delivery_.tell(&Listener::on_info, update);
  });
}

}  // namespace doorcall
