#pragma once

#include "platform/hooks/gstreamer/options.hpp"

namespace doorcall::hook {

/// Puts a test source, or a sink that measures, in the place of each "auto" that stands for nothing
/// here, and says so in the log. What has no "auto" is not looked for. May take some 100 ms.
void replace_missing_devices(HookOptions& ret_options);

}  // namespace doorcall::hook
