#include "agent/facade/events.hpp"
#include "agent/facade/impl.hpp"

namespace doorcall {

std::vector<CallView> Agent::Impl::calls() const {
  std::vector<CallView> views;
  const Instant now = loop_.now();
  for (std::size_t i = 0; const auto info = engine_->call_at(i); ++i) {
    views.push_back(facade::to_view(*engine_, *info, now));
  }
  return views;
}

std::vector<MemberView> Agent::Impl::members(std::string_view call) const {
  const auto id = CallId::parse(call);
  return id ? facade::to_members(*engine_, *id) : std::vector<MemberView>{};
}

std::vector<std::string> Agent::Impl::pullable() const {
  std::vector<std::string> calls;
  for (std::size_t i = 0; const auto call = engine_->pullable_at(i); ++i) {
    calls.emplace_back(to_text(*call).view());
  }
  return calls;
}

DeviceMode Agent::Impl::mode() const {
  return facade::to_update(engine_->mode(), loop_.now(), Agent::clock_ms());
}

std::vector<DevicePresence> Agent::Impl::presence() const {
  std::vector<DevicePresence> devices;
  for (std::size_t i = 0; const auto info = engine_->peer_at(i); ++i) {
    DevicePresence device;
    device.user = info->account.user.view();
    device.device = info->account.device.view();
    device.state = info->state;
    device.door = info->door;
    if (const auto names = names_.find(info->account); names != names_.end()) {
      device.name = names->second.name;
      device.kind = names->second.kind;
      device.software = names->second.software;
    }
    devices.push_back(std::move(device));
  }
  return devices;
}

std::vector<std::string> Agent::Impl::buttons() const {
  std::vector<std::string> names;
  for (const auto& [name, action] : buttons_) {
    names.push_back(name);
  }
  return names;
}

EngineMemory Agent::Impl::memory() const noexcept {
  const Limits limits;
  return {Engine::bytes_needed(limits) - limits.pool_bytes, limits.pool_bytes};
}

std::map<std::string, std::uint64_t> Agent::Impl::counters() const {
  const Counters& core = engine_->counters();
  const transport::LinkCounters link = link_->counters();
  const transport::GatewayCounters& gateway = gateway_.counters();
  std::map<std::string, std::uint64_t> all{
      {"dropped_retained", core.dropped_retained},
      {"dropped_not_entitled", core.dropped_not_entitled},
      {"dropped_not_addressed", core.dropped_not_addressed},
      {"dropped_own_echo", core.dropped_own_echo},
      {"dropped_bad_state", core.dropped_bad_state},
      {"dropped_unknown_call", core.dropped_unknown_call},
      {"dropped_table_full", core.dropped_table_full},
      {"dropped_quota", core.dropped_quota},
      {"door_not_allowed", core.door_not_allowed},
      {"door_stale", core.door_stale},
      {"door_pulses", core.door_pulses},
      {"calls_full", core.calls_full},
      {"outgoing_full", core.outgoing_full},
      {"pool_full", core.pool_full},
      {"tombstones_evicted", core.tombstones_evicted},
      {"peers_full", core.peers_full},
      {"calls_out", core.calls_out},
      {"calls_in", core.calls_in},
      {"calls_connected", core.calls_connected},
      {"messages_sent", core.messages_sent},
      {"messages_repeated", core.messages_repeated},
      {"messages_received", core.messages_received},
      {"freshness_queries", core.freshness_queries},
      {"legs_inherited", core.legs_inherited},
      {"connects", core.connects},
      {"presence_healed", core.presence_healed},
      {"dropped_topic", gateway.dropped_topic},
      {"dropped_malformed", gateway.dropped_malformed},
      {"dropped_too_large", gateway.dropped_too_large},
      {"dropped_unknown_kind", gateway.dropped_unknown_kind},
      {"foreign_version", gateway.foreign_version},
      {"send_dropped", gateway.send_dropped},
      {"encode_failed", gateway.encode_failed},
      {"publish_refused", gateway.publish_refused},
      {"arrival_dropped", link.arrival_dropped},
      {"callback_exceptions", delivery_.exceptions()},
  };
  return all;
}

}  // namespace doorcall
