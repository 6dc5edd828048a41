"""Read the warehouse for pages and summaries, and format what they show."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from warehouse.query.safe_text import safe_text

Record = dict[str, Any]
TEMPLATES = Path(__file__).parents[1] / "templates"


def records(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any] | None = None) -> list[Record]:
    """The rows of a query as dictionaries."""
    answer = connection.execute(sql, parameters or [])
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def marked(text: str, number: str | None, lead: str = "") -> tuple[str, str, str]:
    """A sentence in three parts: before the number, the number, behind it. White space in between does not matter.

    Where the number stands in the sentence more than once, ``lead``, what the document says right before it, tells which.
    """
    wanted = "".join((number or "").split())
    positions = [i for i, character in enumerate(text) if not character.isspace()]
    squeezed = "".join(text[i] for i in positions)
    places = [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", squeezed)] if wanted else []
    if not places:
        return text, "", ""
    before = "".join(lead.split())
    found = next((place for place in places if before and _agree(squeezed[:place], before)), places[0])
    start, end = positions[found], positions[found + len(wanted) - 1] + 1
    return text[:start], text[start:end], text[end:]


def _agree(left: str, right: str) -> bool:
    """Whether two texts end alike, as far as the shorter one goes."""
    length = min(len(left), len(right))
    return left[len(left) - length :] == right[len(right) - length :]


def spans(text: str, numbers: list[Record]) -> Iterator[tuple[str, Record | None]]:
    """The text cut at its numbers: pieces of text, each with the number it is, or None."""
    at = 0
    for number in numbers:
        start, end = number["char_start"], number["char_end"]
        if start < at:
            continue  # overlaps the one before; the gate keeps such rows out
        if start > at:
            yield text[at:start], None
        yield text[start:end], number
        at = end
    if at < len(text):
        yield text[at:], None


def number_text(value: float | None, high: float | None = None) -> str:
    """A value for people, large ones in 万 and 亿; both ends of a range."""
    if value is None:
        return ""
    return _amount(value) if high is None else f"{_amount(value)}–{_amount(high)}"


def _amount(value: float) -> str:
    for size, word in ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")):
        if abs(value) >= size:
            return f"{value / size:,.6g}{word}"
    return f"{value:,.10g}"


def percent_text(share: float) -> str:
    """A share in percent with two digits or so, without an exponent; only all is ``100%`` and only none is ``0%``."""
    if 0 < share < 0.01:
        return "<0.01%"
    if 99.5 <= share < 100:
        return ">99%"
    return f"{round(share, 0 if share >= 10 else 1 if share >= 1 else 2):g}%"


@functools.cache
def environment() -> Environment:
    """Templates in which everything a document says is escaped, and a name that is not there is an error."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["amount"] = number_text
    made.filters["percent"] = percent_text
    made.filters["plain"] = lambda text: safe_text(str(text or ""), keep="\n\t")
    made.filters["count"] = lambda value: f"{value:,}" if value is not None else "–"
    return made


def write_page(folder: Path, name: str, template: str, **values: Any) -> Path:
    """Render a template to ``folder/name``."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(environment().get_template(template).render(**values), encoding="utf8", errors="replace")
    return path
