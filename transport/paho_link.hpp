#pragma once

#include <memory>

#include "transport/link.hpp"

namespace doorcall::transport {

/// A link on Eclipse Paho MQTT C++. Paho keeps two threads while connected; a short-lived one of
/// our own makes and destroys its clients. `sink` must outlive the link. Thread: loop.
///
/// Errors: throws std::system_error when the process is out of descriptors.
[[nodiscard]] std::unique_ptr<Link> make_paho_link(LinkOptions options, LinkSink& sink);

}  // namespace doorcall::transport
