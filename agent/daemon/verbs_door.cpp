// Opening a door: answered when the door has answered, or is given up.
#include <memory>
#include <string>
#include <utility>

#include "agent/daemon/verb_args.hpp"
#include "agent/daemon/verbs.hpp"

namespace doorcall::daemon {
namespace {

/// What a door's answer means to who has asked, and what to do next.
std::string_view explain(DoorResult result) {
  switch (result) {
    case DoorResult::kOpened: return "opened";
    case DoorResult::kFailed:
      return "the door's lock could not be driven; see the log of its device";
    case DoorResult::kNotAllowed:
      return "the door opens to parties of a call and to its list only: allow in [door] there";
    case DoorResult::kStale: return "the order came too late; try again";
    case DoorResult::kNoDoor: return "that device has no door";
    case DoorResult::kBusy: return "too many ask at that door; try again in 10 seconds";
    case DoorResult::kNoResponse: return "the door did not answer within 10 seconds";
  }
  return "unknown";
}

}  // namespace

void Verbs::door(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const DoorTarget target{.call = args.text("call").value_or(""),
                          .user = args.text("user").value_or("")};
  if (fail(responder, args)) {
    return;
  }
  const auto later = std::make_shared<Responder>(std::move(responder));
  const Errc code = agent_.open_door(target, [later, user = target.user](DoorResult result) {
    if (result != DoorResult::kOpened) {
      later->fail(to_string(result), explain(result));
      return;
    }
    platform::Json answer = platform::Json::object();
    answer.set("user", user).set("result", to_string(result));
    later->ok(std::move(answer));
  });
  if (code != Errc::kOk) {
    fail(*later, code, "door");
  }
}

}  // namespace doorcall::daemon
