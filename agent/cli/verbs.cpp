// The verbs of the command line with their options and help. Names and ranges are checked here,
// where the message can say what is allowed.
#include <CLI/CLI.hpp>

#include "agent/cli/given.hpp"

namespace doorcall::cli {
namespace {

void add_data(CLI::App& verb, Given& given) {
  CLI::Option* text = verb.add_option("--data", given.data, "text for the other side, up to 8 KiB")
                          ->type_name("TEXT");
  verb.add_option("--data-file", given.data_file, "the same from a file")
      ->type_name("FILE")
      ->check(CLI::ExistingFile)
      ->excludes(text);
}

void add_call_id(CLI::App& verb, Given& given) {
  verb.add_option("call", given.call, "the call's id; not needed where only one call fits")
      ->type_name("CALL");
}

/// What invitations of `call` and `add` have in common.
void add_invitation(CLI::App& verb, Given& given) {
  verb.add_option("--ring-time", given.ring_time, "how long to ring, in seconds")
      ->type_name("S")
      ->check(CLI::Range(1.0, 600.0));
  verb.add_option("--media", given.media, "what the call carries: audio, video or other")
      ->check(CLI::IsMember({"audio", "video", "other"}));
  verb.add_option("--line", given.line, "the button or line that calls")->type_name("NAME");
  verb.add_flag("--wait-offline,--wait", given.wait_offline,
                "ring on while a user is offline, and ask the push gateway");
  verb.add_option("--push-title", given.push_title, "what that shows")->type_name("TEXT");
  verb.add_option("--push-content", given.push_content, "the text under it")->type_name("TEXT");
  add_data(verb, given);
}

void add_call_verb(CLI::App& app, Given& given, Command& command) {
  CLI::App* verb = app.add_subcommand("call", "call one or more users");
  verb->add_option("users", given.users, "whom to call; for an escalation a,b c: lists of users")
      ->type_name("USER");
  verb->add_option("--plan", given.plan,
                   "how to ring them: parallel, first, hunt or escalation; or, without users, the "
                   "name of a plan in the config")
      ->type_name("PLAN");
  verb->add_option("--step-time", given.step_time,
                   "hunt, escalation: seconds before the next is rung; else 20")
      ->type_name("S")
      ->check(CLI::Range(1.0, 600.0));
  verb->add_option("--cycles", given.cycles, "hunt: how often all are rung")
      ->type_name("N")
      ->check(CLI::Range(1, 10));
  verb->add_flag("--no-keep", given.no_keep, "escalation: the earlier lists stop ringing");
  verb->add_flag("--follow", command.follow, "print what happens until the call is over");
  add_invitation(*verb, given);
}

void add_verbs_of_a_call(CLI::App& app, Given& given) {
  CLI::App* answer = app.add_subcommand("answer", "answer a ringing call");
  CLI::App* decline = app.add_subcommand("decline", "decline a ringing call");
  CLI::App* silence = app.add_subcommand("silence", "stop the ringing here, without declining");
  CLI::App* mute = app.add_subcommand("mute", "send silence to the others in a call");
  CLI::App* unmute = app.add_subcommand("unmute", "let them hear again");
  CLI::App* cancel = app.add_subcommand("cancel", "give up an own call that is not answered");
  CLI::App* hangup = app.add_subcommand("hangup", "leave a connected call; one of two it ends");
  CLI::App* leave = app.add_subcommand("leave", "the same as hangup");
  CLI::App* end = app.add_subcommand("end", "end a call for all");
  CLI::App* pull = app.add_subcommand("pull", "take over a call from another device of the user");
  for (CLI::App* verb :
       {answer, decline, silence, mute, unmute, cancel, hangup, leave, end, pull}) {
    add_call_id(*verb, given);
  }
  CLI::App* join = app.add_subcommand("join", "come into a running call, or come back");
  join->add_option("call", given.call, "the call's id")->type_name("CALL")->required();
  join->add_option("--via", given.via, "a user who is in it")->type_name("USER");
  for (CLI::App* verb : {answer, decline, cancel, hangup, leave, end, pull, join}) {
    add_data(*verb, given);
  }
  decline->add_flag("--here", given.here, "on this device only, not for all of the user");
  cancel->add_option("--user", given.users, "only the calls of these users")->type_name("USER");
}

void add_infos(CLI::App& app, Given& given) {
  CLI::App* send = app.add_subcommand("send", "tell the others in a call something");
  send->add_option("text", given.text, "up to 8 KiB of UTF-8")->type_name("TEXT")->required();
  CLI::App* key = app.add_subcommand("key", "press keys of a telephone for the others in a call");
  key->add_option("keys", given.text, "1 to 32 of 0-9, A-D, * and #")
      ->type_name("KEYS")
      ->required();
  CLI::App* change = app.add_subcommand("switch", "ask the others in a call to change the media");
  change->add_option("media", given.text, "audio, video or other")
      ->check(CLI::IsMember({"audio", "video", "other"}))
      ->required();
  for (CLI::App* verb : {send, key, change}) {
    verb->add_option("--call", given.call, "the call's id; not needed where only one call fits")
        ->type_name("CALL");
    verb->add_option("--to", given.user, "only this user in the call")->type_name("USER");
  }
}

void add_door(CLI::App& app, Given& given) {
  CLI::App* door = app.add_subcommand("door", "open a door");
  door->add_option("user", given.user,
                   "whose door; else that of the call, of who rings, or this device's own")
      ->type_name("USER");
  door->add_option("--call", given.call, "the call's id")->type_name("CALL");
}

void add_modes(CLI::App& app, Given& given) {
  CLI::App* dnd = app.add_subcommand("dnd", "do not disturb");
  dnd->add_option("set", given.word, "on, off, auto (as the schedule says) or status")
      ->type_name("WORD")
      ->check(CLI::IsMember({"on", "off", "auto", "status"}));
  CLI::Option* until =
      dnd->add_option("--until", given.until, "until the clock shows this")->type_name("HH:MM");
  dnd->add_option("--for", given.duration, "for so long: 30m, 2h, 90s")
      ->type_name("TIME")
      ->excludes(until);
  CLI::App* open = app.add_subcommand("ring-to-open", "answer calls of the doors and open them");
  open->add_option("for", given.word, "for so long: 30m, 2h, 90s; or off, or status")
      ->type_name("TIME");
}

}  // namespace

void add_verbs(CLI::App& app, Given& given, Command& command) {
  app.add_subcommand("status", "how the daemon is, its calls, modes and counters");
  add_call_verb(app, given, command);
  CLI::App* add = app.add_subcommand("add", "add users to a call");
  add->add_option("users", given.users, "whom to add")->type_name("USER")->required();
  add->add_option("--call", given.call, "the call's id; not needed where only one call fits")
      ->type_name("CALL");
  add_invitation(*add, given);
  add_verbs_of_a_call(app, given);
  add_infos(app, given);
  add_door(app, given);
  add_modes(app, given);
  CLI::App* presence = app.add_subcommand("presence", "the known devices and what they do");
  presence->add_option("user", given.user, "only this user's")->type_name("USER");
  app.add_subcommand("watch", "print what is, then each event as it happens");
  CLI::App* press = app.add_subcommand("press", "press a button of the config");
  press->add_option("name", given.button, "the button")->type_name("NAME")->required();
  CLI::Option* twice = press->add_flag("--double", given.double_press, "press it twice");
  press->add_flag("--long", given.long_press, "hold it")->excludes(twice);
  app.add_subcommand("calls", "all calls with their members, ended ones included");
}

}  // namespace doorcall::cli
