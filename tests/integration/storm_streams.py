"""What `doorcall watch --json` says of each daemon, life by life, for the storm."""

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
    """One way of a device through the call: from the first it tells of it to its end."""

    def __init__(self, event):
        self.began = event["at_ms"]
        self.first = event["change"]  # "accepting": it joins or pulls
        self.connected = None  # when
        self.ended = None
        self.reason = None  # None: its daemon was killed


class Life:
    """A daemon from its start to its end, and a doorcall command that watches it."""

    def __init__(self, daemon, number):
        self.account = daemon.account
        self.user = daemon.user
        self.died = None  # when it was killed
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

    def events(self):
        """What it told of calls, in order; what it began before the watch is in the snapshot."""
        told = []
        with open(self.path, encoding="utf-8") as file:
            for line in file:
                if not line.endswith("\n"):
                    break  # cut off by the kill
                event = json.loads(line)
                if event["type"] == "snapshot":
                    told += [{**call, "type": "call", "change": "incoming",
                              "at_ms": event["at_ms"], "state": "ringing"}
                             for call in event["calls"] if call["state"] == "ringing"]
                elif event["type"] == "call":
                    told.append(event)
        return told

    def stays(self):
        """Cuts the stream into stays; fails where that can't be done."""
        stays = []
        for event in self.events():
            change, at = event["change"], event["at_ms"]
            text = f"{self.account}: {change} {event['reason']} at {at:.0f}"
            here = stays[-1] if stays and stays[-1].ended is None else None
            if change.startswith("refused_"):
                continue
            if here is None:
                expect(change in BEGINS, text + ": after the end, or of a call never told")
                expect(change != "incoming" or all(stay.first != "incoming" for stay in stays),
                       text + ": it rings a second time")
                stays.append(Stay(event))
                continue
            expect(change not in ("calling", "incoming"), text + ": it was told before")
            if change == "connected":
                expect(here.connected is None, text + ": twice")
                here.connected = at
            elif change == "ended":
                here.ended, here.reason = at, event["reason"]
        self.close_last(stays)
        return stays

    def close_last(self, stays):
        if stays and stays[-1].ended is None:
            expect(self.died is not None, f"{self.account}: the call was never told to have ended")
            stays[-1].ended = self.died

    def text(self):
        lines = [f"  {event['at_ms']:.0f} {event['change']} {event['state']} {event['reason']}"
                 f" {event['peer_user']}" for event in self.events() if "leg" in event]
        died = "" if self.died is None else f", killed at {self.died:.0f}"
        return "\n".join([f"{self.account}{died}"] + lines)
