#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/config.hpp"

namespace doorcall::platform::detail {

/// What one key allows.
struct Rule {
  enum class Type : std::uint8_t {
    kText,      ///< low to high bytes, no control characters
    kName,      ///< low to high characters of A-Z a-z 0-9 _ -
    kTopic,     ///< levels of an MQTT topic, without wildcards
    kInteger,   ///< low to high
    kMode,      ///< octal file mode
    kBoolean,   //
    kDuration,  ///< low to high milliseconds
    kChoice,    ///< one of `choices`
    kCommand,   ///< a list of texts, the program first
    kPress,     ///< what a button does
    kGpio,      ///< a GPIO line
    kKey,       ///< the kernel's name of a key
    kHosts,     ///< up to high different names or addresses of machines
    kUsers,     ///< low to high different names of up to 32 characters
    kAccounts,  ///< low to high different such names, or devices such as "panel@apt1"
    kSteps,     ///< a list of such lists, low to high names in all
    kDays,      ///< a list of days and spans of days
    kBlink,     ///< a blink code
    kClock,     ///< a time of day; up to 24:00 where `high` is 1440
  };
  Type type = Type::kText;
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool off = false;                             ///< a duration that may be switched off
  std::span<const std::string_view> choices{};  ///< of kChoice

  /// For people: "a time from 1s to 10min".
  [[nodiscard]] std::string allowed() const;
};

/// A value that has passed its rule; which member counts depends on the rule's type.
struct Value {
  std::string text;
  std::int64_t integer = 0;  ///< also the index of a choice, the mode, days, minutes of the day
  bool boolean = false;
  std::optional<Millis> duration;  ///< nothing: off
  std::vector<std::string> list;
  std::vector<std::vector<std::string>> lists;
  PressConfig press;  ///< of kPress
};

/// One key of the file: a new setting is a new line in the table and a new member of Config.
struct Setting {
  std::string_view section;
  std::string_view key;
  Rule rule;
  std::string_view initial;  ///< the default as it would stand in the file; empty: none
  void (*store)(Config& config, Value& value);
  std::string_view meaning;
  bool required = false;
};

/// A section that may stand several times: [[button]], or with names [plans.NAME].
struct Repeated {
  std::string_view section;
  std::string_view plural;  ///< for people
  std::size_t max;
  bool named;
  /// Opens an entry, which the section's keys then fill in.
  void (*open)(Config& config, std::string_view name);
};

/// Nothing for a section that stands once.
[[nodiscard]] const Repeated* repeated(std::string_view section);

/// In the order in which they are described; the keys of one section stand together.
[[nodiscard]] std::span<const Setting> settings();

/// "90s", "500ms", "10min", "1h": the largest unit without a rest.
[[nodiscard]] std::string duration_text(Millis value);
/// Errors: empty when it is not a whole number and one of ms, s, min, h, or is over a year.
[[nodiscard]] std::optional<Millis> parse_duration(std::string_view text);

/// The one of `names` that `word` was most probably meant to be, or empty.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> names);

}  // namespace doorcall::platform::detail
