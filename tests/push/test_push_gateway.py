#!/usr/bin/env python3
"""The sample push gateway without a broker: what it takes and drops, and what its actions do."""

import contextlib
import copy
import http.server
import io
import json
import os
import re
import sys
import tempfile
import threading
import tomllib
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "broker-config", "push-gateway")
sys.path.insert(0, SAMPLE)

import push_requests  # noqa: E402
from push_gateway import BadConfig, Gateway  # noqa: E402

TOPIC = "doorcall/v1/flat-12/push/gate@front-door"
RING = {"version": 1, "type": "ring", "call": "00112233445566778899aabbccddeeff",
        "leg": ["gate@front-door", 1], "ring_left_ms": 90_000, "caller": "gate@front-door",
        "caller_name": "Front door", "media": "video", "title": "Bell", "content": "Somebody rings",
        "data": '{"unit":12}'}
CANCEL = {"version": 1, "type": "cancel", "call": RING["call"], "leg": RING["leg"],
          "reason": "no_answer", "caller": RING["caller"], "media": "video"}


def changed(request, **fields):
    """A copy; a field that is None is taken away."""
    out = {**copy.deepcopy(request), **fields}
    return {name: value for name, value in out.items() if value is not None}


class Bench:
    """A gateway that prints, and what it has printed."""

    def __init__(self, **rules):
        self.log = []
        self.gateway = Gateway({"rules": rules}, "doorcall/v1", True, self.log.append)

    def take(self, request, topic=TOPIC, retained=False, expiry=90):
        payload = request if isinstance(request, bytes) else json.dumps(request).encode()
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.gateway.take(topic, payload, retained, expiry)
        lines = out.getvalue().splitlines()
        assert len(lines) == 1, lines
        return json.loads(lines[0])

    def why(self, request, **how):
        event = self.take(request, **how)
        return event["why"] if event["type"] == "dropped" else None


class Requests(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()

    def test_what_the_published_page_shows_is_taken(self):
        with open(os.path.join(ROOT, "transport", "PROTOCOL.md"), encoding="utf-8") as file:
            lines = re.findall(r"^\{\"version\".*\}$", file.read(), re.MULTILINE)
        events = [self.bench.take(line.encode()) for line in lines]
        self.assertEqual([event["type"] for event in events], ["ring", "cancel"])
        self.assertEqual(events[1]["reason"], "answered")

    def test_a_ring_is_passed_on_with_its_sender_and_user(self):
        event = self.bench.take(RING, expiry=88)
        self.assertEqual(event["type"], "ring")
        self.assertEqual(event["user"], "flat-12")
        self.assertEqual(event["sender"], "gate@front-door")
        self.assertEqual(event["leg"], "gate@front-door/1")
        self.assertEqual(event["ring_left_ms"], 88_000)
        self.assertEqual((event["title"], event["data"]), ("Bell", '{"unit":12}'))

    def test_only_push_topics_count(self):
        for topic in ("", "doorcall/v1/flat-12/push/gate",
                      "doorcall/v1/flat-12/inbox/gate@front-door",
                      "doorcall/v2/flat-12/push/gate@front-door", TOPIC + "/x", "x/" + TOPIC,
                      "doorcall/v1/a b/push/gate@front-door", TOPIC + "\n"):
            self.assertEqual(self.bench.why(RING, topic=topic), "no push topic")

    def test_nobody_speaks_of_the_leg_of_another(self):
        other = "doorcall/v1/flat-12/push/evil@street"
        self.assertEqual(self.bench.why(RING, topic=other), "not the sender's leg")
        self.assertEqual(self.bench.why(CANCEL, topic=other), "not the sender's leg")
        self.assertIsNone(self.bench.why(RING))

    def test_retained_requests_are_dropped(self):
        self.assertEqual(self.bench.why(RING, retained=True), "retained")

    def test_what_is_no_request_is_dropped(self):
        for payload in (b"", b"{", b"\xff", b"null", b"[]", b"1", b'"ring"', b"[" * 5000,
                        b'{"version":' + b"9" * 5000 + b"}", b"x" * 20_000):
            self.assertIsNotNone(self.bench.why(payload), payload[:20])

    def test_each_field_is_checked(self):
        bad = {"version": (None, 2, "1", True, 1.0), "type": (None, "RING", 1, []),
               "call": (None, "", "0" * 31, "G" * 32, 5), "caller": (None, "gate", "a b@c", 7),
               "media": (None, "", "A", 0), "leg": (None, [], ["gate@front-door"], "x", [1, 1],
                                                   ["gate@front-door", 0], ["gate@front-door", 1.0],
                                                   ["gate@front-door", True],
                                                   ["gate@front-door", 2**32]),
               "ring_left_ms": (None, -1, 600_001, 1.5, "1", True), "title": ("x" * 65, 1, []),
               "content": ("ü" * 129, {}), "data": ("x" * 8193, 0),
               "caller_name": ("x" * 65, False)}
        for name, values in bad.items():
            for value in values:
                self.assertIsNotNone(self.bench.why(changed(RING, **{name: value})), (name, value))
        for value in (None, "", "No", "x" * 33, 6):
            self.assertIsNotNone(self.bench.why(changed(CANCEL, reason=value)), value)
        self.assertIsNone(self.bench.why(changed(RING, later="unknown", title="ü" * 32)))

    def test_half_a_character_does_no_harm(self):
        event = self.bench.take(changed(RING, title="\ud83d"))
        self.assertEqual(event["title"], "?")


class Ages(unittest.TestCase):
    def test_what_the_message_has_waited_is_taken_off(self):
        for left, expiry, expected in ((90_000, 90, 90_000), (90_000, 1, 1_000), (1_500, 2, 1_500)):
            event = Bench().take(changed(RING, ring_left_ms=left), expiry=expiry)
            self.assertEqual(event["ring_left_ms"], expected)
        self.assertEqual(Bench().why(changed(RING, ring_left_ms=1_500), expiry=0), "expired")
        self.assertEqual(Bench().why(changed(RING, ring_left_ms=0), expiry=0), "expired")

    def test_an_expiry_longer_than_the_ring_is_refused(self):
        self.assertEqual(Bench().why(RING, expiry=91), "expires after its ring")

    def test_without_an_expiry_the_rules_decide(self):
        self.assertEqual(Bench().why(RING, expiry=None), "its age is unknown")
        self.assertIsNone(Bench(rings_without_expiry=True).why(RING, expiry=None))
        self.assertIsNone(Bench().why(CANCEL, expiry=None))


class Once(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()

    def test_each_ring_and_each_cancel_passes_once(self):
        self.assertIsNone(self.bench.why(RING))
        self.assertEqual(self.bench.why(RING), "repeated")
        self.assertIsNone(self.bench.why(CANCEL))
        self.assertEqual(self.bench.why(CANCEL), "repeated")
        self.assertEqual(self.bench.why(RING), "cancelled before")

    def test_another_leg_or_call_is_another_ring(self):
        self.assertIsNone(self.bench.why(RING))
        self.assertIsNone(self.bench.why(changed(RING, leg=["gate@front-door", 2])))
        self.assertIsNone(self.bench.why(changed(RING, call="f" * 32)))

    def test_a_cancel_whose_ring_was_not_seen_is_passed_on(self):
        self.assertIsNone(self.bench.why(CANCEL))
        self.assertEqual(self.bench.why(RING), "cancelled before")

    def test_one_sender_does_not_ring_without_end(self):
        bench = Bench(rings_per_minute=3)
        asked = [bench.why(changed(RING, leg=["gate@front-door", n])) for n in range(1, 6)]
        self.assertEqual(asked, [None] * 3 + ["too many rings of this sender"] * 2)
        other = TOPIC.replace("gate@front-door", "hall@flat-1")
        self.assertIsNone(bench.why(changed(RING, leg=["hall@flat-1", 1]), topic=other))

    def test_memory_ends_with_time_and_is_bounded(self):
        now = [0.0]
        memory = push_requests.Memory(10**9, lambda: now[0])
        memory.admit({"type": "ring", "call": "a", "leg": "l", "sender": "s"})
        now[0] = 661.0
        memory.admit({"type": "ring", "call": "a", "leg": "l", "sender": "s"})
        for number in range(3000):
            memory.admit({"type": "ring", "call": "a", "leg": f"l{number}", "sender": "s"})
        self.assertLessEqual(len(memory._seen), push_requests.REMEMBERED_MAX)

    def test_other_users_are_none_of_our_business(self):
        bench = Bench(users=["flat-13"])
        self.assertEqual(bench.why(RING), "not one of our users")
        self.assertIsNone(bench.why(RING, topic=TOPIC.replace("flat-12", "flat-13")))


class Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_):
        pass


class ActionsTest(unittest.TestCase):
    def setUp(self):
        self.log = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.server.heard, self.server.answer = [], 200
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def do(self, actions, *requests):
        gateway = Gateway({"action": actions, "texts": {"content": "from {caller}"}}, "doorcall/v1",
                          False, self.log.append)
        for request in requests:
            gateway.take(TOPIC, json.dumps(request).encode(), False, 90)
        gateway.actions.wait()

    def test_a_service_gets_the_event_or_what_the_file_says(self):
        self.do([{"url": self.url + "/{user}/x?m={title}"},
                 {"on": ["ring"], "url": self.url, "headers": {"Authorization": "Bearer t"},
                  "json": {"topic": "door-{user}", "title": "{title}", "tags": ["{media}"],
                           "n": 5}}],
                changed(RING, title="a/b & {data}"), CANCEL)
        paths = [path for path, _, _ in self.server.heard]
        self.assertEqual(paths, ["/flat-12/x?m=a%2Fb%20%26%20%7Bdata%7D", "/",
                                 "/flat-12/x?m=gate%40front-door"])
        types = [body["type"] for _, _, body in self.server.heard[::2]]
        self.assertEqual(types, ["ring", "cancel"])
        _, headers, body = self.server.heard[1]
        self.assertEqual(headers["Authorization"], "Bearer t")
        self.assertEqual(body, {"topic": "door-flat-12", "title": "a/b & {data}",
                                "tags": ["video"], "n": 5})
        self.assertEqual(self.log, [])

    def test_a_command_gets_arguments_as_they_are_and_the_event_as_json(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "out")
            program = ("import json, sys; "
                       f"json.dump([sys.argv[1:], json.load(sys.stdin)], open({path!r}, 'w'))")
            self.do([{"command": [sys.executable, "-c", program, "{title}", "{content}", "$HOME",
                                  "{ring_left_s}"]}],
                    changed(RING, title="a; b `c` \"d\" \0", content=None))
            with open(path, encoding="utf-8") as file:
                arguments, event = json.load(file)
        self.assertEqual(arguments,
                         ["a; b `c` \"d\" \ufffd", "from gate@front-door", "$HOME", "90"])
        self.assertEqual(event["title"], "a; b `c` \"d\" \0")
        self.assertEqual(self.log, [])

    def test_an_action_that_fails_does_not_stop_the_next(self):
        self.server.answer = 500
        self.do([{"command": ["/nonexistent/program"]}, {"command": ["/bin/false"]},
                 {"url": self.url}], RING, CANCEL)
        self.assertEqual(len(self.server.heard), 2)
        self.assertEqual(len(self.log), 6)

    def test_what_can_not_be_done_is_said_at_the_start(self):
        for actions in ([], [{}], [{"command": ["x"], "url": "y"}], [{"command": "sh -c x"}],
                        [{"command": []}], [{"url": "{nothing}"}],
                        [{"url": "y", "json": {"a": ["{no}"]}}], [{"url": "y", "on": ["rings"]}]):
            with self.assertRaises(BadConfig):
                Gateway({"action": actions}, "doorcall/v1", False, self.log.append)

    def test_the_sample_configuration_can_be_used(self):
        with open(os.path.join(SAMPLE, "push-gateway.toml"), "rb") as file:
            config = tomllib.load(file)
        Gateway(config, config["broker"]["root"], False, self.log.append)
        self.assertEqual({"broker", "rules", "texts", "action"}, set(config))


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    bad = len(result.failures) + len(result.errors)
    good = result.testsRun - bad - len(result.skipped)
    print(f"{max(good, 0)} passed, {bad} failed, {len(result.skipped)} skipped", flush=True)
    sys.exit(0 if result.wasSuccessful() else 1)
