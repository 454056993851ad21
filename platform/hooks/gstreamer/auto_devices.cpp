// GStreamer's own elements for "auto" try one plugin after the other, and where there is no
// hardware they end at one that fails late, or crashes (DirectFB's). So it is looked for here.
#include "platform/hooks/gstreamer/auto_devices.hpp"

#include <gst/gst.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "platform/hooks/gstreamer/devices.hpp"
#include "platform/hooks/gstreamer/gst_handles.hpp"
#include "platform/hooks/gstreamer/orders.hpp"

namespace doorcall::hook {
namespace {

using MonitorHandle = std::unique_ptr<GstDeviceMonitor, FreeBy<gst_object_unref>>;

bool any_device(const char* classes) {
  const MonitorHandle monitor(gst_device_monitor_new());
  gst_device_monitor_add_filter(monitor.get(), classes, nullptr);
  GList* devices = gst_device_monitor_get_devices(monitor.get());
  const bool any = devices != nullptr;
  g_list_free_full(devices, gst_object_unref);
  return any;
}

void replace(std::string& ret_word, const char* classes, const char* with, const char* saying) {
  if (ret_word == "auto" && !any_device(classes)) {
    ret_word = with;
    say_log(saying);
  }
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

void replace_missing_devices(HookOptions& ret_options) {
  replace(ret_options.audio_source, "Audio/Source", "test",
          "no microphone is here: a test tone is sent");
  replace(ret_options.audio_sink, "Audio/Sink", "level",
          "no loudspeaker is here: sound is only measured");
  replace(ret_options.video_source, "Video/Source", "test",
          "no camera is here: a test picture is sent");
  const bool desktop = is_set("WAYLAND_DISPLAY") || is_set("DISPLAY");
  if (ret_options.video_sink == "auto" && !desktop) {
    const bool screen = ::access("/dev/dri/card0", W_OK) == 0 && installed("kmssink");
    ret_options.video_sink = screen ? "kms" : "count";
    say_log(screen ? "no desktop is here: pictures go to the screen itself"
                   : "no screen is here: pictures are only counted");
  }
}

}  // namespace doorcall::hook
