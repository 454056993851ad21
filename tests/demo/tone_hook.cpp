// The demo's media hook: sends a tone as RTP (RFC 3550, PCMU as in RFC 3551 §4.5.14) to the other
// side and measures level and frequency of what comes back, so that the demo can show that a call
// really carries something. It speaks doorcall's hook protocol on stdin and stdout, and writes each
// measurement as a line to a report file.
//
//   tone_hook LISTEN_PORT SEND_PORT FREQUENCY_HZ REPORT_FILE     (all on 127.0.0.1)

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int kRate = 8000;
constexpr std::size_t kSamplesPerPacket = 160;  // 20 ms
constexpr std::size_t kRtpHeaderBytes = 12;
constexpr auto kPacketTime = 20ms;
constexpr auto kSilence = 1s;        // without packets: reconnecting
constexpr double kAmplitude = 0.25;  // of full scale: -15 dBFS RMS
constexpr double kPi = 3.14159265358979323846;

// ITU-T G.711 µ-law.
std::uint8_t to_mulaw(double sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  int magnitude = std::min(static_cast<int>(std::lround(std::abs(sample) * 32767.0)) + 132, 32767);
  int exponent = 7;
  for (int mask = 0x4000; (magnitude & mask) == 0 && exponent > 0; mask >>= 1) {
    --exponent;
  }
  const int mantissa = (magnitude >> (exponent + 3)) & 15;
  return static_cast<std::uint8_t>(~(sign | (exponent << 4) | mantissa));
}

double from_mulaw(std::uint8_t coded) {
  const int bits = ~coded & 0xFF;
  const int magnitude = (((bits & 15) << 3) + 132) << ((bits >> 4) & 7);
  const double value = (magnitude - 132) / 32768.0;
  return (bits & 0x80) != 0 ? -value : value;
}

class ToneSender {
 public:
  ToneSender(double hertz, std::uint32_t source) : hertz_(hertz), source_(source) {}

  std::array<std::uint8_t, kRtpHeaderBytes + kSamplesPerPacket> next() {
    std::array<std::uint8_t, kRtpHeaderBytes + kSamplesPerPacket> packet{};
    packet[0] = 0x80;  // version 2, payload type 0: PCMU
    put(packet.data() + 2, sequence_++, 2);
    put(packet.data() + 4, clock_, 4);
    put(packet.data() + 8, source_, 4);
    for (std::size_t i = 0; i < kSamplesPerPacket; ++i, ++clock_) {
      const double phase = 2 * kPi * hertz_ * clock_ / kRate;
      packet[kRtpHeaderBytes + i] = to_mulaw(kAmplitude * std::sin(phase));
    }
    return packet;
  }

 private:
  static void put(std::uint8_t* at, std::uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i, value >>= 8) {
      at[i] = static_cast<std::uint8_t>(value);
    }
  }

  double hertz_;
  std::uint32_t source_;
  std::uint32_t sequence_ = 1;
  std::uint32_t clock_ = 0;
};

/// Half a second of what came: its level, and its frequency from rising zero crossings.
class ToneMeter {
 public:
  explicit ToneMeter(std::string report) : report_(std::move(report)) {}

  void take(const std::uint8_t* coded, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      samples_.push_back(from_mulaw(coded[i]));
    }
    if (samples_.size() >= kRate / 2) {
      measure();
      samples_.clear();
    }
  }

 private:
  void measure() {
    double power = 0;
    double first = -1;
    double last = -1;
    int crossings = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      power += samples_[i] * samples_[i];
      if (i > 0 && samples_[i - 1] < 0 && samples_[i] >= 0) {
        const double at = static_cast<double>(i) - samples_[i] / (samples_[i] - samples_[i - 1]);
        first = crossings == 0 ? at : first;
        last = at;
        ++crossings;
      }
    }
    const double level = 10 * std::log10(power / static_cast<double>(samples_.size()) + 1e-12);
    const double hertz = crossings > 1 ? (crossings - 1) * kRate / (last - first) : 0;
    std::ofstream(report_, std::ios::app) << hertz << ' ' << level << '\n';
    std::printf("log hears %.1f Hz at %.1f dBFS\n", hertz, level);
  }

  std::string report_;
  std::vector<double> samples_;
};

class Hook {
 public:
  Hook(int socket, sockaddr_in peer, ToneSender sender, ToneMeter meter)
      : socket_(socket), peer_(peer), sender_(std::move(sender)), meter_(std::move(meter)) {}

  int run() {
    std::puts("doorcall-hook 1");
    while (!stopped_) {
      std::array<pollfd, 2> ready{{{STDIN_FILENO, POLLIN, 0}, {socket_, POLLIN, 0}}};
      poll(ready.data(), ready.size(), started_ ? 5 : -1);
      if (ready[0].revents != 0) {
        read_orders();
      }
      if (ready[1].revents != 0) {
        receive();
      }
      if (started_) {
        send_if_due();
        notice_silence();
      }
    }
    return 0;
  }

 private:
  void read_orders() {
    std::array<char, 4096> bytes{};
    const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count <= 0) {
      stopped_ = true;
      return;
    }
    orders_.append(bytes.data(), static_cast<std::size_t>(count));
    for (auto end = orders_.find('\n'); end != std::string::npos; end = orders_.find('\n')) {
      const std::string line = orders_.substr(0, end);
      orders_.erase(0, end + 1);
      if (line.rfind("start", 0) == 0 && !started_) {
        started_ = true;
        next_packet_ = Clock::now();
        say("connecting");
      } else if (line.rfind("stop", 0) == 0) {
        stopped_ = true;
      }
    }
  }

  void receive() {
    std::array<std::uint8_t, 2048> packet{};
    const ssize_t size = recv(socket_, packet.data(), packet.size(), 0);
    if (size <= static_cast<ssize_t>(kRtpHeaderBytes) || (packet[0] & 0xC0) != 0x80 || !started_) {
      return;
    }
    heard_ = Clock::now();
    say("connected");
    meter_.take(packet.data() + kRtpHeaderBytes, static_cast<std::size_t>(size) - kRtpHeaderBytes);
  }

  void send_if_due() {
    for (const auto now = Clock::now(); next_packet_ <= now; next_packet_ += kPacketTime) {
      const auto packet = sender_.next();
      sendto(socket_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&peer_),
             sizeof peer_);
    }
  }

  void notice_silence() {
    if (state_ == "connected" && Clock::now() - heard_ > kSilence) {
      say("reconnecting");
    }
  }

  void say(const std::string& state) {
    if (state != state_) {
      state_ = state;
      std::printf("state %s\n", state.c_str());
    }
  }

  int socket_;
  sockaddr_in peer_;
  ToneSender sender_;
  ToneMeter meter_;
  std::string orders_;
  std::string state_;
  bool started_ = false;
  bool stopped_ = false;
  Clock::time_point next_packet_{};
  Clock::time_point heard_{};
};

sockaddr_in loopback(const char* port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: tone_hook LISTEN_PORT SEND_PORT FREQUENCY_HZ REPORT_FILE\n", stderr);
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const sockaddr_in own = loopback(argv[1]);
  if (socket < 0 || bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    std::perror("tone_hook: UDP port");
    return 1;
  }
  Hook hook(socket, loopback(argv[2]), ToneSender(std::atof(argv[3]), 0xD00BU), ToneMeter(argv[4]));
  return hook.run();
}
