"""``python -m tests.corpus [--raise] [--only WORD]``: read the documents beside the repository and print how well."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.corpus import figures, floors
from tests.corpus.reading import documents, read_all


def measure(only: str, processes: int) -> floors.Floors:
    """All figures of the documents whose names hold a word."""
    found = read_all([path for path in documents() if only in path.name], processes)
    with tempfile.TemporaryDirectory() as folder:
        return figures.every_group(found, Path(folder))


def _print(group: str, found: figures.Figures) -> None:
    names = sorted({measure for one in found.values() for measure in one})
    print(f"\n{group}: {len(found)}")
    if group in ("prose", "fresh", "tables"):
        for name, one in found.items():
            print(f"  {name:36}", "  ".join(f"{measure} {one[measure]:.3f}" for measure in one))
    for measure in names:
        values = [one[measure] for one in found.values() if measure in one]
        all_right = sum(value == 1 for value in values)
        print(f"  {measure}: mean {sum(values) / len(values):.3f}, least {min(values):.3f}, all right in {all_right} of {len(values)}")


def main() -> int:
    """Print the figures; 1 where one is below its floor."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("--raise", dest="raise_floors", action="store_true", help="write higher floors")
    parser.add_argument("--only", default="", metavar="WORD", help="documents whose names hold this word")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    found, known = measure(arguments.only, arguments.processes), floors.load()
    fallen = []
    for group, measured in found.items():
        _print(group, measured)
        fallen += [f"{group}: {line}" for line in floors.below(known.get(group, {}), measured)]
    print("\n".join(["", *fallen]) if fallen else "\nno figure is below its floor")
    if arguments.raise_floors:
        floors.save({group: floors.raised(known.get(group, {}), found.get(group, {})) for group in sorted({*known, *found})})
    return 1 if fallen else 0


if __name__ == "__main__":
    raise SystemExit(main())
