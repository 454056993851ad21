// Push requests are JSON for scripts: read back here with another library's parser.

#include <fstream>
#include <string>

#include "platform/json.hpp"
#include "tests/fakes/source_file.hpp"
#include "tests/unit/codec_samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace doorcall;
using platform::Json;
using platform::JsonView;
using samples::encoded;
using samples::Packet;

namespace {

Push ring() {
  Push push;
  push.call = CallId::parse("00112233445566778899aabbccddeeff").value();
  push.leg = {Account::parse("gate@front-door").value(), 1};
  push.caller = push.leg.owner;
  push.caller_name = "Front door";
  push.media = MediaKind::kVideo;
  push.ring_left = Millis{90'000};
  push.title = "Front door";
  push.content = "Somebody rings";
  push.data = "{\"unit\":12}";
  return push;
}

std::string as_text(const Packet& packet) {
  return {packet.begin(), packet.end()};
}

void check_text(std::string_view expected, JsonView value) {
  STRCMP_EQUAL(std::string(expected).c_str(), std::string(value.text().value_or("(none)")).c_str());
}

}  // namespace

TEST_GROUP(CodecPush){};

TEST(CodecPush, ThePageShowsWhatIsWritten) {
  std::ifstream file(fakes::source_file("transport/PROTOCOL.md"));
  std::ostringstream page;
  page << file.rdbuf();
  Push cancel = ring();
  cancel.cancel = true;
  for (const Push& push : {ring(), cancel}) {
    const std::string text = as_text(encoded(push));
    CHECK_TRUE_TEXT(page.str().find("\n" + text + "\n") != std::string::npos, text.c_str());
  }
}

TEST(CodecPush, ARingHasAllThatATelephoneShows) {
  const auto json = Json::parse(as_text(encoded(ring())));
  CHECK(json.has_value());
  const JsonView view = json->view();
  LONGS_EQUAL(11, view.size());
  LONGS_EQUAL(1, view["version"].integer().value());
  check_text("ring", view["type"]);
  check_text("00112233445566778899aabbccddeeff", view["call"]);
  LONGS_EQUAL(2, view["leg"].size());
  check_text("gate@front-door", view["leg"].at(0));
  LONGS_EQUAL(1, view["leg"].at(1).integer().value());
  LONGS_EQUAL(90'000, view["ring_left_ms"].integer().value());
  check_text("gate@front-door", view["caller"]);
  check_text("Front door", view["caller_name"]);
  check_text("video", view["media"]);
  check_text("Front door", view["title"]);
  check_text("Somebody rings", view["content"]);
  check_text("{\"unit\":12}", view["data"]);
  CHECK_FALSE(static_cast<bool>(view["reason"]));
}

TEST(CodecPush, ACancelSaysWhyAndWhatIsEmptyIsLeftOut) {
  Push push;
  push.cancel = true;
  push.call = ring().call;
  push.leg = {ring().caller, 0xFFFF'FFFF};
  push.reason = Reason::kNoAnswer;
  push.caller = ring().caller;
  const auto json = Json::parse(as_text(encoded(push)));
  CHECK(json.has_value());
  const JsonView view = json->view();
  LONGS_EQUAL(7, view.size());
  check_text("cancel", view["type"]);
  check_text("no_answer", view["reason"]);
  push.reason = Reason::kNone;
  check_text("answered", Json::parse(as_text(encoded(push)))->view()["reason"]);
  LONGS_EQUAL(0xFFFF'FFFF, view["leg"].at(1).integer().value());
  for (const char* absent : {"ring_left_ms", "caller_name", "title", "content", "data"}) {
    CHECK_FALSE(static_cast<bool>(view[absent]));
  }
}

TEST(CodecPush, AnyTextComesBackTheSame) {
  std::string text =
      "\"\\/\b\f\n\r\t\x1B\x7F Gr\xC3\xBC\xC3\x9F"
      "e \xF0\x9F\x94\x94";
  for (char c = 1; c < 32; ++c) {
    text += c;
  }
  Push push = ring();
  push.data = push.content = text;
  const std::string written = as_text(encoded(push));
  CHECK(written.find('\n') == std::string::npos);
  const auto json = Json::parse(written);
  CHECK(json.has_value());
  check_text(text, json->view()["data"]);
  check_text(text, json->view()["content"]);
}

TEST(CodecPush, ANulIsEscapedToo) {
  Push push = ring();
  push.data = std::string_view("a\0b", 3);
  CHECK(as_text(encoded(push)).find("a\\u0000b") != std::string::npos);
}

TEST(CodecPush, DataThatHasNoRoomIsLeftOutAndSaidSo) {
  Push push = ring();
  const std::string fits(kDataBytesMax, 'd');
  push.data = fits;
  auto json = Json::parse(as_text(encoded(push)));
  CHECK(json.has_value());
  check_text(fits, json->view()["data"]);
  CHECK_FALSE(static_cast<bool>(json->view()["data_left_out"]));

  const std::string swells(kDataBytesMax, '\x01');
  push.data = swells;
  json = Json::parse(as_text(encoded(push)));
  CHECK(json.has_value());
  CHECK_FALSE(static_cast<bool>(json->view()["data"]));
  CHECK(json->view()["data_left_out"].boolean() == true);
  check_text("Somebody rings", json->view()["content"]);
}

TEST(CodecPush, NoShorterBufferIsEnough) {
  const Packet whole = encoded(ring());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Packet small(size);
    LONGS_EQUAL(0, transport::encode(ring(), small));
  }
}
