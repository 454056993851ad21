#!/usr/bin/env python3
"""Boots the disk image in an emulator: enrolment, a call with a daemon of this machine, power cuts,
and a flash over ssh. The tests of one image go on where the one before has ended, in this order.

usage: run.py --image FILE --bin DIR --overlay FILE [-k TEXT]
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))

import test_boot  # noqa: E402
import test_enrol  # noqa: E402
import test_flash  # noqa: E402
from booted_board import Board  # noqa: E402
from doorcall_site import ProductionWorld, Site  # noqa: E402
from doorcall_testlib import Skipped  # noqa: E402

ON_THE_HOST = test_enrol.TESTS
ON_THE_BOARD = test_boot.TESTS + test_flash.TESTS


def run_one(test, *arguments):
    """Returns whether it passed, or None if it could not run."""
    began = time.monotonic()
    try:
        test(*arguments)
        print(f"ok     {test.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
        return True
    except Skipped as why:
        print(f"skip   {test.__name__}: {why}", flush=True)
        return None
    except Exception:  # whatever a test does wrong is that test's failure
        print(f"FAILED {test.__name__} ({time.monotonic() - began:.1f} s)\n"
              f"{traceback.format_exc()}", flush=True)
        return False


def on_the_board(arguments, tests, directory):
    """All of them with one broker and one disk; after a failure the others have no ground."""
    outcomes = []
    site = world = board = None
    try:
        site = Site()
        world = ProductionWorld(os.path.abspath(arguments.bin), "paho", site)
        world.start_broker()
        board = Board(arguments.image, arguments.overlay, world, directory)
        for test in tests:
            outcome = run_one(test, board)
            outcomes.append(outcome)
            if outcome is False:
                print(board.console_tail() + "\n" + world.logs(), flush=True)
                outcomes += [False] * (len(tests) - len(outcomes))
                break
    except Skipped as why:
        print(f"skip   all on the board: {why}", flush=True)
        outcomes += [None] * (len(tests) - len(outcomes))
    finally:
        for each in (board, world, site):
            if each is not None:
                each.close()
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--image", required=True, help="the disk image")
    parser.add_argument("--overlay", required=True, help="the overlay that ./dev flash installs")
    parser.add_argument("--bin", required=True, help="this machine's doorcall and doorcalld-paho")
    parser.add_argument("-k", default="", metavar="TEXT", help="only tests on this machine with "
                        "TEXT in the name, or 'board' for those on the board")
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="doorcall-image-")
    outcomes = []
    try:
        for test in ON_THE_HOST:
            if arguments.k in test.__name__:
                outcomes.append(run_one(test, directory))
        if arguments.k in ("", "board"):
            outcomes += on_the_board(arguments, ON_THE_BOARD, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed, "
          f"{outcomes.count(None)} skipped")
    return 1 if False in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
