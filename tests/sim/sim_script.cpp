// The decisions of a world as text: what people do and which faults strike, so that a run can be
// repeated without some of them.

#include "tests/sim/sim_script.hpp"

#include <charconv>

namespace doorcall::sim {
namespace {

constexpr std::array<std::string_view, kDeeds> kDeedNames = {
    "call",           "call_back", "add",    "answer",       "decline", "decline_here",
    "decline_as_set", "silence",   "cancel", "cancel_some",  "hang_up", "end",
    "rejoin",         "pull",      "dnd",    "ring_to_open", "info",    "open_door",
    "contact",        "media"};

/// Splits a text into words and numbers.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string_view word(char until = ' ') {
    const std::size_t end = text_.find(until);
    const std::string_view found = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    return found;
  }
  template <typename Number>
  void number(Number& out) {
    const std::string_view found = word();
    const auto result = std::from_chars(found.data(), found.data() + found.size(), out);
    good_ = good_ && result.ec == std::errc() && result.ptr == found.data() + found.size();
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return text_; }
  void spoil() { good_ = false; }

 private:
  std::string_view text_;
  bool good_ = true;
};

template <typename... Numbers>
std::string join(Numbers... numbers) {
  std::string text;
  ((text += ' ' + std::to_string(numbers)), ...);
  return text;
}

std::string dashed(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    c = c == ' ' ? '_' : c;
  }
  return text;
}

std::string text_of(const Item& item) {
  const std::int64_t at = item.at.time_since_epoch().count();
  if (item.kind == ItemKind::kDeed) {
    const Act& act = item.act;
    return "deed" + join(at, item.turn) + ' ' + std::string(to_string(act.deed)) +
           join(unsigned{act.device}, act.call, act.makes, act.users, act.style, act.ring_ms,
                act.value);
  }
  const std::string fault = dashed(to_string(item.fault));
  if (item.kind == ItemKind::kStrike) {
    return "strike" + join(at, item.turn) + ' ' + fault + join(unsigned{item.device}, item.key);
  }
  return "near " + fault + join(item.key);
}

void read_fault(Reader& reader, Item& item) {
  const std::string_view name = reader.word();
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (dashed(to_string(static_cast<Fault>(i))) == name) {
      item.fault = static_cast<Fault>(i);
      return;
    }
  }
  reader.spoil();
}

void read_when(Reader& reader, Item& item) {
  std::int64_t at = 0;
  reader.number(at);
  item.at = Instant{Millis{at}};
  reader.number(item.turn);
}

void read_deed(Reader& reader, Item& item) {
  read_when(reader, item);
  const std::string_view name = reader.word();
  std::size_t deed = 0;
  while (deed < kDeeds && kDeedNames[deed] != name) {
    ++deed;
  }
  if (deed == kDeeds) {
    return reader.spoil();
  }
  Act& act = item.act;
  act.deed = static_cast<Deed>(deed);
  reader.number(item.device);
  act.device = item.device;
  for (std::uint32_t* field :
       {&act.call, &act.makes, &act.users, &act.style, &act.ring_ms, &act.value}) {
    reader.number(*field);
  }
}

bool read_item(std::string_view kind, Reader& reader, Script& script) {
  Item item;
  if (kind == "deed") {
    read_deed(reader, item);
  } else if (kind == "strike") {
    item.kind = ItemKind::kStrike;
    read_when(reader, item);
    read_fault(reader, item);
    reader.number(item.device);
    reader.number(item.key);
  } else if (kind == "near") {
    item.kind = ItemKind::kNear;
    read_fault(reader, item);
    reader.number(item.key);
  } else {
    return false;
  }
  script.items.push_back(item);
  return reader.good() && item.device < kDevicesMax;
}

bool read_line(std::string_view line, Script& script) {
  Reader reader(line);
  const std::string_view kind = reader.word();
  if (kind.empty() || kind.front() == '#') {
    return true;
  }
  if (kind == "finds") {
    script.finds = reader.rest();
    return true;
  }
  if (kind != "world") {
    return read_item(kind, reader, script);
  }
  std::int64_t heal = 0;
  unsigned even = 0;
  reader.number(script.seed);
  reader.number(script.calls);
  reader.number(script.absent);
  reader.number(even);
  reader.number(heal);
  script.even = even != 0;
  script.heal_at = Instant{Millis{heal}};
  return reader.good();
}

}  // namespace

std::string_view to_string(Deed deed) {
  return kDeedNames[static_cast<std::size_t>(deed)];
}

WorldPlan Script::plan() const {
  WorldPlan plan = draw_plan(seed, calls);
  for (std::size_t i = 0; i < plan.devices.size(); ++i) {
    plan.devices[i].absent = (absent >> i & 1U) != 0;
  }
  if (even) {
    plan.network.delay_min = 5;
    plan.network.delay_max = 5;
  }
  return plan;
}

std::string to_text(const Script& script) {
  std::string text = "finds " + script.finds + "\nworld" +
                     join(script.seed, script.calls, script.absent, script.even ? 1 : 0,
                          script.heal_at.time_since_epoch().count()) +
                     "\n";
  for (const Item& item : script.items) {
    text += text_of(item) + "\n";
  }
  return text;
}

std::optional<Script> parse_script(std::string_view text) {
  Script script;
  Reader lines(text);
  while (!lines.rest().empty()) {
    if (!read_line(lines.word('\n'), script)) {
      return std::nullopt;
    }
  }
  return script.seed == 0 ? std::nullopt : std::optional(script);
}

Replay::Replay(const Script& script) {
  for (const Item& item : script.items) {
    if (item.kind == ItemKind::kNear) {
      near_.emplace(item.key, item.fault);
    } else {
      timed_.push_back(item);
    }
  }
}

std::optional<Fault> Replay::near(std::uint64_t key) const {
  const auto found = near_.find(key);
  return found == near_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace doorcall::sim
