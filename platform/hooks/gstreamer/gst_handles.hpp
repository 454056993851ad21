#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include <memory>

namespace doorcall::hook {

/// Frees by one function of a C library.
template <auto Free>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using TextHandle = std::unique_ptr<char, FreeBy<g_free>>;
using ErrorHandle = std::unique_ptr<GError, FreeBy<g_error_free>>;
using SocketHandle = std::unique_ptr<GSocket, FreeBy<g_object_unref>>;
using ElementHandle = std::unique_ptr<GstElement, FreeBy<gst_object_unref>>;
using PadHandle = std::unique_ptr<GstPad, FreeBy<gst_object_unref>>;
using BusHandle = std::unique_ptr<GstBus, FreeBy<gst_object_unref>>;
using CapsHandle = std::unique_ptr<GstCaps, FreeBy<gst_caps_unref>>;

}  // namespace doorcall::hook
