#!/usr/bin/env python3
"""Boots an emulated device with the installed daemon and presses its buttons.

usage: run.py --build DIR --tools DIR --cache DIR [-k TEXT] [--long]
"""

import argparse
import glob
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "integration")]

from device import Device  # noqa: E402
from doorcall_testlib import Skipped  # noqa: E402
from kernel_package import Kernel  # noqa: E402
from machine import Machine  # noqa: E402
from root_image import RootImage  # noqa: E402

TOOLS = ("line_watch", "keyboard")


def find_tests(text, long):
    tests = []
    for path in sorted(glob.glob(os.path.join(HERE, "test_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for name, function in vars(module).items():
            wanted = name.startswith("test_") and text in name
            if wanted and (long or not getattr(function, "long", False)):
                tests.append(function)
    return tests


def install(build, stage):
    subprocess.run(["cmake", "--install", build], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": stage})


class Machines:
    """The machine for the next test: the same one, or a new one if the last is broken."""

    def __init__(self, arguments, directory):
        began = time.monotonic()
        self.directory = directory
        self.kernel = Kernel(os.path.abspath(arguments.cache))
        self.image = os.path.join(directory, "root.cpio")
        self.machine = None
        stage = os.path.join(directory, "stage")
        install(arguments.build, stage)
        RootImage(self.image, self.kernel, stage,
                  [os.path.join(arguments.tools, name) for name in TOOLS])
        print(f"Linux {self.kernel.release}, image of {os.path.getsize(self.image) >> 20} MiB"
              f" ({time.monotonic() - began:.1f} s)", flush=True)

    def next(self):
        if self.machine is None or self.machine.broken:
            self.close()
            began = time.monotonic()
            self.machine = Machine(self.kernel.image, self.image,
                                   tempfile.mkdtemp(dir=self.directory))
            print(f"booted ({time.monotonic() - began:.1f} s)", flush=True)
        return self.machine

    def close(self):
        if self.machine is not None:
            self.machine.close()


def run_one(test, machines):
    """Returns whether it passed, or None if it could not run."""
    machine = machines.next()
    began = time.monotonic()
    name = test.__name__[5:]
    try:
        with Device(machine) as device:
            test(device)
        print(f"ok     {name} ({time.monotonic() - began:.1f} s)", flush=True)
        return True
    except Skipped as why:
        print(f"skip   {name}: {why}", flush=True)
        return None
    except Exception:  # whatever a test does wrong is that test's failure
        machine.broken = True  # it may have left anything
        print(f"FAILED {name} ({time.monotonic() - began:.1f} s)\n{traceback.format_exc()}"
              f"\n{machine.console_tail()}", flush=True)
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="what is installed: a build directory")
    parser.add_argument("--tools", required=True, help="where the guest's own programs are")
    parser.add_argument("--cache", required=True, help="where the kernel is kept")
    parser.add_argument("-k", default="", metavar="TEXT", help="only tests with TEXT in the name")
    parser.add_argument("--long", action="store_true", help="also the tests that take minutes")
    arguments = parser.parse_args()
    tests = find_tests(arguments.k, arguments.long)
    directory = tempfile.mkdtemp(prefix="doorcall-device-")
    outcomes = []
    machines = None
    try:
        machines = Machines(arguments, directory)
        for test in tests:
            outcomes.append(run_one(test, machines))
    except Skipped as why:
        print(f"skip   all: {why}")
        outcomes += [None] * (len(tests) - len(outcomes))
    finally:
        if machines is not None:
            machines.close()
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed, "
          f"{outcomes.count(None)} skipped")
    return 1 if False in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
