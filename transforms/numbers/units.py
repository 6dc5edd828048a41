"""Measure words: which there are, what they measure, and what one of them is in the standard unit.

The words are data: ``lexicon/units.yml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from transforms.lexicon import check_keys, derived, load

_KEYS = frozenset({"dimension", "unit_std", "en", "words", "of", "yes", "no"})


_DENOMINATOR = re.compile(r"/[十百千万亿]*(?![十百千万亿])")
_PERIODS = ("月", "季", "周")
"""What a compound unit may be of besides the known words (元/月)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure word: its dimension, the standard unit, and how many of that one of it is."""

    word: str
    dimension: str
    unit_std: str
    factor: Decimal
    name_en: str


@dataclass(frozen=True, slots=True)
class Standard:
    """A value in the standard unit of its dimension; all None where the unit has none."""

    value: float | None
    value_high: float | None
    unit_std: str | None
    dimension: str | None


NO_STANDARD = Standard(None, None, None, None)


@derived
def units() -> dict[str, Unit]:
    """All measure words; the first entry of a word counts."""
    found: dict[str, Unit] = {}
    for group in load("units.yml"):
        check_keys("units.yml", group, _KEYS, frozenset({"dimension", "unit_std", "en"}))
        factors = dict.fromkeys(group.get("words", ()), 1) | group.get("of", {})
        for word, factor in factors.items():
            found.setdefault(word, Unit(word, group["dimension"], group["unit_std"], Decimal(str(factor)), group["en"]))
    return found


@derived
def longest() -> int:
    """Characters of the longest measure word."""
    return max(map(len, units()))


def find_unit(text: str, start: int) -> str | None:
    """The longest measure word, or compound of two joined by a slash, that ``text`` has at ``start``."""
    word = _simple(text, start)
    if word is None:
        return None
    after = start + len(word)
    below = _DENOMINATOR.match(text, after)
    if below is None:
        return word
    known = _simple(text, below.end())
    if known is None and text[below.end() : below.end() + 1] in _PERIODS:
        known = text[below.end()]
    return f"{word}{below.group()}{known}" if known else word


def _simple(text: str, start: int) -> str | None:
    known = units()
    for length in range(min(longest(), len(text) - start), 0, -1):
        if text[start : start + length] in known:
            return text[start : start + length]
    return None


def unit_of(word: str | None) -> Unit | None:
    """What is known of a measure word as written; a compound of two known words is of dimension ``compound``."""
    if word is None:
        return None
    known = units().get(word)
    if known is None and "/" in word:
        return Unit(word, "compound", word, Decimal(1), "compound")
    return known


def standard(word: str | None, value: Decimal, value_high: Decimal | None) -> Standard:
    """The value in the standard unit of ``word``'s dimension; a currency is never converted into another."""
    unit = unit_of(word)
    if unit is None:
        return NO_STANDARD
    high = None if value_high is None else float(value_high * unit.factor)
    return Standard(float(value * unit.factor), high, unit.unit_std, unit.dimension)
