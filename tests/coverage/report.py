#!/usr/bin/env python3
"""What the tests have run of the engine and the codec, and what they have not.

Usage: report.py EXPORT.json ROOT EXPLAINED   (EXPORT: what llvm-cov export prints)

A branch is not taken if its condition was never true or never false. A condition that was both has
still decided nothing if no two runs differ in it alone and in what came of the whole decision
(MC/DC). Each must be explained in EXPLAINED, a text file with lines "file | where | why"; where is
the text of the source line, or the function with its (): then all in it. An explanation that
explains nothing any more is stale.
"""

import bisect
import collections
import json
import pathlib
import subprocess
import sys

CORE = "agent/core/"
UNDECIDED = "decides nothing alone"
SHOWN = (CORE, "transport/codec", "transport/presence_codec")

Gap = collections.namedtuple("Gap", "file line column wrong text functions")
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


def uncovered_branches(branches, source):
    """(line, column): what is wrong. All instances of a template and an inline function count
    together."""
    counts = collections.defaultdict(lambda: [0, 0])
    for line, column, _, _, true, false, *_ in branches:
        counts[line, column][0] += true
        counts[line, column][1] += false
    for (line, column), (true, false) in counts.items():
        # An enum's switch names every value: what would be the default is no branch.
        if not (true and false) and not source[line - 1][:column - 1].endswith("switch ("):
            yield (line, column), ("never true" if false else
                                   "never false" if true else "never reached")


def uncovered_conditions(branches, decisions):
    """As above. A decision lists its conditions in the order in which they stand in the source."""
    decides = collections.defaultdict(list)
    for *span, _, _, conditions in decisions:
        decides[tuple(span)].append(conditions)
    places = sorted({(line, column) for line, column, *_ in branches})
    for span, instances in decides.items():
        inside = [place for place in places if span[:2] <= place < span[2:]]
        for at, decided in enumerate(map(any, zip(*instances))):
            if not decided:
                # One that holds a decision of its own can't be told place by place.
                exact = len(inside) == len(instances[0])
                yield (inside[at] if exact else span[:2]), UNDECIDED


def gaps(name, file, source, functions):
    """What no test has shown: untaken branches, then conditions whose branches are all taken."""
    wrong = dict(uncovered_branches(file["branches"], source))
    for place, what in uncovered_conditions(file["branches"], file["mcdc_records"]):
        wrong.setdefault(place, what)
    for (line, column), what in sorted(wrong.items()):
        yield Gap(name, line, column, what, squeezed(source[line - 1]), functions.at(name, line))


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


def explains(entry, gap):
    return entry.file == gap.file and (entry.where == gap.text or entry.where in gap.functions)


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
    used, bad_files, explained = set(), set(), collections.Counter()
    for name, file in files:
        source = (root / name).read_text(encoding="utf-8").splitlines()
        for gap in gaps(name, file, source, functions):
            fitting = [entry.number for entry in entries if explains(entry, gap)]
            used.update(fitting)
            explained[gap.wrong == UNDECIDED] += 1 if fitting else 0
            if not fitting:
                bad_files.add(name)
                failures.append(f"{name}:{gap.line}:{gap.column}: {gap.wrong}: {gap.text}")
    failures += [f"{path.name}:{entry.number}: stale, all of it is covered or gone: {entry.file} | "
                 f"{entry.where}" for entry in entries if entry.number not in used]

    print(f"\n{path.name} explains {explained[False]} branches that no test takes, and "
          f"{explained[True]} conditions that decide nothing alone")
    print("".join(f"{failure}\n" for failure in failures), end="")
    passed = len(files) - len(bad_files)
    failed = len(failures) if files else 1
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
