#pragma once

// A broker in memory between the agents of one test.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "doorcall/agent.hpp"
#include "platform/gpio.hpp"

namespace doorcall::test {

/// A broker in memory for the agents of one test: retained messages and "+" filters, no loss.
class FacadeHub {
 public:
  FacadeHub();
  FacadeHub(const FacadeHub&) = delete;
  FacadeHub& operator=(const FacadeHub&) = delete;
  FacadeHub& operator=(FacadeHub&& other) noexcept;
  ~FacadeHub();

  bool refusing = false;                      ///< attempts to connect fail
  std::map<std::string, std::string> pushes;  ///< last payload on each push topic

  /// Agents made here are connected to each other only.
  [[nodiscard]] std::unique_ptr<Agent> make(
      AgentOptions options, std::shared_ptr<platform::Gpio> gpio = platform::make_gpio());
  [[nodiscard]] std::unique_ptr<Agent> make(const std::string& user);

  /// Serves the agents until none has anything to do now or within the few milliseconds to which
  /// their timers are rounded.
  static void settle(const std::vector<Agent*>& agents);

  /// The retained payload on this topic has this many bytes; 0: none.
  [[nodiscard]] std::size_t retained_bytes(const std::string& topic) const;

 private:
  using Bytes = std::vector<std::uint8_t>;
  class HubLink;

  std::vector<HubLink*> links_;
  std::map<std::string, Bytes> retained_;
};

}  // namespace doorcall::test
