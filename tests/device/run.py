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


def boot(arguments, directory):
    began = time.monotonic()
    kernel = Kernel(os.path.abspath(arguments.cache))
    stage = os.path.join(directory, "stage")
    install(arguments.build, stage)
    image = os.path.join(directory, "root.cpio")
    RootImage(image, kernel, stage, [os.path.join(arguments.tools, name) for name in TOOLS])
    made = time.monotonic()
    machine = Machine(kernel.image, image, directory)
    print(f"Linux {kernel.release}, image of {os.path.getsize(image) >> 20} MiB: "
          f"{made - began:.1f} s to make, {time.monotonic() - made:.1f} s to boot", flush=True)
    return machine


def run_one(test, machine):
    """Returns whether it passed, or None if it could not run."""
    began = time.monotonic()
    name = test.__name__[5:]
    device = None
    try:
        device = Device(machine)
        test(device)
        passed = True
        print(f"ok     {name} ({time.monotonic() - began:.1f} s)", flush=True)
    except Skipped as why:
        passed = None
        print(f"skip   {name}: {why}", flush=True)
    except Exception:  # whatever a test does wrong is that test's failure
        passed = False
        print(f"FAILED {name} ({time.monotonic() - began:.1f} s)\n{traceback.format_exc()}"
              f"\n{machine.console_tail()}", flush=True)
    if device is not None:
        device.close()
    return passed


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
    machine = None
    try:
        machine = boot(arguments, directory)
        outcomes = [run_one(test, machine) for test in tests]
    except Skipped as why:
        print(f"skip   all: {why}")
        outcomes = [None] * len(tests)
    finally:
        if machine is not None:
            machine.close()
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed, "
          f"{outcomes.count(None)} skipped")
    return 1 if False in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
