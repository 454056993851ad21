// What is typed as what the daemon is asked, and what it answers as text for people.
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "agent/cli/command.hpp"
#include "agent/cli/print.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::cli::Command;
using doorcall::cli::event_text;
using doorcall::cli::parse;
using doorcall::cli::result_text;
using doorcall::platform::Json;

namespace {

/// "verb {args}", or "exit N".
std::string asked(std::vector<std::string> words) {
  words.insert(words.begin(), "doorcall");
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  Command command;
  int code = 0;
  if (!parse(static_cast<int>(argv.size()), argv.data(), command, code)) {
    return "exit " + std::to_string(code);
  }
  return command.verb + ' ' + command.args.dump();
}

std::string shown(const std::string& verb, const std::string& json) {
  return result_text(verb, Json::parse(json).value_or(Json()).view());
}

std::string event(const std::string& json) {
  const std::string line = event_text(Json::parse(json).value_or(Json()).view());
  return line.substr(line.find("  ") + 2);  // without the time of day
}

}  // namespace

TEST_GROUP(Cli){};

TEST(Cli, CallTakesUsersAndPlans) {
  STRCMP_EQUAL(R"(call {"users":["a"]})", asked({"call", "a"}).c_str());
  STRCMP_EQUAL(
      R"(call {"users":["a","b"],"plan":"hunt","step_time_ms":5000,"cycles":2})",
      asked({"call", "a", "b", "--plan", "hunt", "--step-time", "5", "--cycles", "2"}).c_str());
  STRCMP_EQUAL(R"(call {"steps":[["a","b"],["c"]],"plan":"escalation","keep":false})",
               asked({"call", "a,b", "c", "--plan", "escalation", "--no-keep"}).c_str());
  STRCMP_EQUAL(R"(call {"plan":"night"})", asked({"call", "--plan", "night"}).c_str());
  STRCMP_EQUAL(R"(call {"users":["a"],"data":"x","media":"video","line":"l","push_title":"t",)"
               R"("push_content":"c","wait_offline":true,"ring_time_ms":20500})",
               asked({"call", "a", "--data", "x", "--media", "video", "--line", "l", "--push-title",
                      "t", "--push-content", "c", "--wait", "--ring-time", "20.5"})
                   .c_str());
}

TEST(Cli, VerbsOfACallTakeItsId) {
  STRCMP_EQUAL(R"(add {"users":["a","b"],"call":"1f"})",
               asked({"add", "a", "b", "--call", "1f"}).c_str());
  STRCMP_EQUAL(R"(cancel {"users":["a"],"call":"1f"})",
               asked({"cancel", "1f", "--user", "a"}).c_str());
  STRCMP_EQUAL(R"(join {"call":"1f","via":"a"})", asked({"join", "1f", "--via", "a"}).c_str());
  for (const char* verb :
       {"answer", "decline", "silence", "mute", "unmute", "hangup", "leave", "end", "pull"}) {
    STRCMP_EQUAL((std::string(verb) + R"( {"call":"1f"})").c_str(), asked({verb, "1f"}).c_str());
    STRCMP_EQUAL((std::string(verb) + " {}").c_str(), asked({verb}).c_str());
  }
}

TEST(Cli, InfosAreOneVerbOfTheDaemon) {
  STRCMP_EQUAL(R"(send {"kind":"data","text":"hi","call":"1f","user":"a"})",
               asked({"send", "hi", "--call", "1f", "--to", "a"}).c_str());
  STRCMP_EQUAL(R"(send {"kind":"key_press","text":"12#"})", asked({"key", "12#"}).c_str());
  STRCMP_EQUAL(R"(send {"kind":"media_switch","media":"video"})",
               asked({"switch", "video"}).c_str());
  STRCMP_EQUAL("exit 2", asked({"switch", "smell"}).c_str());
  STRCMP_EQUAL("received in 1f", shown("send", R"({"call":"1f"})").c_str());
  STRCMP_EQUAL("info  0123abcd  key_press  one@a  12#",
               event(R"({"type":"info","call":"0123abcdef","kind":"key_press","user":"a",)"
                     R"("device":"one","media":"audio","text":"12#","bytes":""})")
                   .c_str());
}

TEST(Cli, DoorsAreAskedAndShown) {
  STRCMP_EQUAL("door {}", asked({"door"}).c_str());
  STRCMP_EQUAL(R"(door {"user":"gate","call":"1f"})",
               asked({"door", "gate", "--call", "1f"}).c_str());
  STRCMP_EQUAL("opened at gate", shown("door", R"({"user":"gate","result":"opened"})").c_str());
  STRCMP_EQUAL("opened", shown("door", R"({"user":"","result":"opened"})").c_str());
  STRCMP_EQUAL("door  refused  here  one@a  stale",
               event(R"({"type":"door","call":"","change":"refused","here":true,"user":"a",)"
                     R"("device":"one","result":"stale"})")
                   .c_str());
}

TEST(Cli, ModesTakeTimes) {
  STRCMP_EQUAL("dnd {}", asked({"dnd"}).c_str());
  STRCMP_EQUAL(R"(dnd {"set":"on","until":"07:00"})",
               asked({"dnd", "on", "--until", "07:00"}).c_str());
  STRCMP_EQUAL(R"(dnd {"set":"off","for_ms":1800000})",
               asked({"dnd", "off", "--for", "30m"}).c_str());
  STRCMP_EQUAL(R"(ring_to_open {"for_ms":600000})", asked({"ring-to-open", "10min"}).c_str());
  STRCMP_EQUAL(R"(ring_to_open {"for_ms":7200000})", asked({"ring-to-open", "2h"}).c_str());
  STRCMP_EQUAL(R"(ring_to_open {"for_ms":90000})", asked({"ring-to-open", "90"}).c_str());
  STRCMP_EQUAL(R"(ring_to_open {"for_ms":0})", asked({"ring-to-open", "off"}).c_str());
  STRCMP_EQUAL("ring_to_open {}", asked({"ring-to-open"}).c_str());
}

TEST(Cli, PeopleSeeWhoIsInACall) {
  const std::string members = R"("members":[{"user":"door","device":"one","state":"connected"},)"
                              R"({"user":"a","device":"","state":"ringing"},)"
                              R"({"user":"b","device":"","state":"ended","reason":"busy"}])";
  STRCMP_EQUAL(
      "1f  outgoing  connected  a  audio  for 90 s\n         with one@door, a ringing, b busy",
      shown("calls", R"({"calls":[{"call":"1f","direction":"outgoing","state":"connected",)"
                     R"("peer_user":"a","media":"audio","media_state":"none","reason":"none",)"
                     R"("age_ms":90000,)" +
                         members + "}]}")
          .c_str());
  STRCMP_EQUAL("call  0123abcd  member  two@a  connected  [one@door, a ringing, b busy]",
               event(R"({"type":"call","call":"0123abcdef","change":"member","peer_user":"a",)"
                     R"("peer_device":"two","leg":"connected","reason":"none",)" +
                     members + "}")
                   .c_str());
  STRCMP_EQUAL("call  0123abcd  ended  incoming  a  no_answer  missed",
               event(R"({"type":"call","call":"0123abcdef","change":"ended","peer_user":"a",)"
                     R"("direction":"incoming","reason":"no_answer","missed":true,"members":[]})")
                   .c_str());
}

TEST(Cli, PeopleSeeWhoIsNotCalled) {
  STRCMP_EQUAL(
      "calling 1f\nnot called: b: a user cannot call itself",
      shown("call", R"({"call":"1f","added":false,"errors":[{"user":"b","code":"self_call",)"
                    R"("message":"a user cannot call itself"}]})")
          .c_str());
  STRCMP_EQUAL("added to 1f", shown("add", R"({"call":"1f","added":true,"errors":[]})").c_str());
}

TEST(Cli, PeopleSeeTheMode) {
  STRCMP_EQUAL("do not disturb off  ring-to-open off",
               shown("dnd", R"({"dnd":false,"dnd_source":"none","dnd_until_ms":null,)"
                            R"("ring_to_open":false,"ring_to_open_left_ms":0})")
                   .c_str());
  const std::string on = shown("dnd", R"({"dnd":true,"dnd_source":"schedule","dnd_until_ms":0,)"
                                      R"("ring_to_open":true,"ring_to_open_left_ms":1200000})");
  STRCMP_CONTAINS("do not disturb on until ", on.c_str());
  STRCMP_CONTAINS(":00 (schedule)  ring-to-open for 20 min", on.c_str());
}

TEST(Cli, AButtonIsPressedInEachWay) {
  STRCMP_EQUAL(R"(press {"name":"bell"})", asked({"press", "bell"}).c_str());
  STRCMP_EQUAL(R"(press {"name":"bell","kind":"double"})",
               asked({"press", "bell", "--double"}).c_str());
  STRCMP_EQUAL(R"(press {"name":"bell","kind":"long"})",
               asked({"press", "bell", "--long"}).c_str());
  STRCMP_EQUAL("exit 2", asked({"press", "bell", "--long", "--double"}).c_str());
}

TEST(Cli, PeopleSeeWhatButtonsDo) {
  STRCMP_EQUAL("button  bell  action  double  already_sent",
               event(R"({"type":"button","change":"action","button":"bell","kind":"double",)"
                     R"("code":"already_sent"})")
                   .c_str());
  STRCMP_EQUAL("button  bell  state  missing  /dev/gpiochip0 is not there",
               event(R"({"type":"button","change":"state","button":"bell","state":"missing",)"
                     R"("text":"/dev/gpiochip0 is not there"})")
                   .c_str());
}

TEST(Cli, NobodyMovesTheCursorOfWhoReads) {
  const std::string line = event(R"({"type":"call","call":"1f","change":"incoming",)"
                                 R"("caller_name":"\u001b[2Jx","data":"a\nb"})");
  STRCMP_EQUAL("call  1f  incoming  ?[2Jx  a?b", line.c_str());
}
