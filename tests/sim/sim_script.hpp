#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/time.hpp"
#include "tests/sim/sim_faults.hpp"
#include "tests/sim/sim_plan.hpp"

// A world's decisions, written down: what people did and which faults struck, each so that it can
// be left out while the others stay.

namespace doorcall::sim {

/// What a person, or the media hook, does.
enum class Deed : std::uint8_t {
  kCall,
  kCallBack,
  kAdd,
  kAnswer,
  kDecline,
  kDeclineHere,
  kDeclineAsSet,
  kSilence,
  kCancel,
  kCancelSome,
  kHangUp,
  kEnd,
  kRejoin,
  kPull,
  kDnd,
  kRingToOpen,
  kInfo,
  kOpenDoor,
  kContact,
  kMedia,
};

inline constexpr std::size_t kDeeds = static_cast<std::size_t>(Deed::kMedia) + 1;

[[nodiscard]] std::string_view to_string(Deed deed);

inline constexpr std::uint32_t kNoCall = 0xffffffffU;   ///< no call is meant
inline constexpr std::uint32_t kAnyCall = 0xfffffffeU;  ///< an id that nobody made

/// How an invitation rings; the fields of RingPlan.
enum class Style : std::uint8_t { kParallel, kFirst, kHunt, kEscalation };

/// One deed with all that was drawn for it. Calls are numbered in the order of their making.
struct Act {
  Deed deed = Deed::kCall;
  std::uint8_t device = 0;
  std::uint32_t call = kNoCall;
  std::uint32_t makes = kNoCall;  ///< the number of the call that it made
  std::uint32_t users = 0;        ///< bit set
  std::uint32_t style = 0;
  std::uint32_t ring_ms = 0;  ///< or a duration
  std::uint32_t value = 0;    ///< text, media state, flags: each deed's own
};

enum class ItemKind : std::uint8_t { kDeed, kStrike, kNear };

/// One decision. Deeds and strikes have a time, and a turn within that millisecond; a fault near
/// one message or connection has a key instead.
struct Item {
  ItemKind kind = ItemKind::kDeed;
  Instant at{};
  std::uint32_t turn = 0;
  std::uint8_t device = 0;
  Fault fault = Fault::kDelayed;
  std::uint64_t key = 0;  ///< of a strike: what its particulars are drawn from
  Act act;
};

/// A whole run: the seed gives the world, the list what happens in it.
struct Script {
  std::uint64_t seed = 0;
  std::uint32_t calls = 0;
  std::uint32_t absent = 0;  ///< bit set: devices that never run
  bool even = false;         ///< every message takes equally long
  Instant heal_at{};
  std::string finds;  ///< the check that it broke when it was saved
  std::vector<Item> items;

  [[nodiscard]] WorldPlan plan() const;
};

[[nodiscard]] std::string to_text(const Script& script);
/// nullopt if `text` is not a script.
[[nodiscard]] std::optional<Script> parse_script(std::string_view text);

/// Where a fault near something is asked for.
enum class Place : std::uint8_t { kMessage, kPublish, kRefused, kConnack, kWill, kTimer, kNumber };

/// Packs what such a fault is near to.
[[nodiscard]] constexpr std::uint64_t near_key(Place place, std::uint64_t a, std::uint64_t b,
                                               std::uint64_t c, std::uint64_t d) {
  return static_cast<std::uint64_t>(place) << 56 | (a & 0xffU) << 48 | (b & 0xffU) << 40 |
         (c & 0xffffU) << 24 | (d & 0xffffffU);
}

/// A number drawn from `seed` for `key` alone, so that no other draw moves it.
[[nodiscard]] constexpr std::uint64_t drawn(std::uint64_t seed, std::uint64_t key) {
  fakes::Prng prng(seed * 0x9fb21c651e98df25U ^ key);
  prng.next();
  return prng.next();
}

/// Replays a script's items: gives each to the world when it is due.
class Replay {
 public:
  explicit Replay(const Script& script);

  /// The next deed or strike; null at the end.
  [[nodiscard]] const Item* next() const { return at_ == timed_.size() ? nullptr : &timed_[at_]; }
  void done() { ++at_; }
  [[nodiscard]] std::optional<Fault> near(std::uint64_t key) const;

 private:
  std::vector<Item> timed_;
  std::size_t at_ = 0;
  std::map<std::uint64_t, Fault> near_;
};

}  // namespace doorcall::sim
