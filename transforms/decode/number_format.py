"""Numbers of spreadsheets as a reader sees them: by their cell's number format (``0.0%``, ``#,##0.00``, ``yyyy"年"m"月"``).

What stands in a cell is often not what it shows: 0.153073611743377 is 15.3%.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-m-d",
    15: "yyyy-m-d", 16: "m-d", 17: "yyyy-m", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-m-d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"',
    30: "yyyy-m-d", 31: 'yyyy"年"m"月"d"日"', 36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 41: "#,##0;-#,##0;-",
    42: "#,##0;-#,##0;-", 43: "#,##0.00;-#,##0.00;-", 44: "#,##0.00;-#,##0.00;-", 49: "@", 50: 'yyyy"年"m"月"', 57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}  # fmt: skip
"""The formats that a number below 164 stands for, as Chinese programs show them."""
_PART = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].|[^"\\\[_*]')
_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
_DATE_PART = re.compile(r"y+|m+|d+|h+|s+|aaaa|AM/PM", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Section:
    """One part of a format, for numbers of one sign: what it shows before and behind the digits, and how it shows these."""

    prefix: str
    suffix: str
    whole: int
    """Digits before the point that are always shown."""
    decimals: int
    """Digits behind it, and how many of these are always shown."""
    always: int
    grouped: bool
    scale: int
    """Powers of ten that the number is shown larger by: 2 for percent, 3 less for each comma at the end."""
    digits: bool
    date: bool
    general: bool


@functools.lru_cache(maxsize=2_000)
def _sections(pattern: str) -> tuple[_Section, ...]:
    parts: list[list[str]] = [[]]
    for symbol in _PART.findall(pattern[:300]):
        if symbol == ";":
            parts.append([])
        else:
            parts[-1].append(symbol)
    return tuple(_section(symbols) for symbols in parts[:4])


def _section(symbols: list[str]) -> _Section:
    prefix, suffix, digits = "", "", ""
    scale, date = 0, False
    general = "".join(symbols).strip().lower().endswith("general")
    for symbol in [] if general else symbols:
        if symbol[0] in "_*[":
            currency = re.match(r"\[\$([^\]-]+)", symbol)
            literal = currency.group(1) if currency else ""
            date = date or bool(re.fullmatch(r"\[[hms]+\]", symbol))
        elif symbol[0] == '"':
            literal = symbol[1:-1]
        elif symbol[0] == "\\":
            literal = symbol[1]
        elif symbol in "0#?.,":
            digits += symbol if not suffix.strip() or not digits else ""
            continue
        else:
            literal = symbol
            scale += 2 * (symbol == "%") + 3 * (symbol == "‰")
            date = date or bool(_DATE.fullmatch(symbol))
        if digits:
            suffix += literal
        else:
            prefix += literal
    whole, _, decimals = digits.partition(".")
    trailing = len(digits) - len(digits.rstrip(","))
    return _Section(
        prefix, suffix, whole.count("0"), sum(c in "0#?" for c in decimals), decimals.count("0"), "," in whole.rstrip(","),
        scale - 3 * trailing, bool(digits), date, general,
    )  # fmt: skip


def shown(value: float, pattern: str, from_1904: bool = False) -> str:
    """A number as its format shows it.

    Args:
        value: the number that the file stores; for a day, the days since the end of 1899.
        pattern: the number format.
        from_1904: whether days are counted from 1904.
    """
    sections = _sections(pattern)
    section = sections[0]
    sign = "-" if value < 0 else ""
    if len(sections) > 1 and not any("[" in pattern and c in pattern for c in "<>="):
        if value < 0:
            section, sign = sections[1], ""
        elif value == 0 and len(sections) > 2:
            section = sections[2]
    if section.date and not section.digits:
        return _date(value, pattern, from_1904)
    if section.general or pattern in ("@", ""):
        return plain(value)
    if not section.digits:
        return section.prefix.strip()
    return f"{section.prefix}{sign}{_digits(abs(value), section)}{section.suffix}".strip()


def _digits(value: float, section: _Section) -> str:
    try:
        number = Decimal(repr(value)).scaleb(section.scale).quantize(Decimal(1).scaleb(-section.decimals), ROUND_HALF_UP)
    except InvalidOperation:
        return plain(value)
    text = f"{number:,f}" if section.grouped else f"{number:f}"
    whole, _, decimals = text.partition(".")
    while len(decimals) > section.always and decimals.endswith("0"):
        decimals = decimals[:-1]
    if section.whole > 1:
        whole = whole.rjust(section.whole, "0")
    return f"{whole}.{decimals}" if decimals else whole


def plain(value: float) -> str:
    """A number without a format: up to eleven digits, as a cell shows it."""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    number = Decimal(repr(value))
    if abs(value) < 1e15:
        places = max(0, 11 - max(1, number.adjusted() + 1))
        number = round(number, min(places, 10))
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _date(value: float, pattern: str, from_1904: bool) -> str:
    if not -10 < value < 2_958_466:
        return plain(value)
    day = datetime(1904, 1, 1, tzinfo=UTC) if from_1904 else datetime(1899, 12, 30, tzinfo=UTC)
    moment = day + timedelta(days=value)

    def part(found: re.Match[str]) -> str:
        symbol = found.group().lower()
        before, behind = pattern[: found.start()], pattern[found.end() :]
        if symbol[0] == "y":
            return f"{moment.year:04d}" if len(symbol) > 2 else f"{moment.year % 100:02d}"
        is_minute = re.search(r"h[^a-z]*$", before, re.IGNORECASE) or re.match(r"[^a-z]*s", behind, re.IGNORECASE)
        number = {"m": moment.minute if is_minute else moment.month, "d": moment.day, "h": moment.hour, "s": moment.second}.get(symbol[0])
        return "" if number is None else f"{number:02d}" if len(symbol) > 1 else str(number)

    first = re.sub(r"\[[^\]]*\]", "", pattern).split(";")[0]
    pattern = re.sub(r'"([^"]*)"|\\(.)|[_*].|@', lambda found: found.group(1) or found.group(2) or "", first)
    return _DATE_PART.sub(part, pattern).strip()
