#!/usr/bin/env python3
"""Runs the daemon-level tests, each with a broker of its own, several at a time.

usage: run.py --bin DIR [--link paho|mosquitto|both] [--jobs N] [-k TEXT | --seed N...] [--list]
"""

import argparse
import concurrent.futures
import glob
import importlib
import os
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from doorcall_testlib import Skipped, World  # noqa: E402


def find_tests(text, seeds):
    if seeds:
        return [importlib.import_module("test_storm").storm(seed) for seed in seeds]
    tests = []
    for path in sorted(glob.glob(os.path.join(HERE, "test_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function) and text in name:
                tests.append(function)
    return tests


def run_one(test, binaries, link):
    """Returns the outcome ("passed", "failed" or "skipped") and what to print."""
    began = time.monotonic()
    only = getattr(test, "link", link)
    name = f"[{link}] {test.__name__[5:]}"
    if only != link:
        return "skipped", f"skip   {name}: for {only} only"
    world = World(binaries, link)
    try:
        world.start_broker()
        test(world)
        return "passed", f"ok     {name} ({time.monotonic() - began:.1f} s)"
    except Skipped as why:
        return "skipped", f"skip   {name}: {why}"
    except Exception:  # whatever a test does wrong is that test's failure
        text = f"FAILED {name} ({time.monotonic() - began:.1f} s)\n{traceback.format_exc()}"
        return "failed", f"{text}\n{world.logs()}"
    finally:
        world.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where doorcall and doorcalld-LINK are")
    parser.add_argument("--link", choices=["paho", "mosquitto", "both"], default="both")
    parser.add_argument("--jobs", type=int, default=4, help="tests at a time")
    parser.add_argument("-k", default="", metavar="TEXT", help="only tests with TEXT in the name")
    parser.add_argument("--seed", type=int, nargs="+", metavar="N", help="only storms of these")
    parser.add_argument("--list", action="store_true", help="only print the tests' names")
    arguments = parser.parse_args()
    tests = find_tests(arguments.k, arguments.seed)
    if arguments.list:
        print("\n".join(test.__name__[5:] for test in tests))
        return 0
    links = ["paho", "mosquitto"] if arguments.link == "both" else [arguments.link]
    binaries = os.path.abspath(arguments.bin)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = [pool.submit(run_one, test, binaries, link) for link in links for test in tests]
        for run in concurrent.futures.as_completed(runs):
            outcome, text = run.result()
            counts[outcome] += 1
            print(text, flush=True)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 0 if counts["failed"] == 0 and counts["passed"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
