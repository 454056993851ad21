#!/usr/bin/env python3
"""Runs the daemon-level tests, each with a broker of its own, several at a time.

usage: run.py --bin DIR [--door DIR] [--link paho|mosquitto|both]
              [--broker dev|production|cluster] [--jobs N] [-k TEXT | --seed N...] [--list]

With --broker production the same tests run through mTLS and the ACL of the shipped configuration;
with --broker cluster, those that need a cluster of brokers.
"""

import argparse
import importlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from doorcall_runner import find_tests, run_tests  # noqa: E402
from doorcall_site import ProductionWorld, Sites  # noqa: E402
from doorcall_testlib import World  # noqa: E402
from nats_cluster import ClusterWorld  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where doorcall and doorcalld-LINK are")
    parser.add_argument("--door", metavar="DIR", help="where the daemon of the user 'door' is, if "
                        "it is another one than the others'")
    parser.add_argument("--link", choices=["paho", "mosquitto", "both"], default="both")
    parser.add_argument("--broker", choices=["dev", "production", "cluster"],
                        default="dev")
    parser.add_argument("--jobs", type=int, default=4, help="tests at a time")
    parser.add_argument("-k", default="", metavar="TEXT", help="only tests with TEXT in the name")
    parser.add_argument("--seed", type=int, nargs="+", metavar="N", help="only storms of these")
    parser.add_argument("--list", action="store_true", help="only print the tests' names")
    arguments = parser.parse_args()
    if arguments.seed:
        tests = [importlib.import_module("test_storm").storm(seed) for seed in arguments.seed]
    else:
        tests = [test for test in find_tests(HERE, arguments.k)
                 if (getattr(test, "broker", "") == "cluster") == (arguments.broker == "cluster")]
    if arguments.list:
        print("\n".join(test.__name__[5:] for test in tests))
        return 0
    binaries = os.path.abspath(arguments.bin)
    door = arguments.door and os.path.abspath(arguments.door)
    links = ["paho", "mosquitto"] if arguments.link == "both" else [arguments.link]
    sites = Sites()

    def make_world(link, broker):
        if broker == "cluster":
            return ClusterWorld(binaries, link, door)
        if broker == "production" or arguments.broker == "production":
            return ProductionWorld(binaries, link, sites.get())
        return World(binaries, link, door)

    try:
        return run_tests(tests, links, arguments.jobs, make_world)
    finally:
        sites.close()


if __name__ == "__main__":
    sys.exit(main())
