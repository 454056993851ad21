// One thread waits in one epoll set; everything else is a descriptor in it. A registration is known
// to the kernel by a number that is never reused, so an event that was fetched before its watch
// was destroyed simply finds no callback. A callback is kept alive while it runs, so it may
// destroy its own watch. Deadlines are timerfds with absolute times: the kernel wakes us when one
// is due and at no other time. The engine's deadline changes several times a turn; the kernel
// hears only the last value.
#include "platform/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <limits>
#include <system_error>

namespace doorcall::platform {
namespace {

constexpr std::size_t kEventsPerTurn = 32;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Fd checked(int fd, const char* what) {
  if (fd < 0) {
    throw_errno(what);
  }
  return Fd(fd);
}

Fd make_timer() {
  return checked(::timerfd_create(loop_clock_id(), TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create");
}

/// An instant as the kernel wants it. Zero would disarm, so the past becomes the first nanosecond.
timespec to_timespec(Instant due) noexcept {
  const std::int64_t ms = due.time_since_epoch().count();
  if (ms <= 0) {
    return {.tv_sec = 0, .tv_nsec = 1};
  }
  const std::int64_t seconds =
      std::min<std::int64_t>(ms / 1000, std::numeric_limits<time_t>::max());
  return {.tv_sec = static_cast<time_t>(seconds),
          .tv_nsec = static_cast<long>(ms % 1000) * 1'000'000};
}

}  // namespace

clockid_t loop_clock_id() noexcept {
  static const clockid_t id = [] {
    const Fd probe(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
    return probe ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;
  }();
  return id;
}

Instant read_clock() noexcept {
  timespec now{};
  ::clock_gettime(loop_clock_id(), &now);
  return Instant(Millis(static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000));
}

// --- Watch

Watch::Watch(Watch&& other) noexcept
    : loop_(std::exchange(other.loop_, nullptr)), fd_(other.fd_), id_(other.id_) {}

Watch& Watch::operator=(Watch&& other) noexcept {
  if (this != &other) {
    reset();
    loop_ = std::exchange(other.loop_, nullptr);
    fd_ = other.fd_;
    id_ = other.id_;
  }
  return *this;
}

void Watch::modify(std::uint32_t events) noexcept {
  if (loop_ == nullptr) {
    return;
  }
  epoll_event event{};
  event.events = events;
  event.data.u64 = id_;
  ::epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_MOD, fd_, &event);
}

void Watch::reset() noexcept {
  EventLoop* loop = std::exchange(loop_, nullptr);
  if (loop == nullptr) {
    return;
  }
  ::epoll_ctl(loop->epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr);
  // Out of the map before it is destroyed: what it holds may own further watches.
  const auto callback = loop->callbacks_.extract(id_);
}

// --- Timer

Timer::Timer(EventLoop& loop, std::function<void()> on_due) : fd_(make_timer()) {
  watch_ = loop.add(fd_.get(), EPOLLIN,
                    [this, on_due = std::move(on_due)](std::uint32_t) { fire(on_due); });
}

void Timer::fire(const std::function<void()>& on_due) {
  std::uint64_t expirations = 0;
  if (::read(fd_.get(), &expirations, sizeof expirations) != sizeof expirations) {
    return;  // set anew after it became ready
  }
  due_ = kNever;
  on_due();
}

void Timer::set(Instant due) noexcept {
  if (due == due_) {
    return;
  }
  due_ = due;
  itimerspec spec{};
  if (due != kNever) {
    spec.it_value = to_timespec(due);
  }
  ::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

// --- Wakeup

Wakeup::Wakeup(EventLoop& loop, std::function<void()> on_wake)
    : fd_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  // The count is taken before the callback, so a notification during it is not lost.
  watch_ =
      loop.add(fd_.get(), EPOLLIN, [fd = fd_.get(), on_wake = std::move(on_wake)](std::uint32_t) {
        std::uint64_t count = 0;
        if (::read(fd, &count, sizeof count) == sizeof count) {
          on_wake();
        }
      });
}

void Wakeup::notify() noexcept {
  const int saved = errno;
  const std::uint64_t one = 1;
  // It can fail only with the counter full, and then the loop is woken anyway.
  [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);
  errno = saved;
}

// --- EventLoop

EventLoop::EventLoop() : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
  deadline_timer_ = std::make_unique<Timer>(*this, [this] {
    armed_ = kNever;
    fire_deadline();
  });
}

void EventLoop::fire_deadline() {
  if (deadline_ > Instant{} && now() < deadline_) {
    return;  // moved later in this turn; armed at its end
  }
  deadline_ = kNever;
  if (on_deadline_) {
    on_deadline_();
  }
}

Watch EventLoop::add(int fd, std::uint32_t events, Callback on_ready) {
  const std::uint64_t id = ++last_id_;
  callbacks_.emplace(id, std::make_shared<Callback>(std::move(on_ready)));
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    const int error = errno;
    callbacks_.erase(id);
    throw std::system_error(error, std::generic_category(), "epoll_ctl");
  }
  return {this, fd, id};
}

void EventLoop::set_deadline(Instant due) noexcept {
  deadline_ = due;
  if (!in_turn_) {
    arm();
  }
}

void EventLoop::arm() noexcept {
  if (deadline_ != armed_) {
    armed_ = deadline_;
    deadline_timer_->set(deadline_);
  }
}

void EventLoop::on_signal(std::initializer_list<int> signals, std::function<void(int)> on_raised) {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (const int signal : signals) {
    ::sigaddset(&mask, signal);
  }
  SignalSource source;
  source.fd = checked(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
  source.watch = add(source.fd.get(), EPOLLIN,
                     [fd = source.fd.get(), on_raised = std::move(on_raised)](std::uint32_t) {
                       signalfd_siginfo info{};
                       if (::read(fd, &info, sizeof info) == sizeof info) {
                         on_raised(static_cast<int>(info.ssi_signo));
                       }
                     });
  signals_.push_back(std::move(source));
  ::pthread_sigmask(SIG_BLOCK, &mask, nullptr);
}

void EventLoop::run() {
  while (!stopped_) {
    run_once(kForever);
  }
  stopped_ = false;
}

bool EventLoop::run_once(Millis timeout) {
  arm();
  std::array<epoll_event, kEventsPerTurn> events;
  const auto wait_ms = static_cast<int>(
      std::clamp<std::int64_t>(timeout.count(), -1, std::numeric_limits<int>::max()));
  const int ready =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms);
  if (ready < 0) {
    if (errno == EINTR) {
      return false;
    }
    throw_errno("epoll_wait");
  }
  struct Turn {
    EventLoop& loop;
    explicit Turn(EventLoop& l) : loop(l) { loop.in_turn_ = true; }
    ~Turn() {
      loop.in_turn_ = false;
      loop.arm();
    }
  } const turn(*this);
  for (std::size_t i = 0; i < static_cast<std::size_t>(ready); ++i) {
    dispatch(events[i].data.u64, events[i].events);
  }
  if (ready > 0 && deadline_ != armed_) {
    fire_deadline();  // "at once" need not go by way of the kernel's timer, which is dear
  }
  return ready > 0;
}

void EventLoop::dispatch(std::uint64_t id, std::uint32_t events) {
  const auto found = callbacks_.find(id);
  if (found == callbacks_.end()) {
    return;  // its watch was destroyed earlier in this turn
  }
  const std::shared_ptr<Callback> callback = found->second;
  (*callback)(events);
}

}  // namespace doorcall::platform
