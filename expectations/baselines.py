"""The baselines in ``baselines.yml``: what documents of each kind usually contain.

A measure below its minimum stops publication, one above its maximum is a warning. :mod:`expectations.suggest_baselines` proposes
the file from published data.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("baselines.yml")
RATES = ("documents_with_metrics", "in_catalogue", "with_unit", "with_period", "targets")
MEASURES = ("metrics_per_1000_characters", *RATES, "confidence")


class BaselineError(ValueError):
    """``baselines.yml`` is not valid; the message names the entry and the way out."""


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
