#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "doorcall/door_change.hpp"

namespace doorcall {

/// Whose door is meant; both empty: see Agent::open_door.
struct DoorTarget {
  std::string call;  ///< a call that this device is in, or that rings here
  std::string user;  ///< with `call`: of its members; alone: anybody
};

/// An order to open this device's door.
struct DoorRequest {
  std::string user;  ///< who has asked; this device itself: it was pressed here
  std::string device;
  std::string call;  ///< empty: it was asked without a call
};

/// Says whether the lock is being driven. Copyable; only the first report counts, and none after
/// the agent's end. Thread: loop (from another thread: through Agent::post()).
class DoorReporter {
 public:
  using Report = std::function<void(bool ok)>;

  explicit DoorReporter(Report report) : report_(std::make_shared<Report>(std::move(report))) {}
  /// Takes effect at once; what it causes is told from the loop.
  void report(bool ok) const { (*report_)(ok); }

 private:
  std::shared_ptr<const Report> report_;
};

/// Opens this device's door once, for as long as it sees fit, and reports when the lock is driven
/// or can't be. It is called only for who may open, and once for each order.
using DoorHandler = std::function<void(const DoorRequest& request, DoorReporter reporter)>;

/// What became of Agent::open_door. Called exactly once, from the loop and never from inside the
/// call that took it, unless that call returned an error or the agent is destroyed first: then
/// never.
using DoorCompletion = std::function<void(DoorResult result)>;

/// Something happened to a door.
struct DoorUpdate {
  double at_ms = 0;  ///< see Agent::clock_ms()
  DoorChange change = DoorChange::kAsked;
  bool here = false;   ///< this device's door; else one that it has asked for
  std::string user;    ///< here: who has asked; else whose door it is; empty: the contact
  std::string device;  ///< empty while unknown
  std::string call;    ///< empty: it was asked without a call
  DoorResult result = DoorResult::kOpened;  ///< with kOpened and kRefused
};

}  // namespace doorcall
