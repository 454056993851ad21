#pragma once

#include "tests/integration/link_bench.hpp"

#include <CppUTest/TestHarness.h>

// Tests that run on both links: LINK_GROUP(Topic) makes the groups PahoTopic and MosquittoTopic,
// LINK_TEST(Topic, FactInWords) one test in each. `make` makes the link under test.

#define LINK_GROUP(group)    \
  TEST_GROUP(Paho##group){}; \
  TEST_GROUP(Mosquitto##group) {}

#define LINK_TEST(group, name)                             \
  static void name##Body(doorcall::test::MakeLink make);   \
  TEST(Paho##group, name) {                                \
    name##Body(&doorcall::transport::make_paho_link);      \
  }                                                        \
  TEST(Mosquitto##group, name) {                           \
    name##Body(&doorcall::transport::make_mosquitto_link); \
  }                                                        \
  static void name##Body([[maybe_unused]] doorcall::test::MakeLink make)
