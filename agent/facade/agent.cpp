// The public methods, each handed on to the inside. Those that run the embedder's code hold it
// themselves meanwhile: that code may destroy the agent.
#include "doorcall/agent.hpp"

#include <ctime>
#include <utility>

#include "agent/facade/impl.hpp"

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
  return impl_->call(CallPlan::parallel({std::string(user)}), options, std::move(done));
}

CallResult Agent::call(const CallPlan& plan, const CallOptions& options, Completion done) {
  return impl_->call(plan, options, std::move(done));
}

CallResult Agent::call(std::initializer_list<std::string_view> users, const CallOptions& options,
                       Completion done) {
  return impl_->call(CallPlan::parallel({users.begin(), users.end()}), options, std::move(done));
}

CallResult Agent::call_plan(std::string_view name, const CallOptions& options, Completion done) {
  return impl_->call_plan(name, options, std::move(done));
}

CallResult Agent::add(std::string_view call, const std::vector<std::string>& users,
                      const CallOptions& options, Completion done) {
  return impl_->add(call, users, options, std::move(done));
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

Errc Agent::cancel(std::string_view call, const std::vector<std::string>& users,
                   std::string_view data, Completion done) {
  return impl_->cancel(call, users, data, std::move(done));
}

Errc Agent::send(std::string_view call, const InfoMessage& message, Completion done) {
  return impl_->send(call, message, std::move(done));
}

Errc Agent::mute(std::string_view call, bool on) {
  return impl_->mute(call, on);
}

void Agent::set_door_handler(DoorHandler handler) {
  impl_->set_door_handler(std::move(handler));
}

Errc Agent::open_door(const DoorTarget& target, DoorCompletion done) {
  return impl_->open_door(target, std::move(done));
}

void Agent::door_contact(bool open) {
  impl_->door_contact(open);
}

Errc Agent::silence(std::string_view call) {
  return impl_->silence(call);
}

Errc Agent::end(std::string_view call, std::string_view data, Completion done) {
  return impl_->end(call, data, std::move(done));
}

Errc Agent::join(std::string_view call, std::string_view via, const JoinOptions& options,
                 Completion done) {
  return impl_->join(call, via, options, std::move(done));
}

PullResult Agent::pull(std::string_view call, const JoinOptions& options, Completion done) {
  return impl_->pull(call, options, std::move(done));
}

Errc Agent::set_dnd(bool on, std::optional<std::chrono::milliseconds> duration) {
  return impl_->set_dnd(on, duration);
}

Errc Agent::ring_to_open(std::chrono::milliseconds duration) {
  return impl_->ring_to_open(duration);
}

DeviceMode Agent::mode() const {
  return impl_->mode();
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

std::vector<MemberView> Agent::members(std::string_view call) const {
  return impl_->members(call);
}

std::vector<std::string> Agent::pullable() const {
  return impl_->pullable();
}

std::vector<DevicePresence> Agent::presence() const {
  return impl_->presence();
}

LinkState Agent::link_state() const {
  return impl_->engine().link_state();
}

std::string Agent::broker_host() const {
  return impl_->broker_host();
}

bool Agent::mqtt5() const {
  return impl_->mqtt5();
}

PresenceState Agent::own_state() const {
  return impl_->engine().own_state();
}

EngineMemory Agent::memory() const {
  return impl_->memory();
}
std::map<std::string, std::uint64_t> Agent::counters() const {
  return impl_->counters();
}

const AgentOptions& Agent::options() const {
  return impl_->options();
}

double Agent::clock_ms() {
  timespec now{};
  ::clock_gettime(platform::loop_clock_id(), &now);
  const std::int64_t microseconds = now.tv_sec * std::int64_t{1'000'000} + now.tv_nsec / 1000;
  return static_cast<double>(microseconds) / 1e3;
}

void Agent::bind_button(std::string name, ButtonAction action) {
  impl_->bind(std::move(name), PressKind::kSingle, std::move(action));
}

void Agent::bind_button(std::string name, std::function<void()> on_press) {
  impl_->bind(std::move(name), PressKind::kSingle, std::move(on_press));
}

void Agent::bind_button(std::string name, PressKind kind, ButtonAction action) {
  impl_->bind(std::move(name), kind, std::move(action));
}

void Agent::bind_button(std::string name, PressKind kind, std::function<void()> on_press) {
  impl_->bind(std::move(name), kind, std::move(on_press));
}

bool Agent::unbind_button(std::string_view name) {
  return impl_->unbind(name);
}

Errc Agent::press(std::string_view name, PressKind kind) {
  return impl_->press(name, kind);
}

bool Agent::button_bound(std::string_view name, PressKind kind) const {
  return impl_->bound(name, kind) != nullptr;
}

std::optional<ButtonAction> Agent::button_action(std::string_view name, PressKind kind) const {
  const Impl::BoundAction* found = impl_->bound(name, kind);
  const auto* action = found == nullptr ? nullptr : std::get_if<ButtonAction>(found);
  return action == nullptr ? std::nullopt : std::optional<ButtonAction>(*action);
}

std::vector<InputView> Agent::inputs() const {
  return impl_->inputs();
}

std::vector<std::string> Agent::buttons() const {
  return impl_->buttons();
}

std::vector<OutputView> Agent::outputs() const {
  return impl_->outputs();
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
