#pragma once

#include <memory>

#include "transport/link.hpp"

namespace doorcall::transport {

/// A link on libmosquitto, driven by process() alone: no thread but a short-lived one where a name
/// must be resolved, no wake-up but for traffic and keep-alive (at least 5 s). Ignores SIGPIPE if
/// the program has left it at its default. `sink` must outlive the link. Thread: loop.
///
/// Errors: throws std::system_error when the process is out of descriptors, std::bad_alloc.
[[nodiscard]] std::unique_ptr<Link> make_mosquitto_link(LinkOptions options, LinkSink& sink);

}  // namespace doorcall::transport
