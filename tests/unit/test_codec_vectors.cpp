// The conformance vectors in transport/vectors, which any implementation can check itself by: bytes
// mean what stands beside them, a meaning is sent as these bytes, and what must be refused is.

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/source_file.hpp"
#include "tests/unit/codec_meaning_json.hpp"
#include "tests/unit/codec_samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using namespace doorcall::samples;
using platform::JsonView;
using transport::DecodeResult;

namespace {

constexpr const char* kMessages = "messages.json";
constexpr const char* kOtherForms = "other-forms.json";
constexpr const char* kRefused = "refused.json";

Json read_file(const std::string& name) {
  std::ifstream file(fakes::source_file("transport/vectors/" + name));
  std::stringstream text;
  text << file.rdbuf();
  auto json = Json::parse(text.str());
  CHECK_TRUE_TEXT(json.has_value() && json->view().is_array(), name.c_str());
  return std::move(*json);
}

std::string text_of(JsonView value) {
  return std::string(value.text().value_or(""));
}

/// "0102 ff*20": hexadecimal, and bytes that stand many times.
Packet bytes_of(JsonView value) {
  Packet bytes;
  std::istringstream words(text_of(value));
  for (std::string word; words >> word;) {
    const std::size_t star = word.find('*');
    const std::size_t times = star == std::string::npos ? 1 : std::stoul(word.substr(star + 1));
    const std::string digits = word.substr(0, star);
    for (std::size_t n = 0; n < times; ++n) {
      for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
      }
    }
  }
  return bytes;
}

/// {"repeat": "ab", "times": 3} is "ababab"; everything else is copied.
Json grown(JsonView value) {
  if (value["repeat"] && value["times"]) {
    std::string text;
    for (std::int64_t n = value["times"].integer().value_or(0); n > 0; --n) {
      text += text_of(value["repeat"]);
    }
    return text;
  }
  if (value.is_object()) {
    Json json = Json::object();
    for (JsonView each = value.first(); each; each = each.next()) {
      json.set(std::string(each.key()).c_str(), grown(each));
    }
    return json;
  }
  if (value.is_array()) {
    Json json = Json::array();
    for (JsonView each = value.first(); each; each = each.next()) {
      json.push(grown(each));
    }
    return json;
  }
  return Json::copy(value);
}

struct Read {
  DecodeResult result;
  std::string meaning;
  Packet again;  ///< as it is sent
};

Read read(const Packet& bytes, bool presence) {
  if (presence) {
    transport::DecodedPresence out;
    const DecodeResult result = transport::decode(bytes, out);
    return result.ok() ? Read{result, meaning_json(out.presence()).dump(), encoded(out.presence())}
                       : Read{result, {}, {}};
  }
  transport::Decoded out;
  const DecodeResult result = transport::decode(bytes, out);
  return result.ok() ? Read{result, meaning_json(out.message()).dump(), encoded(out.message())}
                     : Read{result, {}, {}};
}

/// Checks each vector of a file that has meanings; returns how many there are.
std::size_t check_meanings(const char* file, bool canonical) {
  const Json all = read_file(file);
  std::size_t count = 0;
  for (JsonView each = all.view().first(); each; each = each.next(), ++count) {
    const std::string name = text_of(each["name"]);
    const bool presence = text_of(each["meaning"]["kind"]) == "presence";
    const Packet bytes = bytes_of(each["bytes"]);
    const Read got = read(bytes, presence);
    STRCMP_EQUAL_TEXT("ok", std::string(to_string(got.result.error)).c_str(), name.c_str());
    STRCMP_EQUAL_TEXT(grown(each["meaning"]).dump().c_str(), got.meaning.c_str(), name.c_str());
    CHECK_EQUAL_TEXT(canonical, got.again == bytes, name.c_str());
    const Read twice = read(got.again, presence);
    STRCMP_EQUAL_TEXT(got.meaning.c_str(), twice.meaning.c_str(), name.c_str());
  }
  return count;
}

}  // namespace

TEST_GROUP(CodecVectors){};

TEST(CodecVectors, EachMeaningIsSentAsTheseBytes) {
  CHECK(check_meanings(kMessages, true) >= 200);
}

TEST(CodecVectors, OtherFormsAreTaken) {
  CHECK(check_meanings(kOtherForms, false) >= 30);
}

TEST(CodecVectors, TheRestIsRefusedByName) {
  const Json all = read_file(kRefused);
  CHECK(all.view().size() >= 100);
  for (JsonView each = all.view().first(); each; each = each.next()) {
    const Read got = read(bytes_of(each["bytes"]), text_of(each["type"]) == "presence");
    const std::string said =
        std::string(to_string(got.result.error)) + " " + std::string(got.result.field);
    STRCMP_EQUAL_TEXT((text_of(each["error"]) + " " + text_of(each["field"])).c_str(), said.c_str(),
                      text_of(each["name"]).c_str());
  }
}

TEST(CodecVectors, EveryKindAndEveryErrorIsThere) {
  std::set<std::string> kinds;
  const Json messages = read_file(kMessages);
  for (JsonView each = messages.view().first(); each; each = each.next()) {
    kinds.insert(text_of(each["meaning"]["kind"]));
  }
  LONGS_EQUAL(15, kinds.size());
  const Json refused = read_file(kRefused);
  std::set<std::string> errors;
  for (JsonView each = refused.view().first(); each; each = each.next()) {
    errors.insert(text_of(each["error"]));
  }
  for (int error = 1; error < static_cast<int>(transport::kDecodeErrorLast); ++error) {
    const auto name = std::string(to_string(static_cast<transport::DecodeError>(error)));
    CHECK_TRUE_TEXT(errors.contains(name), name.c_str());  // the last is for want of memory
  }
}
