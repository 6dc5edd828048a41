"""What rules about several rows need: how exactly a number is stated, what stands between two, and who is to blame.

Such a rule looks at pairs or triples of rows that must agree (a claim). Where they do not, every row of the claim fails, with
a sentence that says which numbers disagree: nobody can tell from the numbers alone which of them is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]
_HALF_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("．"): ".", ord(","): "", ord("，"): "", ord(" "): ""}
_STEPS = 13
"""Powers of ten tried on a number that is written without Arabic digits."""
CLAIM_TEXT = "{}_why"
FLOAT_TOLERANCE = 1 + 1e-9
"""Factor on a rounding interval that allows for the last bit of a float."""


class Claims:
    """The claims of one rule on a table, gathered until every row has its verdict."""

    def __init__(self, frame: pd.DataFrame, rule: str) -> None:
        self._frame, self._rule = frame, rule
        self._applies = np.zeros(len(frame), dtype=bool)
        self._fails = np.zeros(len(frame), dtype=bool)
        self._why: dict[int, str] = {}

    def add(self, rows: list[Array], holds: Array, why: Callable[[int], str]) -> None:
        """Claims that each tie together one row of every array in ``rows`` (positions in the table).

        Args:
            rows: arrays of the same length, one for each part of a claim.
            holds: whether each claim holds.
            why: says of the claim with this number what disagrees; asked only where it fails.
        """
        holds = np.asarray(holds, dtype=bool)
        rows = [np.asarray(positions, dtype=np.int64) for positions in rows]
        for positions in rows:
            self._applies[positions] = True
            self._fails[positions[~holds]] = True
        for claim in np.flatnonzero(~holds):
            said = why(int(claim))
            for positions in rows:
                self._why.setdefault(int(positions[claim]), said)

    def verdicts(self) -> pd.Series[Any]:
        """True, false or missing for every row; the reasons become a column of the table that the expectation's text names."""
        result = pd.array(~self._fails, dtype="boolean")
        result[~self._applies] = pd.NA
        if self._why:
            texts = np.full(len(self._frame), None, dtype=object)
            texts[list(self._why)] = list(self._why.values())
            self._frame[CLAIM_TEXT.format(self._rule)] = texts
        return pd.Series(result)


def rounding_half_width(frame: pd.DataFrame) -> Array:
    """Half a unit of the last digit stated, in the standard unit: 367亿元 is exact to 0.5亿元, 4.10% to 0.005.

    A number written in Chinese numerals is exact to half of the largest power of ten that divides it.
    """
    value = frame["value"].to_numpy("float64")
    codes, texts = pd.factorize(frame["number_text"].fillna(""))  # the same numbers are written again and again
    parts = pd.Series(texts, dtype="str").str.translate(_HALF_WIDTH).str.extract(r"([0-9]+)(?:\.([0-9]+))?")
    decimals = parts[1].str.len().fillna(0).to_numpy("float64")[codes]
    joined = parts[0].str.cat(parts[1].fillna("0"), sep=".")
    written = pd.to_numeric(joined, errors="coerce").to_numpy("float64", na_value=np.nan)[codes]
    with np.errstate(all="ignore"):
        factor = np.where(value == 0, 1.0, np.abs(frame["value_std"].to_numpy("float64") / value))
        arabic = np.where(written > 0, np.abs(value) / written, 1.0) * 0.5 * 10.0**-decimals
        step = np.ones(len(frame))
        for power in range(1, _STEPS):
            step = np.where((value != 0) & (np.mod(value, 10.0**power) == 0), 10.0**power, step)
        step = np.where(np.mod(value, 1) != 0, np.abs(value) / 100, step)
        return np.asarray(np.where(np.isnan(written), step / 2, arabic) * factor)


def interval_ratio(over: Array, over_half: Array, under: Array, under_half: Array) -> tuple[Array, Array]:
    """The least and the greatest quotient of two positive numbers that are exact to a half unit each."""
    with np.errstate(all="ignore"):
        return (over - over_half) / (under + under_half), (over + over_half) / np.maximum(under - under_half, 1e-300)


def texts_between(texts: dict[str, str], documents: Any, starts: Array, ends: Array) -> pd.Series[Any]:
    """What each document says from ``starts`` to ``ends``."""
    return pd.Series(
        [
            (texts.get(document) or "")[max(start, 0) : end] if end > start else ""
            for document, start, end in zip(documents, starts.tolist(), ends.tolist(), strict=True)
        ],
        dtype="str",
    )


def amount(value: float, unit: Any = "") -> str:
    """A computed number for people, large ones in 万 and 亿."""
    for size, word in ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")):
        if abs(value) >= size:
            return f"{value / size:,.6g}{word} {unit or ''}".strip()
    return f"{value:,.6g} {unit or ''}".strip()
