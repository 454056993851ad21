#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agent/daemon/verbs.hpp"

namespace doorcall::daemon {

[[nodiscard]] inline platform::Json call_result(const std::string& call) {
  platform::Json result = platform::Json::object();
  result.set("call", call);
  return result;
}

/// Answers when `begin` completes, or at once with the code that it refuses with.
template <typename Begin>
void answer_when_done(platform::Responder& responder, const char* verb, Begin begin) {
  const auto later = std::make_shared<platform::Responder>(std::move(responder));
  const auto call = std::make_shared<std::string>();
  const Errc code = begin(*call, [later, call, verb](const Outcome& outcome) {
    if (outcome.code == Errc::kOk) {
      platform::Json result = call_result(*call);
      result.set("reason", to_string(outcome.reason));
      later->ok(std::move(result));
      return;
    }
    later->fail(to_string(outcome.code), std::string(explain(outcome.code, verb)) + ": " +
                                             std::string(to_string(outcome.reason)));
  });
  if (code != Errc::kOk) {
    fail(*later, code, verb);
  }
}

}  // namespace doorcall::daemon
