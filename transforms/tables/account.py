"""What a table's title says of all its figures: the account, the year, plan or execution, and whose figures they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from transforms.identify.places import mentions
from transforms.lexicon import pattern
from transforms.tables.headings import Status
from transforms.tables.model import Table
from transforms.tables.places import place_named

_KIND_OF_PLACE = re.compile("^(?:[市省区县州旗盟]|地区|自治[区州县])")
_ACCOUNT_BY = pattern("account_by")
_HEADING_SIDE = pattern("heading_side")

_ACCOUNT_NAMES = pattern("account_names")
_TITLE_ACTUAL = pattern("title_actual")
_TITLE_PLANNED = pattern("title_planned")
_TITLE_DRESSING = pattern("title_dressing")
_TITLE_PLACE = pattern("title_place")

_YEAR = re.compile(r"((?:19|20)\d\d)(?!\d)")
_BALANCE = re.compile(r"收支")


@dataclass(frozen=True, slots=True)
class Account:
    """The subject of a table. ``name`` is without place, year and the words of plan (一般公共预算收入)."""

    name: str
    years: tuple[int, ...]
    status: Status | None
    scope: str
    rows_are_places: bool
    side: str
    """收入 or 支出 where the heading of the rows' labels says so."""

    def year(self, status: Status) -> int | None:
        """The title's year: of several, the first is the one carried out and the last the one planned."""
        if not self.years:
            return None
        return self.years[0] if status.modality == "actual" else self.years[-1]

    def on_side(self, side: str) -> str:
        """The account's name on one side of a balance (一般公共预算收支, 支出: 一般公共预算支出)."""
        if side and _BALANCE.search(self.name):
            return _BALANCE.sub(side, self.name)
        return self.name + side if side and side not in self.name else self.name


def account_of(table: Table) -> Account:
    """The account of a table by its title and rows."""
    title = table.title
    years = tuple(dict.fromkeys(int(year) for year in _YEAR.findall(title)))
    named = _named(title)
    places = [place_named(row.label) for row in table.rows if row.label]
    some = sum(place is not None and not place.is_total for place in places)
    return Account(
        named,
        years,
        _status(title),
        "own_level" if re.search("本级|(?<![上下各])[市区省县州]级", title) else "whole",
        bool(places) and (some == len(places) or (some >= 2 and some >= 0.5 * len(places))),
        _side(table.label_headings),
    )


def _side(label_headings: Sequence[str]) -> str:
    words = [word for heading in label_headings for word in heading.split()]
    return next((found[1] for word in words if (found := _HEADING_SIDE.fullmatch(word))), "")


def _status(title: str) -> Status | None:
    plain = _ACCOUNT_NAMES.sub("", title)
    actual, planned = _TITLE_ACTUAL.search(plain), _TITLE_PLANNED.search(plain)
    if actual and not (planned and _YEAR.search(plain, actual.end())):
        return Status("actual", None, "预计" in plain)
    return Status("target") if planned and not actual else None


def _named(title: str) -> str:
    """A title's account: without its number, years, place and the words around it."""
    name, last = title, ""
    while name != last:
        last = name
        name = _TITLE_DRESSING.sub("", name).strip("：:、 ")
    found = next(iter(mentions(name)), None)
    if found is not None and found.start == 0:
        name = name[found.end :]
        name = name if found.is_full else _KIND_OF_PLACE.sub("", name)
    for prefix in (_TITLE_PLACE, _ACCOUNT_BY):
        stripped = prefix.sub("", name)
        name = stripped if len(stripped) >= 2 else name
    return name
