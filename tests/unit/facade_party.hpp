#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/facade_hub.hpp"

#include <CppUTest/TestHarness.h>

namespace doorcall::test {

std::string text(Errc code);
/// "a connected, b ringing", by user and device.
std::string roster(std::vector<MemberView> members);

/// Several agents that are connected to each other, and a log of what they are told.
class FacadeParty : public Utest {
 public:
  FacadeParty();
  ~FacadeParty() override;

  FacadeHub hub;
  std::vector<std::unique_ptr<Agent>> agents;
  std::vector<std::string> log;

  Agent& add(const std::string& user, const std::string& device);
  Agent& add(const AgentOptions& options);
  void settle() const;
  Completion note(const std::string& what);
  /// Notes "<who>:<change>" of each call event, and for kMember who and how.
  void listen(Agent& agent, const std::string& who);
  bool heard(const std::string& line) const;
  std::string all() const;
  static CallState state(const Agent& agent);
};

/// In a test of a FacadeParty: this line is in its log.
#define CHECK_HEARD(line) \
  CHECK_TEXT(heard(line), (std::string(line) + " is not in\n" + all()).c_str())

}  // namespace doorcall::test
