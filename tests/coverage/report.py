#!/usr/bin/env python3
"""What the tests have run of the engine and the codec, and what of the engine they have not.

Usage: report.py EXPORT.json ROOT EXPLAINED   (EXPORT: what llvm-cov export prints)

A branch is a condition that was never true or never false. Each one of agent/core must be explained
in EXPLAINED, a text file with lines "file | where | why"; where is the text of the source line, or
the function with its (): then all in it. An explanation that explains nothing any more is stale.
"""

import bisect
import collections
import json
import pathlib
import subprocess
import sys

CORE = "agent/core/"
SHOWN = (CORE, "transport/codec", "transport/presence_codec")

Branch = collections.namedtuple("Branch", "file line column wrong text functions")
Entry = collections.namedtuple("Entry", "number file where why")


def squeezed(text):
    return " ".join(text.split())


def read_explained(path):
    entries, wrong = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [squeezed(field) for field in line.split(" | ")]
        if len(fields) != 3 or not all(fields):
            wrong.append(f"{path.name}:{number}: is not 'file | where | why'")
        else:
            entries.append(Entry(number, *fields))
    return entries, wrong


def plain_names(mangled):
    """Names as in the source, without namespace, arguments and templates."""
    text = subprocess.run(["c++filt", "-p"], input="\n".join(mangled), text=True,
                          capture_output=True, check=True).stdout
    return [name.replace("(anonymous namespace)::", "").removeprefix("doorcall::")
            for name in text.splitlines()]


class Functions:
    """Which functions a line of a file is in; a lambda is in its function, too."""

    def __init__(self, functions, name_of_file):
        self.spans = collections.defaultdict(list)
        mangled = [f["name"].split(":")[-1] for f in functions]
        for function, name in zip(functions, plain_names(mangled)):
            file = name_of_file(function["filenames"][0])
            first, last = function["regions"][0][0], function["regions"][0][2]
            self.spans[file].append((first, last, name + "()"))
        for spans in self.spans.values():
            spans.sort()

    def at(self, file, line):
        spans = self.spans[file]
        upto = bisect.bisect(spans, (line + 1,))
        return {name for first, last, name in spans[:upto] if last >= line}


def uncovered(file, branches, source, functions):
    """All instances of a template and an inline function count together."""
    counts = collections.defaultdict(lambda: [0, 0])
    for line, column, _, _, true, false, *_ in branches:
        counts[line, column][0] += true
        counts[line, column][1] += false
    for (line, column), (true, false) in sorted(counts.items()):
        # An enum's switch names every value: what would be the default is no branch.
        if true and false or source[line - 1][:column - 1].endswith("switch ("):
            continue
        wrong = "never true" if false else "never false" if true else "never reached"
        yield Branch(file, line, column, wrong, squeezed(source[line - 1]),
                     functions.at(file, line))


def share(part):
    return "-" if part["count"] == 0 else f"{100 * part['covered'] / part['count']:.1f}"


def table(files):
    print(f"{'file':<36} {'lines %':>8} {'branches %':>11} {'MC/DC %':>8}")
    total = {}
    for name, summary in files:
        kinds = [summary[kind] for kind in ("lines", "branches", "mcdc")]
        print(f"{name:<36} {share(kinds[0]):>8} {share(kinds[1]):>11} {share(kinds[2]):>8}")
        room = "all of agent/core" if name.startswith(CORE) else "all of the codec"
        sums = total.setdefault(room, [collections.Counter() for _ in kinds])
        for counter, kind in zip(sums, kinds):
            counter.update({key: kind[key] for key in ("count", "covered")})
    for room, sums in total.items():
        print(f"{room:<36} {share(sums[0]):>8} {share(sums[1]):>11} {share(sums[2]):>8}")


def explains(entry, branch):
    return entry.file == branch.file and (entry.where == branch.text or
                                          entry.where in branch.functions)


def main():
    export, root, path = (pathlib.Path(argument) for argument in sys.argv[1:4])
    data = json.loads(export.read_text(encoding="utf-8"))["data"][0]
    root = root.resolve()

    def name_of_file(text):
        file = pathlib.Path(text)
        return file.relative_to(root).as_posix() if file.is_relative_to(root) else text

    files = sorted((name_of_file(f["filename"]), f) for f in data["files"])
    files = [(name, f) for name, f in files if name.startswith(SHOWN)]
    table([(name, f["summary"]) for name, f in files])

    functions = Functions(data["functions"], name_of_file)
    entries, failures = read_explained(path)
    used, bad_files, explained = set(), set(), 0
    for name, file in files:
        if not name.startswith(CORE):
            continue
        source = (root / name).read_text(encoding="utf-8").splitlines()
        for branch in uncovered(name, file["branches"], source, functions):
            fitting = [entry.number for entry in entries if explains(entry, branch)]
            used.update(fitting)
            explained += 1 if fitting else 0
            if not fitting:
                bad_files.add(name)
                failures.append(f"{name}:{branch.line}:{branch.column}: {branch.wrong}: "
                                f"{branch.text}")
    failures += [f"{path.name}:{entry.number}: stale, all of it is covered or gone: {entry.file} | "
                 f"{entry.where}" for entry in entries if entry.number not in used]

    print(f"\nbranches of {CORE} that no test takes: {explained} explained in {path.name}")
    print("".join(f"{failure}\n" for failure in failures), end="")
    core_files = sum(1 for name, _ in files if name.startswith(CORE))
    passed = core_files - len(bad_files) if core_files else 0
    failed = len(failures) if core_files else 1
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
