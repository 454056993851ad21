// Where a link connects to: which node of the cluster is next, and the addresses of its name, which
// are looked up outside the loop.
#include <exception>
#include <utility>

#include "transport/link_base.hpp"
#include "transport/resolver.hpp"

namespace doorcall::transport {

namespace {

void report_resolution(Inbox& inbox, std::uint32_t attempt, const std::string& host) noexcept {
  InboxRecord record;
  record.attempt = attempt;
  record.kind = InboxRecord::Kind::kResolveFailed;
  try {
    const Resolution resolution = resolve(host);
    std::string lines;
    for (const std::string& address : resolution.addresses) {
      lines += address + '\n';
    }
    if (!lines.empty()) {
      record.kind = InboxRecord::Kind::kResolved;
    }
    record.text = lines.empty() ? resolution.error : lines;
    inbox.push(record);
  } catch (const std::exception&) {
    record.text = "out of memory";
    inbox.push(record);
  }
}

}  // namespace

/// Also after a connection was lost: a node that is cut off would cost the whole connect_timeout.
void LinkBase::next_host() {
  if (!options_.more.empty()) {
    options_.more.push_back(std::exchange(options_.host, std::move(options_.more.front())));
    options_.more.erase(options_.more.begin());
  }
}

void LinkBase::start_resolving() {
  if (is_numeric_address(options_.host)) {
    report_resolution(*inbox_, attempt_, options_.host);
    return;
  }
  const bool started =
      run_in_background([inbox = inbox_, attempt = attempt_, host = options_.host] {
        report_resolution(*inbox, attempt, host);
      });
  if (!started) {
    InboxRecord record;
    record.kind = InboxRecord::Kind::kResolveFailed;
    record.attempt = attempt_;
    record.text = "no thread to resolve the broker's name: the process is out of threads or memory";
    inbox_->push(record);
  }
}

void LinkBase::handle_resolved(const InboxRecord& record) {
  addresses_.clear();
  for (std::string_view rest = record.text; !rest.empty();) {
    const std::size_t line = rest.find('\n');
    addresses_.emplace_back(rest.substr(0, line));
    rest.remove_prefix(line + 1);
  }
  next_address_ = 0;
  connect_next();
}

}  // namespace doorcall::transport
