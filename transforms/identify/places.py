"""Finds the names of divisions in a text, full and short ones, the longest at each place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.identify.regions import Region, by_name, regions, short_name
from transforms.lexicon import derived, load


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at ``text[start:end]``; ``is_full`` where it is a full name such as 密云区, not 密云."""

    name: str
    start: int
    end: int
    is_full: bool
    regions: tuple[Region, ...]


def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = load("placewords.yml")
    return words


_BOUNDARY = re.compile(r"(?:代表|[，。、；：！？“”（）《》—\-\n]|^)$")


@derived
def _risky() -> dict[str, bool]:
    """Full names that other words form by chance, and whether they count behind punctuation or only behind the place above."""
    words = _words()
    return {**dict.fromkeys(words["bounded"], True), **dict.fromkeys(words["joined"], False)}


@derived
def _names() -> tuple[dict[str, tuple[bool, tuple[Region, ...]]], dict[str, tuple[int, ...]]]:
    """Each name with whether it is full and what it may be; and for its first two characters the lengths there are, longest first."""
    table: dict[str, tuple[bool, tuple[Region, ...]]] = {}
    ordinary = frozenset(_words()["ordinary"])
    short: dict[str, list[Region]] = {}
    for region in regions():
        name = short_name(region.name)
        if len(name) >= 2 and name not in ordinary and name != region.name:
            short.setdefault(name, []).append(region)
    table.update((name, (False, tuple(rows))) for name, rows in short.items())
    table.update((name, (True, rows)) for name, rows in by_name().items())
    table.update((word, (False, ())) for word in _words()["masks"])
    lengths: dict[str, set[int]] = {}
    for name in table:
        lengths.setdefault(name[:2], set()).add(len(name))
    return table, {start: tuple(sorted(sizes, reverse=True)) for start, sizes in lengths.items()}


def mentions(text: str) -> Iterator[Mention]:
    """The names in a text without spaces, from left to right, none within another."""
    table, lengths = _names()
    risky = _risky()
    i, end, last = 0, len(text) - 1, -1
    while i < end:
        for size in lengths.get(text[i : i + 2], ()):
            found = table.get(text[i : i + size])
            if found is not None:
                name = text[i : i + size]
                if name in risky and i != last and not (risky[name] and _BOUNDARY.search(text, max(0, i - 2), i)):
                    continue
                if found[1]:
                    last = i + size
                    yield Mention(name, i, last, found[0], found[1])
                i += size
                break
        else:
            i += 1
