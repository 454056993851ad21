// The second pass over a config: what no key can know alone. A relation between two keys is checked
// only when both were accepted, so that one mistake is reported once.
#include "platform/config_checks.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "agent/core/utf8.hpp"
#include "platform/config_table.hpp"
#include "platform/small_file.hpp"

namespace doorcall::platform::detail {
namespace {

constexpr std::size_t kPasswordFileBytesMax = 4096;

std::string octal(mode_t mode) {
  std::string text = "0000";
  for (std::size_t i = 4; i-- > 0; mode >>= 3) {
    text[i] = static_cast<char>('0' + (mode & 7));
  }
  return text;
}

void check_password(ConfigDraft& draft) {
  Config::Broker& broker = draft.config.broker;
  if (broker.password_file.empty()) {
    return;
  }
  resolve(broker.password_file, draft.file);
  std::string text;
  std::string problem;
  mode_t mode = 0;
  if (!read_small_file(broker.password_file, kPasswordFileBytesMax, text, problem, &mode)) {
    draft.error("broker", "password_file", problem);
    return;
  }
  if ((mode & (S_IRWXG | S_IRWXO)) != 0) {
    draft.error("broker", "password_file",
                broker.password_file + " is open to others (mode " + octal(mode) +
                    "), allowed is its owner only: chmod 600 it and change the password");
    return;
  }
  text.resize(std::min(text.size(), text.find_first_of("\r\n")));
  if (text.empty()) {
    draft.error("broker", "password_file",
                "the first line of " + broker.password_file + " is empty; it must be the password");
    return;
  }
  broker.password = Secret(std::move(text));
  if (broker.username.empty()) {
    broker.username = draft.config.device.device + '@' + draft.config.device.user;
  }
}

void check_certificate(ConfigDraft& draft, std::string& name, std::string_view key) {
  if (name.empty()) {
    return;
  }
  resolve(name, draft.file);
  std::string text;
  std::string problem;
  mode_t mode = 0;
  if (!read_small_file(name, kSmallFileBytesMax, text, problem, &mode)) {
    draft.error("broker.tls", key, problem);
  } else if (key == "key_file" && (mode & S_IRWXO) != 0) {
    draft.error("broker.tls", key,
                name + " is open to all (mode " + octal(mode) +
                    "), allowed is its owner and group: chmod 640 it and replace the key");
  }
}

void check_tls(ConfigDraft& draft) {
  Config::Tls& tls = draft.config.broker.tls;
  check_certificate(draft, tls.ca_file, "ca_file");
  check_certificate(draft, tls.cert_file, "cert_file");
  check_certificate(draft, tls.key_file, "key_file");
  if (!tls.cert_file.empty() && tls.key_file.empty()) {
    draft.error("broker.tls", "cert_file", "found without key_file; a certificate needs its key");
  }
  if (tls.cert_file.empty() && !tls.key_file.empty()) {
    draft.error("broker.tls", "key_file", "found without cert_file; a key needs its certificate");
  }
}

void check_call(ConfigDraft& draft) {
  const Config::Call& call = draft.config.call;
  if (call.lost >= 2 * call.heartbeat) {
    return;
  }
  const std::string message = "found lost " + duration_text(call.lost) + " and heartbeat " +
                              duration_text(call.heartbeat) +
                              "; lost must be at least twice heartbeat";
  draft.error("call", draft.has("call", "lost") ? "lost" : "heartbeat", message);
}

/// One line that a terminal only shows: keys and the parser's own words may hold anything.
std::string readable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t size = doorcall::detail::utf8_sequence(text);
    const auto byte = static_cast<unsigned char>(text.front());
    const bool c1 = size == 2 && byte == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (size == 0 || byte < 0x20 || byte == 0x7F || c1) {
      shown += '?';
    } else {
      shown.append(text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return shown;
}

}  // namespace

void resolve(std::string& name, const std::string& config_file) {
  const std::size_t slash = config_file.rfind('/');
  if (!name.empty() && name.front() != '/' && slash != std::string::npos) {
    name.insert(0, config_file, 0, slash + 1);
  }
}

void check_program(ConfigDraft& draft, std::string_view section,
                   std::vector<std::string>& command) {
  if (command.empty() || command.front().find('/') == std::string::npos) {
    return;  // looked for in PATH when it is started
  }
  std::string& program = command.front();
  resolve(program, draft.file);
  struct stat status {};
  if (::stat(program.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
      ::access(program.c_str(), X_OK) != 0) {
    draft.error(section, "command",
                "found " + program + ", which is no program that this user can run");
  }
}

void ConfigDraft::error(std::uint32_t line, std::string_view key, std::string_view message) {
  errors.push_back(
      {.file = file, .line = line, .key = readable(key), .message = readable(message)});
}

void ConfigDraft::error(std::string_view section, std::string_view key, std::string_view message) {
  const auto found = lines.find(std::string(section).append(".").append(key));
  error(found == lines.end() ? 0 : found->second,
        std::string("[").append(section).append("] ").append(key), message);
}

void ConfigDraft::error(std::string_view section, std::size_t entry, std::string_view key,
                        std::string_view message) {
  const auto found = lines.find(
      std::string(section).append(".").append(std::to_string(entry)).append(".").append(key));
  const bool named = repeated(section)->named;
  const std::string title = named ? shown(section, config.plans[entry].name) : shown(section);
  error(found != lines.end() ? found->second : entry_lines.find(section)->second[entry],
        title + (key.empty() ? "" : " ") + std::string(key), message);
}

bool ConfigDraft::has(std::string_view section, std::string_view key) const {
  return lines.find(std::string(section).append(".").append(key)) != lines.end();
}

void check_config(ConfigDraft& draft) {
  check_password(draft);
  check_tls(draft);
  check_call(draft);
  check_program(draft, "media", draft.config.media.command);
  check_devices(draft);
  check_people(draft);
  check_buttons(draft);
  resolve(draft.config.control.socket, draft.file);
}

}  // namespace doorcall::platform::detail
