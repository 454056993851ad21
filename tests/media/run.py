#!/usr/bin/env python3
"""Runs the tests of sound and picture: media hooks by themselves and between real daemons, in
network namespaces of their own.

usage: run.py --bin DIR [--link paho|mosquitto|both] [--jobs N] [-k TEXT] [--list]
"""

import argparse
import itertools
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "integration")]

from doorcall_runner import find_tests, run_tests  # noqa: E402
from media_world import MediaWorld  # noqa: E402

INSIDE = "DOORCALL_MEDIA_TESTS_INSIDE"


def why_not():
    """Why there can be no network of our own here; empty if there can."""
    for program in ("ip", "nsenter", "unshare"):
        if shutil.which(program) is None:
            return f"there is no program {program}"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "/dev/net/tun is missing or closed to us"
    done = subprocess.run([*unshare(), "true"], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode != 0 else ""


def unshare():
    return ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where doorcalld-LINK and the hooks are")
    parser.add_argument("--link", choices=["paho", "mosquitto", "both"], default="both")
    parser.add_argument("--jobs", type=int, default=3, help="tests at a time")
    parser.add_argument("-k", default="", metavar="TEXT", help="only tests with TEXT in the name")
    parser.add_argument("--list", action="store_true", help="only print the tests' names")
    arguments = parser.parse_args()
    tests = find_tests(HERE, arguments.k)
    if arguments.list:
        print("\n".join(test.__name__[5:] for test in tests))
        return 0
    reason = why_not()
    if reason:
        print(f"skip   all tests: {reason}\n0 passed, 0 failed, {len(tests)} skipped")
        return 0
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "yes"
        os.execvp("unshare", [*unshare(), sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    numbers = itertools.count(1)
    links = ["paho", "mosquitto"] if arguments.link == "both" else [arguments.link]
    binaries = os.path.abspath(arguments.bin)
    return run_tests(tests, links, arguments.jobs,
                     lambda link, _: MediaWorld(binaries, link, next(numbers)))


if __name__ == "__main__":
    sys.exit(main())
