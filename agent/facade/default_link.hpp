#pragma once

#include <memory>

#include "transport/link.hpp"

#if defined(DOORCALL_LINK_PAHO) == defined(DOORCALL_LINK_MOSQUITTO)
#error "define either DOORCALL_LINK_PAHO or DOORCALL_LINK_MOSQUITTO"
#endif

#if defined(DOORCALL_LINK_PAHO)
#include "transport/paho_link.hpp"
#else
#include "transport/mosquitto_link.hpp"
#endif

namespace doorcall::facade {

/// The link that was chosen when this was built.
[[nodiscard]] inline std::unique_ptr<transport::Link> make_default_link(
    const transport::LinkOptions& options, transport::LinkSink& sink) {
#if defined(DOORCALL_LINK_PAHO)
  return transport::make_paho_link(options, sink);
#else
  return transport::make_mosquitto_link(options, sink);
#endif
}

/// Its name for status and version.
inline constexpr const char* kDefaultLinkName =
#if defined(DOORCALL_LINK_PAHO)
    "paho";
#else
    "mosquitto";
#endif

}  // namespace doorcall::facade
