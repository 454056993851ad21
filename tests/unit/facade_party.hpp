#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

inline std::string text(Errc code) {
  return std::string(to_string(code));
}

/// "a connected, b ringing", by user and device.
inline std::string roster(std::vector<MemberView> members) {
  std::string line;
  for (const MemberView& member : members) {
    line += (line.empty() ? "" : ", ") + member.user +
            (member.device.empty() ? "" : "/" + member.device) + ' ' +
            std::string(to_string(member.state)) +
            (member.state == LegState::kEnded ? " " + std::string(to_string(member.reason)) : "");
  }
  return line;
}

/// Several agents that are connected to each other, and a log of what they are told.
class FacadeParty : public Utest {
 public:
  FacadeHub hub;
  std::vector<std::unique_ptr<Agent>> agents;
  std::vector<std::string> log;

  Agent& add(const std::string& user, const std::string& device) {
    AgentOptions options;
    options.user = user;
    options.device = device;
    return add(options);
  }
  Agent& add(const AgentOptions& options) {
    agents.push_back(hub.make(options));
    agents.back()->start();
    settle();
    return *agents.back();
  }
  void settle() const {
    std::vector<Agent*> all;
    for (const auto& agent : agents) {
      all.push_back(agent.get());
    }
    FacadeHub::settle(all);
  }
  Completion note(const std::string& what) {
    return [this, what](const Outcome& outcome) {
      log.push_back(what + ' ' + text(outcome.code) + ' ' + std::string(to_string(outcome.reason)));
    };
  }
  /// Notes "<who>:<change>" of each call event, and for kMember who and how.
  void listen(Agent& agent, const std::string& who) {
    Listener listener;
    listener.on_call = [this, who](const CallUpdate& update) {
      std::string line = who + ':' + std::string(to_string(update.change));
      if (update.change == CallChange::kMember) {
        line += ' ' + update.peer_user + ' ' + std::string(to_string(update.leg));
      }
      if (update.reason != Reason::kNone) {
        line += ' ' + std::string(to_string(update.reason));
      }
      log.push_back(line + (missed(update) ? " missed" : ""));
    };
    agent.add_listener(listener);
  }
  bool heard(const std::string& line) const {
    return std::find(log.begin(), log.end(), line) != log.end();
  }
  std::string all() const {
    std::string lines;
    for (const std::string& line : log) {
      lines += line + '\n';
    }
    return lines;
  }
  static CallState state(const Agent& agent) {
    const auto calls = agent.calls();
    return calls.empty() ? CallState::kIdle : calls.front().state;
  }
};

/// In a test of a FacadeParty: this line is in its log.
#define CHECK_HEARD(line) \
  CHECK_TEXT(heard(line), (std::string(line) + " is not in\n" + all()).c_str())

}  // namespace doorcall::test
