"""Measure words: which there are, what they measure, and what one of them is in the standard unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Standard:
    """A value in the standard unit of its dimension; all None where the unit has none."""

    value: float | None
    value_high: float | None
    unit_std: str | None
    dimension: str | None


def standard(unit: str | None, value: Decimal, value_high: Decimal | None) -> Standard:
    """The value in the standard unit of ``unit``'s dimension. (Stand-in.)"""
    if unit == "%":
        return Standard(float(value), None if value_high is None else float(value_high), "percent", "ratio")
    return Standard(None, None, None, None)
