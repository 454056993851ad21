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

constexpr Word kWords[] = {{"call", Kind::kCall},
                           {"answer", Kind::kAnswer},
                           {"decline", Kind::kDecline},
                           {"hang_up", Kind::kHangUp},
                           {"toggle", Kind::kToggle}};

}  // namespace

std::optional<ButtonAction> ButtonAction::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool has_user = colon != std::string_view::npos;
  const std::string_view verb = text.substr(0, colon);
  const std::string_view user = has_user ? text.substr(colon + 1) : std::string_view();
  for (const Word& word : kWords) {
    if (word.text != verb) {
      continue;
    }
    const bool may_have_user = word.kind == Kind::kCall || word.kind == Kind::kToggle;
    const bool must_have_user = word.kind == Kind::kCall;
    if ((has_user && !may_have_user) || (!has_user && must_have_user) ||
        (has_user && !UserId::parse(user))) {
      return std::nullopt;
    }
    return ButtonAction{.kind = word.kind, .user = std::string(user)};
  }
  return std::nullopt;
}

std::string ButtonAction::text() const {
  for (const Word& word : kWords) {
    if (word.kind == kind) {
      const std::string verb(word.text);
      return user.empty() ? verb : verb + ':' + user;
    }
  }
  return {};
}

}  // namespace doorcall
