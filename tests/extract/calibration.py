"""How far a row's confidence can be trusted: ``python -m tests.extract.calibration [--readme] [FOLDER…]`` prints the table.

FOLDER holds annotated reports as the scorer reads them; without one, those beside the repository. ``--readme`` writes the
table between its marks in docs/confidence.md.
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.corpus.figures import scorer
from tests.corpus.reading import REPORTS, documents, read
from transforms.lexicon import load
from transforms.reading.confidence import features

BINS = ((0.95, 1.01), (0.9, 0.95), (0.8, 0.9), (0.0, 0.8))
SURE = 0.9
ROUNDS = 300
DRAWN = 2.0
"""How strongly factors are drawn to 1: a feature that is seen a few times moves little."""
README = Path(__file__).parents[2] / "docs" / "confidence.md"
MARKS = ("<!-- calibration: python -m tests.extract.calibration --readme -->", "<!-- /calibration -->")


@dataclass(frozen=True, slots=True)
class Judged:
    """One number of an annotated report: whether all its fields are right, the indicator included, and what its row says of itself."""

    report: str
    right: bool
    confidence: float
    features: tuple[str, ...]


def _row_features(row: dict[str, Any]) -> tuple[str, ...]:
    if row["rule"] == "table.cell":
        return "table.cell", f"statistic.{row['statistic']}"
    name_rule, _, period_rule = row["rule"].partition("+")
    return tuple(features(name_rule, period_rule, row["statistic"], row["bound"], row["indicator"]))


def judged(gold: Path) -> list[Judged]:
    """The rows of an annotated report; one that no annotation has is wrong."""
    score, made = scorer("score"), read(next(path for path in documents() if path.stem == gold.stem)).rows
    squeezed, at = score.squeeze_map(made["documents"][0]["text"])
    annotated = score.resolve(squeezed, [json.loads(line) for line in gold.read_text(encoding="utf8").splitlines() if line.strip()])
    end_file = gold.with_suffix(".end")
    end = int(end_file.read_text()) if end_file.exists() else len(squeezed)
    spans: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in made["metrics"]:
        if at[row["char_start"]] < end:
            spans.setdefault((at[row["char_start"]], at[row["char_end"]]), []).append(row)
    places = [{"start": start, "end": stop} for start, stop in spans]
    answers = {j: annotated[i] for i, j in score.pair(annotated, places)}
    out = []
    for j, rows in enumerate(spans.values()):
        right = j in answers and any(score.compare(answers[j], row)["full"] for row in rows)
        out.append(Judged(gold.stem, right, rows[0]["confidence"], _row_features(rows[0])))
    return out


def fit(rows: Sequence[Judged]) -> tuple[float, dict[str, float]]:
    """The start and the factor of each feature (none above 1) under which the rows that are right are the likeliest."""
    names = sorted({feature for row in rows for feature in row.features})
    column = {name: n + 1 for n, name in enumerate(names)}
    table = np.zeros((len(rows), len(names) + 1))
    table[:, 0] = 1
    for n, row in enumerate(rows):
        table[n, [column[feature] for feature in row.features]] = 1
    right = np.array([row.right for row in rows], dtype=float)
    logs = np.full(len(names) + 1, -0.01)
    for _ in range(ROUNDS):
        likely = np.exp(np.minimum(table @ logs, -1e-3))
        slope = table.T @ (right - (1 - right) * likely / (1 - likely)) - DRAWN * logs
        weight = table.T @ ((1 - right) * likely / (1 - likely) ** 2) + DRAWN
        logs = np.clip(logs + 0.3 * slope / np.maximum(weight, 1), -3, -1e-3)
        logs[1:] = np.minimum(logs[1:], 0)
    return float(np.exp(logs[0])), {name: float(np.exp(logs[n])) for name, n in column.items()}


def left_out(rows: Sequence[Judged]) -> list[Judged]:
    """The same rows with the confidence that they have when their own report is left out of what the factors are made from."""
    out = []
    for report in sorted({row.report for row in rows}):
        start, factors = fit([row for row in rows if row.report != report])
        for row in (row for row in rows if row.report == report):
            value = start
            for feature in row.features:
                value *= factors.get(feature, 1)
            out.append(Judged(report, row.right, value, row.features))
    return out


def share(rows: Iterable[Judged], among: Callable[[float], bool]) -> tuple[int, float]:
    """How many rows have such a confidence, and the share of them that is right."""
    chosen = [row.right for row in rows if among(row.confidence)]
    return len(chosen), sum(chosen) / len(chosen) if chosen else 1.0


def table(rows: Sequence[Judged]) -> str:
    """The calibration as a table in Markdown."""
    lines = ["| confidence | numbers | right in every field, the indicator included |", "|---|---:|---:|"]
    for low, high in BINS:
        count, right = share(rows, lambda value, low=low, high=high: low <= value < high)  # type: ignore[misc]
        said = f"{low:g} and more" if high > 1 else f"below {high:g}" if not low else f"{low:g} to {high:g}"
        if count:
            lines.append(f"| {said} | {count:,} | {100 * right:.1f} % |")
    sure, right = share(rows, lambda value: value >= SURE)
    lines.append(f"| all of {SURE:g} and more | {sure:,} | {100 * right:.1f} % |")
    reports = len({row.report for row in rows})
    return f"Compared with {len(rows):,} numbers in {reports} reports annotated by hand:\n\n" + "\n".join(lines)


def write_readme(said: str) -> None:
    """Put the table between its marks in docs/confidence.md."""
    text = README.read_text(encoding="utf8")
    before, found, rest = text.partition(MARKS[0])
    _, closed, after = rest.partition(MARKS[1])
    if not found or not closed:
        raise SystemExit(f"README.md has no place for the table: two lines, {MARKS[0]} and {MARKS[1]}")
    README.write_text(f"{before}{MARKS[0]}\n\n{said}\n\n{MARKS[1]}{after}", encoding="utf8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and how it holds for reports that the factors were not made from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--wrong", action="store_true", help="the share of wrong rows by feature")
    asked = parser.parse_args(arguments)
    rows = [row for folder in asked.folders or [REPORTS / "gold"] for gold in sorted(folder.glob("*.jsonl")) for row in judged(gold)]
    if not rows:
        sys.exit("There are no annotated reports. Name a folder that holds some.")
    print(table(rows))
    count, right = share(left_out(rows), lambda value: value >= SURE)
    print(f"\nEach report rated by factors made from the others: {count:,} numbers of {SURE:g} and more, {100 * right:.1f} % right.")
    if asked.wrong:
        listed = {str(entry["id"]): entry["factor"] for entry in load("confidence.yml")["factors"]}
        times = collections.Counter(feature for row in rows for feature in row.features)
        wrong = collections.Counter(feature for row in rows if not row.right for feature in row.features)
        for feature, count in times.most_common():
            print(
                f"{feature:28} {count:6} {wrong[feature]:4} wrong  right {1 - wrong[feature] / count:.3f}  factor {listed.get(feature, 1)}"
            )
    if asked.readme:
        write_readme(table(rows))


if __name__ == "__main__":
    main()
