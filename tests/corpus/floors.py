"""The floors under the figures: read, held against figures, raised."""

from __future__ import annotations

import json
from pathlib import Path

from tests.corpus.figures import Figures

FILE = Path(__file__).with_name("floors.json")
SLACK = 0.0005
"""Figures are written with three digits."""
Floors = dict[str, Figures]
"""By group (identity, prose, …): the floors of its documents."""


def load() -> Floors:
    """The floors as they stand."""
    floors: Floors = json.loads(FILE.read_text(encoding="utf8")) if FILE.exists() else {}
    return floors


def below(floors: Figures, figures: Figures) -> list[str]:
    """What fell below its floor, a line each; a document that was not measured is no matter here."""
    return [
        f"{name}: {measure} is {figures[name].get(measure, 0.0):.3f}, was {floor:.3f}"
        for name, known in floors.items()
        if name in figures
        for measure, floor in known.items()
        if figures[name].get(measure, 0.0) < floor - SLACK
    ]


def raised(floors: Figures, figures: Figures) -> Figures:
    """The floors with every figure that is above its own."""
    out = {name: dict(known) for name, known in floors.items()}
    for name, found in figures.items():
        known = out.setdefault(name, {})
        for measure, value in found.items():
            known[measure] = max(known.get(measure, 0.0), round(value, 3))
    return dict(sorted(out.items()))


def save(floors: Floors) -> None:
    """Write the floors."""
    lines = []
    for group, documents in sorted(floors.items()):
        entries = [f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(known, sort_keys=True)}" for name, known in documents.items()]
        lines.append(f' "{group}": {{\n' + ",\n".join(entries) + "\n }")
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf8")
