#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "platform/control_socket.hpp"
#include "platform/unix_listener.hpp"
#include "tests/fakes/raw_client.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::platform::ControlSocket;
using doorcall::platform::EventLoop;
using doorcall::platform::Fd;
using doorcall::test::RawClient;
using doorcall::test::TempDir;

TEST_GROUP(ControlSocketFile) {
  TempDir dir;
  EventLoop loop;
  std::string path = dir.file("control.sock");
  std::string error;

  ControlSocket make(const std::string& where, const std::string& group = "") {
    return {loop, {.path = where, .mode = 0640, .group = group}};
  }
  bool exists() {
    return ::access(path.c_str(), F_OK) == 0;
  }
};

TEST(ControlSocketFile, HasTheAskedModeAndGoesWithTheSocket) {
  {
    ControlSocket server = make(path);
    CHECK_TRUE(server.open(error));
    struct stat status {};
    CHECK_EQUAL(0, ::stat(path.c_str(), &status));
    CHECK_EQUAL(0640U, status.st_mode & 07777U);
  }
  CHECK_FALSE(exists());
}

TEST(ControlSocketFile, ADeadSocketIsReplaced) {
  {
    const Fd dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const std::optional<sockaddr_un> address = doorcall::platform::unix_address(path);
    CHECK_EQUAL(0,
                ::bind(dead.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address));
  }
  CHECK_TRUE(exists());
  ControlSocket server = make(path);
  CHECK_TRUE(server.open(error));
  const RawClient client(path);
}

TEST(ControlSocketFile, ALiveInstanceIsNotReplaced) {
  ControlSocket first = make(path);
  CHECK_TRUE(first.open(error));
  {
    ControlSocket second = make(path);
    CHECK_FALSE(second.open(error));
  }
  STRCMP_CONTAINS("another instance is listening", error.c_str());
  CHECK_TRUE(exists());
  const RawClient client(path);
}

TEST(ControlSocketFile, WhatIsNoSocketIsNotTouched) {
  dir.write("control.sock", "precious");
  ControlSocket server = make(path);
  CHECK_FALSE(server.open(error));
  STRCMP_CONTAINS("is no socket", error.c_str());
  CHECK_TRUE(exists());
}

TEST(ControlSocketFile, AnotherInstancesFileIsNotRemovedAtTheEnd) {
  {
    ControlSocket server = make(path);
    CHECK_TRUE(server.open(error));
    ::unlink(path.c_str());
    dir.write("control.sock", "somebody else's");
  }
  CHECK_TRUE(exists());
}

TEST(ControlSocketFile, ErrorsSayWhatAndWhere) {
  CHECK_FALSE(make(dir.file("missing/control.sock")).open(error));
  STRCMP_CONTAINS("/missing: No such file or directory; create it", error.c_str());
  CHECK_FALSE(make('/' + std::string(200, 'x')).open(error));
  STRCMP_CONTAINS("1 to 107 bytes", error.c_str());
  CHECK_FALSE(make("").open(error));
  CHECK_FALSE(make(path, "no-such-group-here").open(error));
  STRCMP_CONTAINS("no group 'no-such-group-here'", error.c_str());
  CHECK_FALSE(exists());
}
