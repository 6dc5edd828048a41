"""The views and table macros: one SQL file each under ``views/`` and ``macros/``, whose leading comment explains it and its columns."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from transforms import schema

FOLDER = Path(__file__).parents[1] / "views"
MACROS = Path(__file__).parents[1] / "macros"
GENERATED = "/* generated columns */"
NARROWING = FOLDER / "narrowing.yml"
SHORT_NAMES = FOLDER / "short_names.yml"
LONGEST_NAME = 32
"""Characters of a column's name that Stata takes."""
_HEADER = re.compile(r"^-- (?P<key>en|zh|after|stored by|renewed by|also in USD|generated|column (?P<column>\w+)): (?P<text>.+)$")


class ViewError(ValueError):
    """A view's file has a mistake, or a column that nothing explains; the message names both."""


@dataclass(frozen=True)
class View:
    """One view: its SQL, what it is in English and Chinese, and what its own columns mean."""

    name: str
    sql: str
    en: str
    zh: str
    after: tuple[str, ...]
    """The views that this one reads."""
    columns: dict[str, tuple[str, str]]
    usd_columns: tuple[str, ...] = ()
    generated: str = ""
    """What the columns are that the catalogue's indicators add; empty where none are."""
    stored_by: tuple[str, ...] = ()
    """The columns in whose order its rows are kept, so that a question costs what it looks at; none: worked out at each question."""
    renewed_by: str = ""
    """The column with the region whose documents a row follows from: rows of a region, and of those it was renamed from or to, follow
    from their documents alone, whatever the others say. Empty: that cannot be said."""

    @property
    def comment(self) -> str:
        return f"{self.en} ({self.zh})"


@dataclass(frozen=True)
class IndicatorColumns:
    """What a view needs to know of a catalogue indicator to have columns for it."""

    indicator_id: str
    name_zh: str
    name_en: str
    dimension: str


def views() -> list[View]:
    """All views, each behind those that it reads.

    Raises:
        ViewError: a file has a mistake.
    """
    found = {file.stem: _read(file) for file in sorted(FOLDER.glob("*.sql"))}
    ordered: dict[str, View] = {}

    def place(name: str, behind: tuple[str, ...]) -> None:
        if name in behind:
            raise ViewError(f"views/{name}.sql: comes after itself, by way of {', '.join(behind)}")
        if name not in found:
            raise ViewError(f"views/{behind[-1]}.sql: comes after {name}, which is no view")
        for earlier in found[name].after:
            place(earlier, (*behind, name))
        ordered.setdefault(name, found[name])

    for name in found:
        place(name, ())
    return list(ordered.values())


def macros() -> list[View]:
    """All table macros: what is asked with a word, ``from search_text('就业')``.

    Raises:
        ViewError: a file has a mistake.
    """
    return [_read(file) for file in sorted(MACROS.glob("*.sql"))]


def expand(view: View, indicators: Iterable[IndicatorColumns]) -> View:
    """The view with a column for the level and the growth of every indicator where its SQL asks for that."""
    if GENERATED not in view.sql:
        return view
    lines, columns = [""], dict(view.columns)
    for each in sorted(indicators, key=lambda indicator: indicator.indicator_id):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", each.indicator_id):
            raise ViewError(f"indicator id {each.indicator_id!r}: use small letters, digits and _, it names a column")
        unit = "CNY" if each.dimension == "currency" else None
        for suffix, said, condition in _panel_columns(each, unit, each.indicator_id in view.usd_columns):
            name = _short_name(f"{each.indicator_id}{suffix}")
            lines.append(f"max(coalesce(value_std, value)) filter (where indicator_id = '{each.indicator_id}' and {condition}) as {name}")
            columns[name] = (f"{each.name_en[:1].upper()}{each.name_en[1:]}: {said[0]}.", f"{each.name_zh}，{said[1]}")
    return replace(view, sql=view.sql.replace(GENERATED, ",\n        ".join(lines)), columns=columns)


def _short_name(name: str) -> str:
    """Abbreviate the name of a generated column to :data:`LONGEST_NAME` characters, by the words of ``short_names.yml`` in their order.

    Raises:
        ViewError: it stays too long.
    """
    for word, short in _short_words().items():
        if len(name) <= LONGEST_NAME:
            break
        name = name.replace(word, short)
    if len(name) > LONGEST_NAME:
        raise ViewError(f"the column {name} has more than {LONGEST_NAME} characters; add a short form to views/{SHORT_NAMES.name}")
    return name


@functools.cache
def _short_words() -> dict[str, str]:
    return dict(yaml.safe_load(SHORT_NAMES.read_text(encoding="utf8")))


def _panel_columns(indicator: IndicatorColumns, unit: str | None, in_usd: bool) -> list[tuple[str, tuple[str, str], str]]:
    level = "statistic = 'level'"
    # Readings in another dimension than the catalogue's are quarantined; those without one cannot be compared.
    main = f"{level} and unit_std = '{unit}'" if unit else f"{level} and rank = 1"
    columns = [("", (f"level in {unit}" if unit else "level in the standard unit", f"水平值（{unit or '标准单位'}）"), main)]
    if in_usd:
        columns.append(("_usd", ("level in USD", "水平值（USD）"), f"{level} and unit_std = 'USD'"))
    columns.append(("_growth", ("growth in percent", "增长率（%）"), "statistic = 'growth_rate'"))
    return columns


def column_comment(view: View, column: str) -> tuple[str, str]:
    """What a column of a view means, in English and Chinese: what the view says, else what the field of that name means.

    Raises:
        ViewError: nothing explains it.
    """
    if column in view.columns:
        return view.columns[column]
    for table in schema.tables().values():
        if column in table.column_names:
            return table[column].en, table[column].zh
    raise ViewError(f"views/{view.name}.sql: nothing says what the column {column} is; add a line `-- column {column}: meaning | 含义`")


@functools.cache
def narrowing() -> dict[str, Any]:
    """What ``narrowing.yml`` says."""
    return dict(yaml.safe_load(NARROWING.read_text(encoding="utf8")))


def _with_words(sql: str) -> str:
    """The SQL with patterns of the words of ``narrowing.yml`` where it asks for them."""
    told = narrowing()
    for place, words in (("words", [word for group in told["words"].values() for word in group]), ("tails", told["tails"])):
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        sql = sql.replace(f"/* narrowing {place} */", "'" + "|".join(map(re.escape, longest_first)) + "'")
    for place, pattern in (("zones", "(?:{})$"), ("generic", "{}"), ("underway", "{}"), ("done", "{}")):
        sql = sql.replace(f"/* narrowing {place} */", f"'{pattern.format('|'.join(told[place]))}'")
    return sql


def _read(file: Path) -> View:
    sql = _with_words(file.read_text(encoding="utf8"))
    said_by = f"{'macros' if file.parent == MACROS else 'views'}/{file.name}"
    said: dict[str, str] = {}
    columns: dict[str, tuple[str, str]] = {}
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        match = _HEADER.match(line)
        if match is None:
            raise ViewError(
                f"{said_by}: cannot read the comment {line!r}; it is `-- en:`, `-- zh:`, `-- after:`, `-- stored by:` … or `-- column:`"
            )
        if match["column"]:
            en, bar, zh = match["text"].partition(" | ")
            if not bar:
                raise ViewError(f"{said_by}: column {match['column']} needs its meaning as `English | 中文`")
            columns[match["column"]] = (en.strip(), zh.strip())
        else:
            said[match["key"]] = match["text"].strip()
    if not {"en", "zh"} <= set(said):
        raise ViewError(f"{said_by}: must begin with `-- en:` and `-- zh:`")
    return View(
        file.stem,
        sql,
        said["en"],
        said["zh"],
        tuple(said.get("after", "").split()),
        columns,
        tuple(said.get("also in USD", "").split()),
        said.get("generated", ""),
        tuple(said.get("stored by", "").split()),
        said.get("renewed by", ""),
    )
