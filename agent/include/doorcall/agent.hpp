#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/button.hpp"
#include "doorcall/call.hpp"
#include "doorcall/error.hpp"
#include "doorcall/media.hpp"
#include "doorcall/options.hpp"
#include "doorcall/state.hpp"

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

  /// Calls every device of `user`. Completes with kOk when answered.
  /// Errors: kInvalidUser, kSelfCall, kInvalidArgument, kNotUtf8, kDataTooLarge,
  /// kTimeoutOutOfRange, kTooManyCalls, kBusy, kNotConnected, kNotStarted.
  CallResult call(std::string_view user, const CallOptions& options = {}, Completion done = {});

  /// Answers a ringing call. Completes with kOk when the caller confirmed it.
  /// Errors: kUnknownCall, kNotInvited: it is an own call, kAlreadyAccepted, kAlreadyEnded,
  /// kNotUtf8, kDataTooLarge, kNotStarted.
  Errc answer(std::string_view call, const AnswerOptions& options = {}, Completion done = {});

  /// Declines a ringing call. Errors: as answer(). Completes when the call is over.
  Errc decline(std::string_view call, const DeclineOptions& options = {}, Completion done = {});

  /// Gives up an own call that is not answered yet. Completes when the call is over.
  /// Errors: kUnknownCall, kNotAllowed: it is not an own call, kAlreadyAccepted, kAlreadyEnded,
  /// kNotUtf8, kDataTooLarge, kNotStarted.
  Errc cancel(std::string_view call, std::string_view data = {}, Completion done = {});

  /// Ends a connected call; gives up an own call; takes back an answer that is not confirmed yet.
  /// Completes when the call is over. Errors: kUnknownCall, kNotAllowed: it rings here: decline(),
  /// kAlreadyEnded, kNotUtf8, kDataTooLarge, kNotStarted.
  Errc hang_up(std::string_view call, std::string_view data = {}, Completion done = {});

  // --- what happens

  /// It is called from the next event on, until it is removed; the token names it.
  ListenerToken add_listener(Listener listener);
  /// False if there is none of that token. It is not called any more after this.
  bool remove_listener(ListenerToken token);

  // --- what is

  /// Live calls and, after them, remembered ended ones.
  [[nodiscard]] std::vector<CallView> calls() const;
  /// Known devices in the order of user and device, own ones included.
  [[nodiscard]] std::vector<DevicePresence> presence() const;
  [[nodiscard]] LinkState link_state() const;
  /// Whether the present or last connection speaks MQTT 5; else it is 3.1.1.
  [[nodiscard]] bool mqtt5() const;
  /// The MQTT library that this was built with: "paho" or "mosquitto".
  [[nodiscard]] static std::string_view link_library();
  /// What this device shows to others.
  [[nodiscard]] PresenceState own_state() const;
  /// What was done, refused and lost, by name. Only ever grows.
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const;
  [[nodiscard]] const AgentOptions& options() const;

  /// The clock of `at_ms`: milliseconds, to the microsecond, since the system was booted.
  [[nodiscard]] static double clock_ms();

  // --- buttons

  /// Binds a button's name to an action or to own code, replacing what was bound.
  void bind_button(std::string name, ButtonAction action);
  void bind_button(std::string name, std::function<void()> on_press);
  /// False if there is none of that name.
  bool unbind_button(std::string_view name);
  /// What a button of that name does when pressed, done now (own code: from the loop).
  /// Errors: kInvalidArgument: there is no such button; kUnknownCall: there is no call to act on;
  /// kAlreadySent: that user is being called; else as the method that it stands for.
  Errc press(std::string_view name);
  [[nodiscard]] std::vector<std::string> buttons() const;

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
