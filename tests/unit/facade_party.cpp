// What the agents of a party are told, in words.

#include "tests/unit/facade_party.hpp"

#include <algorithm>

namespace doorcall::test {

std::string text(Errc code) {
  return std::string(to_string(code));
}

std::string roster(std::vector<MemberView> members) {
  std::string line;
  for (const MemberView& member : members) {
    line += (line.empty() ? "" : ", ") + member.user +
            (member.device.empty() ? "" : "/" + member.device) + ' ' +
            std::string(to_string(member.state)) +
            (member.state == LegState::kEnded ? " " + std::string(to_string(member.reason)) : "");
  }
  return line;
}

FacadeParty::FacadeParty() = default;
FacadeParty::~FacadeParty() = default;

Agent& FacadeParty::add(const std::string& user, const std::string& device) {
  AgentOptions options;
  options.user = user;
  options.device = device;
  return add(options);
}

Agent& FacadeParty::add(const AgentOptions& options) {
  agents.push_back(hub.make(options));
  agents.back()->start();
  settle();
  return *agents.back();
}

void FacadeParty::settle() const {
  std::vector<Agent*> all;
  for (const auto& agent : agents) {
    all.push_back(agent.get());
  }
  FacadeHub::settle(all);
}

Completion FacadeParty::note(const std::string& what) {
  return [this, what](const Outcome& outcome) {
    log.push_back(what + ' ' + text(outcome.code) + ' ' + std::string(to_string(outcome.reason)));
  };
}

void FacadeParty::listen(Agent& agent, const std::string& who) {
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

bool FacadeParty::heard(const std::string& line) const {
  return std::find(log.begin(), log.end(), line) != log.end();
}

std::string FacadeParty::all() const {
  std::string lines;
  for (const std::string& line : log) {
    lines += line + '\n';
  }
  return lines;
}

CallState FacadeParty::state(const Agent& agent) {
  const auto calls = agent.calls();
  return calls.empty() ? CallState::kIdle : calls.front().state;
}

}  // namespace doorcall::test
