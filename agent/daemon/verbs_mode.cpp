#include <chrono>
#include <string>

#include "agent/daemon/verb_args.hpp"
#include "agent/daemon/verbs.hpp"

namespace doorcall::daemon {
namespace {

/// Minutes of the day from "HH:MM"; -1 if it is no such thing.
int minutes_of_day(const std::string& text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return -1;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : -1;
}

/// When what is being switched is to end; nothing: it was not said, or is wrong.
std::optional<UnixTime> read_end(VerbArgs& args, const DndDriver& dnd) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(7 * 24);
  const auto duration = args.milliseconds("for_ms");
  const auto until = args.text("until");
  if (duration && until) {
    args.fail("invalid_argument", "'for_ms' and 'until' exclude each other");
  }
  if (duration && (duration->count() < 1 || *duration > kLongest)) {
    args.fail("timeout_out_of_range", "a time of up to 7 days is allowed");
  }
  if (until && minutes_of_day(*until) < 0) {
    args.fail("invalid_argument", "'until' must be a time of day such as 07:00");
  }
  if (!args.ok()) {
    return std::nullopt;
  }
  if (duration) {
    return read_wall_clock() + std::chrono::ceil<std::chrono::seconds>(*duration).count();
  }
  return until ? std::optional(dnd.next_showing(minutes_of_day(*until))) : std::nullopt;
}

}  // namespace

void Verbs::dnd(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const std::string word = args.text("set").value_or("status");
  const std::optional<UnixTime> until = read_end(args, dnd_);
  const bool sets = word == "on" || word == "off";
  if (!sets && word != "auto" && word != "status") {
    args.fail("invalid_argument", "'set' must be on, off, auto or status");
  }
  if (until && !sets) {
    args.fail("invalid_argument", "a time goes with on and off only");
  }
  if (fail(responder, args)) {
    return;
  }
  const Errc code = sets ? dnd_.say(word == "on", until) : Errc::kOk;
  if (code != Errc::kOk) {
    fail(responder, code, "dnd");
    return;
  }
  if (word == "auto") {
    dnd_.follow_schedule();
  }
  responder.ok(dnd_.mode());
}

void Verbs::ring_to_open(const Request& request, Responder& responder) {
  VerbArgs args(request.args);
  const auto duration = args.milliseconds("for_ms");
  if (fail(responder, args)) {
    return;
  }
  const Errc code = duration ? agent_.ring_to_open(*duration) : Errc::kOk;
  if (code != Errc::kOk) {
    fail(responder, code, "ring_to_open");
    return;
  }
  responder.ok(dnd_.mode());
}

}  // namespace doorcall::daemon
