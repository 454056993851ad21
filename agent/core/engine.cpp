#include "agent/core/engine.hpp"

#include <new>

#include "agent/core/arena.hpp"
#include "agent/core/core.hpp"

namespace doorcall {

std::size_t Engine::bytes_needed(const Limits& limits) noexcept {
  Arena measure;
  (void)measure.take_raw(sizeof(Core), alignof(Core));
  (void)Core::take_tables(limits, measure);
  return measure.used();
}

Engine::Engine(const Settings& settings, const Limits& limits, std::span<std::byte> memory,
               std::span<const std::uint8_t, 32> seed, Instant now) noexcept {
  Arena arena(memory);
  void* core = arena.take_raw(sizeof(Core), alignof(Core));
  core_ = new (core) Core(settings, limits, Core::take_tables(limits, arena), seed, now);
}

Engine::~Engine() {
  core_->~Core();
}

Result Engine::handle(const Input& input, Instant now) noexcept {
  return core_->handle(input, now);
}
bool Engine::next_output(Output& out) noexcept {
  return core_->next_output(out);
}
Deadline Engine::next_deadline() const noexcept {
  return core_->next_deadline();
}
const Counters& Engine::counters() const noexcept {
  return core_->counters;
}
const Settings& Engine::settings() const noexcept {
  return core_->settings;
}
Incarnation Engine::incarnation() const noexcept {
  return core_->incarnation;
}
LinkState Engine::link_state() const noexcept {
  return core_->link_state;
}
PresenceState Engine::own_state() const noexcept {
  return core_->own_state();
}

std::optional<CallInfo> Engine::call_at(std::size_t index) const noexcept {
  return core_->call_at(index);
}
std::size_t Engine::live_calls() const noexcept {
  return core_->live_calls();
}
std::optional<CallInfo> Engine::find_call(const CallId& call) const noexcept {
  return core_->find_info(call);
}
std::optional<LegView> Engine::member_at(const CallId& call, std::size_t index) const noexcept {
  return core_->member_at(call, index);
}
std::optional<CallId> Engine::pullable_at(std::size_t index) const noexcept {
  return core_->pullable_at(index);
}
Mode Engine::mode() const noexcept {
  return core_->mode;
}
std::optional<PeerInfo> Engine::peer_at(std::size_t index) const noexcept {
  return core_->peer_at(index);
}

void Engine::reconfigure(const Settings& settings) noexcept {
  const Account self = core_->settings.self;
  core_->settings = settings;
  core_->settings.self = self;
}

const char* Engine::broken_invariant() const noexcept {
  return core_->broken_invariant();
}
bool Engine::quiet() const noexcept {
  return core_->quiet();
}

}  // namespace doorcall
