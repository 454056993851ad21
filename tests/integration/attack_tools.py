"""What a victim of an attack must not notice."""

import os
import threading
import time

from doorcall_broker import EMULATED, expect, expect_equal
from doorcall_testlib import Control

STALL_S = 0.5  # the loop's bound is 50 ms; here the machine runs several tests at a time
GROWTH_KB = 2048


def memory_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def is_sanitized(pid):
    """Its memory and its speed are not those of the daemon."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return "libasan" in file.read()


class Unharmed:
    """While it is entered the daemon answers its control socket at once, does not grow, and its
    calls and doors change only as `calls` and `doors` (counts of events) say."""

    def __init__(self, daemon, calls=0, doors=0, rings=0):
        self.daemon, self.wanted = daemon, (calls, doors, rings)
        self.slowest, self.over = 0.0, threading.Event()

    def count(self):
        with self.daemon.changed:
            events = list(self.daemon.events)
        return (sum(event["type"] == "call" for event in events),
                sum(event["type"] == "door" and event["change"] == "opened" for event in events),
                sum(event.get("change") == "incoming" for event in events))

    def ping(self):
        control = Control(self.daemon.socket_path)
        while not self.over.is_set():
            began = time.monotonic()
            control.request("calls")
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.over.wait(0.005)
        control.close()

    def __enter__(self):
        self.daemon.ask("status")
        self.before = self.count()
        self.memory = memory_kb(self.daemon.process.child.pid)
        self.thread = threading.Thread(target=self.ping)
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.over.set()
        self.thread.join()
        if kind is not None:
            return
        self.daemon.ask("status")
        account = self.daemon.account
        grown = memory_kb(self.daemon.process.child.pid) - self.memory
        if "DOORCALL_MEASURE" in os.environ:
            print(f"   {account}: slowest answer {1000 * self.slowest:.1f} ms, {grown} KB more")
        changes = tuple(now - before for now, before in zip(self.count(), self.before))
        expect_equal(changes[1:], self.wanted[1:], f"{account}: doors opened, rings")
        expect(self.wanted[0] is None or changes[0] == self.wanted[0],
               f"{account}: {changes[0]} changes of calls: "
               f"{[each.get('change') for each in self.daemon.events][-changes[0]:]}")
        if is_sanitized(self.daemon.process.child.pid):
            return
        expect(self.slowest < STALL_S, f"{account}: an answer took {self.slowest:.3f} s")
        if EMULATED:  # what qemu has translated stays in memory
            return
        expect(grown < GROWTH_KB, f"{account}: has grown by {grown} KB")
