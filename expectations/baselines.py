"""What each kind of document usually holds, from ``baselines.yml``, and a proposal for that file from published data.

``python -m expectations.baselines DATA`` prints the file as the data folder would have it: the least is half of what it has, the
most twice that (a rate in percent never above 100). A minimum that is missed stops the publication, a maximum warns.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("baselines.yml")
RATES = ("documents_with_metrics", "in_catalogue", "with_unit", "with_period", "targets")
MEASURES = ("metrics_per_1000_characters", *RATES, "confidence")


class BaselineError(ValueError):
    """``baselines.yml`` says something that cannot be meant; the message says where."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The least and the most that a measure of a kind of document has; None where it is not limited."""

    minimum: float | None = None
    maximum: float | None = None


@functools.cache
def baselines() -> dict[tuple[str, str], Baseline]:
    """The baselines by kind of document and measure.

    Raises:
        BaselineError: the file has a mistake.
    """
    return read(yaml.safe_load(FILE.read_text(encoding="utf8")) or {})


def read(content: dict[str, dict[str, dict[str, float]]]) -> dict[tuple[str, str], Baseline]:
    """The baselines in the content of a file.

    Raises:
        BaselineError: a measure or a limit is unknown, or the least is above the most.
    """
    found = {}
    for kind, lines in content.items():
        for measure, limits in lines.items():
            if measure not in MEASURES or not limits or not set(limits) <= {"min", "max"}:
                raise BaselineError(f"{FILE.name}: {kind}: {measure}: measures are {', '.join(MEASURES)}, each with min, max or both")
            line = Baseline(limits.get("min"), limits.get("max"))
            if line.minimum is not None and line.maximum is not None and line.minimum > line.maximum:
                raise BaselineError(f"{FILE.name}: {kind}: {measure}: min {line.minimum} is above max {line.maximum}")
            found[kind, measure] = line
    return found


def suggest(measured: list[dict[str, Any]]) -> str:
    """The file that these measures (rows of ``kinds``) would make, with what they are as a comment."""
    lines = []
    for kind in sorted({row["kind"] for row in measured}):
        rows = [row for row in measured if row["kind"] == kind and row["value"] == row["value"]]
        lines.append(f"{kind}:  # from {rows[0]['documents']} documents" if rows else f"{kind}: {{}}")
        for row in rows:
            most = 2 * row["value"]
            if row["measure"] in (*RATES, "confidence"):
                most = min(most, 1.0 if row["measure"] == "confidence" else 100.0)
            lines.append(f"  {row['measure']}: {{min: {row['value'] / 2:.3g}, max: {most:.3g}}}  # {row['value']:.3g}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Print the proposal for the data folder named; 2 where there is none."""
    from expectations.between_runs import counted, measures
    from expectations.published import read_table

    if len(arguments) != 1 or not (Path(arguments[0]) / "parquet").is_dir():
        print("Name a data folder that holds published data: python -m expectations.baselines DATA", file=sys.stderr)  # noqa: T201
        return 2
    documents, metrics = (read_table(Path(arguments[0]), name) for name in ("documents", "metrics"))
    print(suggest(measures(documents.to_pandas(), counted(metrics)).to_dict("records")), end="")  # type: ignore[arg-type]  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
