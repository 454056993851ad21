#!/usr/bin/env python3
"""./dev mutate: is each planted fault of the engine found by the simulator? README.md says more.

Usage: tests/mutants/run.py [--short] [--calls N] [-j N] [--work DIR] [NAME...]

Each worker has a copy of the tree, in which one mutant after the other is put into its file, built
and hunted. The table says which check found it, and after how many calls of the random worlds.
"""

import argparse
import concurrent.futures
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import time

import mutants

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPIED = ("CMakeLists.txt", "agent", "broker-config", "platform", "tests", "toolchains",
          "transport")
BUILD_LIMIT = 900
HUNT_LIMIT = 600


class Outcome:
    def __init__(self, killed, how, calls="", seconds=0.0):
        self.killed = killed
        self.how = how
        self.calls = calls
        self.seconds = seconds


def run(command, limit, log, **options):
    """Exit code, or None after the time limit; what it prints goes to the log."""
    with open(log, "w", encoding="utf-8") as out:
        try:
            return subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, timeout=limit,
                                  stdin=subprocess.DEVNULL, check=False, **options).returncode
        except subprocess.TimeoutExpired:
            return None


class Worker:
    """One copy of the tree with its build; files that have not changed keep their times."""

    def __init__(self, folder):
        self.tree = folder / "tree"
        self.build = folder / "build"
        self.log = folder / "log"
        self.log.mkdir(parents=True, exist_ok=True)
        self.environment = dict(os.environ, CCACHE_BASEDIR=str(folder), CCACHE_NOHASHDIR="1")
        self.copy_tree()

    def copy_tree(self):
        wanted = set()
        for room in COPIED:
            top = ROOT / room
            for path in [top] if top.is_file() else top.rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    wanted.add(path.relative_to(ROOT))
        for path in [p for p in self.tree.rglob("*") if p.is_file()]:
            if path.relative_to(self.tree) not in wanted:
                path.unlink()
        for name in wanted:
            target = self.tree / name
            content = (ROOT / name).read_bytes()
            if not target.is_file() or target.read_bytes() != content:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, target)
                shutil.copymode(ROOT / name, target)

    def make(self, name):
        """None, or what was wrong."""
        log = self.log / f"build-{name}.log"
        code = run(["cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja",
                    "-DCMAKE_BUILD_TYPE=Release", "-DDOORCALL_WERROR=OFF"],
                   BUILD_LIMIT, log, env=self.environment)
        if code != 0:
            return f"cmake failed: {log}"
        code = run(["nice", "cmake", "--build", self.build, "--target", "doorcall_sim", "-j", "1"],
                   BUILD_LIMIT, log, env=self.environment)
        return None if code == 0 else f"does not build: {log}"

    def hunt(self, name, calls):
        log = self.log / f"sim-{name}.log"
        began = time.monotonic()
        code = run(["nice", self.build / "bin" / "doorcall_sim", "--stop-at-first", "--calls",
                    str(calls)], HUNT_LIMIT, log)
        seconds = time.monotonic() - began
        if code == 0:
            return Outcome(False, "nothing", str(calls), seconds)
        text = log.read_text(encoding="utf-8", errors="replace")
        found = re.search(r"^FOUND by '(.*)' after (\d+) calls", text, re.M)
        if found:
            return Outcome(True, found.group(1), found.group(2), seconds)
        found = re.search(r"^FOUND: (.*)", text, re.M)
        if found:
            return Outcome(True, found.group(1)[:44], "-", seconds)
        how = "it hangs" if code is None else f"it dies, exit {code}"
        return Outcome(code is None or code < 0, how, "-", seconds)

    def try_one(self, mutant, calls):
        path = self.tree / mutant.file
        original = path.read_text(encoding="utf-8")
        try:
            path.write_text(mutant.apply(original), encoding="utf-8")
            wrong = self.make(mutant.name)
            return Outcome(False, wrong) if wrong else self.hunt(mutant.name, calls)
        except mutants.Wrong as wrong:
            return Outcome(False, str(wrong))
        finally:
            path.write_text(original, encoding="utf-8")


def baseline(worker, calls):
    """Without a mutant nothing may be found, in the same worlds."""
    wrong = worker.make("baseline")
    if wrong:
        return wrong
    outcome = worker.hunt("baseline", calls)
    return f"without any mutant, found: {outcome.how}" if outcome.how != "nothing" else None


def show(mutant, outcome):
    word = "killed by" if outcome.killed else "SURVIVED "
    print(f"{mutant.name:<34} {word} {outcome.how:<44} {outcome.calls:>8} {outcome.seconds:7.1f} s",
          flush=True)


def hunt_all(chosen, workers, calls):
    free = queue.SimpleQueue()
    for worker in workers:
        free.put(worker)

    def one(mutant):
        worker = free.get()
        try:
            outcome = worker.try_one(mutant, calls)
        finally:
            free.put(worker)
        show(mutant, outcome)
        return outcome

    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(one, chosen))


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "mutants")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    try:
        known = mutants.read_all(pathlib.Path(__file__).parent)
        for mutant in known:  # also those that are not run now must still fit
            mutant.apply((ROOT / mutant.file).read_text(encoding="utf-8"))
        chosen = [m for m in known if (not options.short or m.short) and
                  (not options.names or m.name in options.names)]
    except mutants.Wrong as wrong:
        sys.exit(f"{wrong}\n\n0 passed, 1 failed")
    workers = [Worker(options.work.resolve() / str(i)) for i in range(max(1, options.j))]
    wrong = baseline(workers[0], options.calls)
    if wrong:
        print(f"{wrong}\n\n0 passed, 1 failed")
        return 1
    print(f"{'mutant':<34} {'':9} {'check':<44} {'calls':>8}")
    outcomes = hunt_all(chosen, workers, options.calls)
    for mutant, outcome in zip(chosen, outcomes):
        if not outcome.killed:
            print(f"\n{mutant.name} ({mutant.at}): {outcome.how}\n    {mutant.file}: {mutant.why}")
    killed = sum(outcome.killed for outcome in outcomes)
    print(f"\n{killed} passed, {len(outcomes) - killed} failed")
    return 0 if outcomes and killed == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
