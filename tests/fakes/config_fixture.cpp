// Reads config texts, and compares what is said of them.

#include "tests/fakes/config_fixture.hpp"

namespace doorcall::test {

ConfigFixture::ConfigFixture() = default;
ConfigFixture::~ConfigFixture() = default;

std::string ConfigFixture::report() const {
  std::string text;
  for (const platform::ConfigError& error : errors) {
    text += error.text() + '\n';
  }
  return text;
}

platform::Config ConfigFixture::parse(std::string_view text) {
  errors.clear();
  return platform::parse_config(text, "d.toml", errors);
}

platform::Config ConfigFixture::load_full() {
  dir.write("password", "secret\nsecond line\n");
  dir.write("ca.pem", "x", 0644);
  dir.write("cert.pem", "x", 0644);
  dir.write("key.pem", "x", 0640);
  dir.write("tone.wav", "x", 0644);
  const platform::Config config = platform::load_config(dir.write("d.toml", kFull), errors);
  STRCMP_EQUAL("", report().c_str());
  return config;
}

platform::Config ConfigFixture::with(std::string_view more) {
  return parse(std::string(kLeast).append(more));
}

void ConfigFixture::accepts(std::string_view more) {
  with(more);
  STRCMP_EQUAL("", report().c_str());
}

void ConfigFixture::refuses(std::string_view more, const char* message) {
  with(more);
  CHECK_EQUAL_TEXT(1U, errors.size(), (std::string(more) + "\n" + report()).c_str());
  STRCMP_CONTAINS(message, report().c_str());
}

}  // namespace doorcall::test
