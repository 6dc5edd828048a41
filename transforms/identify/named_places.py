"""The place that some words name: a division of the list, the lowest of a chain, or one that the list does not have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from transforms.identify.levels import level_words
from transforms.identify.places import Mention, mentions
from transforms.identify.regions import FOREVER, NATION, Region, parent_code, regions, short_name
from transforms.lexicon import derived, pattern

_UNKNOWN = pattern("unknown_place")
_HEADS_REPORT = pattern("heads_a_report")
# What may stand before the name of a place in a title.
_BEFORE_NAME = "0123456789年度关于（("


@dataclass(frozen=True, slots=True)
class Named:
    """What some words name: divisions (several where they bear the same name), or a ``name`` that the list does not have."""

    regions: tuple[Region, ...]
    name: str
    above: tuple[Region, ...] = ()
    """Of a name that the list does not have: the divisions named directly before it."""

    @property
    def is_unknown(self) -> bool:
        return not self.regions


def named_place(words: str, year: int | None, *, strict: bool) -> Named | None:
    """The place that words such as a title name first; ``strict``: a short name counts only before a year or the kind of report.

    A name that the list does not have, directly behind a known one, is not taken for the known one.
    """
    found = [m for m in mentions(words) if _counts(words, m, strict)]
    if not found:
        start = len(words) - len(words.lstrip(_BEFORE_NAME))
        unknown = _UNKNOWN.search(words[start:])
        return _usual_or_unknown(unknown.group("name"), (), year) if unknown else None
    chain = _chain(found)
    last = chain[-1]
    with_level = None if last.is_full else _with_level(words, last)
    if with_level is not None:
        return _usual_or_unknown(with_level, tuple(chain[:-1]), year)
    lowest = inside(fitting(last.regions, year), chain[:-1])
    behind = _UNKNOWN.search(words[last.end :])
    if behind and last.is_full:
        return Named((), behind.group("name"), lowest)
    return Named(lowest, last.name)


def _counts(words: str, mention: Mention, strict: bool) -> bool:
    """Whether a name is one of the place that the words are of: the nation has clues of its own."""
    if any(region.code == NATION for region in mention.regions):
        return False
    return mention.is_full or not strict or bool(_HEADS_REPORT.search(words[mention.end :]) or _with_level(words, mention))


def _with_level(words: str, mention: Mention) -> str | None:
    """A short name with the word for a level directly behind it: 白沙乡, 大理州."""
    found = _UNKNOWN.search(words[mention.start :])
    return found.group("name") if found and found.group("name")[len(mention.name) :] in level_words() else None


def _usual_or_unknown(name: str, above: tuple[Mention, ...], year: int | None) -> Named:
    """The autonomous place that is usually called so (大理州), else a place that the list does not have (白沙乡)."""
    known = inside(fitting(usual_names().get(name, ()), year), list(above))
    return Named(known, name) if known else Named((), name, fitting(above[-1].regions, year) if above else ())


@derived
def usual_names() -> dict[str, tuple[Region, ...]]:
    """Divisions whose official names are long by what they are usually called: 大理州, 孟村县."""
    names: dict[str, list[Region]] = {}
    for region in regions():
        usual = short_name(region.name) + region.name[-1]
        if usual != region.name and region.name[-1] in level_words():
            names.setdefault(usual, []).append(region)
    return {name: tuple(found) for name, found in names.items()}


def _chain(found: list[Mention]) -> list[Mention]:
    """The first name with those that directly follow it: 保定市徐水区."""
    chain = [found[0]]
    for mention in found[1:]:
        if mention.start != chain[-1].end:
            break
        chain.append(mention)
    return chain


def inside(candidates: tuple[Region, ...], chain: list[Mention]) -> tuple[Region, ...]:
    """Of divisions of one name those that lie in the places named before it."""
    for outer in reversed(chain):
        above = {region.code for region in outer.regions}
        candidates = tuple(c for c in candidates if ancestors(c.code) & above) or candidates
    return candidates


def fitting(regions: Iterable[Region], year: int | None) -> tuple[Region, ...]:
    """Of divisions of one name those in force at the time, else all of them; the latest of each code."""
    rows = list(regions)
    held = [r for r in rows if r.held(year if year is not None else FOREVER)] or rows
    exact = [r for r in held if year is not None and r.since <= year <= r.until]
    return tuple({r.code: r for r in (*held, *exact)}.values())


def ancestors(code: str) -> set[str]:
    """The codes of the divisions above one, up to the nation."""
    out: set[str] = set()
    above = parent_code(code)
    while above is not None:
        out.add(above)
        above = parent_code(above)
    return out


def level_of_name(name: str) -> str | None:
    """The level that the name of an unlisted place says by its ending."""
    words = level_words()
    return next((words[word] for word in sorted(words, key=len, reverse=True) if name.endswith(word)), None)
