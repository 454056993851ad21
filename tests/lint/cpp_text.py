"""Just enough C++ reading for tidy.py: text without comments and literals, functions, docs."""

import re
from typing import NamedTuple

_SKIPPED = re.compile(
    r"""
    //[^\n]* | /\*.*?\*/                              # comments
    | \b(?:u8|u|U|L)?R"(?P<d>[^()\\\s]{0,16})\(.*?\)(?P=d)"   # raw strings
    | "(?:\\.|[^"\\\n])*"                             # strings
    | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'             # characters, not digit separators
    | ^[ \t]*\#(?:\\\n|[^\n])*                        # preprocessor lines
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def blank(text):
    """The text with comments, literals and preprocessor lines turned to spaces, same lines."""
    return _SKIPPED.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


class Function(NamedTuple):
    name: str
    first: int  # line of the signature
    lines: int  # from the signature to the closing brace


_SCOPE = re.compile(
    r"\b(namespace|class|struct|union|enum|extern)\b[^()]*$|^\s*TEST_GROUP\w*\s*\("
)
_TEMPLATE_HEAD = re.compile(r"^\s*template\s*<[^{;]*?>\s*(?=class|struct|union)")
_INITIALISERS = re.compile(r"\)[\w\s]*(?<!:):(?!:)")


def functions(code):
    """Every function body outside of other functions in blanked code."""
    found = []
    start = resume = 0  # start: where the text before the next brace begins
    for at in _marks(code):
        if at < resume:
            continue
        char = code[at]
        if char in ";}":
            start = at + 1
            continue
        before = code[start:at]
        if _SCOPE.search(_TEMPLATE_HEAD.sub("", before)):
            start = at + 1
            continue
        end = _closing(code, at)
        resume = end + 1
        if _is_initialiser(before):
            # A braced value, not a body: what precedes the body goes on after it.
            code = code[:at] + re.sub(r"[^\n]", ".", code[at:resume]) + code[resume:]
            continue
        signature = start + len(before) - len(before.lstrip())
        first, last = _line(code, signature), _line(code, end)
        found.append(Function(_name(before), first, last - first + 1))
        start = resume
    return found


def _marks(code):
    return (m.start() for m in re.finditer(r"[;{}]", code))


def _closing(code, at):
    depth = 0
    for match in re.finditer(r"[{}]", code[at:]):
        depth += 1 if match.group(0) == "{" else -1
        if depth == 0:
            return at + match.start()
    return len(code) - 1


def _is_initialiser(before):
    text = before.rstrip()
    if text.count("(") != text.count(")") or "(" not in text or text.endswith("="):
        return True
    return bool(_INITIALISERS.search(text) and re.search(r"[\w>]$", text))


def _name(before):
    match = re.search(r"([\w:~]+|operator[^(]+)\s*\(", before)
    return match.group(1) if match else "function"


def _line(code, at):
    return code.count("\n", 0, at) + 1


_ACCESS = re.compile(r"^\s*(public|protected|private)\s*:")
_TYPE = re.compile(
    r"^\s*(?:template\s*<.*>\s*)?(?:class|struct|enum(?: class)?)\s+(\w+)(?!.*;\s*$)"
)
_CALLABLE = re.compile(r"^\s*(?!return\b|using\b|friend\b)[\w:<>,\[\]&*~ ]*?([\w~]+)\s*\(")


def undocumented(text, code):
    """Line and name of each public type or function without a /// comment above or beside it.

    A comment covers the declarations that follow it without an empty line, and the overloads of
    what it covers. Deleted and defaulted functions, destructors and operators explain themselves.
    """
    lines, code_lines = text.splitlines(), code.splitlines()
    scopes, documented, covered, open_statement = [], set(), False, False
    for number, (line, stripped) in enumerate(zip(lines, code_lines), 1):
        if line.strip().startswith("///"):
            covered = True
        elif not line.strip() or _ACCESS.match(stripped):
            covered = False
        access = _ACCESS.match(stripped)
        if access and scopes:
            scopes[-1] = access.group(1) == "public"
        if not open_statement and all(scopes) and not access:
            name = _declared(stripped)
            if name and (covered or "///<" in line):
                documented.add(name)
            elif name and name not in documented:
                yield number, name
        open_statement = _follow(stripped, scopes, open_statement)


def _declared(line):
    match = _TYPE.match(line)
    if match:
        return match.group(1)
    match = _CALLABLE.match(line)
    if not match or re.search(r"=\s*(delete|default)\s*;|\boperator\b|~", line):
        return None
    return None if match.group(1) in ("static_assert", "alignas", "requires") else match.group(1)


def _follow(line, scopes, open_statement):
    """Keeps the stack of braces, True where declarations are public. Is the line unfinished?"""
    for char in re.finditer(r"[{}]", line):
        if char.group(0) == "}":
            if scopes:
                scopes.pop()
            continue
        head = line[: char.start()]
        if re.search(r"\bnamespace\b", head) or re.search(r"\bstruct\b[^()]*$", head):
            scopes.append(True)
        else:
            scopes.append(False)
    text = line.strip()
    if not text:
        return open_statement
    return not text.endswith((";", "{", "}", ":"))
