// What a daemon costs that has nothing to do: threads, wake-ups (voluntary context switches of all
// its threads), memory; and how long it takes from exec until a subscriber has its presence. Both
// builds of doorcalld, beside bare clients of the same libraries that connect, subscribe and
// publish one retained message. Every start has topics of its own; the programs take turns. Memory
// is the median of all starts: where the libraries come to lie changes how much of them is there.
//
// Usage: bench_idle [BIN-DIRECTORY [DAEMON-DIRECTORY [emulated]]]    (default: where it is itself)
//        emulated: times are told, not judged
// A doorcalld-static beside the daemons is measured, too.

#include <fcntl.h>
#include <mosquitto.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/bench_report.hpp"
#include "tests/fakes/mosquitto_process.hpp"

namespace {

namespace fs = std::filesystem;
using namespace doorcall::bench;
using Clock = std::chrono::steady_clock;

constexpr const char* kStatic = "doorcalld-static";
constexpr int kStarts = 15;
constexpr std::chrono::seconds kSettle{8};
constexpr std::chrono::seconds kWatch{25};
constexpr std::chrono::seconds kOnlineLimit{10};

/// Tells when a message that is not empty is published under a root.
class Watcher {
 public:
  explicit Watcher(std::uint16_t port) : client_(mosquitto_new(nullptr, true, this)) {
    mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_message_callback_set(client_, [](mosquitto*, void* self, const mosquitto_message* m) {
      static_cast<Watcher*>(self)->seen_ |=
          std::string_view(m->topic).starts_with(static_cast<Watcher*>(self)->awaited_);
    });
    if (mosquitto_connect(client_, "127.0.0.1", port, 600) != MOSQ_ERR_SUCCESS) {
      throw std::runtime_error("no connection to the broker");
    }
    mosquitto_subscribe(client_, nullptr, "idle/+/+/presence/+", 1);
  }
  ~Watcher() { mosquitto_destroy(client_); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void await(const std::string& root) {
    awaited_ = root + "/";
    seen_ = false;
    mosquitto_loop(client_, 0, 1);
  }
  void wait() {
    const auto end = Clock::now() + kOnlineLimit;
    while (!seen_) {
      if (Clock::now() > end || mosquitto_loop(client_, 1'000, 1) != MOSQ_ERR_SUCCESS) {
        throw std::runtime_error(awaited_ + ": nothing came online");
      }
    }
  }

 private:
  mosquitto* client_;
  std::string awaited_;
  bool seen_ = false;
};

struct Usage {
  std::size_t threads = 0;
  std::uint64_t switches = 0;
};

/// In kB, of each start.
struct Memory {
  std::vector<double> dirty;
  std::vector<double> unique;
  std::vector<double> proportional;
  std::vector<double> resident;
};

/// The number behind `key` in a /proc file, summed up.
std::uint64_t read_sum(const fs::path& path, std::string_view key) {
  std::ifstream file(path);
  std::uint64_t sum = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) {
      sum += std::stoull(line.substr(line.find_first_of("0123456789", key.size())));
    }
  }
  return sum;
}

class Process {
 public:
  Process(std::vector<std::string> command, const std::string& log) {
    std::vector<char*> arguments;
    for (std::string& word : command) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      ::dup2(out, STDOUT_FILENO);
      ::dup2(out, STDERR_FILENO);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  ~Process() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] fs::path proc() const { return fs::path("/proc") / std::to_string(pid_); }

  [[nodiscard]] Usage usage() const {
    Usage usage;
    for (const fs::directory_entry& task : fs::directory_iterator(proc() / "task")) {
      ++usage.threads;
      usage.switches += read_sum(task.path() / "status", "voluntary_ctxt_switches");
    }
    return usage;
  }

 private:
  pid_t pid_ = -1;
};

struct Program {
  const char* name;
  const char* file;
  bool daemon;
  std::vector<double> online_ms{};
  Memory memory{};
  std::unique_ptr<Process> idle{};
  Usage before{};
  double wake_ups = 0;
};

class Bench {
 public:
  Bench(fs::path directory, fs::path daemons, bool emulated)
      : directory_(std::move(directory)),
        daemons_(std::move(daemons)),
        emulated_(emulated),
        watcher_(broker_.port()) {
    programs_.push_back({"doorcalld, libmosquitto", "doorcalld-mosquitto", true});
    programs_.push_back({"bare libmosquitto", "idle_bare_mosquitto", false});
    programs_.push_back({"doorcalld, Paho", "doorcalld-paho", true});
    programs_.push_back({"bare Paho, as shipped", "idle_bare_paho", false});
    if (fs::exists(daemons_ / kStatic)) {
      programs_.push_back({"doorcalld, static", kStatic, true});
    }
    for (const Program& program : programs_) {
      if (!fs::exists(file(program))) {
        throw std::runtime_error("missing: " + file(program).string());
      }
    }
    // What the page cache has not written yet would count as dirty.
    ::sync();
  }

  int run() {
    for (int i = 0; i < kStarts; ++i) {
      for (Program& program : programs_) {
        start(program);
      }
    }
    std::this_thread::sleep_for(kSettle);
    for (Program& program : programs_) {
      program.before = program.idle->usage();
    }
    std::this_thread::sleep_for(kWatch);
    for (Program& program : programs_) {
      const Usage after = program.idle->usage();
      program.wake_ups = static_cast<double>(after.switches - program.before.switches) /
                         static_cast<double>(kWatch.count());
      measure_memory(program);
    }
    print();
    return check();
  }

 private:
  [[nodiscard]] fs::path file(const Program& program) const {
    return (program.daemon ? daemons_ : directory_) / program.file;
  }

  static void measure_memory(Program& program) {
    const auto add = [&](std::vector<double>& to, std::string_view key) {
      to.push_back(static_cast<double>(read_sum(program.idle->proc() / "smaps_rollup", key)));
    };
    add(program.memory.dirty, "Private_Dirty:");
    add(program.memory.unique, "Private_");
    add(program.memory.proportional, "Pss:");
    add(program.memory.resident, "Rss:");
  }

  void start(Program& program) {
    if (program.idle != nullptr) {
      measure_memory(program);
      program.idle.reset();
    }
    const std::string root = "idle/" + std::to_string(++roots_);
    std::vector<std::string> command{file(program).string()};
    if (program.daemon) {
      command.insert(command.end(), {"--config", write_config(root)});
    } else {
      command.insert(command.end(), {std::to_string(broker_.port()), root});
    }
    watcher_.await(root);
    const auto begin = Clock::now();
    program.idle =
        std::make_unique<Process>(std::move(command), broker_.directory() + "/programs.log");
    watcher_.wait();
    const std::chrono::duration<double, std::milli> taken = Clock::now() - begin;
    program.online_ms.push_back(taken.count());
  }

  std::string write_config(const std::string& root) {
    const std::string base = "doorcall-" + std::to_string(roots_);
    return broker_.write_file(
        base + ".toml",
        "[device]\nuser = \"flat\"\ndevice = \"panel" + std::to_string(roots_) +
            "\"\n[broker]\nhost = \"127.0.0.1\"\nport = " + std::to_string(broker_.port()) +
            "\nroot = \"" + root + "\"\n[control]\nsocket = \"" + broker_.directory() + "/" + base +
            ".sock\"\n");
  }

  void print() const {
    std::printf("%-24s %8s %10s %9s %9s %9s %9s   %s\n", "idle", "threads", "wake-ups/s",
                "dirty kB", "USS kB", "PSS kB", "RSS kB",
                "ms from exec to online, p50 (least-most)");
    for (const Program& program : programs_) {
      std::printf("%-24s %8zu %10.2f %9.0f %9.0f %9.0f %9.0f   %.1f (%.1f-%.1f)\n", program.name,
                  program.before.threads, program.wake_ups, median(program.memory.dirty),
                  median(program.memory.unique), median(program.memory.proportional),
                  median(program.memory.resident), median(program.online_ms),
                  percentile(program.online_ms, 0), percentile(program.online_ms, 100));
    }
  }

  [[nodiscard]] int check() const {
    const Program& mosquitto = programs_[0];
    const Program& bare = programs_[1];
    const Program& paho = programs_[2];
    std::printf("what Paho costs: %.2f wake-ups/s and %zu threads more, online %.1f ms later\n\n",
                paho.wake_ups - mosquitto.wake_ups, paho.before.threads - mosquitto.before.threads,
                median(paho.online_ms) - median(mosquitto.online_ms));
    Targets targets;
    targets.at_most("libmosquitto build, threads", static_cast<double>(mosquitto.before.threads),
                    1);
    targets.at_most("libmosquitto build, wake-ups a second but keep-alive", mosquitto.wake_ups,
                    0.05);
    check_online(targets, "libmosquitto build, ms from exec to online", mosquitto, 8);
    targets.at_most("libmosquitto build, private dirty kB over the bare client",
                    median(mosquitto.memory.dirty) - median(bare.memory.dirty), 250);
    check_resident(targets, "libmosquitto build, RSS kB over the bare client",
                   median(mosquitto.memory.resident) - median(bare.memory.resident), 1'000);
    if (programs_.size() > 4) {
      check_resident(targets, "static build, RSS kB", median(programs_[4].memory.resident), 1'600);
    }
    targets.at_most("Paho build, wake-ups a second", paho.wake_ups, 3);
    check_online(targets, "Paho build, ms from exec to online", paho, 30);
    return targets.exit_code();
  }

  static void check_resident(Targets& targets, const char* what, double is, double limit) {
    if constexpr (sizeof(void*) == 4) {
      targets.at_most(what, is, limit);
    } else {
      Targets::told(what, is, limit, ", aimed at on 32-bit boards");
    }
  }

  void check_online(Targets& targets, const char* what, const Program& program,
                    double limit) const {
    if (emulated_) {
      Targets::told(what, median(program.online_ms), limit, ", in an emulator");
    } else {
      targets.at_most(what, median(program.online_ms), limit);
    }
  }

  const fs::path directory_;
  const fs::path daemons_;
  const bool emulated_;
  doorcall::fakes::MosquittoProcess broker_;
  Watcher watcher_;
  int roots_ = 100;
  std::vector<Program> programs_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    mosquitto_lib_init();
    const fs::path own = fs::read_symlink("/proc/self/exe").parent_path();
    const fs::path directory = argc > 1 ? fs::path(argv[1]) : own;
    const bool emulated = argc > 3 && argv[3] == std::string_view("emulated");
    return Bench(directory, argc > 2 ? fs::path(argv[2]) : directory, emulated).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_idle: %s\n", error.what());
    return 2;
  }
}
