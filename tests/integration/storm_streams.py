"""What `doorcall watch --json` says of each daemon, life by life, for the storms."""

import json
import os
import subprocess
import time

from doorcall_testlib import DEADLINE, expect

BEGINS = ("calling", "incoming", "accepting")


def now_ms():
    """The clock of at_ms."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) * 1000


class Stay:
    """One way of a device through a call: from the first it tells of it to its end."""

    def __init__(self, event):
        self.call = event["call"]
        self.began = event["at_ms"]
        self.first = event["change"]  # "accepting": it joins or pulls
        self.ring_left = event.get("ring_left_ms", 0)
        self.accepted = None  # when
        self.connected = None  # when
        self.leg = None  # of the connected device: (user, inviter, join number)
        self.ended = None
        self.reason = None  # None: its daemon was killed


class Life:
    """A daemon from its start to its end, and a doorcall command that watches it."""

    added = 0  # how often its user was invited to a call that was going on

    def __init__(self, daemon, number):
        self.account = daemon.account
        self.user = daemon.user
        self.died = None  # when it was killed
        self.offset = 0  # of what is told of
        self.path = os.path.join(daemon.world.directory, f"{self.account}.{number}.json")
        with open(self.path, "wb") as out:
            self.watch = subprocess.Popen(
                [daemon.world.cli_program, "--socket", daemon.socket_path, "--json", "watch"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
        end = time.monotonic() + DEADLINE
        while os.path.getsize(self.path) == 0:  # its first line is the snapshot
            expect(time.monotonic() < end, f"{self.account}: the watch says nothing")
            time.sleep(0.005)

    def close(self, died=None):
        self.died = died
        if died is None:
            self.watch.terminate()
        self.watch.wait(DEADLINE)

    def mark(self):
        """What was told until now is no longer in events()."""
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            self.offset += file.read().rfind(b"\n") + 1

    def lines(self):
        """What it told since the mark, in order."""
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # cut off by the kill
                yield json.loads(line)

    def events(self):
        """What it told of calls, in order; what it began before the watch is in the snapshot."""
        told = []
        for event in self.lines():
            if event["type"] == "snapshot":
                told += [{**call, "type": "call", "change": "incoming",
                          "at_ms": event["at_ms"], "ring_left_ms": max(
                              member["ring_left_ms"] for member in call["members"])}
                         for call in event["calls"] if call["state"] == "ringing"]
            elif event["type"] == "call":
                told.append(event)
        return told

    def stays(self):
        """Cuts the stream into stays, in the order of their beginning; fails where that can't be
        done."""
        calls = {}
        for event in self.events():
            calls.setdefault(event["call"], []).append(event)
        cut = [stay for events in calls.values() for stay in self.stays_in_call(events)]
        return sorted(cut, key=lambda stay: stay.began)

    def stays_in_call(self, events):
        stays = []
        for event in events:
            change, at = event["change"], event["at_ms"]
            text = f"{self.account}: {change} {event['reason']} at {at:.0f}"
            here = stays[-1] if stays and stays[-1].ended is None else None
            if change.startswith("refused_"):
                continue
            if here is None:
                expect(change in BEGINS, text + ": after the end, or of a call never told")
                rang = sum(stay.first == "incoming" for stay in stays)
                expect(change != "incoming" or rang <= self.added,
                       text + ": it rings a second time")
                stays.append(Stay(event))
                continue
            expect(change not in ("calling", "incoming"), text + ": it was told before")
            if change == "accepting":
                here.accepted = at
            elif change == "connected":
                expect(here.connected is None, text + ": twice")
                here.connected = at
                here.leg = self.own_leg(event)
            elif change == "ended":
                here.ended, here.reason = at, event["reason"]
        self.close_last(stays)
        return stays

    def own_leg(self, event):
        device = self.account.split("@")[0]
        for member in event.get("members", ()):
            if (member["user"], member["device"], member["state"]) == (self.user, device,
                                                                        "connected"):
                return (member["user"], member["inviter_user"], member["inviter_device"],
                        member["join_number"])
        return None

    def close_last(self, stays):
        if stays and stays[-1].ended is None:
            expect(self.died is not None, f"{self.account}: the call was never told to have ended")
            stays[-1].ended = self.died

    def text(self):
        lines = [f"  {event['at_ms']:.0f} {event['change']} {event['state']} {event['reason']}"
                 f" {event['peer_user']}" for event in self.events() if "leg" in event]
        died = "" if self.died is None else f", killed at {self.died:.0f}"
        return "\n".join([f"{self.account}{died}"] + lines)


class Told(Life):
    """A life made of what it is said to have told."""

    def __init__(self, account, lines, died=None, added=()):
        self.account = account
        self.user = account.split("@")[1]
        self.died = died
        self.told = lines
        self.added = list(added).count(self.user)

    def lines(self):
        return self.told
