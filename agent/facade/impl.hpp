#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/engine.hpp"
#include "agent/facade/completions.hpp"
#include "agent/facade/credentials.hpp"
#include "agent/facade/delivery.hpp"
#include "agent/facade/inputs.hpp"
#include "agent/facade/link_factory.hpp"
#include "agent/facade/media_children.hpp"
#include "agent/facade/options.hpp"
#include "agent/facade/outputs.hpp"
#include "agent/facade/receipts.hpp"
#include "doorcall/agent.hpp"
#include "platform/event_loop.hpp"
#include "platform/gpio.hpp"
#include "platform/log.hpp"
#include "transport/gateway.hpp"

namespace doorcall {

/// The agent's inside: one engine between a link, media and the embedder's code, on one loop.
///
/// Every entry from the loop goes through enter(), which afterwards delivers events and arms the
/// deadline. Commands only feed the engine: what they cause is delivered from the loop.
class Agent::Impl : public std::enable_shared_from_this<Agent::Impl> {
 public:
  /// Nothing: not bound.
  using BoundAction = std::variant<std::monostate, ButtonAction, std::function<void()>>;

  Impl(AgentOptions options, const facade::MakeLink& make_link,
       std::shared_ptr<platform::Gpio> gpio = platform::make_gpio());
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The owner is gone: nothing of the embedder's is called any more.
  void abandon() noexcept;

  // impl_commands.cpp
  Errc start(Completion done);
  Errc stop(Completion done);
  std::vector<std::string> reconfigure(AgentOptions options);
  Errc answer(std::string_view call, const AnswerOptions& options, Completion done);
  Errc decline(std::string_view call, const DeclineOptions& options, Completion done);
  Errc silence(std::string_view call);
  Errc cancel(std::string_view call, std::string_view data, Completion done);
  Errc cancel(std::string_view call, const std::vector<std::string>& users, std::string_view data,
              Completion done);
  Errc hang_up(std::string_view call, std::string_view data, Completion done);
  Errc end(std::string_view call, std::string_view data, Completion done);
  Errc set_dnd(bool on, std::optional<Millis> duration);
  Errc ring_to_open(Millis duration);

  // impl_invite.cpp
  CallResult call(const CallPlan& plan, const CallOptions& options, Completion done);
  CallResult call_plan(std::string_view name, const CallOptions& options, Completion done);
  CallResult add(std::string_view call, const std::vector<std::string>& users,
                 const CallOptions& options, Completion done);
  Errc join(std::string_view call, std::string_view via, const JoinOptions& options,
            Completion done);
  PullResult pull(std::string_view call, const JoinOptions& options, Completion done);

  // impl_info.cpp
  Errc send(std::string_view call, const InfoMessage& message, Completion done);

  // impl_door.cpp
  void set_door_handler(DoorHandler handler);
  Errc open_door(const DoorTarget& target, DoorCompletion done);
  void door_contact(bool open);

  // impl_press.cpp
  void bind(std::string name, PressKind kind, BoundAction action);
  bool unbind(std::string_view name);
  Errc press(std::string_view name, PressKind kind);
  /// Null: not bound.
  [[nodiscard]] const BoundAction* bound(std::string_view name, PressKind kind) const;

  // impl_inputs.cpp
  [[nodiscard]] std::vector<InputView> inputs() const;

  // impl_media.cpp
  void set_media_handler(MediaHandler handler);

  // impl_offers.cpp
  Errc mute(std::string_view call, bool on);

  // impl_views.cpp
  [[nodiscard]] std::vector<CallView> calls() const;
  [[nodiscard]] std::vector<MemberView> members(std::string_view call) const;
  [[nodiscard]] std::vector<std::string> pullable() const;
  [[nodiscard]] DeviceMode mode() const;
  [[nodiscard]] std::vector<DevicePresence> presence() const;
  [[nodiscard]] EngineMemory memory() const noexcept;
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const;
  [[nodiscard]] std::vector<std::string> buttons() const;
  [[nodiscard]] std::vector<OutputView> outputs() const { return outputs_.views(); }

  // impl.cpp: the loop
  void run();
  void process();
  [[nodiscard]] Millis next_deadline() const;
  void post(std::function<void()> task);

  [[nodiscard]] const Engine& engine() const noexcept { return *engine_; }
  [[nodiscard]] std::string broker_host() const { return link_->host(); }
  [[nodiscard]] bool mqtt5() const noexcept { return mqtt5_; }
  [[nodiscard]] const AgentOptions& options() const noexcept { return options_; }
  [[nodiscard]] facade::Delivery& delivery() noexcept { return delivery_; }
  [[nodiscard]] platform::EventLoop& loop() noexcept { return loop_; }
  [[nodiscard]] platform::Log& log() noexcept { return log_; }
  void on_turn(std::function<void()> turned) { turned_ = std::move(turned); }
  [[nodiscard]] bool keeps_up(Millis late_max) const;

 private:
  using Bytes = std::vector<std::uint8_t>;

  /// What only the facade keeps of a live call: the engine hands offers through.
  struct Notes {
    Bytes local_offer;
    bool told = false;                       ///< an invite, accept or info carries local_offer
    bool of_hook = false;                    ///< local_offer is the media driver's own
    std::map<Account, Bytes> remote_offers;  ///< at most kRemoteOffersMax
    std::vector<Bytes> candidates;           ///< own, to be told once connected
    std::optional<Account> media_peer;       ///< of the media that was started
    bool muted = false;
    bool answered = false;
  };
  struct Names {
    std::string name;
    std::string kind;
    std::string software;
  };

  template <typename Work>
  void enter(Work&& work) {
    if (abandoned_) {
      return;
    }
    if (entered_) {
      work();
      return;
    }
    entered_ = true;
    work();
    delivery_.run();
    entered_ = false;
    if (!abandoned_) {
      arm();
      if (turned_) {
        turned_();
      }
    }
  }
  void on_due();
  /// Reads the clock once: the engine's time, and at_ms_ of what it causes.
  Instant take_time();
  void arm();
  [[nodiscard]] Instant next_due() const;
  Result feed(const Input& input);
  void take_fact(const Input& input);
  void link_closed();
  void take(const Output& output);
  void take_call(const CallEvent& event);
  void take_presence(const PresenceEvent& event);
  void take_link(const LinkEvent& event);
  void take_mode(const ModeEvent& event);
  void forget_names();
  void take_stopped();
  void take_posted();
  void log_link(const LinkUpdate& update);

  // impl_info.cpp
  void take_info(const InfoEvent& event);

  // impl_door.cpp
  [[nodiscard]] CallId call_with(const UserId& user) const;
  [[nodiscard]] CallId call_with_door() const;
  [[nodiscard]] bool has_door() const;
  [[nodiscard]] bool shows_door(const CallId& call) const;
  void take_pulse(const PulseDoor& order);
  void take_door(const DoorEvent& event);
  void finish_door_asks();

  // impl_media.cpp
  void apply_settings();
  bool renew_credentials(const transport::LinkOptions& link);
  void use_media_command();
  void report_media(const std::string& call, MediaState state);
  void keep_offer(const CallId& call, const std::vector<std::uint8_t>& offer);
  void take_media(const StartMedia& order);
  void take_media(const StopMedia& order);
  void start_media(const StartMedia& order);

  // impl_offers.cpp
  [[nodiscard]] std::optional<CallInfo> call_of_hook(std::string_view call) const;
  void take_own_offer(const std::string& call, Bytes offer);
  void take_own_candidate(const std::string& call, Bytes candidate);
  void tell_offer(const CallId& call);
  void tell_candidates(const CallId& call);
  void take_receipt(const InfoReceipt& receipt);
  Errc tell_peer(const CallId& call, InfoKind kind, const Bytes& bytes);
  bool keep_remote(const CallId& call, const Account& from, const Bytes& offer);
  void prepare_media(const CallUpdate& update);
  void take_media_info(const InfoEvent& event);
  void take_remote_offer(const CallInfo& info, const Account& from, const Bytes& offer);

  // impl_commands.cpp
  Errc cancel(const CallId& call, const std::vector<UserId>& users, std::string_view data,
              Completion done);
  template <typename MakeInput>
  Errc end_by(std::string_view call, Completion& done, MakeInput make_input);

  // impl_invite.cpp
  CallResult invite(const CallId& into, const CallPlan& plan, const CallOptions& options,
                    Completion done);
  Result join(const JoinCall& order, const JoinOptions& options, Completion done);

  // impl_inputs.cpp
  void configure_inputs();
  void take_press(const std::string& button, platform::PressEvent::Kind kind);
  void take_input_state(const InputView& view);
  [[nodiscard]] bool input_fails() const;
  void tell_button(ButtonUpdate update);

  // impl_press.cpp
  Errc act(const ButtonAction& action);
  Errc act_ringing(ButtonAction::Kind kind);
  Errc press_call(const std::string& user, RepeatPress repeat);
  Errc press_plan(const std::string& name, RepeatPress repeat);
  Errc press_again(const CallId& call, RepeatPress repeat);
  Errc press_hang_up();
  [[nodiscard]] std::optional<CallInfo> oldest(CallState state) const;
  /// In a call on the only line: there an invitation would add to that call.
  [[nodiscard]] bool would_add() const;

  AgentOptions options_;
  std::shared_ptr<platform::Gpio> gpio_;  ///< none: it was not built in
  facade::CheckedOptions checked_;
  facade::CredentialsSeen credentials_;  ///< those that the link uses
  platform::EventLoop loop_;
  platform::Log log_;
  facade::Delivery delivery_;
  facade::Completions completions_;
  facade::Receipts receipts_;
  Completion start_done_;
  Completion stop_done_;
  std::unique_ptr<std::byte[]> memory_;
  std::unique_ptr<Engine> engine_;
  transport::Gateway gateway_;
  std::unique_ptr<transport::Link> link_;
  std::shared_ptr<facade::MediaDriver> media_;  ///< none: calls without media
  std::shared_ptr<facade::MediaChildren> children_;
  facade::Outputs outputs_;
  platform::Watch link_watch_;
  DoorHandler door_handler_;
  std::map<CallId, DoorCompletion> door_asks_;
  std::map<CallId, Notes> notes_;
  std::map<std::string, CallId, std::less<>> plan_calls_;  ///< last call of each plan's buttons
  std::map<Account, Names> names_;
  std::map<std::string, std::array<BoundAction, kPressKindLast + 1>, std::less<>> buttons_;
  std::unique_ptr<facade::Inputs> inputs_;
  std::function<void()> turned_;
  double at_ms_ = 0;
  bool running_ = false;
  bool mqtt5_ = true;
  bool link_open_ = false;  ///< an attempt or a connection, until it is reported down
  bool entered_ = false;
  bool abandoned_ = false;
  bool own_media_ = false;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  platform::Wakeup posted_wakeup_;
};

}  // namespace doorcall
