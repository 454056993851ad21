#include "doorcall/button.hpp"

#include <utility>

#include "agent/core/ids.hpp"

namespace doorcall {
namespace {

using Kind = ButtonAction::Kind;

struct Word {
  std::string_view text;
  Kind kind;
};

constexpr Word kWords[] = {{"call", Kind::kCall},       {"answer", Kind::kAnswer},
                           {"decline", Kind::kDecline}, {"hang_up", Kind::kHangUp},
                           {"toggle", Kind::kToggle},   {"plan", Kind::kPlan},
                           {"silence", Kind::kSilence}, {"dnd", Kind::kDnd},
                           {"pull", Kind::kPull},       {"open", Kind::kOpen}};

}  // namespace

std::optional<ButtonAction> ButtonAction::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool has_name = colon != std::string_view::npos;
  const std::string_view verb = text.substr(0, colon);
  const std::string_view name = has_name ? text.substr(colon + 1) : std::string_view();
  for (const Word& word : kWords) {
    if (word.text != verb) {
      continue;
    }
    const bool needs_name = word.kind == Kind::kCall || word.kind == Kind::kPlan;
    const bool may_have_name = needs_name || word.kind == Kind::kToggle || word.kind == Kind::kOpen;
    if ((has_name && !may_have_name) || (!has_name && needs_name) ||
        (has_name && !UserId::parse(name))) {
      return std::nullopt;
    }
    ButtonAction action;
    action.kind = word.kind;
    (word.kind == Kind::kPlan ? action.plan : action.user) = name;
    return action;
  }
  return std::nullopt;
}

std::string ButtonAction::text() const {
  for (const Word& word : kWords) {
    if (word.kind == kind) {
      std::string text(word.text);
      const std::string& name = kind == Kind::kPlan ? plan : user;
      if (!name.empty()) {
        text.append(1, ':').append(name);
      }
      return text;
    }
  }
  return {};
}

}  // namespace doorcall
