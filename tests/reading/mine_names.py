"""The names of indicators that reports use: ``python -m tests.reading.mine_names FOLDER [--without FILE]`` prints known_names.yml.

FOLDER holds reports as they are found. A name counts once a report, where it stands as the subject before its number and has
no defect. Reports named in the file behind ``--without`` are left out: those that the reading is measured on.
"""

from __future__ import annotations

import argparse
import collections
from pathlib import Path

from transforms.extract import Trace, extract
from transforms.pipeline import read_document
from transforms.reading import catalogue
from transforms.reading.name_choice import defects
from transforms.types import DecodeError, RawFile

SHORTEST, LONGEST = 2, 18
STEPS = (2, 3, 5, 8, 13, 21, 34)
"""The counts that are told apart."""
STATED = ("indicator.subject", "indicator.listed", "indicator.composed")
HEAD = """# Names of indicators that reports use, by the number of reports (at least so many) in which they stand before their number.
# Made by `python -m tests.reading.mine_names FOLDER --without FILE` from public reports that the reading is not measured on.
"""


def names_in(path: Path) -> set[str]:
    """The names that one report uses; none where it cannot be read."""
    try:
        document = read_document(RawFile(f"unnamed{path.suffix}", path.read_bytes()))
    except DecodeError:
        return set()
    trace: list[Trace] = []
    extract(document, trace)
    found = set()
    for derivation in (each for part in trace for each in part.derivations):
        name = catalogue.plain(derivation.name.names[0])
        stated = derivation.name.rule in STATED and (derivation.mention.states or derivation.mention.changes)
        if stated and SHORTEST <= len(name) <= LONGEST and not defects(name) and not any(c.isspace() or c.isdigit() for c in name):
            found.add(name)
    return found


def as_yaml(times: collections.Counter[str]) -> str:
    """The file: for each step the names with at least so many reports, in lines of a readable length."""
    lines = [HEAD.rstrip()]
    for step, following in zip(reversed(STEPS), (None, *reversed(STEPS)), strict=False):
        names = sorted(name for name, count in times.items() if count >= step and (following is None or count < following))
        lines.append(f"{step}: >-")
        line = " "
        for name in names:
            if len(line) + len(name) > 100:
                lines.append(line)
                line = " "
            line += f" {name}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without", type=Path, help="a file that names reports to leave out, one a line")
    asked = parser.parse_args()
    left_out = set(asked.without.read_text(encoding="utf8").split()) if asked.without else set()
    times = collections.Counter[str]()
    for path in sorted(asked.folder.iterdir()):
        if path.is_file() and path.name not in left_out and path.stem not in left_out:
            times.update(names_in(path))
    print(as_yaml(times), end="")


if __name__ == "__main__":
    main()
