// Chimes that are small shell programs, which note what they do in a file.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "platform/chime.hpp"
#include "platform/sound_player.hpp"
#include "tests/fakes/log_fixture.hpp"
#include "tests/fakes/run_loop.hpp"
#include "tests/fakes/temp_dir.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::Instant;
using doorcall::Millis;
using doorcall::platform::Chime;
using doorcall::platform::ChimeOptions;
using doorcall::platform::EventLoop;
using doorcall::test::run_ready;
using doorcall::test::run_until;
using doorcall::test::TempDir;

TEST_GROUP_BASE(Chime, doorcall::test::LogFixture) {
  TempDir dir;
  EventLoop loop;
  std::unique_ptr<Chime> chime;

  void make(ChimeOptions options) {
    chime = std::make_unique<Chime>(loop, log, "chime", std::move(options), [] {});
  }
  void make_shell(const std::string& script, int times = 0, Millis gap = Millis(10)) {
    make({.command = {"/bin/sh", "-c", "cd " + dir.path() + "; " + script},
          .file = {},
          .times = times,
          .gap = gap});
  }
  std::string notes() const {
    std::ifstream file(dir.file("notes"));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool until_notes(const std::string& text) {
    for (int turns = 0; turns < 2'500; ++turns) {
      if (notes() == text) {
        return true;
      }
      loop.run_once(Millis(2));
    }
    return false;
  }
};

TEST(Chime, SoundsAsOftenAsItIsTold) {
  make_shell("printf x >>notes", 3);
  chime->start();
  CHECK_TRUE(chime->sounding());
  CHECK_TRUE(run_until(loop, [this] { return !chime->sounding(); }));
  STRCMP_EQUAL("xxx", notes().c_str());
  run_ready(loop);
  CHECK_FALSE(loop.run_once(Millis(40)));
  chime->start();
  CHECK_TRUE(run_until(loop, [this] { return !chime->sounding(); }));
  STRCMP_EQUAL("xxxxxx", notes().c_str());
}

TEST(Chime, SoundsUntilItIsStoppedWithGapsBetween) {
  make_shell("printf x >>notes", 0, Millis(100));
  const Instant began = loop.now();
  chime->start();
  CHECK_TRUE(until_notes("xxx"));
  CHECK_TRUE(loop.now() >= began + Millis(200));
  CHECK_TRUE(chime->sounding());
  chime->stop();
  CHECK_FALSE(chime->sounding());
  run_ready(loop);
  loop.run_once(Millis(150));
  STRCMP_EQUAL("xxx", notes().c_str());
}

TEST(Chime, StoppingEndsTheWholeGroupAtOnce) {
  make_shell("trap 'printf t >>notes; exit 0' TERM; printf x >>notes; tail -f /dev/null & wait");
  chime->start();
  CHECK_TRUE(until_notes("x"));
  chime->stop();
  CHECK_TRUE(until_notes("xt"));
  STRCMP_EQUAL("", chime->fault().c_str());
}

TEST(Chime, WhatIgnoresSigtermIsKilled) {
  make_shell("trap '' TERM; printf x >>notes; tail -f /dev/null");
  chime->start();
  CHECK_TRUE(until_notes("x"));
  chime->stop();
  chime->start();
  CHECK_TRUE(until_notes("xx"));  // which it is not before the first has ended
  STRCMP_EQUAL("", chime->fault().c_str());
}

TEST(Chime, StartedWhileTheLastOneEndsItSoundsAnew) {
  make_shell("trap 'sleep 0.05; exit 0' TERM; printf x >>notes; tail -f /dev/null & wait");
  chime->start();
  CHECK_TRUE(until_notes("x"));
  chime->stop();
  chime->start();
  CHECK_TRUE(until_notes("xx"));
  CHECK_TRUE(chime->sounding());
}

TEST(Chime, AProgramThatFailsIsNotRepeated) {
  make_shell("printf x >>notes; exit 3");
  chime->start();
  CHECK_TRUE(run_until(loop, [this] { return !chime->sounding(); }));
  STRCMP_EQUAL("the program has failed: exited(3)", chime->fault().c_str());
  CHECK_TRUE(was_logged("the program has failed: exited(3)"));
  STRCMP_EQUAL("x", notes().c_str());
  chime->start();  // the next ring tries again
  CHECK_TRUE(until_notes("xx"));
}

TEST(Chime, AMissingPlayerIsToldBeforeItRings) {
  make({.command = {"no-such-program-in-path"}, .file = {}});
  STRCMP_EQUAL("cannot start no-such-program-in-path: it is not in PATH", chime->fault().c_str());
  make({.command = {}, .file = dir.file("gong.wav")});
  STRCMP_CONTAINS("cannot read ", chime->fault().c_str());
  CHECK_TRUE(was_logged("gong.wav: No such file or directory"));
}

TEST(Chime, AMissingProgramIsNamed) {
  make({.command = {"/nonexistent/gong"}, .file = {}});
  chime->start();
  CHECK_FALSE(chime->sounding());
  STRCMP_EQUAL("cannot start /nonexistent/gong: No such file or directory", chime->fault().c_str());
}

TEST(Chime, DestroyingItKillsTheProgram) {
  make_shell("trap '' TERM; printf x >>notes; tail -f /dev/null; printf y >>notes");
  chime->start();
  CHECK_TRUE(until_notes("x"));
  chime.reset();
  loop.run_once(Millis(20));
  STRCMP_EQUAL("x", notes().c_str());
}

TEST_GROUP(SoundPlayer) {
  TempDir dir;
  std::string path = std::getenv("PATH");

  void setup() override {
    ::setenv("PATH", dir.path().c_str(), 1);
    for (const char* file : {"a.wav", "a.OGG", "a.mp3"}) {
      dir.write(file, "sound");
    }
  }
  void teardown() override {
    ::setenv("PATH", path.c_str(), 1);
  }
  /// "aplay … FILE", or the error.
  std::string played(const char* file) const {
    std::string error;
    std::string text;
    for (const std::string& word : doorcall::platform::player_command(dir.file(file), error)) {
      text += (text.empty() ? "" : " ") + word;
    }
    return text.empty() ? error : text;
  }
};

TEST(SoundPlayer, TakesTheFirstThatCan) {
  dir.write("gst-play-1.0", "", 0755);
  STRCMP_EQUAL(("gst-play-1.0 --quiet --no-interactive " + dir.file("a.wav")).c_str(),
               played("a.wav").c_str());
  dir.write("pw-play", "", 0755);
  STRCMP_EQUAL(("pw-play " + dir.file("a.OGG")).c_str(), played("a.OGG").c_str());
  dir.write("aplay", "", 0755);
  STRCMP_EQUAL(("aplay --quiet -- " + dir.file("a.wav")).c_str(), played("a.wav").c_str());
  STRCMP_EQUAL(("pw-play " + dir.file("a.OGG")).c_str(), played("a.OGG").c_str());
  STRCMP_EQUAL(("gst-play-1.0 --quiet --no-interactive " + dir.file("a.mp3")).c_str(),
               played("a.mp3").c_str());
}

TEST(SoundPlayer, SaysWhatIsMissing) {
  STRCMP_EQUAL(("no program in PATH plays " + dir.file("a.mp3") +
                "; install gst-play-1.0 (gstreamer1.0-plugins-base-apps)")
                   .c_str(),
               played("a.mp3").c_str());
  STRCMP_CONTAINS("; install aplay (package alsa-utils) or pw-play", played("a.wav").c_str());
  STRCMP_EQUAL(("cannot read " + dir.file("b.wav") + ": No such file or directory").c_str(),
               played("b.wav").c_str());
}
