"""The catalogue of core indicators: which id, if any, an indicator's name has. Data: ``lexicon/indicators.yml``."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from transforms.lexicon import LexiconError, check_keys, derived, derived_up_to, load, pattern

_KEYS = frozenset({"id", "en", "dimension", "direction", "names", "growth_names", "range", "growth", "not_behind", "yes", "no"})
_FILLER = pattern("name_filler")
_PLACE = pattern("name_place")
_HEAD = pattern("name_head")


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of the catalogue, with the levels and growth rates that are plausible for it."""

    id: str
    name_zh: str
    name_en: str
    dimension: str
    direction: str | None
    aliases: tuple[str, ...]
    growth_names: tuple[str, ...]
    level_range: dict[str, tuple[float, float]] = field(default_factory=dict)
    growth_range: tuple[float, float] | None = None
    not_behind: tuple[str, ...] = ()
    """Verbs directly before the name behind which it is something else."""


@derived
def indicators() -> dict[str, Indicator]:
    """The catalogue by id, in its order."""
    found: dict[str, Indicator] = {}
    for entry in load("indicators.yml"):
        check_keys("indicators.yml", entry, _KEYS, frozenset({"id", "en", "dimension", "names"}))
        first, *aliases = entry["names"]
        if entry["id"] in found:
            raise LexiconError(f"transforms/lexicon/indicators.yml: id {entry['id']!r} is there twice")
        growth = entry.get("growth")
        found[entry["id"]] = Indicator(
            entry["id"],
            first,
            entry["en"],
            entry["dimension"],
            entry.get("direction"),
            tuple(aliases),
            tuple(entry.get("growth_names", ())),
            {level: (low, high) for level, (low, high) in entry.get("range", {}).items()},
            (growth[0], growth[1]) if growth else None,
            tuple(entry.get("not_behind", ())),
        )
    return found


@derived
def _by_name() -> tuple[dict[str, str], dict[str, str]]:
    always: dict[str, str] = {}
    growing: dict[str, str] = {}
    for indicator in indicators().values():
        for name in (indicator.name_zh, *indicator.aliases):
            always.setdefault(plain(name), indicator.id)
        for name in indicator.growth_names:
            growing.setdefault(plain(name), indicator.id)
    return always, growing


def plain(name: str) -> str:
    """A name without quotation marks, 的 and the like, as names are compared."""
    return _FILLER.sub("", name)


@derived_up_to(8192)
def match(name: str, statistic: str, dimension: str | None) -> str | None:
    """The catalogue's id of an indicator named so, None where it is none of the catalogue's.

    ``dimension`` is that of the number's unit: a level or change in a unit that cannot measure the indicator is
    something else of the same name.
    """
    always, growing = _by_name()
    key = plain(name)
    while True:
        found = always.get(key) or (growing.get(key) if statistic == "growth_rate" else None)
        shorter = _PLACE.sub("", key, count=1)
        if shorter == key:
            shorter = _HEAD.sub("", key)
        if found or shorter == key:
            break
        key = shorter
    if found is None:
        return None
    return found if _measures(found, statistic, dimension, key) else None


def behind_verb(indicator_id: str, verb: str) -> bool:
    """Whether the verb before a name makes it something else than the indicator (发行新增专项债券)."""
    return bool(verb) and verb.endswith(indicators()[indicator_id].not_behind or ("\0",))


def _measures(indicator_id: str, statistic: str, dimension: str | None, name: str) -> bool:
    """Whether a number of that dimension can be the indicator's level or change."""
    own = indicators()[indicator_id].dimension
    if indicator_id == "cpi" and statistic == "level":
        return dimension == "ratio" and name.endswith("指数")
    if indicator_id == "energy_intensity" and dimension == "energy":
        return True
    if statistic == "level":
        # Market entities are counted in 户 as in 家 and 个.
        return dimension == own or (own == "count" and dimension == "households")
    return statistic != "change" or dimension in (own, "percentage points", "households")


@derived
def _all_names() -> re.Pattern[str]:
    listed = {name for indicator in indicators().values() for name in (indicator.name_zh, *indicator.aliases) if len(name) >= 4}
    return re.compile("|".join(map(re.escape, sorted(listed, key=len, reverse=True))))


def last_named(text: str, before: int) -> str:
    """The last of the catalogue's names that stands before a place of a sentence; empty where there is none."""
    found = next(iter(deque(_all_names().finditer(text, 0, before), maxlen=1)), None)
    return found.group() if found else ""
