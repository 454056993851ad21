// doorcall-gstreamer: the sound and the picture of one call, by GStreamer. See platform/HOOKS.md.
#include <gst/gst.h>

#include <cstdlib>
#include <string_view>

#include "platform/hooks/gstreamer/hook.hpp"
#include "platform/hooks/gstreamer/options.hpp"
#include "platform/hooks/gstreamer/orders.hpp"

namespace {

bool environment_says(const char* name, std::string_view value) {
  const char* found = std::getenv(name);
  return found != nullptr && value == found;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  doorcall::hook::HookOptions options;
  int exit_code = 0;
  if (!doorcall::hook::parse_options(argc, argv, options, exit_code)) {
    return exit_code;
  }
  doorcall::hook::say_version();
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  {
    doorcall::hook::Hook hook(options,
                              {.caller = environment_says("DOORCALL_ROLE", "caller"),
                               .video = environment_says("DOORCALL_MEDIA", "video")},
                              loop);
    const doorcall::hook::Orders orders(
        [&hook](const doorcall::hook::Order& order) { hook.take(order); });
    g_main_loop_run(loop);
    exit_code = hook.exit_code();
  }
  g_main_loop_unref(loop);
  return exit_code;
}
