#!/usr/bin/env python3
"""The core may call nothing outside of itself but what core_symbols.txt lists.

Usage: tests/lint/core_symbols.py LIBRARY [NM]
"""

import pathlib
import re
import subprocess
import sys

ALLOWED = pathlib.Path(__file__).with_suffix(".txt")


def foreign(listing):
    """Symbols that are undefined after linking the archive with itself: {symbol: object file}."""
    defined, wanted, member = set(), {}, "?"
    for line in listing.splitlines():
        if line.endswith(":"):
            member = line[:-1]
            continue
        match = re.match(r"^\s*(?:[0-9a-f]+)?\s*([A-Za-z])\s+(\S+)$", line)
        if match and match.group(1) in "Uw":
            wanted.setdefault(match.group(2), member)
        elif match:
            defined.add(match.group(2))
    return {symbol: where for symbol, where in wanted.items() if symbol not in defined}


def allowed():
    lines = ALLOWED.read_text(encoding="utf-8").splitlines()
    return {line.split("#")[0].strip() for line in lines} - {""}


def main():
    library = sys.argv[1]
    nm = sys.argv[2] if len(sys.argv) > 2 else "nm"
    listing = subprocess.run([nm, library], check=True, capture_output=True, text=True).stdout
    symbols = foreign(listing)
    if not re.search(r"\bT\b", listing):
        print(f"{library}: defines no function; is it the core library?")
        return 1
    bad = {symbol: where for symbol, where in symbols.items() if symbol not in allowed()}
    for symbol, where in sorted(bad.items()):
        print(f"{library}({where}): calls {symbol}; the core links to nothing: remove the call, "
              f"or list it in tests/lint/{ALLOWED.name} and say why")
    print(f"core calls {len(symbols)} outside symbols: {' '.join(sorted(symbols))}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
