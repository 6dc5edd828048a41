"""The number that a cell holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from transforms.lexicon import derived_up_to
from transforms.numbers.numerals import parse
from transforms.tables.checks import Printed
from transforms.tables.headings import Measure, measure_of
from transforms.text.normalized_view import fold

_VALUE = re.compile(r"([-−－—+▲△]?)([（(]?)([-−－]?)(\d[\d,， .]*)(%|‰)?([）)]?)(.*)")
_MINUS = "-−－—▲△"
_YEAR = re.compile(r"(?:19|20)\d\d年")


@dataclass(frozen=True, slots=True)
class Value:
    """A cell's number: its sign worked out, its own unit, and its place in the cell's text."""

    number: Decimal
    measure: Measure
    start: int
    end: int


@derived_up_to(16384)
def value_of(text: str) -> Value | None:
    """The number of a cell, None where the cell has none."""
    folded = fold(text)
    lead = len(folded) - len(folded.lstrip())
    found = _VALUE.fullmatch(folded.strip())
    if found is None or _YEAR.match(folded.strip()):
        return None
    sign, opened, inner, digits, percent, closed, rest = found.groups()
    digits = digits.rstrip(" .,，")
    plain = digits.replace(",", "").replace("，", "").replace(" ", "")
    if plain.count(".") > 1 or bool(opened) != bool(closed):
        return None
    own = measure_of(rest.strip("（）() ")) if rest.strip() else Measure(None)
    if rest.strip() and own.unit is None:
        return None
    negative = (sign in _MINUS and sign != "") or inner != "" or bool(opened)
    number = parse(plain)
    measure = Measure("‰" if percent == "‰" else "%") if percent else own
    end = lead + (found.end(6) if closed else found.end(5) if percent else found.start(4) + len(digits))
    if rest.strip():
        end = lead + len(folded.strip())
    return Value(-number if negative else number, measure, lead, end)


def printed(value: Value) -> Printed:
    """A cell's number with the rounding that its last place tells, in its own scale."""
    exponent = value.number.as_tuple().exponent
    half = 0.5 * 10 ** (exponent if isinstance(exponent, int) else 0)
    scale = float(value.measure.scale)
    return Printed(float(value.number) * scale, half * scale)
