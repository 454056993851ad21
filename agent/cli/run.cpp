// One command, one connection: asks the daemon and prints its answer. `watch` and `call --follow`
// stay connected and print events; they ask to watch before anything else, so that nothing is
// missed between the answer and the first event.
#include <cstdio>
#include <string>
#include <utility>

#include "agent/cli/command.hpp"
#include "agent/cli/print.hpp"
#include "platform/control_client.hpp"

namespace doorcall::cli {
namespace {

using platform::ControlClient;
using platform::Json;
using platform::JsonView;
using Status = ControlClient::Status;

/// An answer waits for the caller's confirmation at most, which is 30 s.
constexpr Millis kReplyTime{45'000};

void say(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

const char* problem_of(Status status) {
  switch (status) {
    case Status::kOk: return "no problem";
    case Status::kTimeout: return "the daemon does not answer";
    case Status::kClosed: return "the daemon has closed the connection";
    case Status::kMalformed: return "what answers is not doorcalld";
  }
  return "unknown";
}

int not_reachable(const std::string& problem) {
  std::fprintf(stderr, "doorcall: %s\n", problem.c_str());
  return kNotReachable;
}

/// Prints a reply that says no: for machines as it is, for people as a sentence.
int failed(const Command& command, JsonView reply) {
  if (command.json) {
    say(reply.dump());
  }
  const std::string code(reply["code"].text().value_or("internal_error"));
  const std::string message(reply["message"].text().value_or(""));
  std::fprintf(stderr, "doorcall: %s: %s\n", code.c_str(), message.c_str());
  return kFailed;
}

class Session {
 public:
  explicit Session(Command command) : command_(std::move(command)) {}

  int run() {
    std::string error;
    if (!client_.connect(command_.socket, error)) {
      return not_reachable(error);
    }
    if (command_.verb == "watch") {
      return watch();
    }
    return command_.follow ? follow() : ask_and_print();
  }

 private:
  /// kOk with the daemon's yes in `ret_reply`; else the exit code, the problem printed.
  int ask(const char* verb, Json args, Json& ret_reply) {
    const Status status = client_.request(verb, std::move(args), kReplyTime, ret_reply);
    if (status != Status::kOk) {
      return not_reachable(problem_of(status));
    }
    return ret_reply["ok"].boolean().value_or(false) ? kOk : failed(command_, ret_reply.view());
  }

  int ask_and_print() {
    Json reply;
    const int code = ask(command_.verb.c_str(), std::move(command_.args), reply);
    if (code == kOk) {
      const JsonView result = reply["result"];
      say(command_.json ? result.dump() : result_text(command_.verb, result));
    }
    return code;
  }

  /// Watching begins before the snapshot is taken: the events in between, which the request
  /// drops, are in the snapshot.
  int watch() {
    Json reply;
    int code = ask("watch", Json::object(), reply);
    Json args = Json::object();
    args.set("devices", true);
    code = code == kOk ? ask("status", std::move(args), reply) : code;
    if (code != kOk) {
      return code;
    }
    const JsonView status = reply["result"];
    if (command_.json) {
      say(Json::copy(status).set("type", "snapshot").dump());
    } else {
      say(result_text("status", status));
      say(result_text("presence", status));
    }
    for (;;) {
      Json line;
      const Status read = client_.read(ControlClient::kForever, line);
      if (read != Status::kOk) {
        return not_reachable(problem_of(read));
      }
      print(line["event"]);
    }
  }

  int follow() {
    Json reply;
    int code = ask("watch", Json::object(), reply);
    code = code == kOk ? ask("call", std::move(command_.args), reply) : code;
    if (code != kOk) {
      return code;
    }
    const std::string call(reply["result"]["call"].text().value_or(""));
    say(command_.json ? reply["result"].dump() : result_text("call", reply["result"]));
    for (bool answered = false;;) {
      Json line;
      const Status read = client_.read(ControlClient::kForever, line);
      if (read != Status::kOk) {
        return not_reachable(problem_of(read));
      }
      const JsonView event = line["event"];
      if (event["call"].text() != call) {
        continue;
      }
      print(event);
      answered = answered || event["state"].text() == "connected";
      if (event["change"].text() == "ended") {
        return answered ? kOk : kFailed;
      }
    }
  }

  void print(JsonView event) {
    if (event) {
      say(command_.json ? event.dump() : event_text(event));
    }
  }

  Command command_;
  ControlClient client_;
};

}  // namespace

int run(Command command) {
  return Session(std::move(command)).run();
}

}  // namespace doorcall::cli
