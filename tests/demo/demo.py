#!/usr/bin/env python3
"""Rings a door bell: two daemons and a private broker, a timeline with the latency of each step.

usage: demo.py --bin DIR [--link paho|mosquitto] [--script]
"""

import argparse
import os
import select
import sys
import termios
import time
import tty

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))

from doorcall_broker import free_port  # noqa: E402
from doorcall_testlib import Failed, World, expect, expect_equal  # noqa: E402

DOOR_HZ, PANEL_HZ = 440, 660
TALK_SECONDS = 3

EXTRA = """
[media]
command = ["{hook}", "{listen}", "{send}", "{hertz}", "{report}"]
"""
BELL = """
[[button]]
name = "bell"
press = "call:apt"
"""


class Demo:
    def __init__(self, world, binaries):
        self.world = world
        self.binaries = binaries
        self.began = None
        self.shown = {}
        self.reports = {}

    def start(self):
        print("starting a broker, a door station (door) and an apartment panel (apt)")
        self.world.start_broker()
        door_port, apt_port = free_port(), free_port()
        self.door = self.device("door", door_port, apt_port, DOOR_HZ, BELL)
        self.apt = self.device("apt", apt_port, door_port, PANEL_HZ)
        self.door.sees(self.apt, "idle")
        self.apt.sees(self.door, "idle")

    def device(self, user, listen, send, hertz, more=""):
        self.reports[user] = os.path.join(self.world.directory, user + ".heard")
        hook = EXTRA.format(hook=os.path.join(self.binaries, "tone_hook"), listen=listen, send=send,
                            hertz=hertz, report=self.reports[user])
        return self.world.daemon(user, extra=hook + more)

    # --- the timeline

    def new_events(self):
        """What the devices have said since the last time, in the order in which it happened."""
        fresh = []
        for daemon in self.world.daemons:
            with daemon.changed:
                seen = self.shown.get(daemon, 0)
                fresh += [(event["at_ms"], daemon.user, event) for event in daemon.events[seen:]
                          if event["type"] == "call" and "at_ms" in event]
                self.shown[daemon] = len(daemon.events)
        return sorted(fresh, key=lambda each: each[0])

    def show(self):
        for at, user, event in self.new_events():
            if event["change"] in ("calling", "incoming") and self.began is None:
                self.began = at
            text = event["change"].replace("_", " ")
            if event["change"] == "media":
                text = "media " + event["media_state"]
            if event["change"] in ("ended", "refused_busy"):
                text += ": " + event["reason"].replace("_", " ")
            since = at - (self.began if self.began is not None else at)
            print(f"  {since:10.3f} ms  {user:5} {text}", flush=True)

    def next_call(self, title):
        self.show()
        self.began = None
        print(f"\n{title}")

    @staticmethod
    def latency(name, first, last):
        took = last["at_ms"] - first["at_ms"]
        print(f"  {name:28} {took:8.3f} ms")
        expect(took >= 0, f"{name} took {took} ms: the steps came in the wrong order")

    # --- the script

    def answered(self):
        self.next_call("1. the bell is pressed, the panel answers, both talk, the panel hangs up")
        self.door.ask("press", name="bell")
        calling = self.door.event(type="call", change="calling")
        call = calling["call"]
        incoming = self.apt.change(call, "incoming")
        ringing = self.door.change(call, "remote_ringing")
        self.apt.ask("answer", call=call)
        accepting = self.apt.change(call, "accepting")
        confirmed = self.apt.change(call, "connected")
        connected = self.door.change(call, "connected")
        media = [daemon.event(type="call", call=call, change="media", media_state="connected")
                 for daemon in (self.door, self.apt)]
        time.sleep(TALK_SECONDS)  # they talk
        self.apt.ask("hangup", call=call)
        ended = self.door.ended(call, "hang_up")
        hung_up = self.apt.ended(call, "hang_up")
        self.show()
        print("  ----")
        self.latency("press -> ring at the panel", calling, incoming)
        self.latency("press -> door hears it ring", calling, ringing)
        self.latency("answer -> door takes it", accepting, connected)
        self.latency("answer -> confirmed", accepting, confirmed)
        self.latency("answer -> sound both ways", accepting,
                     max(media, key=lambda event: event["at_ms"]))
        self.latency("hang up -> door free", hung_up, ended)
        self.heard("door", PANEL_HZ)
        self.heard("apt", DOOR_HZ)
        self.all_idle()

    def heard(self, user, wanted):
        with open(self.reports[user], encoding="utf-8") as report:
            measured = [tuple(map(float, line.split())) for line in report]
        expect(len(measured) >= TALK_SECONDS, f"{user} has heard only {len(measured)} half seconds")
        for hertz, level in measured:
            expect(abs(hertz - wanted) < 5 and -18 < level < -12,
                   f"{user} hears {hertz:.1f} Hz at {level:.1f} dBFS, not {wanted} Hz at -15 dBFS")
        hertz, level = measured[-1]
        print(f"  {user:5} hears {hertz:.1f} Hz at {level:.1f} dBFS "
              f"({len(measured)} measurements of half a second)")

    def declined(self):
        self.next_call("2. declined")
        call = self.ring()
        self.apt.ask("decline", call=call)
        self.both_ended(call, "declined_everywhere", "declined_everywhere")

    def busy(self):
        self.next_call("3. busy: a third device calls the apartment while it talks")
        third = self.device("attic", free_port(), free_port(), 550)
        third.sees(self.apt, "idle")
        call = self.ring()
        self.apt.ask("answer", call=call)
        self.door.change(call, "connected")
        self.apt.change(call, "connected")
        other = third.call("apt")
        third.ended(other, "busy")
        self.apt.change(other, "refused_busy")
        self.door.ask("hangup", call=call)
        self.both_ended(call, "hang_up", "hang_up")
        expect_equal(third.end(), 0, "exit code of a daemon that is asked to end")

    def unanswered(self):
        self.next_call("4. nobody answers: the ring time (2 s) is over on both sides")
        call = self.ring(ring_time_ms=2000)
        self.both_ended(call, "no_answer", "no_answer")

    def offline(self):
        self.next_call("5. offline: the third device has said goodbye, it is called nevertheless")
        self.door.until(lambda: self.door.devices.get("one@attic") == "offline", "goodbye")
        call = self.door.call("attic")
        self.door.ended(call, "offline")
        self.show()

    def ring(self, **options):
        call = self.door.call("apt", **options)
        self.apt.change(call, "incoming")
        self.door.change(call, "remote_ringing")
        return call

    def both_ended(self, call, at_door, at_apt):
        self.door.ended(call, at_door)
        self.apt.ended(call, at_apt)
        self.show()
        self.all_idle()

    def all_idle(self):
        """The next call must find both free, and so says their presence."""
        self.door.sees(self.apt, "idle")
        self.apt.sees(self.door, "idle")
        self.door.idle()
        self.apt.idle()

    def script(self):
        self.answered()
        self.declined()
        self.busy()
        self.unanswered()
        self.offline()
        print("\nevery step was seen on both sides")

    # --- on a terminal

    def interactive(self):
        print(__doc__.splitlines()[0])
        print("keys: r ring, a answer, d decline, c cancel, h hang up, s the whole script, q quit")
        keys = {"r": (self.door, "press", {"name": "bell"}), "a": (self.apt, "answer", {}),
                "d": (self.apt, "decline", {}), "c": (self.door, "cancel", {}),
                "h": (self.door, "hangup", {})}
        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        try:
            while True:
                self.show()
                if not select.select([sys.stdin], [], [], 0.05)[0]:
                    continue
                key = sys.stdin.read(1)
                if key in ("q", ""):
                    return
                if key == "s":
                    self.script()
                elif key in keys:
                    self.act(*keys[key])
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def act(self, daemon, verb, arguments):
        if verb == "press":
            self.began = None
        reply = daemon.control.request(verb, arguments)
        if not reply["ok"]:
            print(f"  {daemon.user}: {verb}: {reply['message']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where doorcalld-LINK and tone_hook are")
    parser.add_argument("--link", choices=["paho", "mosquitto"], default="paho",
                        help="which MQTT library the daemons use")
    parser.add_argument("--script", action="store_true", help="run by itself, also on a terminal")
    arguments = parser.parse_args()
    binaries = os.path.abspath(arguments.bin)
    world = World(binaries, arguments.link)
    demo = Demo(world, binaries)
    try:
        demo.start()
        if arguments.script or not sys.stdin.isatty():
            demo.script()
        else:
            demo.interactive()
    except Failed as error:
        demo.show()
        print(f"\nFAILED: {error}\n\n{world.logs()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        world.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
