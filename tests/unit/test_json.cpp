#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "platform/json.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::platform::Json;
using doorcall::platform::JsonView;

TEST_GROUP(Json){static std::string nested(std::size_t depth){return std::string(depth, '[') +
                                                                     std::string(depth, ']');
}
}
;

TEST(Json, WhatIsBuiltIsOneLineAndReadsBack) {
  Json list = Json::array();
  list.push(1).push("two").push(true).push(Json()).push(2.5);
  Json object = Json::object();
  object.set("text", std::string("a\"\n\xc3\xa9"))
      .set("list", std::move(list))
      .set("small", std::uint16_t{7})
      .set("big", std::int64_t{9'007'199'254'740'992})
      .set("negative", -1L);
  const std::string line = object.dump();
  CHECK_TRUE(line.find('\n') == std::string::npos);
  const std::optional<Json> parsed = Json::parse(line);
  CHECK_TRUE(parsed.has_value());
  CHECK_TRUE((*parsed)["text"].text() == "a\"\n\xc3\xa9");
  CHECK_TRUE((*parsed)["big"].integer() == 9'007'199'254'740'992);
  CHECK_TRUE((*parsed)["small"].integer() == 7);
  CHECK_TRUE((*parsed)["negative"].integer() == -1);
  const JsonView items = (*parsed)["list"];
  CHECK_EQUAL(5U, items.size());
  CHECK_TRUE(items.at(1).text() == "two");
  CHECK_TRUE(items.at(2).boolean() == true);
  CHECK_TRUE(items.at(3).is_null());
  CHECK_TRUE(items.at(4).number() == 2.5);
  CHECK_FALSE(items.at(4).integer().has_value());
  STRCMP_EQUAL(items.dump().c_str(), Json::copy(items).dump().c_str());
  STRCMP_EQUAL("9007199254740992", Json::copy((*parsed)["big"]).dump().c_str());
}

TEST(Json, LookingForWhatIsNotThereGivesNothing) {
  const std::optional<Json> parsed = Json::parse(R"({"a":[1]})");
  CHECK_TRUE(parsed.has_value());
  const JsonView missing = (*parsed)["x"]["y"].at(3)["z"];
  CHECK_FALSE(static_cast<bool>(missing));
  CHECK_FALSE(missing.text().has_value());
  CHECK_FALSE(missing.integer().has_value());
  CHECK_FALSE(missing.boolean().has_value());
  CHECK_FALSE(missing.is_object() || missing.is_array() || missing.is_null());
  CHECK_EQUAL(0U, missing.size());
  CHECK_TRUE(missing.key().empty());
  CHECK_FALSE(static_cast<bool>(missing.first()));
  CHECK_FALSE(static_cast<bool>((*parsed)["A"]));
  CHECK_FALSE(static_cast<bool>((*parsed)["a"]["key of an array"]));
  CHECK_FALSE(static_cast<bool>((*parsed)["a"].at(std::numeric_limits<std::size_t>::max())));
}

TEST(Json, WalksOverMembers) {
  const std::optional<Json> parsed = Json::parse(R"({"a":1,"b":2,"c":3})");
  std::string keys;
  std::int64_t sum = 0;
  for (JsonView member = parsed->view().first(); member; member = member.next()) {
    keys += member.key();
    sum += *member.integer();
  }
  STRCMP_EQUAL("abc", keys.c_str());
  CHECK_EQUAL(6, sum);
}

TEST(Json, SettingAMemberAgainReplacesIt) {
  Json object = Json::object();
  object.set("a", 1).set("a", 2);
  STRCMP_EQUAL(R"({"a":2})", object.dump().c_str());
}

TEST(Json, RefusesMalformedText) {
  for (const char* const text :
       {"", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":}", "nul", "\"open", "{\"1\":1,", "1 2",
        "{}x", "'a'", "{a:1}", "\"\\ud800\"", "[1", "\\", "\"\\"}) {
    if (Json::parse(text).has_value()) {
      FAIL(text);
    }
  }
}

TEST(Json, RefusesWhatWouldBeCutShortOrIsNotUtf8) {
  CHECK_FALSE(Json::parse(std::string("\"a\0b\"", 5)).has_value());
  CHECK_FALSE(Json::parse(std::string("{}\0", 3)).has_value());
  CHECK_FALSE(Json::parse(R"("a\u0000b")").has_value());
  CHECK_FALSE(Json::parse("\"\xff\"").has_value());
  CHECK_TRUE(Json::parse(R"("a\\u0000b")").has_value());
}

TEST(Json, NestingIsBounded) {
  CHECK_TRUE(Json::parse(nested(Json::kDepthMax)).has_value());
  CHECK_FALSE(Json::parse(nested(Json::kDepthMax + 1)).has_value());
  CHECK_FALSE(Json::parse(nested(10'000)).has_value());
  CHECK_FALSE(Json::parse(std::string(1'000'000, '[')).has_value());
  CHECK_FALSE(Json::parse(std::string(1'000'000, '{')).has_value());
  CHECK_TRUE(Json::parse('"' + std::string(10'000, '[') + '"').has_value());
}

TEST(Json, BuiltIntegersAreExact) {
  STRCMP_EQUAL("18446744073709551615",
               Json(std::numeric_limits<std::uint64_t>::max()).dump().c_str());
  const Json lowest(std::numeric_limits<std::int64_t>::min());
  STRCMP_EQUAL("-9223372036854775808", lowest.dump().c_str());
  CHECK_TRUE(lowest.view().integer() == std::numeric_limits<std::int64_t>::min());
}

TEST(Json, NumbersOutsideTheExactRangeAreNoIntegers) {
  CHECK_FALSE(Json::parse("1e300")->view().integer().has_value());
  CHECK_FALSE(Json::parse("9007199254740994")->view().integer().has_value());
  CHECK_FALSE(Json::parse("0.5")->view().integer().has_value());
  CHECK_TRUE(Json::parse("1e3")->view().integer() == 1000);
}
