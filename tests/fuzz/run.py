#!/usr/bin/env python3
"""Runs the fuzzers, and keeps the committed corpora. README.md says how it fits together.

Usage: run.py [--minutes N] [--merge] --bin DIR --room DIR [TARGET...]
  --bin DIR     where the fuzzers of the preset fuzz are
  --room DIR    where corpora grow and crashes go: DIR/TARGET/corpus, DIR/TARGET/crash-*
  --minutes N   how long each target runs (default 1)
  --merge       no running: fold what was found into the committed corpora, minimised
"""

import argparse
import pathlib
import re
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGETS = ("codec", "topic", "engine", "config", "control", "hook")
LENGTH_MAX = {"codec": 16_500, "topic": 256, "engine": 4_096, "config": 4_096, "control": 4_096,
              "hook": 1_024}
# What a committed corpus holds: shorter ones keep almost all of the coverage.
KEPT_LENGTH_MAX = {"engine": 1_024, "config": 3_072, "control": 1_024, "hook": 512}
PROGRESS = re.compile(r"^#(\d+)\s+(pulse|INITED|DONE)\s.*cov: (\d+) .*exec/s: (\d+)")


def pack_of(target):
    return HERE / "corpus" / f"{target}.corpus"


def read_pack(path):
    """The inputs of a pack: each behind its length in four bytes, the lowest first."""
    data, inputs, at = path.read_bytes() if path.exists() else b"", [], 0
    while at + 4 <= len(data):
        (size,) = struct.unpack_from("<I", data, at)
        inputs.append(data[at + 4:at + 4 + size])
        at += 4 + size
    return inputs


def write_pack(path, inputs):
    ordered = sorted(set(inputs), key=lambda each: (len(each), each))
    path.write_bytes(b"".join(struct.pack("<I", len(each)) + each for each in ordered))
    return len(ordered)


def unpack(target, room):
    """Puts the committed corpus beside what earlier runs have found; returns the folder."""
    folder = room / target / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(read_pack(pack_of(target)), 1):
        (folder / f"committed-{number:04}").write_bytes(each)
    return folder


def options(target):
    words = HERE / "dict" / f"{target}.dict"
    return [f"-max_len={LENGTH_MAX[target]}", "-timeout=20",
            *([f"-dict={words}"] if words.exists() else [])]


def show_crash(fuzzer, target, crash):
    """Makes it as small as it gets within half a minute, and says what to do with it."""
    small = crash.with_name("small-" + crash.name)
    subprocess.run([fuzzer, "-minimize_crash=1", "-max_total_time=30",
                    f"-exact_artifact_path={small}", crash], capture_output=True, check=False)
    print(f"  {crash}")
    if small.exists():
        print(f"  {small} is the same, {small.stat().st_size} bytes")
    shown = small if small.exists() else crash
    print(f"  replay: {fuzzer} {shown}\n"
          f"  in a debugger: ./dev build && gdb --args build/debug/bin/fuzz_{target} {shown}\n"
          "  mend it with a test of its own, and put the input into the corpus with --merge")


def run(target, bin_dir, room, minutes):
    """True if nothing was found that is wrong."""
    fuzzer, folder = bin_dir / f"fuzz_{target}", unpack(target, room)
    before = set((room / target).glob("*-*"))
    command = [fuzzer, folder, *options(target), f"-max_total_time={round(60 * minutes)}",
               f"-artifact_prefix={room / target}/"]
    last = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                          errors="replace") as process:
        for line in process.stderr:
            last = (last + [line])[-60:]
            progress = PROGRESS.match(line)
            if progress:
                runs, _, reached, rate = progress.groups()
                print(f"  {target}: {int(runs):,} runs, {reached} edges, {rate} a second",
                      flush=True)
    crashes = sorted(set((room / target).glob("*-*")) - before)
    if process.returncode == 0 and not crashes:
        return True
    print("".join(last))
    print(f"FAILED: {target}")
    for crash in crashes:
        show_crash(fuzzer, target, crash)
    return False


def merge(target, bin_dir, room):
    """Keeps of the committed inputs and the finds the fewest that reach as much."""
    fuzzer, folder = bin_dir / f"fuzz_{target}", unpack(target, room)
    kept = room / target / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.iterdir():
        old.unlink()
    length = KEPT_LENGTH_MAX.get(target, LENGTH_MAX[target])
    done = subprocess.run([fuzzer, "-merge=1", "-timeout=20", f"-max_len={length}", kept, folder],
                          capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        print(done.stderr[-2_000:])
        print(f"FAILED: merging {target}")
        return False
    count = write_pack(pack_of(target), [each.read_bytes() for each in kept.iterdir()])
    print(f"  {target}: {count} inputs, {pack_of(target).stat().st_size:,} bytes")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--room", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--merge", action="store_true")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    given = parser.parse_args()
    unknown = [each for each in given.targets if each not in TARGETS]
    if unknown:
        parser.error(f"no target '{unknown[0]}'; there are {', '.join(TARGETS)}")
    passed = failed = 0
    for target in given.targets or TARGETS:
        good = (merge(target, given.bin, given.room) if given.merge
                else run(target, given.bin, given.room, given.minutes))
        passed, failed = passed + good, failed + (not good)
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
