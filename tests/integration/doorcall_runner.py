"""Finds test functions and runs them, several at a time, each in a world of its own."""

import concurrent.futures
import glob
import importlib
import os
import time
import traceback

from doorcall_broker import Skipped

MOST_FLAKY = 3  # failing tests that get a second chance in one run


def find_tests(directory, text=""):
    """All functions test_* of the files test_*.py whose name has this text."""
    tests = []
    for path in sorted(glob.glob(os.path.join(directory, "test_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function) and text in name:
                tests.append(function)
    return tests


def needs_production(test):
    """A test of the production configuration, whichever broker the others have."""
    test.broker = "production"
    return test


def needs_cluster(test):
    """A test of a cluster of brokers."""
    test.broker = "cluster"
    return test


def run_one(test, link, make_world):
    """Returns the outcome ("passed", "failed" or "skipped") and what to print."""
    began = time.monotonic()
    only = getattr(test, "link", link)
    name = f"[{link}] {test.__name__[5:]}"
    if only != link:
        return "skipped", f"skip   {name}: for {only} only"
    world = None
    try:
        world = make_world(link, getattr(test, "broker", ""))
        world.start_broker()
        test(world)
        return "passed", f"ok     {name} ({time.monotonic() - began:.1f} s)"
    except Skipped as why:
        return "skipped", f"skip   {name}: {why}"
    except Exception:  # whatever a test does wrong is that test's failure
        text = f"FAILED {name} ({time.monotonic() - began:.1f} s)\n{traceback.format_exc()}"
        return "failed", f"{text}\n{world.logs() if world is not None else ''}"
    finally:
        if world is not None:
            world.close()


def run_tests(tests, links, jobs, make_world):
    """Runs each test with each link and prints the counts; returns the exit code.

    What has failed among others is run once more, alone: a machine with more to do than it can is
    slow at moments that no time-out of a test foresees. Who passes then is named as flaky.
    """
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    again = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = {pool.submit(run_one, test, link, make_world): (test, link)
                for link in links for test in tests}
        for run in concurrent.futures.as_completed(runs):
            outcome, text = run.result()
            if outcome == "failed" and jobs > 1:
                again.append(runs[run])
                text = text.replace("FAILED", "again ", 1)
            else:
                counts[outcome] += 1
            print(text, flush=True)
    for test, link in again[:MOST_FLAKY]:
        outcome, text = run_one(test, link, make_world)
        counts[outcome] += 1
        print(text.replace("ok    ", "flaky ", 1), flush=True)
    for test, link in again[MOST_FLAKY:]:
        counts["failed"] += 1
        print(f"FAILED [{link}] {test.__name__[5:]}: one of {len(again)}, told above", flush=True)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 0 if counts["failed"] == 0 and counts["passed"] > 0 else 1
