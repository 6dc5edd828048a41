"""Write an answer as a Stata file (``.dta``, format 118: Stata 14 and later, pandas, R's haven)."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import pandas as pd

LONGEST_NAME = 32
LONGEST_LABEL = 80
LONGEST_TEXT = 2045
"""Bytes of a text that every command of Stata can handle (``str2045``)."""
LARGEST_INTEGER = 2_147_483_620
_WORDS = (
    "_all _b _coef _cons _n _N _pi _pred _rc _skip byte class const default do double else enum eof export extern float for function "
    "if in inf int local long matrix missing name null number numeric of pointer private public real short static str strL string "
    "struct super switch this typedef union unsigned using vector version virtual void while with"
)
RESERVED = frozenset(_WORDS.split())
"""Names that Stata keeps for itself."""
_MIDNIGHT = datetime.time()


def write_stata(names: Sequence[str], rows: Iterable[Sequence[Any]], stream: BinaryIO) -> tuple[int, int]:
    """Write the rows; the label of a variable is its name in the answer.

    Returns:
        The number of rows, and the number of texts that were cut to :data:`LONGEST_TEXT` bytes.
    """
    import pandas as pd

    variables = stata_names(names)
    columns: list[list[Any]] = [[] for _ in names]
    count = 0
    for row in rows:
        count += 1
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    cut = 0
    made: dict[str, pd.Series[Any]] = {}
    dates: dict[str, str] = {}
    for variable, values in zip(variables, columns, strict=True):
        made[variable], form, shortened = _variable(values)
        cut += shortened
        if form:
            dates[variable] = form
    labels = {variable: name[:LONGEST_LABEL] for variable, name in zip(variables, names, strict=True)}
    frame = pd.DataFrame(made, index=range(count))
    frame.to_stata(stream, write_index=False, version=118, convert_dates=dates, variable_labels=labels)  # type: ignore[arg-type]
    return count, cut


def stata_names(names: Sequence[str]) -> list[str]:
    """Names that Stata takes: letters, digits and ``_``, at most 32 characters, no two alike."""
    made: list[str] = []
    for name in names:
        clean = re.sub(r"\W", "_", name) or "_"
        clean = f"_{clean}" if clean[0].isdigit() or clean in RESERVED else clean
        clean, number = clean[:LONGEST_NAME], 2
        while clean in made:
            clean, number = f"{clean[: LONGEST_NAME - len(str(number)) - 1]}_{number}", number + 1
        made.append(clean)
    return made


def _variable(values: list[Any]) -> tuple[pd.Series[Any], str, int]:
    """The values as a column that Stata has a type for, the format where they are dates, and how many texts were cut."""
    import pandas as pd

    given = [value for value in values if value is not None]
    if given and all(isinstance(value, datetime.date) for value in given):
        moments = [_moment(value) for value in values]
        times = any(isinstance(value, datetime.datetime) for value in given)
        return pd.Series(moments, dtype="datetime64[us]"), "tc" if times else "td", 0
    if all(isinstance(value, bool | int | float | Decimal) for value in given) and given:
        whole = all(isinstance(value, bool | int) and abs(value) <= LARGEST_INTEGER for value in values)
        numbers = [math.nan if value is None or not math.isfinite(value) else float(value) for value in values]
        return (pd.Series([int(value) for value in values], dtype="int32") if whole else pd.Series(numbers, dtype="float64")), "", 0
    texts = ["" if value is None else str(value).replace("\0", "") for value in values]
    short = [_cut(text) for text in texts]
    return pd.Series(short, dtype=object), "", sum(one != other for one, other in zip(texts, short, strict=True))


def _moment(value: datetime.date | None) -> datetime.datetime | None:
    if value is None or isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None) if value else None
    return datetime.datetime.combine(value, _MIDNIGHT)


def _cut(text: str) -> str:
    """The text, or as many of its characters as fit into :data:`LONGEST_TEXT` bytes."""
    if len(text) * 4 <= LONGEST_TEXT:
        return text
    data = text.encode("utf8", errors="replace")
    return text if len(data) <= LONGEST_TEXT else data[:LONGEST_TEXT].decode("utf8", errors="ignore")
