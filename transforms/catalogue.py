"""The catalogue of core indicators: which id, if any, an indicator's name has. Data: ``lexicon/indicators.yml``."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from transforms.lexicon import LexiconError, check_keys, load

_KEYS = frozenset({"id", "en", "dimension", "direction", "names", "growth_names", "range", "growth", "yes", "no"})
_FILLER = re.compile(r"[\s_“”\"'《》的]|预期目标|[（(](?:GDP|M2|不含农户|R&D)[）)]$")
_PLACE = re.compile(r"^(?:年末|年底|全市|全区|全县|全省|全州|全国|我国|我省|我市|我区|我县|本市|本区|本省|地方(?=税收|外贸|进出口|专项)|预计|实现|完成|其中|当年|全年|期末|末|年(?=进出口)|市场(?=经营主体))")
_HEAD = re.compile(r"(?<=..)(?:总规模|规模|总数|数量|总量)$")


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


@functools.cache
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
        )
    return found


@functools.cache
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


@functools.lru_cache(maxsize=8192)
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
    own = indicators()[found].dimension
    if statistic == "level" and dimension != own and not (own == "compound" and dimension == "compound"):
        # Market entities are counted in 户 as in 家 and 个; population in 人.
        if not (own == "count" and dimension == "households"):
            return None
    if statistic == "change" and dimension not in (own, "percentage points", "households"):
        return None
    if found in ("cpi",) and statistic == "level":
        return None
    return found


@functools.cache
def _all_names() -> re.Pattern[str]:
    listed = {name for indicator in indicators().values() for name in (indicator.name_zh, *indicator.aliases) if len(name) >= 4}
    return re.compile("|".join(map(re.escape, sorted(listed, key=len, reverse=True))))


def last_named(text: str, before: int) -> str:
    """The last of the catalogue's names that stands before a place of a sentence; empty where there is none."""
    found = None
    for found in _all_names().finditer(text, 0, before):
        pass
    return found.group() if found else ""
