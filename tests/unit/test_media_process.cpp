// What the daemon and a media hook say to each other. The hooks are small shell programs given
// with -c; the tests wait for what they say or for their end, never for a time.
#include <cstdlib>
#include <string>

#include "platform/base64.hpp"
#include "tests/fakes/media_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::platform::MediaProcess;

TEST_GROUP_BASE(MediaProcess, doorcall::test::MediaFixture){};

TEST(MediaProcess, ACallFromPrepareToStop) {
  run_hook(
      "read -r hello; echo \"state connecting [$hello]\"\n"
      "read -r line; echo \"offer $(printf mine | base64)\"\n"
      "read -r line; echo \"state connected [$line]\"\n"
      "read -r line; echo \"state disconnected [$line]\"; read -r line || exit 0; exit 1");
  hook->prepare("");
  CHECK_TRUE(until_seen("offer mine;"));
  hook->start("theirs");
  CHECK_TRUE(until_seen("connected([start " + doorcall::platform::base64_encode("theirs") + "]);"));
  hook->stop("hang_up");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL(
      "connecting([doorcall-hook 1]);offer mine;connected([start dGhlaXJz]);"
      "disconnected([stop hang_up]);",
      seen.c_str());
  CHECK_TRUE(exit->clean());
  STRCMP_EQUAL("exited(0)", exit->text().c_str());
  CHECK_FALSE(hook->running());
}

TEST(MediaProcess, NoOfferIsADash) {
  run_hook("read -r hello; read -r line; echo \"state connected $line\"");
  hook->start("");
  CHECK_TRUE(until_seen("connected(start -);"));
}

TEST(MediaProcess, EachOrderIsALine) {
  run_hook("while read -r line; do echo \"state connected $line\"; done");
  hook->prepare("v=0");
  hook->early("panel@apt1", "v=0");
  hook->start("");
  hook->remote("v=1");
  hook->candidate("c");
  hook->switch_to(doorcall::MediaKind::kAudio);
  hook->mute(true);
  hook->mute(false);
  hook->stop("hang_up");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL(
      "connected(doorcall-hook 1);connected(prepare dj0w);connected(early panel@apt1 dj0w);"
      "connected(start -);connected(remote dj0x);connected(candidate Yw==);"
      "connected(media audio);connected(mute on);connected(mute off);connected(stop hang_up);",
      seen.c_str());
}

TEST(MediaProcess, CandidatesComeAsBytes) {
  run_hook("echo \"candidate $(printf mine | base64)\"; echo 'candidate -'; echo candidate");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("candidate mine;", seen.c_str());
  CHECK_EQUAL(2U, hook->counters().bad_offers);
}

TEST(MediaProcess, TheEnvironmentTellsTheCall) {
  ::setenv("DOORCALL_ROLE", "stale", 1);
  run_hook(
      "echo \"state connected $DOORCALL_CALL_ID $DOORCALL_ROLE $DOORCALL_PEER $DOORCALL_MEDIA"
      " $DOORCALL_BROKER\"\n"
      "echo \"state connected $(env | grep -c '^DOORCALL_')\"");
  CHECK_TRUE(until_exit());
  ::unsetenv("DOORCALL_ROLE");
  STRCMP_EQUAL("connected(c0ffee caller panel@apt1 video 192.0.2.1);connected(5);", seen.c_str());
}

TEST(MediaProcess, TheLastWordsBeforeTheEndAreHeard) {
  run_hook("echo 'state failed no camera'; exit 3");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("failed(no camera);", seen.c_str());
  STRCMP_EQUAL("exited(3)", exit->text().c_str());
  CHECK_FALSE(exit->clean());
}

TEST(MediaProcess, AFloodOfLinesIsServedInBoundedTurns) {
  run_hook(
      "i=0; while [ $i -lt 20000 ]; do echo nonsense; i=$((i+1)); done; echo 'state connected'");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("connected;", seen.c_str());
  CHECK_EQUAL(20'000U, hook->counters().unknown_lines);
}

TEST(MediaProcess, UnknownLongAndIllegalLinesAreCountedAndIgnored) {
  run_hook(
      "echo bogus; echo 'state dancing'; echo 'state'; printf 'log \\377\\n'; echo\n"
      "head -c 100000 /dev/zero | tr '\\0' x; echo\n"
      "echo 'offer !!!'; head -c 6145 /dev/zero | base64 -w0 | sed 's/^/offer /'; echo\n"
      "echo 'state connected ok'");
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("connected(ok);", seen.c_str());
  CHECK_EQUAL(5U, hook->counters().unknown_lines);  // the empty line too
  CHECK_EQUAL(1U, hook->counters().long_lines);
  CHECK_EQUAL(2U, hook->counters().bad_offers);
}

TEST(MediaProcess, TheLargestOfferIsTaken) {
  run_hook("printf 'offer '; head -c 6144 /dev/zero | tr '\\0' y | base64 -w0; echo");
  CHECK_TRUE(until_exit());
  CHECK_EQUAL(std::string("offer ;").size() + MediaProcess::kOfferBytesMax, seen.size());
}

TEST(MediaProcess, NothingIsBelievedBeforeTheVersion) {
  CHECK_TRUE(start({"/bin/sh", "-c", "echo 'state connected'; echo 'offer AAAA'"}));
  CHECK_TRUE(until_exit());
  STRCMP_EQUAL("", seen.c_str());
  CHECK_EQUAL(2U, hook->counters().early_lines);
}

TEST(MediaProcess, AnotherVersionFailsAndIsStopped) {
  CHECK_TRUE(start({"/bin/sh", "-c",
                    "echo 'doorcall-hook 2'; while read -r w r; do "
                    "[ \"$w\" = stop ] && exit 7; done"}));
  CHECK_TRUE(until_exit());
  STRCMP_CONTAINS("failed(the media hook speaks another version);", seen.c_str());
  STRCMP_EQUAL("exited(7)", exit->text().c_str());
}

TEST(MediaProcess, WhatItSaysOnStderrAndInLogLinesIsLogged) {
  run_hook("echo 'log playing'; echo 'alsa is busy' >&2");
  CHECK_TRUE(until_exit());
  CHECK_TRUE(was_logged("media: hook says: playing"));
  CHECK_TRUE(was_logged("media: hook: alsa is busy"));
}
