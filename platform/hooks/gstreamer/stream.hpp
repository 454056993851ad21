#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "platform/hooks/gstreamer/description.hpp"
#include "platform/hooks/gstreamer/gst_handles.hpp"
#include "platform/hooks/gstreamer/options.hpp"

namespace doorcall::hook {

/// Sound or picture of one call: a GStreamer pipeline, both ways, on two UDP ports.
/// Thread: main loop.
class Stream {
 public:
  /// `on_failed` is called from the main loop; the stream is of no use any more.
  Stream(Medium medium, const HookOptions& options,
         std::function<void(const std::string& why)> on_failed);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  /// Opens ports and devices. False with a sentence in `ret_error` when that can't be.
  [[nodiscard]] bool open(const std::string& address, std::string& ret_error);
  /// What the other side must know; ports are 0 before open().
  [[nodiscard]] const StreamDescription& own() const noexcept { return own_; }

  /// Sends to this receiver as well, without listening to it. False when it can't take what is
  /// sent.
  [[nodiscard]] bool send_to(const std::string& address, const StreamDescription& remote);
  /// From now on this is the other side: the only receiver, if `send`, and the only one that is
  /// heard. May be called again. False when the two don't fit.
  [[nodiscard]] bool connect(const std::string& address, const StreamDescription& remote,
                             bool send);
  void mute(bool on);

  /// Packets of the other side that were played so far.
  [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
  /// Pictures that reached the sink so far.
  [[nodiscard]] std::uint64_t pictures() const noexcept { return pictures_; }

 private:
  [[nodiscard]] bool add_bin(const std::string& text, GstElement*& ret_bin, std::string& ret_error);
  [[nodiscard]] bool wire(const StreamDescription& remote, bool send);
  void add_ports(GstElement* rtp);
  [[nodiscard]] bool add_encoder(const StreamDescription& remote);
  void add_srtp(GstElement* rtp);
  void add_decoder(GstPad* pad);
  GstElement* make_sender(GSocket* socket);
  GstElement* make_receiver(GSocket* socket, const char* type, std::size_t ssrc_offset);
  GstElement* add(const char* factory);
  void add_receiver(const std::string& address, const StreamDescription& remote);
  [[nodiscard]] GstCaps* payload_caps(int payload_type) const;
  [[nodiscard]] GstCaps* key_caps(std::uint32_t ssrc);
  void take_message(GstMessage* message);
  static void count_at(GstPad* pad, std::atomic<std::uint64_t>& counter);

  const Medium medium_;
  const HookOptions& options_;
  std::function<void(const std::string& why)> on_failed_;
  StreamDescription own_;
  UdpPort rtp_port_;
  UdpPort rtcp_port_;
  ElementHandle pipeline_;
  unsigned bus_watch_ = 0;
  GstElement* source_ = nullptr;  ///< these belong to the pipeline
  GstElement* sink_ = nullptr;
  GstElement* rtp_ = nullptr;
  GstElement* rtp_out_ = nullptr;
  GstElement* rtcp_out_ = nullptr;
  GstElement* decoder_ = nullptr;
  std::optional<StreamDescription::Format> sent_;
  bool secure_ = false;

  // Of the other side, read by the pipeline's threads.
  std::atomic<std::uint32_t> remote_ssrc_{0};
  std::mutex key_mutex_;
  std::vector<std::uint8_t> remote_key_;
  std::atomic<std::uint64_t> packets_{0};
  std::atomic<std::uint64_t> pictures_{0};
};

}  // namespace doorcall::hook
