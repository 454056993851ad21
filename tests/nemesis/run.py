#!/usr/bin/env python3
"""Many calls through real daemons and a real Mosquitto, while daemons, broker and network break.

usage: run.py --bin DIR [--calls N] [--seed S] [--short] [--households N] [--link L]

Several households share a broker and each has one round after the other: a call, or two that
meet, what people do to it, and what breaks. After each round everybody must come to rest, and what
`doorcall watch --json` has told on all sides is checked (checks.py). A round is one test.
"""

import argparse
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "integration")]

from checks import Story, check_story  # noqa: E402
from doorcall_testlib import Failed  # noqa: E402
from household import RING_S, Household, Round  # noqa: E402
from plan import Plan  # noqa: E402
from plants import PLANTS, find_planted  # noqa: E402
from proxy import Network  # noqa: E402
from weather import SharedBroker, Weather  # noqa: E402

LONG_CALLS, SHORT_CALLS = 2000, 40
KILLS_PER_CALL = 150 / 2000
GIVE_UP_AT = 10  # failures: then something is wrong with everything


class Site:
    """What the households share."""

    def __init__(self, binaries, links):
        self.binaries = binaries
        self.links = links
        self.directory = tempfile.mkdtemp(prefix="doorcall-nemesis-")
        self.network = Network()
        self.broker = SharedBroker(self)

    def close(self):
        self.broker.process.kill()
        self.network.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Run:
    """All rounds of all households, and the counts."""

    def __init__(self, arguments):
        self.seed = arguments.seed
        self.calls = arguments.calls
        self.lock = threading.Lock()
        links = ["paho", "mosquitto"] if arguments.link == "both" else [arguments.link]
        self.site = Site(os.path.abspath(arguments.bin), links)
        self.passed = self.failed = self.begun = self.done = self.kills = 0
        self.good = []  # stories to plant violations into
        self.began = time.monotonic()

    def say(self, text):
        with self.lock:
            print(f"{time.monotonic() - self.began:7.1f} s  {text}", flush=True)

    def household(self, number):
        """One household, for as long as there are calls to make."""
        name = f"h{number}"
        try:
            home = Household(self.site, number)
        except Exception:
            self.fail(f"{name}: it does not start\n{traceback.format_exc()}")
            return
        past, each = set(), 0
        while self.next():
            each += 1
            self.round(home, Plan(self.seed, number, each), f"{name}/{each}", past)
        home.close()

    def next(self):
        with self.lock:
            self.begun += 1
            return self.begun <= self.calls and self.failed < GIVE_UP_AT

    def round(self, home, plan, name, past):
        began = time.monotonic()
        played = Round(home, plan, self.weather.faults)
        try:
            played.run()
            story = Story(played.lives, played.all_faults(), played.stops, RING_S * 1000,
                          home.pulse_count() - played.pulses, played.asked_to_open(), past,
                          plan.added())
            check_story(story)
            home.forget_twins({each.account for each in plan.breaks if each.kind == "twin"})
        except Exception as why:  # whatever it is, this round's
            played.close()
            text = str(why) if isinstance(why, Failed) else traceback.format_exc()
            self.fail(f"{name}: {text}\n{played.text()}")
            home.renew()
            return
        finally:
            with self.lock:
                self.done += 1
                self.kills += sum(each.kind == "kill" for each in plan.breaks)
        past |= story.calls()
        with self.lock:
            self.passed += 1
            self.good = ([story] + self.good)[:20]
        self.say(f"ok {name} ({time.monotonic() - began:.1f} s): {plan.text()}")

    def fail(self, text):
        with self.lock:
            self.failed += 1
        self.say("FAILED " + text)

    def run(self, households):
        try:
            self.weather = Weather(self.site.broker, self.seed, self.say)
            threads = [threading.Thread(target=self.household, args=(number,))
                       for number in range(households)]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            self.weather.close()
            if self.weather.trouble is not None:
                self.fail(f"the broker: {self.weather.trouble}")
        finally:
            self.site.close()

    def check_kills(self):
        kills = self.kills + self.weather.kills
        self.say(f"{kills} kills, {self.weather.kills} of the broker, in {self.done} rounds")
        if kills < int(KILLS_PER_CALL * self.calls):  # a handful may do without
            self.fail("that is too few kills")
        else:
            self.passed += 1

    def check_planted(self):
        """What is planted into streams that were found to be good must be found."""
        for plant in PLANTS:
            try:
                find_planted(plant, self.good)
                self.passed += 1
            except Failed as why:
                self.fail(str(why))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where doorcall and doorcalld-LINK are")
    parser.add_argument("--calls", type=int, help=f"rounds ({LONG_CALLS}; short: {SHORT_CALLS})")
    parser.add_argument("--seed", type=int, help="what happens when (else drawn)")
    parser.add_argument("--short", action="store_true", help="at most 90 seconds")
    parser.add_argument("--households", type=int, help="calls side by side (12; short: 8)")
    parser.add_argument("--link", choices=["paho", "mosquitto", "both"], default="both")
    arguments = parser.parse_args()
    if arguments.calls is None:
        arguments.calls = SHORT_CALLS if arguments.short else LONG_CALLS
    if arguments.calls < 1:
        parser.error(f"--calls must be at least 1, not {arguments.calls}")
    if not os.access(os.path.join(arguments.bin, "doorcall"), os.X_OK):
        parser.error(f"--bin: there is no program doorcall in {arguments.bin}")
    if arguments.seed is None:
        arguments.seed = int.from_bytes(os.urandom(4), "big")
    households = arguments.households or (8 if arguments.short else 12)
    print(f"seed {arguments.seed}; repeat with: ./dev nemesis --calls {arguments.calls} "
          f"--seed {arguments.seed} --households {households} --link {arguments.link}", flush=True)
    run = Run(arguments)
    run.run(households)
    run.check_kills()
    run.check_planted()
    print(f"{run.passed} passed, {run.failed} failed, 0 skipped")
    return 0 if run.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
