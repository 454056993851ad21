#include <sys/stat.h>

#include <string>

#include "tests/fakes/config_fixture.hpp"

#include <CppUTest/TestHarness.h>

using doorcall::platform::Config;
using doorcall::test::kLeast;

TEST_GROUP_BASE(ConfigFiles, doorcall::test::ConfigFixture){};

TEST(ConfigFiles, APasswordFileMustBeItsOwnersOnly) {
  for (const mode_t mode : {0644U, 0640U, 0604U, 0660U}) {
    const std::string file = dir.write("password", "secret", mode);
    refuses("password_file = \"" + file + "\"\n", "is open to others (mode 06");
    CHECK_TRUE(report().find("secret") == std::string::npos);
  }
  const std::string file = dir.write("good", "secret\r\n");
  const Config config = with("password_file = \"" + file + "\"\n");
  STRCMP_EQUAL("", report().c_str());
  STRCMP_EQUAL("secret", config.broker.password.reveal().c_str());
  STRCMP_EQUAL("front@door", config.broker.username.c_str());
  refuses("password_file = \"" + dir.write("empty", "\nx") + "\"\n", "is empty");
  refuses("password_file = \"/nonexistent\"\n", "cannot read /nonexistent: No such file");
  refuses("password_file = \"" + dir.path() + "\"\n", "it is a directory");
  refuses("password_file = \"" + dir.write("long", std::string(5'000, 'x')) + "\"\n",
          "is too long");
  const std::string fifo = dir.file("fifo");
  CHECK_EQUAL(0, ::mkfifo(fifo.c_str(), 0600));
  refuses("password_file = \"" + fifo + "\"\n", "not a regular file");
}

TEST(ConfigFiles, CertificatesMustBeReadableAndComplete) {
  const std::string cert = dir.write("cert.pem", "x", 0644);
  const std::string key = dir.write("key.pem", "x", 0644);
  refuses("[broker.tls]\nca_file = \"/nonexistent\"\n", "[broker.tls] ca_file: cannot read");
  refuses("[broker.tls]\ncert_file = \"" + cert + "\"\n", "found without key_file");
  refuses("[broker.tls]\nkey_file = \"" + dir.write("k", "x") + "\"\n", "found without cert_file");
  refuses("[broker.tls]\ncert_file = \"" + cert + "\"\nkey_file = \"" + key + "\"\n",
          "is open to all (mode 0644)");
  CHECK_TRUE(with("[broker.tls]\n").broker.tls.enabled);
  STRCMP_EQUAL("", report().c_str());
}

TEST(ConfigFiles, TheMediaProgramMustBeRunnable) {
  refuses("[media]\ncommand = [\"/nonexistent/hook\"]\n", "no program that this user can run");
  refuses("[media]\ncommand = [\"" + dir.write("hook", "x", 0644) + "\"]\n", "no program");
  accepts("[media]\ncommand = [\"/bin/sh\"]\n");
}

TEST(ConfigFiles, FileNamesCountFromTheConfigsDirectory) {
  dir.write("password", "secret");
  dir.write("hook", "x", 0755);
  const std::string file = dir.write(
      "d.toml", std::string(kLeast) +
                    "password_file = \"password\"\n[media]\ncommand = [\"./hook\", \"x/y\"]\n"
                    "[control]\nsocket = \"c.sock\"\n");
  const Config config = doorcall::platform::load_config(file, errors);
  STRCMP_EQUAL("", report().c_str());
  STRCMP_EQUAL("secret", config.broker.password.reveal().c_str());
  STRCMP_EQUAL((dir.path() + "/./hook").c_str(), config.media.command[0].c_str());
  STRCMP_EQUAL("x/y", config.media.command[1].c_str());
  STRCMP_EQUAL(dir.file("c.sock").c_str(), config.control.socket.c_str());
}

TEST(ConfigFiles, AFileThatCannotBeReadSaysWhy) {
  static_cast<void>(doorcall::platform::load_config(dir.file("missing.toml"), errors));
  STRCMP_CONTAINS("missing.toml: No such file or directory", report().c_str());
  errors.clear();
  static_cast<void>(doorcall::platform::load_config(dir.path(), errors));
  STRCMP_CONTAINS("it is a directory", report().c_str());
  errors.clear();
  const std::string big = dir.write("big.toml", std::string(2 * 1024 * 1024, '#'));
  static_cast<void>(doorcall::platform::load_config(big, errors));
  STRCMP_CONTAINS("is too long", report().c_str());
}
