// The agents talk as over a real link: what one of them publishes waits at each other one until
// that one serves its file descriptor.

#include "tests/unit/facade_hub.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "agent/facade/access.hpp"
#include "platform/fd.hpp"
#include "transport/link.hpp"

namespace doorcall::test {

class FacadeHub::HubLink final : public transport::Link {
 public:
  HubLink(FacadeHub& hub, transport::LinkSink& sink)
      : hub_(hub), sink_(sink), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    hub_.links_.push_back(this);
  }
  ~HubLink() override { std::erase(hub_.links_, this); }

  void open(const transport::OpenRequest& request) override {
    if (hub_.refusing) {
      later([this] {
        sink_.link_down({transport::LinkDownInfo::Cause::kRefused, 135, "not authorised"});
      });
      return;
    }
    filters_.clear();
    for (const transport::Subscription& subscription : request.subscriptions) {
      filters_.push_back(subscription.filter);
    }
    up_ = true;
    later([this] { sink_.link_up({}); });
    for (const auto& [topic, payload] : hub_.retained_) {
      take(topic, payload, true, std::nullopt);
    }
  }
  bool publish(const transport::Publication& publication) override {
    if (!up_) {
      return false;
    }
    const std::string topic(publication.topic);
    const Bytes payload(publication.payload.begin(), publication.payload.end());
    if (publication.retain) {
      hub_.retained_[topic] = payload;
    }
    if (topic.find("/push/") != std::string::npos) {
      hub_.pushes[topic].assign(payload.begin(), payload.end());
    }
    for (HubLink* link : hub_.links_) {
      link->take(topic, payload, false, publication.expiry_s);
    }
    return true;
  }
  void close() override {
    up_ = false;
    later([this] { sink_.link_down({transport::LinkDownInfo::Cause::kClosed, 0, "closed"}); });
  }
  [[nodiscard]] int fd() const override { return event_.get(); }
  [[nodiscard]] Instant next_deadline() const override { return kNever; }
  void process(Instant /*now*/) override {
    std::uint64_t count = 0;
    (void)!::read(event_.get(), &count, sizeof count);
    for (std::size_t waiting = queue_.size(); waiting > 0; --waiting) {
      const std::function<void()> call = std::move(queue_.front());
      queue_.pop_front();
      call();
    }
  }
  [[nodiscard]] int socket() const override { return -1; }

 private:
  void take(const std::string& topic, const Bytes& payload, bool retained,
            std::optional<std::uint32_t> expiry) {
    if (up_ && std::any_of(filters_.begin(), filters_.end(),
                           [&](const std::string& filter) { return matches(filter, topic); })) {
      later([this, topic, payload, retained, expiry] {
        sink_.arrived({topic, payload, retained, expiry});
      });
    }
  }
  void later(std::function<void()> call) {
    queue_.push_back(std::move(call));
    const std::uint64_t one = 1;
    (void)!::write(event_.get(), &one, sizeof one);
  }
  static bool matches(const std::string& filter, const std::string& topic) {
    std::size_t f = 0;
    std::size_t t = 0;
    while (f < filter.size() && t < topic.size()) {
      if (filter[f] == '+') {
        ++f;
        t = std::min(topic.find('/', t), topic.size());
      } else if (filter[f++] != topic[t++]) {
        return false;
      }
    }
    return f == filter.size() && t == topic.size();
  }

  FacadeHub& hub_;
  transport::LinkSink& sink_;
  platform::Fd event_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::string> filters_;
  bool up_ = false;
};

FacadeHub::FacadeHub() = default;
FacadeHub& FacadeHub::operator=(FacadeHub&& other) noexcept = default;
FacadeHub::~FacadeHub() = default;

std::unique_ptr<Agent> FacadeHub::make(AgentOptions options, std::shared_ptr<platform::Gpio> gpio) {
  return AgentAccess::make(
      std::move(options),
      [this](const transport::LinkOptions&, transport::LinkSink& sink) {
        return std::make_unique<HubLink>(*this, sink);
      },
      std::move(gpio));
}

std::unique_ptr<Agent> FacadeHub::make(const std::string& user) {
  AgentOptions options;
  options.user = user;
  options.device = "one";
  return make(std::move(options));
}

void FacadeHub::settle(const std::vector<Agent*>& agents) {
  constexpr int kTurnsMax = 1000;
  constexpr std::chrono::milliseconds kSoon{20};
  for (int turns = 0; turns < kTurnsMax; ++turns) {
    bool busy = false;
    for (Agent* agent : agents) {
      const auto due = agent->next_deadline();
      const bool soon = due.count() >= 0 && due <= kSoon;
      pollfd fd{agent->fd(), POLLIN, 0};
      if (::poll(&fd, 1, soon ? static_cast<int>(kSoon.count()) : 0) > 0) {
        busy = true;
        agent->process();
      }
    }
    if (!busy) {
      return;
    }
  }
}

std::size_t FacadeHub::retained_bytes(const std::string& topic) const {
  const auto found = retained_.find(topic);
  return found == retained_.end() ? 0 : found->second.size();
}

}  // namespace doorcall::test
