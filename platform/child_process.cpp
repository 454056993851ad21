// fork and exec by hand, because posix_spawn cannot ask for a signal at the parent's death. Between
// the two only async-signal-safe calls are made: other threads may have held locks. The program is
// looked up and its arguments are laid out before. A failing exec reports errno through a pipe that
// a successful one closes, so the caller learns of it at once. The child is awaited through a
// pidfd, and reaped by its pid, which cannot be taken by another process before that.
#include "platform/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "platform/child_program.hpp"

namespace doorcall::platform {
namespace {

constexpr int kStatusFd = 3;    // in the child, after the three standard ones
constexpr int kScratchFd = 10;  // and above: out of the way while the others are put in place
constexpr int kDestructorWaitMs = 1'000;

struct Pipe {
  Fd read;
  Fd write;
};

bool make_pipe(Pipe& ret_pipe) {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) {
    return false;
  }
  ret_pipe = {Fd(fds[0]), Fd(fds[1])};
  return true;
}

/// The child's standard input is a socket: a write to one whose reader has gone can be told not to
/// raise SIGPIPE.
bool make_input(Pipe& ret_pipe) {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return false;
  }
  ret_pipe = {Fd(fds[0]), Fd(fds[1])};
  return true;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

struct ChildPlan {
  const char* program;
  char* const* argv;
  char* const* environment;
  std::array<int, 4> fds;  ///< to become descriptors 0 to 3
  pid_t parent;
  ChildProcess::Orphan orphan;
};

void close_from(unsigned first) noexcept {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) {
    return;
  }
#endif
  constexpr rlim_t kManyFds = 65'536;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t fd = first; fd < std::min(limit.rlim_cur, kManyFds); ++fd) {
    ::close(static_cast<int>(fd));
  }
}

void reset_signals() noexcept {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    ::sigaction(number, &standard, nullptr);  // fails for those that cannot be changed anyway
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Puts descriptors 0 to 3 in place and closes the rest.
bool place_fds(const std::array<int, 4>& fds) noexcept {
  std::array<int, 4> scratch{};
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    scratch[i] = ::fcntl(fds[i], F_DUPFD, kScratchFd);
    if (scratch[i] < 0) {
      return false;
    }
  }
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    ::dup2(scratch[i], static_cast<int>(i));
  }
  close_from(kStatusFd + 1);
  return ::fcntl(kStatusFd, F_SETFD, FD_CLOEXEC) == 0;
}

/// Runs in the child; async-signal-safe.
[[noreturn]] void run_child(const ChildPlan& plan) noexcept {
  int status = plan.fds[kStatusFd];
  if (place_fds(plan.fds)) {
    status = kStatusFd;
    ::setpgid(0, 0);
    if (plan.orphan == ChildProcess::Orphan::kKilled) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != plan.parent) {
        ::_exit(127);  // it died before its death could be noticed
      }
    }
    reset_signals();
    ::execve(plan.program, plan.argv, plan.environment);
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(status, &error, sizeof error);
  ::_exit(127);
}

/// Forks with all signals blocked, so that no handler of this process runs in the child.
pid_t fork_child(const ChildPlan& plan) noexcept {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) {
    run_child(plan);
  }
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

/// What the child wrote before it gave up, or 0 once its program is loaded.
int exec_error(const Fd& status) noexcept {
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(status.get(), &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

void kill_and_wait(pid_t pid) noexcept {
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string failure(const std::string& program, int error) {
  return "cannot start " + program + ": " + std::strerror(error);
}

}  // namespace

std::string ChildExit::text() const {
  switch (kind) {
    case Kind::kExited: return "exited(" + std::to_string(code) + ")";
    case Kind::kSignalled: return "killed by signal " + std::to_string(code);
    case Kind::kUnknown: return "ended";
  }
  return {};
}

ChildProcess::~ChildProcess() {
  if (!running()) {
    return;
  }
  signal(SIGKILL);
  pollfd ended{.fd = exit_fd(), .events = POLLIN, .revents = 0};
  ::poll(&ended, 1, kDestructorWaitMs);
  ChildExit ignored;
  reap(ignored);
}

bool ChildProcess::spawn(const std::vector<std::string>& argv,
                         const std::vector<std::string>& environment, std::string& ret_error) {
  const std::string program = argv.empty() ? std::string() : find_program(argv.front());
  if (program.empty()) {
    ret_error = argv.empty() ? "there is no program to start"
                             : "cannot start " + argv.front() + ": it is not in PATH";
    return false;
  }
  Pipe in;
  Pipe out;
  Pipe err;
  Pipe status;
  if (!make_input(in) || !make_pipe(out) || !make_pipe(err) || !make_pipe(status) ||
      ::fcntl(out.read.get(), F_SETFL, O_NONBLOCK) != 0 ||
      ::fcntl(err.read.get(), F_SETFL, O_NONBLOCK) != 0) {
    ret_error = failure(program, errno);
    return false;
  }
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables = merged_environment(environment);
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> variable_pointers = pointers(variables);
  const pid_t pid =
      fork_child({.program = program.c_str(),
                  .argv = argument_pointers.data(),
                  .environment = variable_pointers.data(),
                  .fds = {in.read.get(), out.write.get(), err.write.get(), status.write.get()},
                  .parent = ::getpid(),
                  .orphan = orphan_});
  if (pid < 0) {
    ret_error = failure(program, errno);
    return false;
  }
  status.write.reset();
  if (const int error = exec_error(status.read); error != 0) {
    kill_and_wait(pid);
    ret_error = failure(program, error);
    return false;
  }
  exit_fd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
  if (!exit_fd_) {
    ret_error = failure(program, errno) + " (pidfd_open; Linux 5.3 is needed)";
    kill_and_wait(pid);
    return false;
  }
  pid_ = pid;
  input = std::move(in.write);
  output = std::move(out.read);
  errors = std::move(err.read);
  return true;
}

void ChildProcess::signal(int number) const noexcept {
  if (!running()) {
    return;
  }
  ::kill(-pid_, number);
  if (::getpgid(pid_) != pid_) {
    ::kill(pid_, number);  // it has left for another group
  }
}

bool ChildProcess::reap(ChildExit& ret_exit) noexcept {
  siginfo_t info{};
  const int peeked = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (peeked == 0 && info.si_pid == 0) {
    return false;
  }
  if (peeked == 0) {
    // While it is not reaped its number, and so its group's, belongs to nobody else.
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ret_exit = {
        .kind = info.si_code == CLD_EXITED ? ChildExit::Kind::kExited : ChildExit::Kind::kSignalled,
        .code = info.si_status};
  } else {
    ret_exit = {};
  }
  pid_ = -1;
  exit_fd_.reset();
  return true;
}

}  // namespace doorcall::platform
