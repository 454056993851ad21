// The shipped configuration is linked into <directory>/conf.d and read from there by a generated
// one-line configuration, followed by what a test adds. So every test runs the file that users get.

#include "tests/fakes/mosquitto_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/fakes/source_file.hpp"

namespace doorcall::fakes {

namespace {

namespace fs = std::filesystem;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool can_connect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool connected =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return connected;
}

fs::path shipped_config() {
  return source_file("broker-config/mosquitto-dev.conf");
}

}  // namespace

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) {
    throw std::runtime_error("no free port on 127.0.0.1");
  }
  return ntohs(address.sin_port);
}

MosquittoProcess::MosquittoProcess(const Options& options) : options_(options), port_(free_port()) {
  std::string name = (fs::temp_directory_path() / "doorcall-broker-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make the directory " + name);
  }
  directory_ = name;
  fs::create_directory(directory_ + "/conf.d");
  fs::create_symlink(shipped_config(), directory_ + "/conf.d/shipped.conf");
  if (options_.start) {
    start();
  }
}

MosquittoProcess::~MosquittoProcess() {
  kill_hard();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::string MosquittoProcess::write_file(const std::string& name, const std::string& text) {
  const std::string path = directory_ + "/" + name;
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
  return path;
}

void MosquittoProcess::set_extra_lines(const std::string& lines) {
  options_.extra_lines = lines;
}

void MosquittoProcess::start() {
  if (!fs::exists(shipped_config())) {
    throw std::runtime_error("missing: " + shipped_config().string());
  }
  std::string text = "include_dir " + directory_ + "/conf.d\n";
  if (::geteuid() == 0) {
    text += "user root\n";  // else it could not write its store into our directory
  }
  const std::string config = write_file("broker.conf", text + options_.extra_lines + "\n");
  const std::string port = std::to_string(port_);
  const std::string log = directory_ + "/broker.log";
  pid_ = ::fork();
  if (pid_ < 0) {
    throw std::runtime_error("cannot start a process for Mosquitto");
  }
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // not to outlive a test that crashes
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::chdir(directory_.c_str()) == 0) {
      const char* given = options_.own_listener ? nullptr : "-p";
      ::execlp("mosquitto", "mosquitto", "-c", config.c_str(), given, port.c_str(), nullptr);
      ::execl("/usr/sbin/mosquitto", "mosquitto", "-c", config.c_str(), given, port.c_str(),
              nullptr);
    }
    ::_exit(127);
  }
  wait_until_it_listens();
}

void MosquittoProcess::wait_until_it_listens() {
  for (int tries = 0; tries < 1000; ++tries) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      std::ifstream log(directory_ + "/broker.log");
      throw std::runtime_error("Mosquitto ended at once:\n" +
                               std::string(std::istreambuf_iterator<char>(log), {}));
    }
    if (can_connect(port_)) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  kill_hard();
  throw std::runtime_error("Mosquitto does not listen after 5 s");
}

void MosquittoProcess::reap() {
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void MosquittoProcess::kill_hard() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    reap();
  }
}

void MosquittoProcess::terminate() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    reap();
  }
}

void MosquittoProcess::freeze() {
  ::kill(pid_, SIGSTOP);
}

void MosquittoProcess::thaw() {
  ::kill(pid_, SIGCONT);
}

void MosquittoProcess::wipe_store() {
  fs::remove(directory_ + "/mosquitto.db");
}

void MosquittoProcess::save_store() {
  // Mosquitto writes a new file and renames it.
  const std::string store = directory_ + "/mosquitto.db";
  struct stat before {};
  ::stat(store.c_str(), &before);
  ::kill(pid_, SIGUSR1);
  for (int tries = 0; tries < 1000; ++tries) {
    struct stat after {};
    if (::stat(store.c_str(), &after) == 0 && after.st_ino != before.st_ino) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error("Mosquitto does not write its store");
}

}  // namespace doorcall::fakes
