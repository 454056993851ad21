#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doorcall/outputs.hpp"
#include "doorcall/update.hpp"
#include "platform/chime.hpp"
#include "platform/contact.hpp"
#include "platform/device_watch.hpp"
#include "platform/lamp.hpp"
#include "platform/relay.hpp"

namespace doorcall::facade {

/// What people see and hear of calls: lamps, chime, ring-back tone, door relay and door contact.
/// It is told what listeners are told. Thread: loop.
class Outputs {
 public:
  /// Called from the loop; must not destroy it.
  struct Owner {
    std::function<void(bool open)> on_contact;
    std::function<bool()> input_fails;  ///< some button does not work
  };

  /// `gpio`: null when none was built in; then no option may need it. All must outlive it.
  Outputs(platform::EventLoop& loop, platform::Log& log, platform::Gpio* gpio, Owner owner);

  /// Begins with these options, or changes to them; what stays the same goes on undisturbed.
  void configure(const OutputOptions& options);

  void on_call(const CallUpdate& update);
  void on_link(LinkState state);
  void on_mode(const DeviceMode& mode);
  /// Some button works now, or does not work any more.
  void on_input_state() { refresh(); }

  [[nodiscard]] bool has_relay() const noexcept { return relay_ != nullptr; }
  /// Pulses the door's relay; as platform::Relay::pulse(), with a reason where there is none.
  void pulse(platform::Relay::Done done);

  [[nodiscard]] std::vector<OutputView> views() const;

 private:
  struct ShownLamp {
    LampOptions options;
    std::unique_ptr<platform::Lamp> lamp;
    std::optional<LampState> shown;
  };
  struct ShownCall {
    CallState state = CallState::kIdle;
    bool silenced = false;
    bool rings_there = false;  ///< an own call, at the other side
  };

  void release(const OutputOptions& before);
  void release_relay(const RelayOptions& before);
  void make_missing();
  void make_lamps();
  void make_relay();
  void make_contact();
  [[nodiscard]] std::unique_ptr<platform::Chime> make_sound(
      std::string_view area, const std::optional<SoundOptions>& options);
  void check();
  void refresh();
  void refresh_lamps();
  void refresh_sounds();
  void note_fault(std::string_view area, const std::string& name, const std::string& fault);
  [[nodiscard]] bool is(LampState state) const;
  [[nodiscard]] bool any_call(CallState state) const;
  [[nodiscard]] bool line_missing() const;
  [[nodiscard]] bool faulty() const;

  platform::EventLoop& loop_;
  platform::Log& log_;
  platform::Gpio* gpio_;
  Owner owner_;
  OutputOptions options_;
  std::map<std::string, ShownCall> calls_;
  LinkState link_ = LinkState::kStopped;
  bool dnd_ = false;
  bool chimes_ = false;       ///< a call rings here, and is not silenced
  bool rings_there_ = false;  ///< a call from here rings there
  bool refreshing_ = false;
  bool again_ = false;

  std::unique_ptr<platform::DeviceWatch> devices_;
  std::vector<ShownLamp> lamps_;
  std::unique_ptr<platform::Relay> relay_;
  std::unique_ptr<platform::Contact> contact_;
  std::unique_ptr<platform::Chime> chime_;
  std::unique_ptr<platform::Chime> ring_back_;
};

}  // namespace doorcall::facade
