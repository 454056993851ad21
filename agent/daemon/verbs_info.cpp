// What is told to the members of a call beside the call itself.
#include <string>

#include "agent/daemon/verb_answers.hpp"
#include "agent/daemon/verb_args.hpp"
#include "agent/daemon/verbs.hpp"
#include "platform/base64.hpp"

namespace doorcall::daemon {
namespace {

InfoKind read_kind(VerbArgs& args) {
  const std::string word = args.text("kind").value_or("data");
  for (std::uint8_t kind = 0; kind <= kInfoKindLast; ++kind) {
    if (to_string(static_cast<InfoKind>(kind)) == word) {
      return static_cast<InfoKind>(kind);
    }
  }
  args.fail("invalid_argument",
            "'kind' must be data, key_press, media_switch, media_offer, media_answer or "
            "media_candidate");
  return InfoKind::kData;
}

}  // namespace

void Verbs::send(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string call = args.call(agent_, {CallState::kConnected});
  InfoMessage message;
  message.kind = read_kind(args);
  message.user = args.text("user").value_or("");
  message.text = args.text("text").value_or("");
  message.media = args.media("media").value_or(MediaKind::kAudio);
  if (const auto bytes = args.text("bytes")) {
    const auto decoded = platform::base64_decode(*bytes);
    if (!decoded) {
      args.fail("invalid_argument", "'bytes' must be base64");
    } else {
      message.bytes.assign(decoded->begin(), decoded->end());
    }
  }
  if (fail(responder, args)) {
    return;
  }
  answer_when_done(responder, "send", [&](std::string& ret_call, Completion done) {
    ret_call = call;
    return agent_.send(call, message, std::move(done));
  });
}

}  // namespace doorcall::daemon
