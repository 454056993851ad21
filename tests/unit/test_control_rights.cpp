// Who may do what on the control socket. The kernel's part, a peer of another user, is in the
// integration tests, which need root for it.
#include <grp.h>
#include <unistd.h>

#include <string>

#include "platform/control_rights.hpp"
#include "tests/fakes/control_fixture.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall::platform;

TEST_GROUP(ControlRights) {
  ControlRights rights_;
  std::string error_;
  const group* root_ = ::getgrgid(0);

  static PeerCredentials peer(uid_t uid, gid_t gid, std::vector<gid_t> groups = {}) {
    return {.pid = 1, .uid = uid, .gid = gid, .groups = std::move(groups)};
  }
};

TEST(ControlRights, WithoutGroupsWhoeverConnectsMayDoEverything) {
  CHECK_TRUE(rights_.set({}, error_));
  CHECK_TRUE(rights_.allow(peer(4711, 4711), ControlRight::kOpen));
}

TEST(ControlRights, AGroupIsThePeersFirstOrAnyOther) {
  CHECK_TRUE(rights_.set({"", "", root_->gr_name}, error_));
  CHECK_FALSE(rights_.allow(peer(4711, 4711), ControlRight::kOpen));
  CHECK_FALSE(rights_.allow(peer(4711, 4711, {12, 13}), ControlRight::kOpen));
  CHECK_TRUE(rights_.allow(peer(4711, 0), ControlRight::kOpen));
  CHECK_TRUE(rights_.allow(peer(4711, 4711, {12, 0}), ControlRight::kOpen));
  CHECK_TRUE(rights_.allow(peer(4711, 4711), ControlRight::kCall));
  STRCMP_CONTAINS("[control] openers", rights_.refusal(ControlRight::kOpen).c_str());
}

TEST(ControlRights, RootAndTheOwnUserMayDoEverything) {
  CHECK_TRUE(rights_.set({root_->gr_name, root_->gr_name, root_->gr_name}, error_));
  CHECK_TRUE(rights_.allow(peer(0, 4711), ControlRight::kOpen));
  CHECK_TRUE(rights_.allow(peer(::geteuid(), 4711), ControlRight::kWatch));
  CHECK_FALSE(rights_.allow(peer(4711, 4711), ControlRight::kWatch));
}

TEST(ControlRights, AnUnknownGroupIsNamed) {
  CHECK_FALSE(rights_.set({"no-such-group", "", ""}, error_));
  STRCMP_CONTAINS("'no-such-group'", error_.c_str());
}

TEST(ControlRights, WhoIsUnknownToTheKernelMayNothing) {
  CHECK_TRUE(rights_.set({root_->gr_name, "", ""}, error_));
  CHECK_FALSE(rights_.allow(credentials_of(-1), ControlRight::kWatch));
}
