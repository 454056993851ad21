#include "doorcall/agent.hpp"

#include <ctime>
#include <utility>

#include "agent/facade/impl.hpp"

// Methods that run the embedder's code hold the inside themselves: that code may destroy the agent.

namespace doorcall {

Agent::Agent(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Agent::~Agent() {
  impl_->abandon();
}

Errc Agent::start(Completion done) {
  return impl_->start(std::move(done));
}

Errc Agent::stop(Completion done) {
  return impl_->stop(std::move(done));
}

std::vector<std::string> Agent::reconfigure(AgentOptions options) {
  return impl_->reconfigure(std::move(options));
}

CallResult Agent::call(std::string_view user, const CallOptions& options, Completion done) {
  return impl_->call(user, options, std::move(done));
}

Errc Agent::answer(std::string_view call, const AnswerOptions& options, Completion done) {
  return impl_->answer(call, options, std::move(done));
}

Errc Agent::decline(std::string_view call, const DeclineOptions& options, Completion done) {
  return impl_->decline(call, options, std::move(done));
}

Errc Agent::cancel(std::string_view call, std::string_view data, Completion done) {
  return impl_->cancel(call, data, std::move(done));
}

Errc Agent::hang_up(std::string_view call, std::string_view data, Completion done) {
  return impl_->hang_up(call, data, std::move(done));
}

ListenerToken Agent::add_listener(Listener listener) {
  return impl_->delivery().add(std::move(listener));
}

bool Agent::remove_listener(ListenerToken token) {
  return impl_->delivery().remove(token);
}

std::vector<CallView> Agent::calls() const {
  return impl_->calls();
}

std::vector<DevicePresence> Agent::presence() const {
  return impl_->presence();
}

LinkState Agent::link_state() const {
  return impl_->engine().link_state();
}

bool Agent::mqtt5() const {
  return impl_->mqtt5();
}

PresenceState Agent::own_state() const {
  return impl_->engine().own_state();
}

std::map<std::string, std::uint64_t> Agent::counters() const {
  return impl_->counters();
}

const AgentOptions& Agent::options() const {
  return impl_->options();
}

double Agent::clock_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const std::int64_t microseconds = now.tv_sec * std::int64_t{1'000'000} + now.tv_nsec / 1000;
  return static_cast<double>(microseconds) / 1e3;
}

void Agent::bind_button(std::string name, ButtonAction action) {
  impl_->bind(std::move(name), std::move(action));
}

void Agent::bind_button(std::string name, std::function<void()> on_press) {
  impl_->bind(std::move(name), std::move(on_press));
}

bool Agent::unbind_button(std::string_view name) {
  return impl_->unbind(name);
}

Errc Agent::press(std::string_view name) {
  return impl_->press(name);
}

std::vector<std::string> Agent::buttons() const {
  return impl_->buttons();
}

void Agent::set_media_handler(MediaHandler handler) {
  impl_->set_media_handler(std::move(handler));
}

void Agent::run() {
  const auto impl = impl_;
  impl->run();
}

void Agent::stop_loop() {
  impl_->loop().stop();
}

int Agent::fd() const {
  return impl_->loop().fd();
}

std::chrono::milliseconds Agent::next_deadline() const {
  return impl_->next_deadline();
}

void Agent::process() {
  const auto impl = impl_;
  impl->process();
}

void Agent::post(std::function<void()> task) {
  impl_->post(std::move(task));
}

}  // namespace doorcall
