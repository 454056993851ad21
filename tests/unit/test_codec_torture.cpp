// Hostile messages from a file, tests/fuzz/torture.txt: each is refused with the error and the
// field that stand there, and leaves nothing behind.

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/source_file.hpp"
#include "transport/codec.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using transport::DecodeResult;

namespace {

using Packet = std::vector<std::uint8_t>;

struct Torture {
  std::string name;
  std::string kind;
  std::string error;
  std::string field;
  Packet bytes;
};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  const std::size_t last = text.find_last_not_of(' ');
  return first == std::string::npos ? std::string() : text.substr(first, last + 1 - first);
}

Packet from_hex(const std::string& digits) {
  Packet bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// "0102 ff*20".
Packet read_bytes(const std::string& text) {
  Packet bytes;
  std::istringstream words(text == "-" ? "" : text);
  for (std::string word; words >> word;) {
    const std::size_t star = word.find('*');
    const Packet part = from_hex(word.substr(0, star));
    const std::size_t times = star == std::string::npos ? 1 : std::stoul(word.substr(star + 1));
    for (std::size_t i = 0; i < times; ++i) {
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
  }
  return bytes;
}

std::vector<Torture> read_torture() {
  std::ifstream file(fakes::source_file("tests/fuzz/torture.txt"));
  std::vector<Torture> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    std::array<std::string, 6> fields;
    std::istringstream rest(line);
    for (std::string& field : fields) {
      std::getline(rest, field, '|');
      field = trimmed(field);
    }
    CHECK_TRUE_TEXT(!fields[5].empty(), line.c_str());
    all.push_back({fields[0], fields[1], fields[2], fields[3] == "-" ? "" : fields[3],
                   read_bytes(fields[4])});
  }
  return all;
}

/// "bad_id leg.owner".
std::string said(std::string_view error, std::string_view field) {
  return std::string(error).append(" ").append(field);
}

std::string said(const DecodeResult& result) {
  return said(to_string(result.error), result.field);
}

}  // namespace

TEST_GROUP(CodecTorture){};

TEST(CodecTorture, EachIsRefusedAsTheFileSays) {
  const std::vector<Torture> all = read_torture();
  CHECK(all.size() >= 150);
  transport::Decoded message;
  transport::DecodedPresence presence;
  for (const Torture& each : all) {
    const bool is_presence = each.kind == "presence";
    const DecodeResult result = is_presence ? transport::decode(each.bytes, presence)
                                            : transport::decode(each.bytes, message);
    STRCMP_EQUAL_TEXT(said(each.error, each.field).c_str(), said(result).c_str(),
                      each.name.c_str());
    CHECK_EQUAL_TEXT(result.ok(), is_presence ? presence.has_presence() : message.has_message(),
                     each.name.c_str());
  }
}

TEST(CodecTorture, EachCutAnywhereIsTruncatedOrRefused) {
  transport::Decoded message;
  for (const Torture& each : read_torture()) {
    for (std::size_t size = 0; each.error == "ok" && size < each.bytes.size(); ++size) {
      const auto cut = std::span(each.bytes).first(size);
      CHECK_TRUE_TEXT(transport::decode(cut, message).error == transport::DecodeError::kTruncated,
                      each.name.c_str());
    }
  }
}
