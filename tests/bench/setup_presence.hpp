#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace doorcall::bench {

/// A process that, between start() and stop(), changes the presence of other devices under `root`,
/// one every 10 ms. It is killed by the destructor.
class PresenceChanges {
 public:
  PresenceChanges(std::uint16_t port, const std::string& root);
  ~PresenceChanges();
  PresenceChanges(const PresenceChanges&) = delete;
  PresenceChanges& operator=(const PresenceChanges&) = delete;

  void start() const;
  void stop() const;

 private:
  int switch_;
  pid_t process_;
};

}  // namespace doorcall::bench
