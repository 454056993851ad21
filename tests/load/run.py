#!/usr/bin/env python3
"""Thousands of simulated devices and one Mosquitto: what a call and a device cost the broker.

usage: run.py [--devices N] [--calls-per-second R] [--seconds S] [--follow contacts|everybody]
       run.py --short --bin DIR

Prints a table. Nothing about time is asserted, only that each call completes. --short is a counted
test with few devices, one of whose callers is a real daemon from DIR.
"""

import argparse
import asyncio
import collections
import os
import resource
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))

from device import Device  # noqa: E402
from doorcall_broker import Failed, expect  # noqa: E402
from doorcall_testlib import World  # noqa: E402

HOLD_S = 1.0
PATIENCE_S = 90.0  # for the last calls to complete; a call rings for 60 s
AT_ONCE = 50  # connections being made at a time
FILES_SPARE = 200


class Stats:
    """What all devices count together."""

    def __init__(self, hold_s):
        self.hold_s = hold_s  # None: whoever is called does not hang up
        self.repetitions = self.stale = 0  # sent again; invites not proven fresh
        self.times = []

    def set_up(self, seconds):
        self.times.append(seconds)

    def quantile(self, part):
        times = sorted(self.times)
        return times[min(len(times) - 1, int(len(times) * part))] * 1000 if times else 0.0


class Process:
    """The broker as the kernel sees it."""

    def __init__(self, pid):
        self.pid = pid

    def cpu_s(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kb(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


class Load:
    """Pairs of a door and a flat. Each door calls its flat only, so no call meets another."""

    def __init__(self, broker, devices, follow):
        self.broker, self.follow = broker, follow
        self.process = Process(broker.process.child.pid)
        self.stats = Stats(HOLD_S)
        self.doors = [self.device("door", "flat", number) for number in range(devices // 2)]
        self.flats = [self.device("flat", "door", number) for number in range(devices // 2)]
        self.failed = []
        self.calls = 0

    def device(self, own, other, number):
        users = [f"{own}{number}", f"{other}{number}"]
        return Device(f"one@{users[0]}", users if self.follow == "contacts" else ["+"], self.stats)

    @property
    def devices(self):
        return self.doors + self.flats

    async def connect(self):
        before, began = self.process.memory_kb(), time.monotonic()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(device):
            async with gate:
                await device.connect(self.broker.port)
        await asyncio.gather(*(one(device) for device in self.devices))
        self.connect_s = time.monotonic() - began
        self.device_kb = (self.process.memory_kb() - before) / len(self.devices)

    async def call(self, rate, seconds):
        """`rate` calls a second for so long, then until the last one has ended."""
        traffic = self.traffic()
        cpu, began = self.process.cpu_s(), time.monotonic()
        pinger = asyncio.create_task(self.keep_alive())
        free, running = list(self.doors), set()

        async def one(door):
            call = door.ring("one@flat" + door.user[4:])
            try:
                why = await asyncio.wait_for(asyncio.shield(call.over), PATIENCE_S)
            except asyncio.TimeoutError:
                why = f"did not end within {PATIENCE_S:.0f} s"
            if why:
                self.failed.append(f"{door.account}: {why}")
            free.append(door)
        while (now := time.monotonic() - began) < seconds:
            while free and self.calls < now * rate:
                self.calls += 1
                task = asyncio.create_task(one(free.pop(0)))
                running.add(task)
                task.add_done_callback(running.discard)
            await asyncio.sleep(0.005)
        self.call_s = time.monotonic() - began
        self.cpu_percent = 100 * (self.process.cpu_s() - cpu) / self.call_s
        while running:
            await asyncio.wait(running)
        pinger.cancel()
        self.cpu_ms = 1000 * (self.process.cpu_s() - cpu) / self.calls
        self.sent, self.delivered = (after - before for after, before in
                                     zip(self.traffic(), traffic))
        for device in self.devices:
            if device.client.lost is not None:
                self.failed.append(f"{device.account}: connection lost: {device.client.lost}")

    async def keep_alive(self):
        while True:
            await asyncio.sleep(60)
            for device in self.devices:
                device.client.ping()

    def traffic(self):
        return [sum(getattr(device.client, name) for device in self.devices)
                for name in ("sent", "received")]

    def table(self):
        rows = (
            ("devices", f"{len(self.devices)}, each following {self.follow}"),
            ("connected in", f"{self.connect_s:.1f} s"),
            ("broker memory per device", f"{self.device_kb:.1f} KB"),
            ("calls", f"{self.calls} in {self.call_s:.0f} s, "
                      f"{self.calls / self.call_s:.1f} a second"),
            ("completed", f"{self.calls - len(self.failed)}"),
            ("messages per call", f"{self.sent / max(1, self.calls):.1f} published, "
                                  f"{self.delivered / max(1, self.calls):.1f} delivered"),
            ("repeated, not proven fresh", f"{self.stats.repetitions}, {self.stats.stale}"),
            ("broker CPU", f"{self.cpu_percent:.0f} % of one core, {self.cpu_ms:.2f} ms a call"),
            ("set-up p50, p99", f"{self.stats.quantile(0.5):.1f} ms, "
                                f"{self.stats.quantile(0.99):.1f} ms"),
        )
        return "\n".join(f"  {name:<28}{value}" for name, value in rows)


def more_files(devices):
    """A connection is a file here and one in the broker, which inherits the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and devices + FILES_SPARE > most:
        sys.exit(f"load: --devices {devices} needs {devices + FILES_SPARE} open files; the limit "
                 f"is {most} (ulimit -Hn)")
    wanted = devices + FILES_SPARE
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, most)))


async def measure(broker, devices, rate, seconds, follow):
    load = Load(broker, devices, follow)
    await load.connect()
    await load.call(rate, seconds)
    print(load.table(), flush=True)
    return load


class Bed:
    """A directory and a broker for one measurement."""

    def __init__(self, world):
        self.world = world

    def __enter__(self):
        self.world.start_broker()
        return self.world

    def __exit__(self, *_):
        self.world.close()


def completes(load):
    expect(load.calls > 0, "there was no call")
    expect(not load.failed, f"{len(load.failed)} of {load.calls} calls: {load.failed[:5]}")
    expect(len(load.stats.times) == load.calls, f"{len(load.stats.times)} of {load.calls} calls "
                                                "were connected on both sides")


def short_everybody(binaries):
    """Each device hears of all others."""
    with Bed(World(binaries, "paho")) as world:
        completes(asyncio.run(measure(world.broker, 40, 10, 3, "everybody")))


def short_contacts(binaries):
    """A few hundred devices that follow their contacts."""
    with Bed(World(binaries, "paho")) as world:
        completes(asyncio.run(measure(world.broker, 300, 20, 4, "contacts")))


def short_daemon(binaries):
    """A real daemon and a simulated device call each other: they speak the same protocol."""
    with Bed(World(binaries, "mosquitto")) as world:
        door = world.daemon("door0")

        async def meet():
            flat = Device("one@flat0", ["door0"], Stats(0.2))
            await flat.connect(world.broker.port)
            call = await asyncio.to_thread(door.call, "flat0")
            await asyncio.to_thread(door.change, call, "connected")
            await asyncio.to_thread(door.ask, "hangup")
            await asyncio.to_thread(door.ended, call, "hang_up")
            while flat.call is not None:
                await asyncio.sleep(0.01)  # its side ends by a message that nobody waits for
            back = flat.ring("one@door0")
            await asyncio.to_thread(door.incoming)
            await asyncio.to_thread(door.ask, "answer")
            why = await asyncio.wait_for(back.over, PATIENCE_S)
            expect(not why, f"the call to the daemon: {why}")
            await asyncio.to_thread(door.ended, back.id.hex(), "hang_up")
        asyncio.run(meet())


def short(binaries):
    counts = collections.Counter()
    for test in (short_contacts, short_everybody, short_daemon):
        name = test.__name__.removeprefix("short_")
        try:
            test(binaries)
            counts["passed"] += 1
            print(f"ok     {name}", flush=True)
        except (Failed, OSError, asyncio.TimeoutError) as why:
            counts["failed"] += 1
            print(f"FAILED {name}: {why!r}", flush=True)
    print(f"{counts['passed']} passed, {counts['failed']} failed, 0 skipped")
    return 0 if counts["failed"] == 0 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--calls-per-second", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--follow", choices=["contacts", "everybody"], default="contacts",
                        help="whose presence each device reads")
    parser.add_argument("--short", action="store_true", help="few devices, counted as tests")
    parser.add_argument("--bin", help="where doorcalld-mosquitto is, for --short")
    arguments = parser.parse_args()
    if arguments.devices < 2 or arguments.calls_per_second <= 0 or arguments.seconds <= 0:
        parser.error("--devices must be 2 or more, --calls-per-second and --seconds above 0")
    if arguments.short and not arguments.bin:
        parser.error("--short needs --bin DIR")
    more_files(arguments.devices)
    if arguments.short:
        return short(os.path.abspath(arguments.bin))
    with Bed(World("", "paho")) as world:
        load = asyncio.run(measure(world.broker, arguments.devices, arguments.calls_per_second,
                                   arguments.seconds, arguments.follow))
    for line in load.failed[:10]:
        print("  FAILED", line)
    return 1 if load.failed else 0


if __name__ == "__main__":
    sys.exit(main())
