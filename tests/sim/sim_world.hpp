#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/core/engine.hpp"
#include "tests/fakes/prng.hpp"
#include "tests/sim/sim_broker.hpp"
#include "tests/sim/sim_checks.hpp"
#include "tests/sim/sim_plan.hpp"
#include "tests/sim/sim_trace.hpp"
#include "transport/codec.hpp"
#include "transport/topic.hpp"

namespace doorcall::sim {

class World;

/// Lets a scenario or a canary reach into a world.
class Hooks {
 public:
  virtual ~Hooks() = default;
  /// False: this packet never arrives at `to`.
  virtual bool lets_through(World& /*world*/, const Packet& /*packet*/, std::size_t /*to*/) {
    return true;
  }
  /// False: the world and its checks don't see this event of `device`.
  virtual bool shows(World& /*world*/, std::size_t /*device*/, const CallEvent& /*event*/) {
    return true;
  }
};

enum class LinkPhase : std::uint8_t { kClosed, kOpening, kUp };

/// A publication that its client library sends again at the next connect.
struct Publication {
  PacketId packet = 0;
  bool retain = false;
  std::optional<std::uint32_t> expiry_s;
};

/// One simulated device: the real engine, its process, its connection, its person.
struct Device {
  std::size_t index = 0;
  std::unique_ptr<std::max_align_t[]> memory;
  std::size_t memory_bytes = 0;
  std::optional<Engine> engine;  ///< none: the process is dead
  Instant suspended_until{};
  Instant stalled_until{};    ///< its network passes nothing before
  Instant deadline = kNever;  ///< of the engine, on the world's clock
  Instant wake = kNever;      ///< when the world honours it
  std::uint32_t boots = 0;
  int crash_after = -1;  ///< outputs of the next handle(); -1: not
  bool stopping = false;
  LinkPhase phase = LinkPhase::kClosed;
  bool cut = false;  ///< nothing passes on this connection any more
  std::uint32_t connection = 0;
  PacketId will = kNoPacket;
  bool session_present = false;
  Instant up_last{};                ///< arrival of the last message on the way up
  Instant down_last{};              ///< and on the way down
  std::vector<Instant> topic_last;  ///< and of each topic on the way down
  std::vector<Publication> resend;

  [[nodiscard]] bool running() const { return engine.has_value(); }
  [[nodiscard]] bool link_up() const { return phase == LinkPhase::kUp && !cut; }
};

enum class EventKind : std::uint8_t {
  kBoot,
  kConnect,      ///< a CONNECT arrives at the broker
  kLinkUp,       ///< the last SUBACK arrives
  kLinkLost,     ///< the client notices; `value`: cause
  kBrokerLoses,  ///< the broker notices
  kUplink,       ///< `value`: of uplinks_
  kDownlink,     ///< `value`: of deliveries_
  kBrokerUp,
  kWillLate,  ///< `value`: packet
  kPerson,    ///< `value`: call, `what`: Deed
  kMedia,     ///< `value`: call, `what`: MediaState
  kStart,
  kInjected,  ///< `value`: of deliveries_
};

enum class Deed : std::uint8_t {
  kCall,
  kCallBack,
  kAnswer,
  kDecline,
  kDeclineHere,
  kCancel,
  kHangUp
};

struct Event {
  Instant at{};
  std::uint64_t order = 0;
  EventKind kind = EventKind::kBoot;
  std::uint8_t what = 0;
  std::uint8_t device = 0;
  std::uint32_t connection = 0;
  std::uint32_t value = 0;
};

/// Devices, people, networks and a broker in virtual time, all drawn from one seed.
///
/// Thread: one. A world stops at its first violation.
class World {
 public:
  World(const WorldPlan& plan, Trace& trace, FaultCounts& faults, Hooks* hooks = nullptr);

  /// Runs everything up to and including `until`; false: a promise was broken.
  bool run(Instant until);
  bool run_for(Millis span) { return run(now_ + span); }
  [[nodiscard]] Instant now() const { return now_; }

  /// Ends all faults, repairs what the plan does not leave broken; people act no more.
  void heal();
  /// Every person hangs up, cancels or declines what is left.
  void end_all_calls();

  Result command(std::size_t device, const Input& input);
  void boot(std::size_t device);
  void crash(std::size_t device);
  /// Nothing passes for `span`; `broken`: the connection does not outlive it.
  void stall(std::size_t device, Millis span, bool broken);
  void reset(std::size_t device);
  void kill_broker(Survives survives, Millis down_for);
  void strike(Device& device, Fault fault);
  /// A packet reaches `device` beside the broker, as from an outsider or a faulty bridge.
  void inject(std::size_t device, const Packet& packet, bool retained,
              std::optional<std::uint32_t> expiry_left);

  /// As inject(), after `wait`; may be called at any time. The packet is said to have reached the
  /// broker when it was published.
  void inject_later(std::size_t device, const Packet& packet, std::uint32_t expiry_left,
                    Millis wait);

  [[nodiscard]] Device& device(std::size_t index) { return devices_[index]; }
  [[nodiscard]] std::size_t size() const { return devices_.size(); }
  [[nodiscard]] Checks& checks() { return checks_; }
  [[nodiscard]] const WorldPlan& plan() const { return plan_; }
  [[nodiscard]] const Packets& packets() const { return packets_; }
  [[nodiscard]] std::uint32_t calls_made() const { return calls_made_; }
  [[nodiscard]] const std::vector<CallEvent>& log(std::size_t device) const {
    return logs_[device];
  }
  [[nodiscard]] const std::string& topic_text(const Packet& packet) const {
    return topics_.text(packet.topic);
  }
  [[nodiscard]] TopicId inbox(const UserId& user, const Account& sender);
  [[nodiscard]] fakes::Prng& prng() { return prng_; }

 private:
  friend struct OutputHandler;

  // sim_world.cpp: time and the engine
  bool step(Instant until);
  void dispatch(const Event& event);
  Result feed(Device& device, const Input& input, Bytes raw);
  bool run_due(Device& device);
  Result handle(Device& device, const Input& input, Bytes raw);
  void after_handle(Device& device, std::size_t outputs);
  void set_wake(Device& device);
  void push(Instant at, const Event& event);
  [[nodiscard]] Instant local(const Device& device) const;
  [[nodiscard]] bool defer_if_suspended(const Device& device, const Event& event);

  // sim_outputs.cpp: what an engine orders
  void on_output(Device& device, const Output& output);
  void on_send(Device& device, const SendMessage& send);
  void on_presence(Device& device, const SendPresence& send);
  void on_call_event(Device& device, const CallEvent& event);

  // sim_links.cpp: connections and what travels on them
  void open_link(Device& device, const Presence& will);
  void close_link(Device& device);
  void abandon_link(Device& device);
  void on_connect(Device& device, const Event& event);
  void on_link_up(Device& device, const Event& event);
  void on_link_lost(Device& device, const Event& event);
  void on_broker_loses(Device& device, const Event& event);
  void publish(Device& device, const Publication& publication);
  void on_uplink(Device& device, const Event& event);
  void route();
  void schedule_delivery(const Delivery& delivery);
  void on_downlink(Device& device, const Event& event);
  void cut(Device& device, Millis client_notices, Millis broker_notices);
  [[nodiscard]] Millis delay();
  [[nodiscard]] bool shut_out(const Device& device) const;

  // sim_arrivals.cpp: bytes to inputs
  void arrive(Device& device, const Delivery& delivery, bool truncated);
  void arrive_message(Device& device, const Delivery& delivery, const Account& sender, Bytes bytes);
  void arrive_presence(Device& device, const Delivery& delivery, const Account& account,
                       Bytes bytes);

  // sim_people.cpp: people and media
  void act(Device& device, const Event& event);
  void call_somebody(Device& device, std::uint32_t value);
  void react(Device& device, const CallEvent& event);
  void plan_deed(std::size_t device, Deed deed, std::int64_t within_ms, std::uint32_t value);
  void start_media(Device& device, const CallId& call);
  void plan_media(Device& device, std::uint32_t call, MediaState state, std::int64_t within_ms);

  // sim_chaos.cpp: faults
  void maybe_strike(Device& device);
  void crash_for_a_while(Device& device);
  void outsider(Device& device, Fault fault);
  void replay(Device& device, bool retained);

  WorldPlan plan_;
  fakes::Prng prng_;
  Trace* trace_;
  FaultCounts* faults_;
  Hooks* hooks_;
  Instant now_{};
  bool faulty_ = true;
  bool acting_ = true;
  std::uint64_t orders_ = 0;
  std::uint32_t calls_made_ = 0;
  Packets packets_;
  Topics topics_;
  Checks checks_;
  SimBroker broker_;
  std::deque<Device> devices_;
  std::vector<Event> queue_;
  std::vector<Delivery> deliveries_;
  std::vector<std::uint8_t> truncated_;  ///< beside deliveries_
  std::vector<Publication> uplinks_;
  std::vector<std::vector<CallEvent>> logs_;
  transport::TopicRoot root_;
  transport::Decoded decoded_;
  transport::DecodedPresence decoded_presence_;
  std::array<std::uint8_t, kMessageBytesMax> buffer_{};
  Output output_;
};

}  // namespace doorcall::sim
