"""Calls of users who are offline: the sample push gateway hears of them, and they ring in time."""

import json
import os
import subprocess
import sys
import threading

from doorcall_testlib import DEADLINE, ROOT, Skipped, expect, expect_equal

GATEWAY = os.path.join(ROOT, "broker-config", "push-gateway", "push_gateway.py")


def python_with_paho():
    """Debian's library is for Debian's Python, which need not be the one that runs this."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            found = subprocess.run([python, "-c", "import tomllib, paho.mqtt.client"],
                                   stderr=subprocess.DEVNULL, timeout=DEADLINE, check=False)
            if found.returncode == 0:
                return python
        except OSError:
            pass
    raise Skipped("no Python 3.11 with paho-mqtt (Debian: python3-paho-mqtt)")


class Gateway:
    """The sample gateway, which prints what it is asked."""

    def __init__(self, world):
        self.events = []
        self.changed = threading.Condition()
        with open(os.path.join(world.directory, "gateway.log"), "wb") as log:
            self.process = subprocess.Popen(
                [python_with_paho(), "-B", GATEWAY, "--print", "--host", "127.0.0.1",
                 "--port", str(world.broker.port), *self.credentials(world)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)

    @staticmethod
    def credentials(world):
        if not world.production:
            return []
        at = world.broker.enrol("push@gateway", kind="gateway")
        path = os.path.join(world.directory, "gateway.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'[broker]\nca_file = "{world.site.ca}"\ncert_file = "{at}/cert.pem"\n'
                       f'key_file = "{at}/key.pem"\n')
        return ["--config", path]

    def __enter__(self):
        threading.Thread(target=self.keep, daemon=True).start()
        self.event(1, "ready")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        expect_equal(self.process.wait(DEADLINE), 0, "exit code of the gateway")

    def keep(self):
        with self.process.stdout as lines:
            for line in lines:
                with self.changed:
                    self.events.append(json.loads(line))
                    self.changed.notify_all()

    def event(self, number, kind):
        """The number-th event, which must be of this kind."""
        with self.changed:
            expect(self.changed.wait_for(lambda: len(self.events) >= number, DEADLINE),
                   f"no {kind} at the gateway; it has {self.events}")
            expect_equal(self.events[number - 1]["type"], kind, f"event {number} of the gateway")
            return self.events[number - 1]

    def quiet(self, number):
        expect_equal(self.events[number:], [], "further events of the gateway")


def away(world, *accounts, **options):
    """A door, a gateway and devices of the apartment, which have all gone."""
    door, *devices = world.devices("one@door", *accounts, **options)
    for each in devices:
        expect_equal(each.end(), 0, "exit code")
        door.sees(each, "offline")
    return door, *devices


def test_push_ring_and_cancel(world):
    door, _, _ = away(world, "panel@apt", "hall@apt")
    with Gateway(world) as gateway:
        call = door.run("call", "apt", "--wait", "--ring-time", "30", "--push-title", "Visitor",
                        "--push-content", "at the gate", "--data", '{"n":1}', "--media",
                        "video")["call"]
        ring = gateway.event(2, "ring")
        wanted = {"user": "apt", "sender": "one@door", "caller": "one@door", "call": call,
                  "caller_name": "The door", "title": "Visitor", "content": "at the gate",
                  "data": '{"n":1}', "media": "video"}
        expect_equal({key: ring[key] for key in wanted}, wanted, "the push")
        expect(25_000 < ring["ring_left_ms"] <= 30_000, f"ring_left_ms {ring['ring_left_ms']}")
        door.run("cancel")
        cancel = gateway.event(3, "cancel")
        expect_equal((cancel["call"], cancel["leg"], cancel["reason"]),
                     (call, ring["leg"], "cancelled"), "the cancel")
        gateway.quiet(3)


def test_push_nobody_comes(world):
    door, _ = away(world, "panel@apt")
    with Gateway(world) as gateway:
        call = door.run("call", "apt", "--wait", "--ring-time", "2")["call"]
        gateway.event(2, "ring")
        door.change(call, "ended")
        expect_equal(gateway.event(3, "cancel")["reason"],
                     door.change(call, "ended")["reason"], "reason")


def test_push_comes_online_and_rings_with_the_time_left(world):
    door, panel, hall = away(world, "panel@apt", "hall@apt")
    with Gateway(world) as gateway:
        call = door.run("call", "apt", "--wait", "--ring-time", "12")["call"]
        began = door.change(call, "calling")["at_ms"]
        gateway.event(2, "ring")
        panel.restart()  # as if the push had woken it
        expect_equal(panel.incoming(), call, "the call that rings")
        status = panel.run("status")
        left = began + 12_000 - status["at_ms"]
        mine = [member["ring_left_ms"] for member in status["calls"][0]["members"]
                if member["user"] == "apt"]
        expect(len(mine) == 1 and abs(mine[0] - left) < 1500,
               f"rings for {mine} ms, {left} ms are left")
        panel.run("answer")
        door.change(call, "connected")
        expect_equal(gateway.event(3, "cancel")["reason"], "answered", "reason")
        hall.restart()  # too late
        hall.sees(door, "in_call")
        hall.idle()
        gateway.quiet(3)


def test_push_rings_out_in_time_after_coming_online(world):
    door, panel = away(world, "panel@apt")
    with Gateway(world) as gateway:
        call = door.run("call", "apt", "--wait", "--ring-time", "4")["call"]
        began = door.change(call, "calling")["at_ms"]
        gateway.event(2, "ring")
        panel.restart()
        expect_equal(panel.incoming(), call, "the call that rings")
        for each in (door, panel):
            over = each.ended(call, "no_answer")["at_ms"] - began
            expect(3000 < over < 5500, f"{each.account} ended after {over} ms")
        expect_equal(gateway.event(3, "cancel")["reason"], "no_answer", "reason")


def test_push_not_while_a_device_is_online(world):
    door, panel, hall = world.devices("one@door", "panel@apt", "hall@apt")
    expect_equal(hall.end(), 0, "exit code")
    door.sees(hall, "offline")
    with Gateway(world) as gateway:
        call = door.run("call", "apt", "--wait")["call"]
        expect_equal(panel.incoming(), call, "the call that rings")
        panel.run("decline")
        door.ended(call, "declined_everywhere")
        second = door.run("call", "apt")["call"]  # without --wait
        expect_equal(panel.incoming(), second, "the call that rings")
        door.run("cancel")
        third = door.run("call", "nobody", "--wait", "--ring-time", "1")["call"]
        door.change(third, "ended")
        gateway.quiet(1)


def test_push_when_the_last_device_goes(world):
    door, panel = world.devices("one@door", "panel@apt")
    with Gateway(world) as gateway:
        call = door.run("call", "apt", "--wait", "--ring-time", "30")["call"]
        panel.incoming()
        panel.kill()
        gateway.event(2, "ring")
        panel.restart()
        expect_equal(panel.incoming(), call, "the call that rings")
        panel.run("decline")
        door.ended(call, "declined_everywhere")
        gateway.event(3, "cancel")
