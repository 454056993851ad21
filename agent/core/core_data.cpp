#include "agent/core/core_data.hpp"

#include <cassert>

namespace doorcall {

CoreData::Tables CoreData::take_tables(const Limits& limits, Arena& arena) noexcept {
  const std::size_t chunks = BlobPool::chunks(limits.pool_bytes);
  Tables tables;
  tables.timers = arena.take<TimerNode>(TimerMap(limits).count());
  tables.calls = arena.take<Call>(limits.calls);
  tables.legs = arena.take<Leg>(limits.legs);
  tables.devices = arena.take<LegDevice>(limits.devices);
  tables.plans = arena.take<Plan>(limits.plans);
  tables.outgoing = arena.take<Outgoing>(limits.outgoing);
  tables.tombstones = arena.take<Tombstone>(limits.tombstones);
  tables.marks = arena.take<TombstoneMark>(limits.tombstones);
  tables.peers = arena.take<Peer>(limits.peers);
  tables.drains = arena.take<Drain>(limits.calls);
  tables.outputs = arena.take<Output>(kOutputsMax);
  tables.pool_map = arena.take<std::uint8_t>(chunks);
  tables.pool = arena.take_bytes(chunks * BlobPool::kChunkBytes);
  return tables;
}

CoreData::CoreData(const Settings& chosen, const Limits& limits, const Tables& tables,
                   std::span<const std::uint8_t, 32> seed, Instant now) noexcept
    : settings(chosen),
      limits_(limits),
      timers_(limits),
      now_(now),
      prng_(seed),
      wheel_(tables.timers, tick_of(now)),
      pool_(tables.pool, tables.pool_map),
      calls_(tables.calls),
      legs_(tables.legs),
      devices_(tables.devices),
      plans_(tables.plans),
      outgoing_(tables.outgoing),
      tombstones_(tables.tombstones, tables.marks),
      peers_(tables.peers),
      drains_(tables.drains),
      outputs_(tables.outputs) {
  incarnation = prng_.next64() | 1U;
}

void CoreData::put(const Output& output) noexcept {
  assert(output_count_ < outputs_.size() && "kOutputsPerStepMax is too small");
  outputs_[(output_first_ + output_count_) % outputs_.size()] = output;
  ++output_count_;
}

CallId CoreData::random_id() noexcept {
  CallId id;
  std::uint32_t drawn = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    drawn = i % sizeof drawn == 0 ? prng_.next32() : drawn >> 8;
    id.bytes[i] = static_cast<std::uint8_t>(drawn);
  }
  return id;
}

void CoreData::arm(TimerId timer, Instant when) noexcept {
  wheel_.arm(timer, tick_of(when));
}

}  // namespace doorcall
