// From orders to streams. Sound is what a call is about: when it can't be had, media has failed.
// Pictures are dropped with a word in the log.
#include "platform/hooks/gstreamer/hook.hpp"

#include <string>
#include <utility>

#include "platform/hooks/gstreamer/auto_devices.hpp"
#include "platform/hooks/gstreamer/devices.hpp"

namespace doorcall::hook {
namespace {

constexpr guint kWatchMs = 250;
constexpr gint64 kSilenceUs = 2'000'000;  // without a packet: reconnecting

}  // namespace

Hook::Hook(HookOptions options, HookCall call, GMainLoop* loop)
    : options_(std::move(options)), call_(call), loop_(loop) {}

Hook::~Hook() {
  if (timer_ != 0) {
    g_source_remove(timer_);
  }
}

void Hook::take(const Order& order) {
  if (failed_) {
    return;
  }
  switch (order.kind) {
    case Order::Kind::kPrepare: static_cast<void>(prepare(order.offer)); return;
    case Order::Kind::kEarly: early(order.account, order.offer); return;
    case Order::Kind::kStart: start(order.offer); return;
    case Order::Kind::kRemote: take_remote(order.offer); return;
    case Order::Kind::kMute: mute(order.on); return;
    case Order::Kind::kStop: stop(); return;
    case Order::Kind::kUnknown: return;
  }
}

/// Opens everything, once, and makes the own offer.
bool Hook::prepare(const std::string& remote) {
  if (!remote.empty()) {
    take_remote(remote);
  }
  return audio_ != nullptr || open(remote_ ? remote_->address : options_.toward);
}

bool Hook::open(const std::string& toward) {
  const std::string address = options_.address.empty() ? address_toward(toward) : options_.address;
  std::string error;
  replace_missing_devices(options_);
  if (lacks_echo_cancelling(options_)) {
    const std::string why = "echo can't be cancelled: GStreamer's webrtcdsp is not installed";
    if (options_.echo_cancel == Use::kOn) {
      fail(why);
      return false;
    }
    say_log(why);
  }
  if (address.empty()) {
    fail("there is no way to '" + toward + "'; see --address and --toward");
    return false;
  }
  audio_ = std::make_unique<Stream>(Medium::kAudio, options_,
                                    [this](const std::string& why) { fail(why); });
  if (!audio_->open(address, error)) {
    fail(error);
    return false;
  }
  audio_->mute(muted_);
  const bool any_video = options_.video_source != "none" || options_.video_sink != "none";
  if (call_.video && any_video) {
    video_ = std::make_unique<Stream>(Medium::kVideo, options_,
                                      [this](const std::string& why) { drop_video(why); });
    if (!video_->open(address, error)) {
      drop_video(error);
    }
  }
  Description own{.address = address, .audio = audio_->own(), .video = {}};
  if (video_) {
    own.video = video_->own();
  }
  say_offer(to_text(own));
  return true;
}

/// The visitor's picture, ahead of the answer: sent by the caller, shown by who rings.
void Hook::early(const std::string& account, const std::string& offer) {
  if (started_ || !prepare(call_.caller ? "" : offer) || !video_) {
    return;
  }
  const auto remote = parse_description(offer);
  if (call_.caller && remote && !video_->send_to(remote->address, remote->video)) {
    say_log("no preview for " + account + ": it can't take what is sent");
  }
  previewing_ = !call_.caller;
  begin_watch();
  connect();
}

void Hook::start(const std::string& offer) {
  if (started_ || !prepare(offer)) {
    return;
  }
  started_ = true;
  previewing_ = false;
  packets_ = packets_so_far();  // what a preview has brought
  enter(MediaState::kConnecting);
  begin_watch();
  connect();
}

void Hook::take_remote(const std::string& offer) {
  const auto remote = parse_description(offer);
  if (!remote) {
    say_log("the other side's offer is not a session description with known codecs");
    return;
  }
  remote_ = *remote;
  connect();
}

void Hook::mute(bool on) {
  muted_ = on;
  if (audio_) {
    audio_->mute(on);
  }
}

void Hook::connect() {
  if (!remote_ || (!started_ && !previewing_)) {
    return;
  }
  if (started_ && !audio_->connect(remote_->address, remote_->audio, true)) {
    fail("the two sides don't fit: SRTP is demanded, or no common codec");
    return;
  }
  if (video_ && remote_->video.port != 0 &&
      !video_->connect(remote_->address, remote_->video, started_)) {
    drop_video("the two sides don't fit");
  }
}

void Hook::begin_watch() {
  const auto on_time = [](void* self) -> gboolean {
    static_cast<Hook*>(self)->watch();
    return G_SOURCE_CONTINUE;
  };
  timer_ = timer_ != 0 ? timer_ : g_timeout_add(kWatchMs, on_time, this);
}

std::uint64_t Hook::packets_so_far() const {
  return audio_->packets() + (video_ ? video_->packets() : 0);
}

void Hook::watch() {
  const std::uint64_t packets = packets_so_far();
  const gint64 now = g_get_monotonic_time();
  if (started_ && packets != packets_) {
    packets_ = packets;
    heard_us_ = now;
    enter(MediaState::kConnected);
  } else if (state_ == MediaState::kConnected && now - heard_us_ > kSilenceUs) {
    enter(MediaState::kReconnecting);
  }
  if (video_ && video_->pictures() != pictures_ && options_.video_sink == "count") {
    pictures_ = video_->pictures();
    say_log("pictures " + std::to_string(pictures_));
  }
}

void Hook::enter(MediaState state) {
  if (state != state_) {
    state_ = state;
    say_state(state);
  }
}

void Hook::fail(const std::string& why) {
  if (!failed_) {
    failed_ = true;
    say_state(MediaState::kFailed, why);
    stop();
  }
}

void Hook::drop_video(const std::string& why) {
  say_log("no picture: " + why);
  // This may be called by the stream itself.
  g_idle_add(
      [](void* stream) -> gboolean {
        delete static_cast<Stream*>(stream);
        return G_SOURCE_REMOVE;
      },
      video_.release());
}

void Hook::stop() {
  g_main_loop_quit(loop_);
}

}  // namespace doorcall::hook
