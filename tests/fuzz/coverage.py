#!/usr/bin/env python3
"""What the committed corpora reach of the code that strangers can write to.

Usage: coverage.py BUILD [--write]   (BUILD: of the preset coverage, with the fuzzers)

Replays every corpus and counts the lines and branches that no input reaches, file by file. More
than ceiling.txt allows is a failure; fewer is a hint to lower it. --write writes ceiling.txt anew.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CEILING = HERE / "ceiling.txt"
FUZZED = re.compile(
    r"(agent/core/\w*|transport/(codec\w*|topic|gateway)|agent/daemon/(agent_options|call_args)"
    r"|agent/daemon/verb\w*|platform/(base64|config\w*|hook_line|json|line_splitter)"
    r"|platform/control_(connection|server))\.[ch]pp")
HEAD = """# file: lines and branches that no input of the corpora reaches, at most. To write it:
# tests/fuzz/coverage.py build/coverage --write
"""


def replay(build):
    """Runs all corpora; returns the programs and the merged counters."""
    profile = build / "fuzz-profile"
    profile.mkdir(exist_ok=True)
    for old in profile.iterdir():
        old.unlink()
    programs = []
    for pack in sorted((HERE / "corpus").glob("*.corpus")):
        program = build / "bin" / f"fuzz_{pack.stem}"
        # %m: the children of one program add up in one file.
        environment = {**os.environ, "LLVM_PROFILE_FILE": f"{profile}/{pack.stem}-%m.profraw"}
        done = subprocess.run([program, pack], env=environment, capture_output=True, text=True,
                              errors="replace", check=False)
        if done.returncode != 0:
            print(done.stdout[-2_000:] + done.stderr[-2_000:])
            sys.exit(f"{program.name} failed in the instrumented build\n\n0 passed, 1 failed")
        programs.append(program)
    merged = profile / "all.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", *profile.glob("*.profraw"), "-o",
                    merged], check=True)
    return programs, merged


def unreached(programs, merged):
    """{file: (lines, branches)} of the files that are fuzzed."""
    objects = [part for program in programs[1:] for part in ("-object", program)]
    done = subprocess.run(["llvm-cov-19", "export", "-summary-only", programs[0], *objects,
                           f"-instr-profile={merged}"], capture_output=True, check=True)
    found = {}
    for file in json.loads(done.stdout)["data"][0]["files"]:
        path = pathlib.Path(file["filename"])
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
        if FUZZED.fullmatch(name):
            kinds = [file["summary"][kind] for kind in ("lines", "branches")]
            found[name] = tuple(kind["count"] - kind["covered"] for kind in kinds)
    return found


def read_ceiling():
    lines = CEILING.read_text(encoding="utf-8").splitlines() if CEILING.exists() else []
    fields = [line.replace(":", " ").split() for line in lines if line and line[0] != "#"]
    return {name: (int(of_lines), int(of_branches)) for name, of_lines, of_branches in fields}


def write_ceiling(found):
    rows = [f"{name}: {of_lines} {of_branches}\n" for name, (of_lines, of_branches)
            in sorted(found.items())]
    CEILING.write_text(HEAD + "".join(rows), encoding="utf-8")


def compare(found, ceiling):
    """What is wrong, and how many files could have a lower ceiling."""
    wrong, lower = [], 0
    for name, counts in sorted(found.items()):
        allowed = ceiling.get(name, (0, 0))
        if any(count > most for count, most in zip(counts, allowed)):
            wrong.append(f"{name}: {counts[0]} lines and {counts[1]} branches are not reached, "
                         f"allowed are {allowed[0]} and {allowed[1]}")
        lower += counts != allowed
    gone = sorted(set(ceiling) - set(found))
    wrong += [f"{name}: is in ceiling.txt, but there is no such file any more" for name in gone]
    return wrong, lower - len(wrong) + len(gone)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    found = unreached(*replay(build))
    if "--write" in sys.argv[2:]:
        write_ceiling(found)
    wrong, lower = compare(found, read_ceiling())
    lines, branches = (sum(counts[kind] for counts in found.values()) for kind in (0, 1))
    print(f"of {len(found)} files the corpora leave {lines} lines and {branches} branches out")
    print("".join(f"{each}\n" for each in wrong), end="")
    if wrong:
        print("New code wants inputs that come to it: ./dev fuzz --minutes 10, then ./dev fuzz "
              "--merge.\nWhat no input can reach: tests/fuzz/coverage.py build/coverage --write, "
              "and say why in the commit.")
    elif lower:
        print(f"{lower} files could have a lower ceiling: "
              "tests/fuzz/coverage.py build/coverage --write")
    print(f"\n{len(found) - min(len(wrong), len(found))} passed, {len(wrong)} failed")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
