"""The numbers that Word writes before paragraphs by itself, in a binary file: list definitions and the styles that use them."""

from __future__ import annotations

from dataclasses import dataclass, field

from transforms.decode.numbering import LABEL_ENDS, write
from transforms.decode.word_binary import Properties, changes_in, u16, u32

LEVEL, LIST = 0x260A, 0x460B
"""Codes of a paragraph's place in a list (sprmPIlvl, sprmPIlfo)."""
_FORMS = {
    1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "japaneseCounting", 11: "japaneseCounting",
    14: "decimalFullWidth", 18: "decimalEnclosedCircle", 23: "bullet", 33: "taiwaneseCounting", 35: "taiwaneseCountingThousand",
    37: "chineseCounting", 38: "chineseLegalSimplified", 39: "chineseCountingThousand", 255: "none",
}  # fmt: skip
_MOST = 2_000
"""Lists, list uses or styles; a report has a few dozen."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: where it begins to count, in which form, and its text with the characters 0 to 8 for numbers."""

    start: int
    form: str
    text: str


@dataclass(slots=True)
class Lists:
    """Counts numbered paragraphs in the order in which they are asked for."""

    levels: dict[int, list[Level]]
    """Levels by list use (ilfo)."""
    group: dict[int, int]
    """What counts together."""
    styles: dict[int, tuple[int, int]]
    """List use and level of a style."""
    counts: dict[int, dict[int, int]] = field(default_factory=dict)

    def label(self, paragraph: Properties) -> str:
        """What stands before the paragraph by itself; empty where it is not numbered."""
        use, level = self.styles.get(paragraph.style, (0, 0))
        own = paragraph.number(LIST)
        if own is not None:
            use, level = own, 0
        level = paragraph.changes[LEVEL][0] if paragraph.changes.get(LEVEL) else level
        levels = self.levels.get(use, [])
        if not 0 <= level < len(levels):
            return ""
        counts = self.counts.setdefault(self.group[use], {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        if levels[level].form in ("bullet", "none"):
            return ""
        label = "".join(
            write(counts.get(ord(c), levels[ord(c)].start if ord(c) < len(levels) else 1), levels[min(ord(c), len(levels) - 1)].form)
            if c < "\x09"
            else c
            for c in levels[level].text[:40]
        )
        return label if not label or label.endswith(LABEL_ENDS) else label + " "


def read_lists(table: bytes, lists: tuple[int, int], uses: tuple[int, int], styles: tuple[int, int]) -> Lists:
    """The lists of a document, from the places of their definitions, of their uses and of the styles."""
    definitions = _definitions(table, lists)
    levels: dict[int, list[Level]] = {}
    group: dict[int, int] = {}
    count = min(u32(table, uses[0]), _MOST, uses[1] // 16) if uses[1] else 0
    for i in range(count):
        name = u32(table, uses[0] + 4 + 16 * i)
        if name in definitions:
            levels[i + 1] = definitions[name]
            group[i + 1] = name
    return Lists(levels, group, _styles(table, styles))


def _definitions(table: bytes, place: tuple[int, int]) -> dict[int, list[Level]]:
    found: dict[int, list[Level]] = {}
    if not place[1]:
        return found
    count = min(u16(table, place[0]), _MOST)
    at = place[0] + 2 + 28 * count
    for i in range(count):
        entry = place[0] + 2 + 28 * i
        simple = bool(table[entry + 26] & 1) if entry + 26 < len(table) else True
        levels = []
        for _ in range(1 if simple else 9):
            level, at = _level(table, at)
            levels.append(level)
        found[u32(table, entry)] = levels
    return found


def _level(table: bytes, at: int) -> tuple[Level, int]:
    """A level's definition (LVL), and where the next one begins."""
    if at + 28 > len(table):
        return Level(1, "none", ""), at
    start, form = u32(table, at), table[at + 4]
    text = at + 28 + table[at + 24] + table[at + 25]
    length = min(u16(table, text), 255)
    label = table[text + 2 : text + 2 + 2 * length].decode("utf-16-le", "ignore")
    return Level(min(start, 30_000), _FORMS.get(form, "decimal"), label), text + 2 + 2 * length


def _styles(table: bytes, place: tuple[int, int]) -> dict[int, tuple[int, int]]:
    """List use and level of the paragraph styles that have one (STSH)."""
    found: dict[int, tuple[int, int]] = {}
    if place[1] < 6:
        return found
    count, base = min(u16(table, place[0] + 2), _MOST), u16(table, place[0] + 4)
    at, end = place[0] + 2 + u16(table, place[0]), min(place[0] + place[1], len(table))
    for style in range(count):
        size = u16(table, at)
        if at + 2 + size > end:
            break
        entry, at = table[at + 2 : at + 2 + size], at + 2 + size + size % 2
        kind, parent = u16(entry, 2) & 0xF, u16(entry, 2) >> 4
        if kind != 1:
            continue
        body = base + 2 + 2 * u16(entry, base) + 2
        changes = changes_in(entry[body + 4 : body + 2 + u16(entry, body)])
        use = Properties(0, changes).number(LIST)
        use, level = (use, 0) if use is not None else found.get(parent, (0, 0))
        level = changes[LEVEL][0] if changes.get(LEVEL) else level
        if use:
            found[style] = (use, level)
    return found
