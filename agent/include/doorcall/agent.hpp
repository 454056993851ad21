#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/button.hpp"
#include "doorcall/call.hpp"
#include "doorcall/door.hpp"
#include "doorcall/error.hpp"
#include "doorcall/info.hpp"
#include "doorcall/media.hpp"
#include "doorcall/options.hpp"
#include "doorcall/outputs.hpp"
#include "doorcall/plan.hpp"
#include "doorcall/state.hpp"
#include "doorcall/update.hpp"

namespace doorcall {

/// One calling device: signalling over MQTT, timers, media and buttons behind one object.
///
/// It needs a loop: its own, run(), or the embedder's, with fd(), next_deadline() and process().
/// Listeners, completions, button callbacks and the media handler are called from there only, never
/// from inside a method; each may call any method, add and remove listeners, and destroy the agent.
///
/// Thread: one; it makes all calls and runs the loop. post() alone may be called from any thread.
/// Destroying an agent that is not stopped is like pulling the plug: peers see it as lost.
class Agent {
 public:
  /// Errors: throws std::invalid_argument naming the option and what is allowed, std::system_error
  /// when the process is out of descriptors.
  explicit Agent(AgentOptions options);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // --- life

  /// Connects, and stays connected until stop(). Completes at the first connection, or with
  /// kNotConnected when the first attempt fails, after which it goes on trying.
  /// Errors: kAlreadySent: it is started.
  Errc start(Completion done = {});
  /// Cancels and ends the calls, says goodbye and disconnects; completes within 4 s.
  /// Errors: kNotStarted: it is not started.
  Errc stop(Completion done = {});

  /// Changes what can be changed while running, and returns the names of the changed options that
  /// need a new agent. Errors: throws std::invalid_argument as the constructor; nothing is changed.
  std::vector<std::string> reconfigure(AgentOptions options);

  // --- calls: each method answers at once, `done` tells how it ended

  /// Calls every device of `user`. While this device is in the only call of its only line the user
  /// is added to that call instead. Completes with kOk when answered.
  /// Errors: kInvalidUser, kSelfCall, kInvalidArgument, kNotUtf8, kDataTooLarge,
  /// kTimeoutOutOfRange, kTooManyInvitees, kTooManyCalls, kAlreadySent: the user is in that call,
  /// kBusy, kNotConnected, kNotStarted.
  CallResult call(std::string_view user, const CallOptions& options = {}, Completion done = {});

  /// Calls several users in one call. Those who can't be called are named in the result, with the
  /// reason, and the rest is called; the code is an error when none is left. Completes with kOk
  /// when the first has answered. Errors: as of one user, and those of CallPlan.
  CallResult call(const CallPlan& plan, const CallOptions& options = {}, Completion done = {});
  /// As above with CallPlan::parallel(): call({"apt1", "apt2"}).
  CallResult call(std::initializer_list<std::string_view> users, const CallOptions& options = {},
                  Completion done = {});

  /// Calls by the plan of this name in AgentOptions::plans. Errors: as above, kInvalidArgument
  /// also: there is no such plan.
  CallResult call_plan(std::string_view name, const CallOptions& options = {},
                       Completion done = {});

  /// Adds users to a call that this device is in or has begun; all members may. Completes with kOk
  /// when the first of them has answered, with kAlreadyEnded and the last one's reason when none
  /// has. Errors: as call(), and kUnknownCall, kAlreadyEnded, kNotAllowed: this device is not in
  /// it.
  CallResult add(std::string_view call, const std::vector<std::string>& users,
                 const CallOptions& options = {}, Completion done = {});

  /// Answers a ringing call. Completes with kOk when the caller confirmed it.
  /// Errors: kUnknownCall, kNotInvited: it is an own call, kAlreadyAccepted, kAlreadyEnded,
  /// kBusy: a call that waits, and no line is free, kNotAllowed: this device only chimes,
  /// kNotUtf8, kDataTooLarge, kNotStarted.
  Errc answer(std::string_view call, const AnswerOptions& options = {}, Completion done = {});

  /// Declines a ringing call. Errors: as answer(). Completes when the call is over.
  Errc decline(std::string_view call, const DeclineOptions& options = {}, Completion done = {});

  /// Stops alerting on this device only, without declining: the call rings on elsewhere, and can
  /// still be answered here. Errors: kUnknownCall, kNotInvited, kAlreadyAccepted, kAlreadyEnded,
  /// kAlreadySent: it is silent, kNotStarted.
  Errc silence(std::string_view call);

  /// Takes back own invitations that are not answered yet. Completes when the call is over, or,
  /// where others are in it, when the invitations have ended.
  /// Errors: kUnknownCall, kNotAllowed: it is not an own call, kAlreadyAccepted, kAlreadyEnded,
  /// kNotUtf8, kDataTooLarge, kNotStarted.
  Errc cancel(std::string_view call, std::string_view data = {}, Completion done = {});
  /// Takes back the invitations of these users only; the rest of the call goes on. Completes when
  /// they have ended. Errors: as above, kInvalidUser, kInvalidArgument: no users, kNotInvited: none
  /// of them is being called by this device.
  Errc cancel(std::string_view call, const std::vector<std::string>& users,
              std::string_view data = {}, Completion done = {});

  /// Leaves a connected call, in which the others stay; gives up an own call; takes back an answer
  /// that is not confirmed yet. Completes when the call is over here. Errors: kUnknownCall,
  /// kNotAllowed: it rings here: decline(), kAlreadyEnded, kNotUtf8, kDataTooLarge, kNotStarted.
  Errc hang_up(std::string_view call, std::string_view data = {}, Completion done = {});

  /// Ends a call for all. Completes when it is over here. Errors: as hang_up(), kNotAllowed also:
  /// only the creator may, or, once that has left, who joined first of the rest.
  Errc end(std::string_view call, std::string_view data = {}, Completion done = {});

  /// Comes into a running call, or comes back, that has this user among its members. `via`: a user
  /// who is in the call; empty: whom this device knows from it. Completes with kOk when let in.
  /// Errors: kUnknownCall: not known here, and no `via`, kInvalidUser, kSelfCall,
  /// kAlreadyAccepted: this device is in it, kAlreadySent, kBusy, kTooManyCalls, kNotAllowed,
  /// kNotUtf8, kDataTooLarge, kNotConnected, kNotStarted.
  Errc join(std::string_view call, std::string_view via = {}, const JoinOptions& options = {},
            Completion done = {});

  /// Takes over a call that another device of this user is in, which is out of it then. Empty: the
  /// one there is. Completes with kOk when let in. Errors: as join(), kUnknownCall also: there is
  /// none, kInvalidArgument: there are several; pullable() names them.
  PullResult pull(std::string_view call = {}, const JoinOptions& options = {},
                  Completion done = {});

  /// Tells members of a connected call something: media offers and candidates, a switch of the
  /// media, key presses, data. Each gets it once, in the order of the calls of this method, also
  /// after an outage. Completes with kOk when all have it, with kAlreadyEnded when somebody has
  /// gone without it. Errors: kUnknownCall, kAlreadyEnded, kNotAllowed: it is not connected,
  /// kNotInvited: that user is not in it, kInvalidUser, kInvalidArgument: no bytes, or not keys,
  /// kNotUtf8, kDataTooLarge, kTooManyCalls: 8 are on their way to a member.
  Errc send(std::string_view call, const InfoMessage& message, Completion done = {});

  /// The media of this call sends silence, or sound again. Errors: kUnknownCall, kNotAllowed: no
  /// media was started.
  Errc mute(std::string_view call, bool on);

  // --- doors

  /// Opens a door once: of a member of the call, of who rings here, or of a user who lets this
  /// device without a call. With no target the one of the connected call, else of the call that
  /// rings, else, or where nobody in it shows a door, this device's own. The door decides; it
  /// answers within 10 s. Errors: kInvalidUser, kUnknownCall, kAlreadyEnded, kNotAllowed: the call
  /// is neither connected nor rings here, or there is no call and no own door, kNotInvited: that
  /// user is not in the call, kSelfCall: this user's other device, kAlreadySent: that door is being
  /// asked, kTooManyCalls, kNotConnected, kNotStarted.
  Errc open_door(const DoorTarget& target = {}, DoorCompletion done = {});

  /// This device has a door, which `handler` opens, instead of the relay in AgentOptions::outputs;
  /// to be set before start(). Empty: the relay does, or it has none.
  /// Who may open it: parties of a live call, and AgentOptions::door_allow.
  void set_door_handler(DoorHandler handler);

  /// What the door's contact shows. Opened, it ends all that still rings for this device's calls.
  void door_contact(bool open);

  // --- what this device does by itself

  /// Do not disturb: while it is on, invitations are refused, but for AgentOptions::dnd_overrides.
  /// `duration`, with `on`: then it ends by itself, up to 7 days; none: until it is switched off.
  /// Errors: kTimeoutOutOfRange, kNotStarted.
  Errc set_dnd(bool on, std::optional<std::chrono::milliseconds> duration = {});

  /// For `duration`, calls from AgentOptions::doors are answered at once and their door is asked to
  /// open; 0 switches it off. Errors: kTimeoutOutOfRange: over
  /// ring_to_open_max, kNotAllowed: there are no doors, kNotStarted.
  Errc ring_to_open(std::chrono::milliseconds duration);

  /// Do not disturb and ring-to-open as they are now.
  [[nodiscard]] DeviceMode mode() const;

  // --- what happens

  /// It is called from the next event on, until it is removed; the token names it.
  ListenerToken add_listener(Listener listener);
  /// False if there is none of that token. It is not called any more after this.
  bool remove_listener(ListenerToken token);

  // --- what is

  /// Live calls and, after them, remembered ended ones.
  [[nodiscard]] std::vector<CallView> calls() const;
  /// The members of a live call, as in CallView; empty for any other.
  [[nodiscard]] std::vector<MemberView> members(std::string_view call) const;
  /// The calls of other devices of this user, for pull(), as far as this device has heard of them.
  [[nodiscard]] std::vector<std::string> pullable() const;
  /// Known devices in the order of user and device, own ones included.
  [[nodiscard]] std::vector<DevicePresence> presence() const;
  [[nodiscard]] LinkState link_state() const;
  /// Which of broker.host and broker.more this device is connected to, or tries next.
  [[nodiscard]] std::string broker_host() const;
  /// Whether the present or last connection speaks MQTT 5; else it is 3.1.1.
  [[nodiscard]] bool mqtt5() const;
  /// The MQTT library that this was built with: "paho" or "mosquitto".
  [[nodiscard]] static std::string_view link_library();
  /// What this device shows to others.
  [[nodiscard]] PresenceState own_state() const;
  /// What was done, refused and lost, by name. Only ever grows.
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const;
  /// What the engine has taken, in bytes. It takes no more later.
  [[nodiscard]] EngineMemory memory() const;
  [[nodiscard]] const AgentOptions& options() const;

  /// The clock of `at_ms`: milliseconds, to the microsecond, since the system was booted.
  [[nodiscard]] static double clock_ms();

  // --- buttons

  /// Binds a kind of press of the button of this name to an action or to own code, replacing what
  /// was bound; without a kind the single press. AgentOptions::inputs says what it is wired to.
  void bind_button(std::string name, ButtonAction action);
  void bind_button(std::string name, std::function<void()> on_press);
  void bind_button(std::string name, PressKind kind, ButtonAction action);
  void bind_button(std::string name, PressKind kind, std::function<void()> on_press);
  /// Unbinds all kinds. False if there is none of that name.
  bool unbind_button(std::string_view name);
  /// What a button of that name does when pressed, done now (own code: from the loop).
  /// Errors: kInvalidArgument: there is no such button, or this kind of press is not bound;
  /// kUnknownCall: there is no call to act on; kAlreadySent: that user is being called; else as the
  /// method that it stands for.
  Errc press(std::string_view name, PressKind kind = PressKind::kSingle);
  [[nodiscard]] std::vector<std::string> buttons() const;
  /// Whether this kind of press of the button is bound.
  [[nodiscard]] bool button_bound(std::string_view name, PressKind kind) const;
  /// What this press does; none if nothing, or a function of the embedder's.
  [[nodiscard]] std::optional<ButtonAction> button_action(std::string_view name,
                                                          PressKind kind) const;
  /// How the inputs are; empty before start().
  [[nodiscard]] std::vector<InputView> inputs() const;

  // --- lamps, sounds and the door

  /// What AgentOptions::outputs names, as it is now.
  [[nodiscard]] std::vector<OutputView> outputs() const;

  // --- media

  /// Media by own code instead of `media_command`; to be set before start().
  void set_media_handler(MediaHandler handler);

  // --- loop: own

  /// Serves until stop_loop(), which may have come before.
  void run();
  void stop_loop();

  // --- loop: the embedder's

  /// Readable (level-triggered) when process() has something to do; the same for life.
  [[nodiscard]] int fd() const;
  /// How long until process() must be called although fd() is not readable, in the form that poll()
  /// takes: -1 is "no limit". fd() becomes readable then as well.
  [[nodiscard]] std::chrono::milliseconds next_deadline() const;
  /// Does all that is ready; never blocks.
  void process();

  /// Runs `task` in the loop. Thread: any.
  void post(std::function<void()> task);

 private:
  friend struct AgentAccess;
  class Impl;
  explicit Agent(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace doorcall
