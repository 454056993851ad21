#pragma once

#include <functional>
#include <memory>

#include "transport/link.hpp"

namespace doorcall::facade {

/// Makes the link of an agent; tests make their own kind.
using MakeLink = std::function<std::unique_ptr<transport::Link>(
    const transport::LinkOptions& options, transport::LinkSink& sink)>;

}  // namespace doorcall::facade
