// Media offers and candidates on their way between the two hooks of a call. What is there in time
// rides in the invite or the accept, which the engine sees to; everything else is told from here:
// ahead of the answer to who rings, and after it to the peer, until that is known to have it.
#include <algorithm>
#include <utility>

#include "agent/facade/events.hpp"
#include "agent/facade/impl.hpp"

namespace doorcall {
namespace {

constexpr std::size_t kRemoteOffersMax = 16;
constexpr std::size_t kCandidatesMax = 16;

}  // namespace

// --- own

/// The call that a hook speaks of; none once it is over.
std::optional<CallInfo> Agent::Impl::call_of_hook(std::string_view call) const {
  const auto id = CallId::parse(call);
  const auto info = id ? engine_->find_call(*id) : std::nullopt;
  return info && info->state != CallState::kEnded && !abandoned_ ? info : std::nullopt;
}

void Agent::Impl::take_own_offer(const std::string& call, Bytes offer) {
  const auto info = call_of_hook(call);
  if (!info || offer.empty()) {
    return;
  }
  Notes& notes = notes_[info->call];
  notes.local_offer = std::move(offer);
  notes.of_hook = true;
  notes.told = false;
  tell_offer(info->call);
}

/// A calling device tells it to all who ring; one that rings only if it wants to see who calls.
void Agent::Impl::tell_offer(const CallId& call) {
  const auto info = engine_->find_call(call);
  const auto found = notes_.find(call);
  if (!info || found == notes_.end() || found->second.local_offer.empty() || found->second.told) {
    return;
  }
  const Bytes offer = found->second.local_offer;
  if (info->state == CallState::kConnected) {
    const auto kind = info->outgoing ? InfoKind::kMediaOffer : InfoKind::kMediaAnswer;
    found->second.told = tell_peer(call, kind, offer) == Errc::kOk;
  } else if (info->state == CallState::kCalling || options_.media_early) {
    feed(OfferEarly{.call = call, .offer = offer});
  }
}

void Agent::Impl::take_own_candidate(const std::string& call, Bytes candidate) {
  const auto info = call_of_hook(call);
  if (!info) {
    return;
  }
  std::vector<Bytes>& kept = notes_[info->call].candidates;
  if (kept.size() >= kCandidatesMax) {
    log_.warning("media", "more than ", kCandidatesMax, " candidates wait; one is dropped");
    return;
  }
  kept.push_back(std::move(candidate));
  tell_candidates(info->call);
}

void Agent::Impl::tell_candidates(const CallId& call) {
  const auto found = notes_.find(call);
  if (found == notes_.end() || !found->second.media_peer) {
    return;
  }
  std::vector<Bytes>& waiting = found->second.candidates;
  while (!waiting.empty() &&
         tell_peer(call, InfoKind::kMediaCandidate, waiting.front()) == Errc::kOk) {
    waiting.erase(waiting.begin());
  }
}

/// Only so many infos may be under way: there is room for the next.
void Agent::Impl::take_receipt(const InfoReceipt& receipt) {
  receipts_.on_receipt(receipt);
  delivery_.push([this, call = receipt.call] {
    tell_offer(call);
    tell_candidates(call);
  });
}

/// The peer of the media, once it was started.
Errc Agent::Impl::tell_peer(const CallId& call, InfoKind kind, const Bytes& bytes) {
  const auto& peer = notes_[call].media_peer;
  if (!peer) {
    return Errc::kNotAllowed;
  }
  return feed(SendInfo{.call = call,
                       .user = peer->user,
                       .kind = kind,
                       .media = MediaKind::kAudio,
                       .bytes = bytes,
                       .text = {}})
      .code;
}

Errc Agent::Impl::mute(std::string_view call, bool on) {
  const auto id = CallId::parse(call);
  const auto info = id ? engine_->find_call(*id) : std::nullopt;
  if (!info) {
    return Errc::kUnknownCall;
  }
  if (info->media_state == MediaState::kNone || info->state == CallState::kEnded) {
    return Errc::kNotAllowed;
  }
  notes_[*id].muted = on;
  delivery_.push([this, text = std::string(call), on] { media_->mute(text, on); });
  arm();
  return Errc::kOk;
}

// --- the other side's

/// False if it was known already, or there is no room.
bool Agent::Impl::keep_remote(const CallId& call, const Account& from, const Bytes& offer) {
  auto& offers = notes_[call].remote_offers;
  if (offers.size() >= kRemoteOffersMax && offers.count(from) == 0) {
    return false;
  }
  Bytes& kept = offers[from];
  return std::exchange(kept, offer) != offer;
}

void Agent::Impl::prepare_media(const CallUpdate& update) {
  MediaRequest request = facade::to_request(update);
  const auto id = CallId::parse(update.call);
  const auto found = id ? notes_.find(*id) : notes_.end();
  if (found != notes_.end()) {
    const auto& offers = found->second.remote_offers;
    request.local_offer = found->second.local_offer;
    request.remote_offer = offers.empty() ? Bytes{} : offers.begin()->second;
  }
  const auto media = media_;
  media->prepare(request);
  if (!update.outgoing && options_.media_early && !request.remote_offer.empty()) {
    media->early(request);
  }
}

void Agent::Impl::take_media_info(const InfoEvent& event) {
  const auto info = engine_->find_call(event.call);
  if (!info || media_ == nullptr) {
    return;
  }
  const std::string call(to_text(event.call).view());
  Bytes bytes(event.bytes.begin(), event.bytes.end());
  switch (event.kind) {
    case InfoKind::kMediaOffer:
    case InfoKind::kMediaAnswer: take_remote_offer(*info, event.from, bytes); return;
    case InfoKind::kMediaCandidate:
      delivery_.push([this, call, bytes] { media_->candidate(call, bytes); });
      return;
    case InfoKind::kMediaSwitch:
      delivery_.push([this, call, media = event.media] { media_->switch_to(call, media); });
      return;
    case InfoKind::kKeyPress:
    case InfoKind::kData: return;
  }
}

/// In a call of several the media goes between this device and one peer: others' offers are kept
/// for the day when one of them takes its place.
void Agent::Impl::take_remote_offer(const CallInfo& info, const Account& from, const Bytes& offer) {
  if (!keep_remote(info.call, from, offer)) {
    return;
  }
  const MediaRequest request{.call = std::string(to_text(info.call).view()),
                             .caller = info.outgoing,
                             .peer_user = std::string(from.user.view()),
                             .peer_device = std::string(from.device.view()),
                             .media = info.media,
                             .local_offer = notes_[info.call].local_offer,
                             .remote_offer = offer};
  const auto& peer = notes_[info.call].media_peer;
  const bool early = !peer && options_.media_early;
  const bool remote = peer ? *peer == from : !info.outgoing;
  delivery_.push([this, request, early, remote] {
    const auto media = media_;
    if (remote) {
      media->remote(request.call, request.remote_offer);
    }
    if (early) {
      media->early(request);
    }
  });
}

}  // namespace doorcall
