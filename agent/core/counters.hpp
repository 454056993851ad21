#pragma once

#include <cstdint>

namespace doorcall {

/// What the engine refused or lost, by cause, and what it did. Only ever grows.
struct Counters {
  // dropped input
  std::uint32_t dropped_retained = 0;       ///< signalling that arrived with the retain flag
  std::uint32_t dropped_not_entitled = 0;   ///< the sender may not say that of this call
  std::uint32_t dropped_not_addressed = 0;  ///< addressed to another device
  std::uint32_t dropped_own_echo = 0;       ///< own message in the own user's inbox
  std::uint32_t dropped_bad_state = 0;      ///< meaningless now: stale, duplicate or reordered
  std::uint32_t dropped_unknown_call = 0;   ///< nothing is owed for it
  std::uint32_t dropped_table_full = 0;     ///< no room and not to be answered
  std::uint32_t dropped_quota = 0;          ///< a sender's quota is used up
  std::uint32_t door_not_allowed = 0;       ///< neither a party of a live call nor on the list
  std::uint32_t door_stale = 0;  ///< a nonce that was used, is too old or was never issued
  // full tables
  std::uint32_t calls_full = 0;
  std::uint32_t outgoing_full = 0;
  std::uint32_t pool_full = 0;
  std::uint32_t tombstones_evicted = 0;
  std::uint32_t peers_full = 0;
  // life
  std::uint32_t calls_out = 0;
  std::uint32_t calls_in = 0;  ///< presented to a person
  std::uint32_t calls_connected = 0;
  std::uint32_t messages_sent = 0;
  std::uint32_t messages_repeated = 0;
  std::uint32_t messages_received = 0;
  std::uint32_t freshness_queries = 0;
  std::uint32_t legs_inherited = 0;  ///< invitations of a lost member taken over
  std::uint32_t door_pulses = 0;
  std::uint32_t connects = 0;
  std::uint32_t presence_healed = 0;  ///< own offline seen while connected
};

}  // namespace doorcall
