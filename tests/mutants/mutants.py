"""The mutants: small faults of the engine, written by hand as text to search and to put there.

A file *.mutants here has any number of:

    == name
    file: agent/core/answer.cpp
    why: what a user would see, and the rule that it breaks
    short: yes                        (if it is one of the few that CI runs)
    -- old
    the text as it stands in the file, which must be there exactly once (its last line may go on)
    -- new
    what it becomes; may be nothing
    --
"""

import dataclasses
import pathlib


class Wrong(Exception):
    """A mutant that is badly written or does not fit the source any more."""


@dataclasses.dataclass
class Mutant:
    name: str
    at: str
    file: str = ""
    why: str = ""
    short: bool = False
    old: str = ""
    new: str = ""

    def apply(self, text):
        found = text.count(self.old)
        if found != 1:
            raise Wrong(f"{self.at}: the old text of {self.name} is {found} times in {self.file}; "
                        "write the mutant anew")
        return text.replace(self.old, self.new)


def parse(text, name_of_file):
    mutants = []
    part = None  # None: head, else "old" or "new"
    for number, line in enumerate(text.splitlines(), 1):
        at = f"{name_of_file}:{number}"
        if part is None and (not line.strip() or line.startswith("#")):
            continue
        if line.startswith("== ") and part is None:
            mutants.append(Mutant(line[3:].strip(), at))
        elif line in ("-- old", "-- new", "--") and mutants:
            part = line[3:] or None
        elif part is not None:
            setattr(mutants[-1], part, getattr(mutants[-1], part) + line + "\n")
        else:
            key, colon, value = line.partition(":")
            if not mutants or not colon or key not in ("file", "why", "short"):
                raise Wrong(f"{at}: neither '== name', 'file:', 'why:', 'short:' nor '-- old'")
            value = value.strip()
            setattr(mutants[-1], key, value == "yes" if key == "short" else value)
    for mutant in mutants:
        mutant.old, mutant.new = mutant.old[:-1], mutant.new[:-1]  # the last line may go on
        if not (mutant.file and mutant.why and mutant.old) or mutant.old == mutant.new:
            raise Wrong(f"{mutant.at}: {mutant.name} needs file, why, old text and new text")
    return mutants


def read_all(folder):
    mutants = []
    for path in sorted(pathlib.Path(folder).glob("*.mutants")):
        mutants += parse(path.read_text(encoding="utf-8"), path.name)
    names = [mutant.name for mutant in mutants]
    for name in names:
        if names.count(name) != 1:
            raise Wrong(f"two mutants are called {name}")
    return mutants
