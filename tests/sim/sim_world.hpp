#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/core/engine.hpp"
#include "tests/fakes/prng.hpp"
#include "tests/sim/sim_broker.hpp"
#include "tests/sim/sim_checks.hpp"
#include "tests/sim/sim_plan.hpp"
#include "tests/sim/sim_script.hpp"
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
  /// False: nobody hears this info.
  virtual bool tells(World& /*world*/, std::size_t /*device*/, const InfoEvent& /*event*/) {
    return true;
  }
  /// The order as the checks see it.
  virtual void pulses(World& /*world*/, std::size_t /*device*/, const PulseDoor& /*order*/) {}
  /// False: nobody sees this push.
  virtual bool pushes(World& /*world*/, std::size_t /*device*/, const SendPush& /*push*/) {
    return true;
  }
  /// Who the engine is told has sent a message.
  virtual Account speaker(World& /*world*/, const Account& sender, const Header& /*header*/) {
    return sender;
  }
  /// Whom `device` is said to show as connected, a bit set.
  virtual std::uint32_t roster(std::size_t /*device*/, std::uint32_t shown) { return shown; }
  /// What the engine is told at its start, other than the checks know.
  virtual void settings(Settings& /*settings*/) {}
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
  std::uint32_t delays = 0;  ///< drawn for what is no message
  int crash_after = -1;      ///< outputs of the next handle(); -1: not
  Millis down_for{0};        ///< after a crash in the middle of outputs, or a stop
  bool stopping = false;
  LinkPhase phase = LinkPhase::kClosed;
  bool cut = false;  ///< nothing passes on this connection any more
  std::uint32_t connection = 0;
  PacketId will = kNoPacket;
  PacketId presence = kNoPacket;  ///< the last it has published
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
  kPerson,    ///< `value`: call or user, `what`: Deed, `connection`: its value
  kStart,
  kInjected,  ///< `value`: of deliveries_
  kPulsed,    ///< `value`: of pulses_
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
  /// `record`: gets all decisions; `replay`: makes them, nothing is drawn.
  World(const WorldPlan& plan, Trace& trace, FaultCounts& faults, Hooks* hooks = nullptr,
        Script* record = nullptr, const Script* replay = nullptr);

  /// Runs everything up to and including `until`; false: a promise was broken.
  bool run(Instant until);
  bool run_for(Millis span) { return run(now_ + span); }
  [[nodiscard]] Instant now() const { return now_; }

  /// Ends all faults, repairs what the plan does not leave broken; people act no more.
  void heal();
  /// Every person hangs up, cancels or declines what is left.
  void end_all_calls();

  Result command(std::size_t device, const Input& input);
  Result perform(const Act& act);
  void boot(std::size_t device);
  void crash(std::size_t device);
  /// Nothing passes for `span`; `broken`: the connection does not outlive it.
  void stall(std::size_t device, Millis span, bool broken);
  void reset(std::size_t device);
  void kill_broker(Survives survives, Millis down_for);
  void strike(Device& device, Fault fault, std::uint64_t salt);
  /// No message passes between the sites for `span`; `stored`: it comes later, else it is lost.
  void cut_bridge(Millis span, bool stored);
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
  [[nodiscard]] const SimBroker& broker() const { return broker_; }
  /// How often the lock of `device` was driven.
  [[nodiscard]] std::size_t pulses(std::size_t device) const;
  [[nodiscard]] const std::vector<DoorEvent>& doors(std::size_t device) const {
    return doors_[device];
  }
  [[nodiscard]] std::uint32_t calls_made() const { return calls_made_; }
  [[nodiscard]] const std::vector<CallEvent>& log(std::size_t device) const {
    return logs_[device];
  }
  [[nodiscard]] const std::string& topic_text(const Packet& packet) const {
    return topics_.text(packet.topic);
  }
  [[nodiscard]] TopicId inbox(const UserId& user, const Account& sender);
  [[nodiscard]] fakes::Prng& prng() { return prng_; }
  [[nodiscard]] Hooks* hooks() { return hooks_; }

 private:
  friend struct OutputHandler;

  // sim_world.cpp: time and the engine
  bool step(Instant until);
  void advance(Instant at);
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
  void on_push(Device& device, const SendPush& send);
  void on_pulse(Device& device, const PulseDoor& order);
  void on_pulsed(Device& device, const Event& event);
  void on_info(Device& device, const InfoEvent& event);
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
  void publish_lost(Device& device, const Publication& publication);
  void on_uplink(Device& device, const Event& event);
  void route();
  [[nodiscard]] bool waits_for_bridge(Delivery& delivery) const;
  void schedule_delivery(const Delivery& delivery);
  void on_downlink(Device& device, const Event& event);
  void cut(Device& device, Millis client_notices, Millis broker_notices);
  [[nodiscard]] Millis delay(Device& device);
  [[nodiscard]] Millis travel(std::uint64_t key) const;
  [[nodiscard]] bool across_cut_bridge(const Packet& packet, const Device& to) const;
  [[nodiscard]] bool shut_out(const Device& device) const;

  // sim_arrivals.cpp: bytes to inputs
  void arrive(Device& device, const Delivery& delivery, bool truncated);
  void arrive_message(Device& device, const Delivery& delivery, const Account& sender, Bytes bytes);
  void arrive_presence(Device& device, const Delivery& delivery, const Account& account,
                       Bytes bytes);

  // sim_replay.cpp: decisions, written down or made again
  bool step_script(Instant next);
  void do_deed(Act act);
  void act_again(const Item& item);
  [[nodiscard]] CallTruth* call_of(std::uint32_t number);
  [[nodiscard]] bool strikes_near(Fault fault, std::uint64_t key);
  [[nodiscard]] std::optional<Fault> message_fault(std::uint64_t key);
  [[nodiscard]] fakes::Prng particulars(std::uint64_t key) const {
    return fakes::Prng(drawn(plan_.seed, ~key));
  }

  // sim_people.cpp: what people decide
  void act(Device& device, const Event& event);
  void call_somebody(Device& device, std::uint32_t value, Deed deed);
  bool draw_invitation(Device& device, Act& act);
  void draw_call(Device& device, std::uint32_t value, Act& act);
  void plan_deed(std::size_t device, Deed deed, std::int64_t within_ms, std::uint32_t value);
  void plan_at(Instant at, std::size_t device, Deed deed, std::uint32_t value,
               std::uint32_t with = 0);

  // sim_react.cpp: what people do when something happens
  void react(Device& device, const CallEvent& event);
  void react_to_ring(Device& device, CallTruth& call);
  void react_to_connected(Device& device, const CallEvent& event, CallTruth& call);
  void others_answer_too(const Device& device, const CallTruth& call, Instant at);
  void start_media(Device& device, const CallId& call);
  void plan_media(Device& device, std::uint32_t call, MediaState state, std::int64_t within_ms);
  bool struck(Fault fault);

  // sim_deeds.cpp: doing it
  Result invite(Device& device, const Act& act);
  Result tell(Device& device, const CallId& call);
  void offer(Device& device, const CallId& call);

  // sim_chaos.cpp: faults
  void maybe_strike(Device& device);
  void strike_agent(Device& device, Fault fault, fakes::Prng& prng);
  void strike_link(Device& device, Fault fault, fakes::Prng& prng);
  void crash_and_call_again(Device& device, fakes::Prng& prng);
  void crash_for(Device& device, Millis span);
  void restart_later(Device& device, Millis span);
  void attack(Device& device, Fault fault, fakes::Prng& prng);
  void come_again(Device& device, bool retained, fakes::Prng& prng);

  WorldPlan plan_;
  fakes::Prng prng_;
  Trace* trace_;
  FaultCounts* faults_;
  Hooks* hooks_;
  Instant now_{};
  bool faulty_ = true;
  bool acting_ = true;
  std::uint64_t orders_ = 0;
  Instant turn_at_{};       ///< the millisecond that steps are counted in
  std::uint32_t turn_ = 0;  ///< the present step in it
  std::uint32_t calls_made_ = 0;
  Instant bridge_back_{};
  bool bridge_stores_ = false;
  Script* record_;
  std::optional<Replay> replay_;
  std::map<std::uint32_t, std::uint32_t> numbers_;  ///< of calls: as recorded, as made now
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
  std::vector<std::vector<DoorEvent>> doors_;  ///< as logs_
  struct Pulse {
    std::size_t device = 0;
    std::uint32_t boots = 0;
    std::uint64_t number = 0;
    bool ok = true;
  };
  std::vector<Pulse> pulses_;
  transport::TopicRoot root_;
  transport::Decoded decoded_;
  transport::DecodedPresence decoded_presence_;
  std::array<std::uint8_t, kMessageBytesMax> buffer_{};
  Output output_;
};

}  // namespace doorcall::sim
