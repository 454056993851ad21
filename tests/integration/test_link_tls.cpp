// TLS: whose certificate is believed, and under which name; what is said when it is not; and other
// credentials for a connection that is up.

#include <cerrno>
#include <cstdlib>

#include "tests/fakes/mosquitto_process.hpp"
#include "tests/integration/link_test.hpp"

using namespace doorcall;
using namespace doorcall::test;
using doorcall::fakes::MosquittoProcess;
using Cause = LinkDownInfo::Cause;

LINK_GROUP(LinkTls);

namespace {

/// A broker whose certificate, signed by its own CA, is for the name broker.test only.
struct TlsBroker {
  TlsBroker() : process({"", true, false}) {
    const std::string& at = process.directory();
    const std::string make =
        "cd " + at +
        " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=test-ca -keyout ca.key -out ca.pem 2>/dev/null"
        " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        " -subj /CN=broker -keyout key.pem -out broker.csr 2>/dev/null"
        " && echo subjectAltName=DNS:broker.test > san"
        " && openssl x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
        " -extfile san -out cert.pem 2>/dev/null";
    made = std::system(make.c_str()) == 0;
    process.set_extra_lines("listener " + std::to_string(process.port()) +
                            " 127.0.0.1\nallow_anonymous true\ncertfile " + at +
                            "/cert.pem\nkeyfile " + at + "/key.pem");
    process.start();
  }

  [[nodiscard]] LinkOptions options() const {
    LinkOptions options;
    options.host = "127.0.0.1";
    options.port = process.port();
    options.client_id = "panel@flat1";
    options.tls.enabled = true;
    options.tls.ca_file = process.directory() + "/ca.pem";
    options.tls.server_name = "broker.test";
    return options;
  }

  MosquittoProcess process;
  bool made = false;
};

}  // namespace

LINK_TEST(LinkTls, ConnectsUnderTheNameInTheCertificate) {
  const TlsBroker broker;
  CHECK(broker.made);
  Client client(make, broker.options());
  client.open({{"t", 2}});
  CHECK(run_until_up(client));
  const std::string payload(8'000, 'x');
  CHECK(client.publish("t", payload));
  CHECK(run_until({&client}, Millis{5'000}, [&] { return client.sink.received.size() == 1; }));
  CHECK(client.sink.received[0].payload == payload);
  client.link->close();
  CHECK(run_until_down(client));
  client.open({{"t", 2}});
  CHECK(run_until_up(client));
  CHECK(client.sink.ups[1].session_present);
}

LINK_TEST(LinkTls, RefusesACertificateForAnotherName) {
  const TlsBroker broker;
  LinkOptions options = broker.options();
  for (const char* name : {"other.test", ""}) {  // the latter: the address, which is not in it
    options.tls.server_name = name;
    Client client(make, options);
    client.open();
    CHECK(run_until_down(client));
    CHECK(client.sink.ups.empty());
    CHECK(client.sink.downs[0].cause == Cause::kRefused);
    CHECK(client.sink.downs[0].text.find("is not for '") != std::string::npos);
  }
}

LINK_TEST(LinkTls, RefusesACertificateOfAnUnknownAuthority) {
  const TlsBroker broker;
  LinkOptions options = broker.options();
  options.tls.ca_file.clear();
  Client client(make, options);
  client.open();
  CHECK(run_until_down(client));
  CHECK(client.sink.ups.empty());
  CHECK(client.sink.downs[0].cause == Cause::kRefused);
  CHECK(client.sink.downs[0].text.find("unknown authority") != std::string::npos);
}

LINK_TEST(LinkTls, ChecksNothingWhereThatIsAskedFor) {
  const TlsBroker broker;
  LinkOptions options = broker.options();
  options.tls.server_name = "other.test";
  options.tls.insecure = true;
  Client client(make, options);
  client.open();
  CHECK(run_until_up(client));
}

LINK_TEST(LinkTls, SaysThatAFileIsMissing) {
  const TlsBroker broker;
  LinkOptions options = broker.options();
  options.tls.ca_file = broker.process.directory() + "/missing.pem";
  Client client(make, options);
  client.open();
  CHECK(run_until_down(client));
  CHECK(client.sink.ups.empty());
  CHECK(client.sink.downs[0].text.find("missing.pem") != std::string::npos);
}

LINK_TEST(LinkTls, SaysThatNobodyListensOrThatItIsNoTls) {
  LinkOptions options = options_for(fakes::free_port());
  options.tls.enabled = true;
  Client nobody(make, options);
  nobody.open();
  CHECK(run_until_down(nobody, Millis{5'000}));
  CHECK(nobody.sink.downs[0].cause == Cause::kNetwork);
  // The emulator hands on this machine's error numbers; MIPS has others.
  STRCMP_CONTAINS(ECONNREFUSED == 111 ? "refused" : "cannot connect to the broker",
                  nobody.sink.downs[0].text.c_str());
  CHECK(nobody.turns < 20);  // waiting, not spinning

  const MosquittoProcess plain;
  options.port = plain.port();
  Client client(make, options);
  client.open();
  CHECK(run_until_down(client));
  CHECK(client.sink.ups.empty());
}

LINK_TEST(LinkTls, TakesNewCredentialsAndItsSessionGoesOn) {
  const TlsBroker broker;
  Client client(make, broker.options());
  client.open({{"t", 2}});
  CHECK(run_until_up(client));
  transport::TlsOptions tls = broker.options().tls;
  tls.server_name = "other.test";
  client.link->renew({"", "", tls});
  CHECK(run_until_down(client));
  CHECK(client.sink.downs[0].cause == Cause::kRenewed);
  client.open({{"t", 2}});
  CHECK(run_until_down(client));
  CHECK(client.sink.downs[1].cause == Cause::kRefused);
  client.link->renew({"", "", broker.options().tls});
  client.open({{"t", 2}});
  CHECK(run_until_up(client));
  CHECK(client.sink.ups[1].session_present);
  CHECK_EQUAL(2U, client.sink.downs.size());
}
