// What doorcalld's watchdog asks: does the agent have turns, and does it do in them what is due?
#include <sys/eventfd.h>

#include <memory>

#include "agent/facade/access.hpp"
#include "platform/fd.hpp"
#include "tests/unit/facade_party.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;

namespace {

/// Wants to be served since the clock's origin, and nothing that is done satisfies it.
class StuckLink final : public transport::Link {
 public:
  void open(const transport::OpenRequest& /*request*/) override {}
  bool publish(const transport::Publication& /*publication*/) override { return false; }
  void close() override {}
  [[nodiscard]] int fd() const override { return event_.get(); }
  [[nodiscard]] Instant next_deadline() const override { return Instant{}; }
  void process(Instant /*now*/) override {}
  [[nodiscard]] int socket() const override { return -1; }

 private:
  platform::Fd event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

}  // namespace

TEST_GROUP_BASE(FacadeTurns, doorcall::test::FacadeParty){};

TEST(FacadeTurns, AnAgentThatDoesWhatIsDueKeepsUp) {
  Agent& door = add("door", "one");
  settle();
  CHECK_TRUE(AgentAccess::keeps_up(door));
}

TEST(FacadeTurns, EachTurnIsTold) {
  Agent& door = add("door", "one");
  settle();
  int turns = 0;
  AgentAccess::on_turn(door, [&] { ++turns; });
  settle();
  LONGS_EQUAL(0, turns);
  door.post([] {});
  settle();
  CHECK_TRUE(turns > 0);
}

TEST(FacadeTurns, AnAgentThatIsStuckDoesNotKeepUp) {
  AgentOptions options;
  options.user = "door";
  options.device = "one";
  const auto agent =
      AgentAccess::make(options, [](const transport::LinkOptions&, transport::LinkSink&) {
        return std::make_unique<StuckLink>();
      });
  agent->start();
  agent->process();
  CHECK_FALSE(AgentAccess::keeps_up(*agent));
}
