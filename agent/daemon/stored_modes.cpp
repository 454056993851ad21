#include "agent/daemon/stored_modes.hpp"

#include "platform/json.hpp"

namespace doorcall::daemon {
namespace {

using platform::Json;
using platform::JsonView;

/// The word in a file of our format, or none, or in `ret_problem` why it is not understood.
std::optional<DndWord> parse(const std::string& text, std::string& ret_problem) {
  const std::optional<Json> json = Json::parse(text);
  const std::int64_t format = json ? (*json)["format"].integer().value_or(0) : 0;
  if (format == 0) {
    ret_problem = "it is damaged";
    return std::nullopt;
  }
  if (format != StoredModes::kFormat) {
    ret_problem = "its format is " + std::to_string(format) + ", this version knows only " +
                  std::to_string(StoredModes::kFormat);
    return std::nullopt;
  }
  const JsonView dnd = (*json)["dnd"];
  if (!dnd) {
    return std::nullopt;
  }
  const std::optional<bool> on = dnd["on"].boolean();
  const std::optional<bool> to_edge = dnd["to_edge"].boolean();
  const std::optional<std::int64_t> until = dnd["until"].integer();
  if (!on || !to_edge || (!until && (dnd["until"] || !*to_edge))) {
    ret_problem = "its dnd is damaged";
    return std::nullopt;
  }
  return DndWord{.on = *on, .to_edge = *to_edge, .until = until};
}

std::string format(const std::optional<DndWord>& word) {
  Json json = Json::object();
  json.set("format", StoredModes::kFormat);
  if (word) {
    Json dnd = Json::object();
    dnd.set("on", word->on).set("to_edge", word->to_edge);
    if (word->until) {
      dnd.set("until", *word->until);
    }
    json.set("dnd", std::move(dnd));
  }
  return json.dump() + '\n';
}

}  // namespace

std::optional<DndWord> StoredModes::load() {
  std::string problem;
  const std::optional<std::string> text = file_.read(problem);
  const std::optional<DndWord> word = text ? parse(*text, problem) : std::nullopt;
  if (!problem.empty()) {
    const bool aside = file_.set_aside();
    log_.warning("state", "stored modes are ignored: ", file_.path(), ": ", problem,
                 aside ? "; kept as " : "; it can't be renamed", aside ? file_.aside_path() : "");
  }
  return word;
}

bool StoredModes::store(const std::optional<DndWord>& word) {
  std::string problem;
  if (!file_.replace(format(word), problem)) {
    log_.warning("state", "a restart will not know of this do not disturb: ", problem);
    return false;
  }
  return true;
}

}  // namespace doorcall::daemon
