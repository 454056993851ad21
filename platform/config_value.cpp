// One function a kind of value: from what stands in the file to what the program uses, or nothing.
// What is allowed is said in words by Rule::allowed(), next to the functions that check it.
#include "platform/config_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "platform/blink.hpp"
#include "platform/config_lists.hpp"
#include "platform/evdev.hpp"
#include "platform/gpio.hpp"

namespace doorcall::platform::detail {
namespace {

constexpr std::size_t kShownBytesMax = 60;
constexpr std::size_t kListMax = 256;
constexpr std::size_t kTopicBytesMax = 64;

constexpr std::array<std::string_view, 8> kActions{"toggle",  "answer", "decline", "hang_up",
                                                   "silence", "dnd",    "pull",    "open"};
constexpr std::array<ButtonAction, 8> kActionValues{
    ButtonAction::kToggle,  ButtonAction::kAnswer, ButtonAction::kDecline, ButtonAction::kHangUp,
    ButtonAction::kSilence, ButtonAction::kDnd,    ButtonAction::kPull,    ButtonAction::kOpen};
constexpr std::string_view kCallPrefix = "call:";
constexpr std::string_view kPlanPrefix = "plan:";
constexpr std::string_view kOpenPrefix = "open:";
constexpr std::size_t kUserBytesMax = 32;

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_text(std::string_view text, const Rule& rule) {
  const auto size = static_cast<std::int64_t>(text.size());
  return size >= rule.low && size <= rule.high &&
         std::none_of(text.begin(), text.end(), is_control);
}

/// The grammar of the protocol's root (transport/PROTOCOL.md §2): a dot would end the connection at
/// some brokers.
bool is_topic(std::string_view text) {
  return !text.empty() && text.size() <= kTopicBytesMax && text.front() != '/' &&
         text.back() != '/' && text.find("//") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](const char& c) {
           return c == '/' || is_name({&c, 1}, 1);
         });
}

/// Without the library that knows the names only their form is checked.
bool is_key(std::string_view text) {
  return evdev_library().empty() ? text.starts_with("KEY_") || text.starts_with("BTN_")
                                 : key_code(text).has_value();
}

std::optional<Value> integer_value(const toml::node& node, const Rule& rule) {
  const std::optional<std::int64_t> number = node.value_exact<std::int64_t>();
  if (!number || *number < rule.low || *number > rule.high) {
    return std::nullopt;
  }
  Value value;
  value.integer = *number;
  return value;
}

std::optional<Value> mode_value(std::string_view text) {
  Value value;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value.integer, 8);
  if (error != std::errc() || rest != end || value.integer < 0 || value.integer > 0777) {
    return std::nullopt;
  }
  return value;
}

std::optional<Value> duration_value(const toml::node& node, const Rule& rule) {
  const std::optional<std::string_view> text = node.value_exact<std::string_view>();
  if (rule.off && (text == "off" || node.value_exact<bool>() == false)) {
    return Value{};
  }
  Value value;
  if (text) {
    value.duration = parse_duration(*text);
  } else if (const auto seconds = node.value_exact<std::int64_t>()) {
    value.duration = parse_duration(std::to_string(*seconds) + "s");
  }
  if (!value.duration || value.duration->count() < rule.low ||
      value.duration->count() > rule.high) {
    return std::nullopt;
  }
  return value;
}

std::optional<Value> choice_value(std::string_view text, const Rule& rule) {
  const auto found = std::find(rule.choices.begin(), rule.choices.end(), text);
  if (found == rule.choices.end()) {
    return std::nullopt;
  }
  Value value;
  value.integer = found - rule.choices.begin();
  return value;
}

std::optional<Value> command_value(const toml::node& node) {
  const toml::array* const array = node.as_array();
  if (array == nullptr || array->size() > kListMax) {
    return std::nullopt;
  }
  Value value;
  for (const toml::node& element : *array) {
    const std::optional<std::string_view> text = element.value_exact<std::string_view>();
    if (!text || text->find('\0') != std::string_view::npos) {
      return std::nullopt;
    }
    value.list.emplace_back(*text);
  }
  if (value.list.empty() || value.list.front().empty()) {
    return std::nullopt;
  }
  return value;
}

std::optional<Value> press_value(std::string_view text) {
  Value value;
  for (const std::string_view prefix : {kCallPrefix, kPlanPrefix, kOpenPrefix}) {
    if (text.substr(0, prefix.size()) == prefix) {
      value.press.action = prefix == kCallPrefix   ? ButtonAction::kCall
                           : prefix == kPlanPrefix ? ButtonAction::kPlan
                                                   : ButtonAction::kOpen;
      value.press.target = text.substr(prefix.size());
      return is_name(value.press.target, kUserBytesMax) ? std::optional(value) : std::nullopt;
    }
  }
  const auto found = std::find(kActions.begin(), kActions.end(), text);
  if (found == kActions.end()) {
    return std::nullopt;
  }
  value.press.action = kActionValues[static_cast<std::size_t>(found - kActions.begin())];
  return value;
}

std::optional<Value> text_value(std::string_view text, bool allowed) {
  if (!allowed) {
    return std::nullopt;
  }
  Value value;
  value.text = text;
  return value;
}

std::string quoted(std::string_view text) {
  std::size_t size = std::min(text.size(), kShownBytesMax);
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) {
    --size;  // not within a character
  }
  const char* const end = size < text.size() ? "...\"" : "\"";
  return '"' + std::string(text.substr(0, size)) + end;
}

std::string choices_text(std::span<const std::string_view> choices) {
  std::string text;
  for (const std::string_view choice : choices) {
    text.append(text.empty() ? "" : ", ").append(quoted(choice));
  }
  return text;
}

}  // namespace

std::string found_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string_view>()) {
    return quoted(*text);
  }
  if (const auto number = node.value_exact<std::int64_t>()) {
    return std::to_string(*number);
  }
  if (const auto flag = node.value_exact<bool>()) {
    return *flag ? "true" : "false";
  }
  if (node.is_array()) {
    return "a list";
  }
  if (node.is_table()) {
    return "a table";
  }
  return node.is_floating_point() ? "a number with a fraction" : "a date or time";
}

std::optional<Value> convert(const toml::node& node, const Rule& rule) {
  const std::optional<std::string_view> text = node.value_exact<std::string_view>();
  switch (rule.type) {
    case Rule::Type::kText: return text_value(text.value_or(""), text && is_text(*text, rule));
    case Rule::Type::kName:
      return text_value(text.value_or(""),
                        text && is_name(*text, static_cast<std::size_t>(rule.high)));
    case Rule::Type::kTopic: return text_value(text.value_or(""), text && is_topic(*text));
    case Rule::Type::kInteger: return integer_value(node, rule);
    case Rule::Type::kMode: return mode_value(text.value_or(""));
    case Rule::Type::kBoolean: {
      const std::optional<bool> flag = node.value_exact<bool>();
      Value value;
      value.boolean = flag.value_or(false);
      return flag ? std::optional(value) : std::nullopt;
    }
    case Rule::Type::kDuration: return duration_value(node, rule);
    case Rule::Type::kChoice: return choice_value(text.value_or(""), rule);
    case Rule::Type::kCommand: return command_value(node);
    case Rule::Type::kPress: return press_value(text.value_or(""));
    case Rule::Type::kGpio: return text_value(text.value_or(""), text && is_gpio_line(*text));
    case Rule::Type::kKey: return text_value(text.value_or(""), text && is_key(*text));
    case Rule::Type::kHosts: return hosts_value(node, rule);
    case Rule::Type::kUsers: return users_value(node, rule);
    case Rule::Type::kAccounts: return accounts_value(node, rule);
    case Rule::Type::kSteps: return steps_value(node, rule);
    case Rule::Type::kDays: return days_value(node);
    case Rule::Type::kClock: return clock_value(text.value_or(""), rule);
    case Rule::Type::kBlink:
      return text_value(text.value_or(""), text && BlinkCode::parse(*text).has_value());
  }
  return std::nullopt;
}

std::string Rule::allowed() const {
  const std::string range = std::to_string(low) + " to " + std::to_string(high);
  switch (type) {
    case Type::kText: return "a text of " + range + " bytes without control characters";
    case Type::kName: return "a text of " + range + " characters A-Z a-z 0-9 _ -";
    case Type::kTopic:
      return "topic levels of A-Z a-z 0-9 _ - such as \"site/doorcall\", at most 64 characters";
    case Type::kInteger: return "a number from " + range;
    case Type::kMode: return "an octal file mode as text, such as \"0660\"";
    case Type::kBoolean: return "true or false";
    case Type::kDuration:
      return "a time from " + duration_text(Millis(low)) + " to " + duration_text(Millis(high)) +
             (off ? " or \"off\"" : "");
    case Type::kChoice: return choices_text(choices);
    case Type::kCommand:
      return "a list of texts, the program first, such as [\"/usr/bin/hook\", \"--fast\"]";
    case Type::kPress:
      return "\"call:USER\", \"plan:NAME\", \"open:USER\", " + choices_text(kActions);
    case Type::kGpio: return std::string(kGpioLineForm);
    case Type::kKey: return "the kernel's name of a key, such as \"KEY_PHONE\"";
    case Type::kHosts:
      return "a list of up to " + std::to_string(high) +
             " different names or addresses such as [\"broker2.local\", \"10.0.0.3\"]";
    case Type::kUsers:
      return "a list of " + range + " different users such as [\"apt1\", \"desk\"]";
    case Type::kAccounts:
      return "a list of " + range +
             " different users and devices such as [\"desk\", "
             "\"panel@apt1\"]";
    case Type::kSteps:
      return "a list of lists of users such as [[\"apt1\", \"apt2\"], [\"desk\"]], each user "
             "once, " +
             range + " in all";
    case Type::kDays: return "a list of days and spans of days such as [\"mon-fri\", \"sun\"]";
    case Type::kBlink: return std::string(kBlinkForm);
    case Type::kClock: return "a time of day from \"00:00\" to " + quoted(clock_text(high));
  }
  return {};
}

}  // namespace doorcall::platform::detail
