"""Whose figure a number is: of the place as a whole, of the government's own accounts, or of another place.

Told by the words at the head of a number's clause (全国居民消费价格, 市本级一般公共预算收入) and by the heading above it (市级收支).
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.lexicon import load, pattern
from transforms.reading import catalogue

_OWN_LEVEL = pattern("own_accounts")
_WHOLE_LEVEL = pattern("whole_level")
_ACCOUNT_NAME = pattern("account_name")
_LEVEL_HEADING = pattern("level_heading")
_LEVEL_ENDS = pattern("level_ends")
_PLACE_FIRST = pattern("other_place_first")
_ZONE_FIRST = pattern("zone_first")
_MEASURED = pattern("measured_head")
_LEVELS = ("nation", "province", "prefecture", "county", "township")
_NATION = "100000"


@dataclass(frozen=True, slots=True)
class Home:
    """The place that a document is of."""

    name: str = ""
    code: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """The place of a number as written (None: the document's own), its code, and the scope."""

    place: str | None = None
    code: str | None = None
    scope: str = "whole"


OWN = Whose()


def level_said(text: str, before: str) -> str:
    """``own_level`` or ``whole`` where a heading within the text says whose accounts follow, else what was said ``before``."""
    said = "" if _LEVEL_ENDS.match(text) else before
    for found in _LEVEL_HEADING.finditer(text):
        said = "own_level" if found["own"] else "whole"
    return said


def whose(left: str, name: str, section: str, heading: str, home: Home) -> Whose:
    """Whose a number is; ``left`` are the words before it, ``heading`` what :func:`level_said` found above it."""
    if _ACCOUNT_NAME.search(name):
        if _OWN_LEVEL.search(left) or _OWN_LEVEL.match(name):
            return Whose(scope="own_level")
        if not _WHOLE_LEVEL.search(left) and (heading == "own_level" or level_said(section, "") == "own_level"):
            return Whose(scope="own_level")
    known = catalogue.match(name, "growth_rate", "ratio") is not None
    if not known and not _MEASURED.search(name):
        return OWN
    other = _PLACE_FIRST.match(left)
    if other:
        return _above(other["place"], home)
    zone = _ZONE_FIRST.match(left)
    if zone and zone["zone"] not in home.name and home.name not in zone["zone"]:
        return Whose(zone["zone"], None, "part")
    return OWN


def _above(word: str, home: Home) -> Whose:
    """A word for a higher level as the place that it means for a document (全省 in a city's report); own level: nothing."""
    levels: dict[str, str] = load("higher_levels.yml")["levels"]
    level = levels[word]
    if home.level not in _LEVELS or _LEVELS.index(level) >= _LEVELS.index(home.level):
        return OWN
    code = _NATION if level == "nation" else home.code and home.code[: 2 if level == "province" else 4].ljust(6, "0")
    return Whose(word, code)
