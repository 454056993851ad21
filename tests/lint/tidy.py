#!/usr/bin/env python3
"""House rules that no compiler checks: lengths, include layering, banned words, documented API.

Usage: tests/lint/tidy.py [ROOT]   (default: the tree that this file is in)
Every rule is one check. A finding is printed as file:line: what is wrong; what to do.
A line may be excused from one rule with a comment:   tidy-allow(rule-name): reason
"""

import pathlib
import re
import sys

import cpp_text

LINE_MAX = 100
FILE_SOFT_MAX = 300
FILE_HARD_MAX = 400
FUNCTION_MAX = 70
OPENING_COMMENT_FROM = 150
OPENING_COMMENT_MAX = 12

ROOMS = ("agent", "transport", "platform", "tests")
CODE_NAMES = {"CMakeLists.txt", "dev", "run"}
CODE_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".cmake", ".in"}
TEXT_SUFFIXES = CODE_SUFFIXES | {".md", ".json", ".toml", ".conf", ".txt", ".csv", ""}

CORE_STD_HEADERS = set("""algorithm array bit cassert charconv chrono climits compare concepts
    cstddef cstdint cstdlib cstring functional initializer_list iterator limits memory new numeric
    optional span string_view tuple type_traits utility variant""".split())
VOCABULARY = tuple(f"doorcall/{name}.hpp"
                   for name in ("change", "door_change", "error", "info_kind", "reason", "state"))

# room -> prefixes of the quoted includes that it may have; the longest room that fits counts.
LAYERS = {
    "agent/core/": ("agent/core/",) + VOCABULARY,
    "agent/include/doorcall/": ("doorcall/",),
    "agent/cli/": ("agent/cli/", "platform/control_client.hpp", "platform/json.hpp",
                   "doorcall/version.hpp") + VOCABULARY,
    "transport/": ("transport/", "agent/core/") + VOCABULARY,
    "platform/": ("platform/", "agent/core/") + VOCABULARY,
    "agent/": ("agent/", "transport/", "platform/", "doorcall/"),
    "tests/": ("tests/", "agent/", "transport/", "platform/", "doorcall/"),
}


class Source:
    """One file: its lines, and for C++ the same lines without comments and literals."""

    def __init__(self, root, path):
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.is_cpp = path.suffix in (".cpp", ".hpp")
        self.code = cpp_text.blank(self.text) if self.is_cpp else ""
        self.code_lines = self.code.splitlines()

    def find(self, pattern):
        """Line numbers of the code (no comments, no literals) that match, with the match."""
        for number, line in enumerate(self.code_lines, 1):
            match = re.search(pattern, line)
            if match:
                yield number, match.group(0).strip()


def rule_line_length(source):
    if pathlib.PurePath(source.name).suffix == ".md" or not is_code(source.name):
        return
    for number, line in enumerate(source.lines, 1):
        if len(line) > LINE_MAX:
            yield number, f"{len(line)} columns; break the line at {LINE_MAX}"


def rule_file_length(source):
    if source.is_cpp and len(source.lines) > FILE_HARD_MAX:
        yield FILE_HARD_MAX, f"{len(source.lines)} lines; split the file below {FILE_SOFT_MAX}"


def rule_function_length(source):
    for function in cpp_text.functions(source.code):
        if function.lines > FUNCTION_MAX:
            yield (function.first, f"{function.name} has {function.lines} lines; split it below "
                   f"{FUNCTION_MAX}, better 40")


def rule_opening_comment(source):
    if not source.name.endswith(".cpp") or len(source.lines) <= OPENING_COMMENT_FROM:
        return
    length = 0
    while length < len(source.lines) and source.lines[length].startswith("//"):
        length += 1
    if length == 0:
        yield 1, (f"a .cpp over {OPENING_COMMENT_FROM} lines opens with a comment; say which "
                  "problem it solves and how")
    elif length > OPENING_COMMENT_MAX:
        yield 1, f"the opening comment has {length} lines; cut it to {OPENING_COMMENT_MAX}"


def rule_pragma_once(source):
    if source.name.endswith(".hpp") and "#pragma once" not in source.text:
        yield 1, "no #pragma once; add it"


def rule_layers(source):
    room = max((r for r in LAYERS if source.name.startswith(r)), key=len, default=None)
    if not source.is_cpp or room is None:
        return
    for number, line in enumerate(source.lines, 1):
        match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        kind, header = match.groups()
        if kind == '"' and not header.startswith(LAYERS[room]):
            yield number, f'{room} must not include "{header}"; allowed: {", ".join(LAYERS[room])}'
        if kind == "<" and room == "agent/core/" and header not in CORE_STD_HEADERS:
            yield number, (f"agent/core must not include <{header}>; the core does no I/O and "
                           "reads no clock (list: CORE_STD_HEADERS in tests/lint/tidy.py)")


def rule_core_no_default(source):
    if source.name.startswith("agent/core/"):
        for number, _ in source.find(r"\bdefault\s*:"):
            yield number, "default: in a switch of the core; name every enumerator instead"


def rule_core_no_float(source):
    if source.name.startswith("agent/core/"):
        for number, word in source.find(r"\b(float|double)\b"):
            yield number, f"{word} in the core; use integers: results must not depend on the CPU"


def rule_core_no_unordered(source):
    if source.name.startswith("agent/core/"):
        for number, word in source.find(r"\bunordered_\w+"):
            yield number, f"{word} in the core; use an ordered or fixed container"


def rule_core_no_clock(source):
    if source.name.startswith("agent/core/"):
        pattern = r"::\s*now\s*\(|\b\w+_clock\b|\b(clock_gettime|gettimeofday)\b"
        for number, word in source.find(pattern):
            yield number, f"{word} in the core; time comes in as an argument"


def rule_tests_no_real_time(source):
    if source.name.startswith(("tests/unit/", "tests/sim/")):
        pattern = (r"\b(steady|system|high_resolution)_clock\b|\b(clock_gettime|gettimeofday)\b|"
                   r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
        for number, word in source.find(pattern):
            yield number, f"{word} in a test; use virtual time (real time: tests/integration)"


def rule_public_docs(source):
    if source.name.startswith("agent/include/"):
        for number, name in cpp_text.undocumented(source.text, source.code):
            yield number, f"{name} has no /// comment; say meaning, thread, errors and lifetime"


BANNED = (
    (r"\b(TODO|FIXME|XXX|HACK)\b", "finish it or leave it out"),
    (r"(?i)\bissue #?\d", "the tree does not speak of issue numbers; say the fact itself"),
    (r"/work/|/root/|/home/\w", "a path of one machine; make it relative or a setting"),
)


def rule_banned_words(source):
    if source.name.startswith("tests/lint/"):
        return
    for number, line in enumerate(source.lines, 1):
        for pattern, advice in BANNED:
            match = re.search(pattern, line)
            if match:
                yield number, f'"{match.group(0)}"; {advice}'


def rule_built(source, listed):
    if source.name.endswith(".cpp") and not source.name.startswith("tests/lint/"):
        path = pathlib.PurePosixPath(source.name)
        lists = [listed[p] for p in map(str, path.parents) if p in listed]
        if not any(re.search(rf"(?<![\w-]){re.escape(path.name)}\b", text) for text in lists):
            yield 1, f"{path.name} is in no CMakeLists.txt above it; add it or delete it"


RULES = {name[5:].replace("_", "-"): function for name, function in sorted(globals().items())
         if name.startswith("rule_") and name != "rule_built"}


def is_code(name):
    path = pathlib.PurePath(name)
    return path.suffix in CODE_SUFFIXES or path.name in CODE_NAMES


def sources(root):
    """Every text file of ours below the rooms, and those at the top."""
    found = [p for p in root.iterdir() if p.is_file()]
    for room in (*ROOMS, ".ci", "broker-config", "toolchains"):
        found += [p for p in (root / room).rglob("*") if p.is_file()]
    for path in sorted(found):
        if path.suffix in TEXT_SUFFIXES and "__pycache__" not in path.parts:
            yield path


def excused(source, number, rule):
    return number <= len(source.lines) and f"tidy-allow({rule}): " in source.lines[number - 1]


def check(root):
    """Runs all rules; returns {rule: [finding...]} and the notes that fail nothing."""
    findings = {name: [] for name in (*RULES, "built")}
    notes = []
    listed = {p.parent.relative_to(root).as_posix(): p.read_text(encoding="utf-8")
              for p in root.rglob("CMakeLists.txt") if "build" not in p.relative_to(root).parts}
    for path in sources(root):
        try:
            source = Source(root, path)
        except UnicodeDecodeError:
            continue
        rules = {**RULES, "built": lambda s: rule_built(s, listed)}
        for name, rule in rules.items():
            for number, message in rule(source):
                if not excused(source, number, name):
                    findings[name].append(f"{source.name}:{number}: {message} [{name}]")
        if source.is_cpp and FILE_SOFT_MAX < len(source.lines) <= FILE_HARD_MAX:
            notes.append(f"{source.name}: note: {len(source.lines)} lines, aim for "
                         f"{FILE_SOFT_MAX}")
    return findings, notes


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__ + "/../../..").resolve()
    findings, notes = check(root)
    for line in notes + [f for group in findings.values() for f in group]:
        print(line)
    failed = sum(1 for group in findings.values() if group)
    print(f"{len(findings) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
