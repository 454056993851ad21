#!/usr/bin/env python3
"""How large what is flashed is, beside the targets and beside what was committed.

usage: size.py [--write] BUILD...        BUILD: a build folder of `./dev size`, build/flash-TARGET

Prints a table for each target. Each of our programs and libraries may have grown by 2 % against
sizes.md at most; --write takes what is measured into it instead.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMMITTED = HERE / "sizes.md"
GROWTH = 1.02
KIB = 1024
PROGRAMS = ("doorcalld-mosquitto", "doorcalld-paho", "doorcall", "doorcall-relay",
            "doorcall-gstreamer")
ENGINE = "engine, timer wheel, codec"
# What any image with C++ and TLS has.
RUNTIME = re.compile(r"(ld-linux|lib(c|m|gcc_s|stdc\+\+|atomic|ssl|crypto|pthread|dl|rt)\.so)")
HEAD = "| {} | text | data | bss |\n| --- | ---: | ---: | ---: |\n"
ROW = re.compile(r"^\| (?P<name>[^|]+) \| (?P<text>\d+) \| (?P<data>\d+) \| (?P<bss>\d+) \|$")


class Build:
    """One build folder, with the tools of its target."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        cache = (self.folder / "CMakeCache.txt").read_text(encoding="utf-8")
        self.target = self.folder.name.removeprefix("flash-")
        found = re.search(r"^DOORCALL_SYSROOT:\w+=(.*)$", cache, re.M)
        self.sysroot = found[1] if found else "/"
        found = re.search(r"^CMAKE_TOOLCHAIN_FILE:\w+=(.*)$", cache, re.M)
        words = pathlib.Path(found[1]).read_text(encoding="utf-8") if found else ""
        triple = re.search(r"DOORCALL_TRIPLE (.*)\)", words)
        self.tools = f"{triple[1]}-" if triple else ""

    def tool(self, name, *arguments):
        return subprocess.run([self.tools + name, *map(str, arguments)], check=True, text=True,
                              capture_output=True, env=dict(os.environ, LC_ALL="C")).stdout

    def size(self, file):
        """(text, data, bss) of a stripped copy."""
        with tempfile.TemporaryDirectory() as room:
            stripped = os.path.join(room, "stripped")
            self.tool("strip", "--strip-unneeded", "-o", stripped, file)
            words = self.tool("size", stripped).splitlines()[1].split()
        return tuple(int(word) for word in words[:3])

    def library(self, name):
        for top in ("usr/lib", "lib"):
            for path in pathlib.Path(self.sysroot, top).glob(f"*-linux-gnu*/{name}"):
                return path.resolve()
        raise FileNotFoundError(f"{name} is not in {self.sysroot}")

    def needed(self, file):
        """The libraries that a program brings with it, those that they need included."""
        found = {}
        waiting = [file]
        while waiting:
            dynamic = self.tool("readelf", "--dynamic", "--wide", waiting.pop())
            for name in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
                if name not in found and not RUNTIME.match(name):
                    found[name] = self.library(name)
                    waiting.append(found[name])
        return found

    def own(self):
        """{name: (text, data, bss)} of what is ours."""
        programs = self.folder / "bin"
        sizes = {name: self.size(programs / name) for name in PROGRAMS
                 if (programs / name).exists()}
        nothing = self.size(programs / "size_nothing")
        engine = self.size(programs / "size_engine")
        sizes[ENGINE] = tuple(all_of - rest for all_of, rest in zip(engine, nothing))
        return sizes

    def foreign(self):
        """{name: (text, data, bss)} of the libraries that the daemons need."""
        files = {}
        for name in ("doorcalld-mosquitto", "doorcalld-paho"):
            files.update(self.needed(self.folder / "bin" / name))
        return {name: self.size(file) for name, file in sorted(files.items())}

    def targets(self, own, foreign):
        """Lines that say what was aimed at and what it is."""
        daemon = sum(own["doorcalld-mosquitto"][:2])
        needed = self.needed(self.folder / "bin/doorcalld-mosquitto")
        aims = ((ENGINE, sum(own[ENGINE][:2]), 64 * KIB),
                ("doorcalld-mosquitto", daemon, 256 * KIB),
                ("the libraries it brings", sum(sum(foreign[name][:2]) for name in needed),
                 1024 * KIB))
        return [f"- {name}: {is_now / KIB:.0f} KiB of text and data, aim {aim // KIB} KiB: "
                f"{'met' if is_now <= aim else 'missed'}" for name, is_now, aim in aims]


def table(title, sizes):
    rows = [f"| {name} | {text} | {data} | {bss} |" for name, (text, data, bss) in sizes.items()]
    return HEAD.format(title) + "\n".join(rows) + "\n"


def committed():
    """{(target, name): text + data} as of sizes.md."""
    sizes = {}
    target = None
    for line in COMMITTED.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            target = line[3:]
        elif row := ROW.match(line):
            sizes[target, row["name"]] = int(row["text"]) + int(row["data"])
    return sizes


def compare(target, own, before):
    """Prints what has grown; how many have not, and how many have."""
    passed = failed = 0
    for name, size in own.items():
        now = sum(size[:2])
        was = before.get((target, name))
        if was is None or now > was * GROWTH:
            why = "it is not in sizes.md" if was is None else f"{was} bytes in sizes.md"
            print(f"FAILED {target}: {name} has {now} bytes of text and data; {why}.\n"
                  "       If that is what it costs: ./dev size --write, and commit sizes.md")
            failed += 1
        else:
            print(f"ok     {target}: {name} ({100 * now / was - 100:+.1f} %)")
            passed += 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="take the figures into sizes.md")
    parser.add_argument("builds", nargs="+", metavar="BUILD")
    arguments = parser.parse_args()
    text = (HERE / "sizes.head").read_text(encoding="utf-8")
    before = {} if arguments.write else committed()
    passed = failed = 0
    for build in map(Build, arguments.builds):
        own, foreign = build.own(), build.foreign()
        part = (f"\n## {build.target}\n\n{table('ours', own)}\n"
                f"{table('libraries of others', foreign)}")
        if build.target == "armv7":  # for which the aims are
            part += "\n" + "\n".join(build.targets(own, foreign)) + "\n"
        print(part)
        text += part
        if not arguments.write:
            good, bad = compare(build.target, own, before)
            passed, failed = passed + good, failed + bad
    if arguments.write:
        COMMITTED.write_text(text, encoding="utf-8")
        print(f"written: {COMMITTED}")
        return 0
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
