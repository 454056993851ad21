#!/usr/bin/env python3
"""Every rule of tidy.py must flag its bad snippet and leave its good one alone."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import core_symbols
import cpp_text
import tidy


def findings(files):
    """Rules broken by a tree of {path: text}, as {rule: [line...]}."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        broken, _ = tidy.check(root)
    return {rule: [int(line.split(":")[1]) for line in lines]
            for rule, lines in broken.items() if lines}


def body(lines):
    return "void f() {\n" + "  g();\n" * (lines - 2) + "}\n"


BAD = [
    ("line-length", "transport/a.hpp", "#pragma once\n// " + "x" * 98 + "\n", [2]),
    ("line-length", "dev", "#" + "x" * 100 + "\n", [1]),
    ("file-length", "transport/a.hpp", "#pragma once\n" * 401, [400]),
    ("function-length", "transport/a.hpp", "#pragma once\n" + body(71), [2]),
    ("function-length", "tests/unit/a.hpp",
     "#pragma once\nTEST(Group, Fact) {\n" + "  f();\n" * 70 + "}\n", [2]),
    ("function-length", "platform/a.hpp",
     "#pragma once\nA::A(int b) : b_{b}, c_(1) {\n" + "  f();\n" * 70 + "}\n", [2]),
    ("pragma-once", "agent/core/a.hpp", "int f();\n", [1]),
    ("layers", "agent/core/a.hpp", '#pragma once\n#include "transport/topic.hpp"\n', [2]),
    ("layers", "agent/core/a.hpp", '#pragma once\n#include "doorcall/agent.hpp"\n', [2]),
    ("layers", "agent/core/a.hpp", "#pragma once\n#include <iostream>\n", [2]),
    ("layers", "agent/core/a.hpp", "#pragma once\n#include <unistd.h>\n", [2]),
    ("layers", "transport/a.hpp", '#pragma once\n#include "platform/log.hpp"\n', [2]),
    ("layers", "platform/a.hpp", '#pragma once\n#include "transport/link.hpp"\n', [2]),
    ("layers", "agent/cli/a.hpp", '#pragma once\n#include "agent/core/engine.hpp"\n', [2]),
    ("layers", "agent/include/doorcall/a.hpp", '#pragma once\n#include "agent/core/ids.hpp"\n',
     [2]),
    ("core-no-default", "agent/core/a.hpp",
     "#pragma once\nvoid f() {\n  switch (a) {\n    default:\n  }\n}\n", [4]),
    ("core-no-float", "agent/core/a.hpp", "#pragma once\nfloat f();\n", [2]),
    ("core-no-unordered", "agent/core/a.hpp", "#pragma once\nstd::unordered_map<A, B> f();\n",
     [2]),
    ("core-no-clock", "agent/core/a.hpp", "#pragma once\nauto t = C::now();\n", [2]),
    ("tests-no-real-time", "tests/unit/a.hpp",
     "#pragma once\nvoid f() { std::this_thread::sleep_for(d); }\n", [2]),
    ("tests-no-real-time", "tests/sim/a.hpp",
     "#pragma once\nauto t = std::chrono::steady_clock::now();\n", [2]),
    ("public-docs", "agent/include/doorcall/a.hpp", "#pragma once\n\nint f();\n", [3]),
    ("public-docs", "agent/include/doorcall/a.hpp",
     "#pragma once\n/// A.\nclass A {\n public:\n  int g();\n};\n", [5]),
    ("public-docs", "agent/include/doorcall/a.hpp", "#pragma once\nstruct A {\n  int b;\n};\n",
     [2]),
    ("banned-words", "transport/a.hpp", "#pragma once\n// TODO: later\n", [2]),
    ("banned-words", "README.md", "See issue 12.\n", [1]),
    ("built", "transport/a.cpp", "int a;\n", [1]),
    ("opening-comment", "transport/a.cpp", "int a;\n" * 151, [1]),
    ("opening-comment", "transport/a.cpp", "// a\n" * 13 + "int a;\n" * 140, [1]),
]

GOOD = {
    "transport/CMakeLists.txt": "add_library(x a.cpp)\n",
    "transport/a.cpp": "// What and how.\n" + "int a;\n" * 200,
    "agent/core/a.hpp": '#pragma once\n#include <span>\n#include "doorcall/error.hpp"\n'
                        "// a float, by default: TEST::now()\nA f() = default;\n",
    "agent/include/doorcall/a.hpp":
        "#pragma once\n/// A.\nstruct A {\n  /// G.\n  int g();\n  int h();\n\n  ~A();\n"
        "  A(const A&) = delete;\n\n private:\n  int i();\n};\n\n/// F.\nint f();\n\n"
        "int f(int a,\n      int b);\nclass B;\n",
    "platform/a.hpp": "#pragma once\nconst int kTable[] = {\n" + "  1,\n" * 80 + "};\n"
                      "namespace a {\nstruct B {\n" + body(70) + body(70) + "};\n}\n",
    "tests/sim/a.hpp": "#pragma once\nauto t = std::chrono::steady_clock::now();"
                       "  // tidy-allow(tests-no-real-time): prints the speed\n",
}


class Rules(unittest.TestCase):
    def test_bad_snippets_are_flagged(self):
        for rule, path, text, lines in BAD:
            with self.subTest(rule=rule, path=path, text=text[:80]):
                self.assertEqual(findings({path: text}).get(rule), lines)

    def test_every_rule_has_a_bad_snippet(self):
        self.assertEqual({*tidy.RULES, "built"}, {rule for rule, *_ in BAD})

    def test_good_tree_is_clean(self):
        self.assertEqual(findings(GOOD), {})

    def test_broken_rule_fails_the_run(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "README.md").write_text("TODO\n", encoding="utf-8")
            sys.argv = ["tidy.py", folder]
            with contextlib.redirect_stdout(io.StringIO()) as out:
                self.assertEqual(tidy.main(), 1)
        self.assertIn("README.md:1:", out.getvalue())


class Functions(unittest.TestCase):
    def names(self, code):
        return [f.name for f in cpp_text.functions(cpp_text.blank(code))]

    def test_scopes_are_not_functions(self):
        code = "namespace a {\nclass B : C<D> {\n  int e() { return 1; }\n};\n}"
        self.assertEqual(self.names(code), ["e"])

    def test_braces_in_text_do_not_count(self):
        self.assertEqual(self.names('void f() { g("{", \'{\', R"({)"); /* { */ }\nvoid h() {}'),
                         ["f", "h"])

    def test_initialiser_list_belongs_to_the_constructor(self):
        code = "A::A(int b)\n    : b_{b}, c_{1, 2} {\n}\nvoid f() {}"
        self.assertEqual(self.names(code), ["A::A", "f"])

    def test_default_arguments_and_templates(self):
        code = "template <class T>\nvoid f(T t = T{}, int a = 1'000) {\n}\nauto g() -> A<B> { }"
        self.assertEqual(self.names(code), ["f", "g"])


class CoreSymbols(unittest.TestCase):
    LISTING = ("a.o:\n                 U memcpy\n                 U _ZN8doorcall1fEv\n"
               "b.o:\n0000000000000000 T _ZN8doorcall1fEv\n                 U clock_gettime\n")

    def test_only_foreign_symbols_off_the_list_are_reported(self):
        self.assertEqual(core_symbols.foreign(self.LISTING), {"memcpy": "a.o",
                                                              "clock_gettime": "b.o"})


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(bad, result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
