"""The text as the rules read it: without white space, digits, letters and characters in one form, every place traceable to the original.

Folding keeps one character for one (:func:`fold`), so that a place in the view is a place in the text; what is left out
(white space, zero-width characters) only shifts it, and ``View.origin`` says by how much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.lexicon import derived, load
from transforms.text.markup import PLAIN_MARKUP, without_markup

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_FULL_WIDTH = {chr(c): chr(c - 0xFEE0) for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_LOOK_ALIKES = {
    "％": "%",
    "﹪": "%",
    "．": ".",
    "﹒": ".",
    "／": "/",
    "∕": "/",
    "＋": "+",
    "∶": ":",
    "︰": ":",
    "㎥": "方",
    "，": "，",
    "○": "〇",
    "◯": "〇",
    "Ｏ": "O",
    "﹣": "-",
    "−": "-",
    "µ": "μ",
    "＄": "$",
}
_POINT_AS_STOP = re.compile("(?<=[一-龥％%）)”])[．﹒.](?=[一-龥（“—])")
"""Type-setting programs end a sentence with a point."""
_ASCII_STOP = re.compile("(?<=[^0-9A-Za-z]),|,(?=[^0-9A-Za-z])|(?<=[一-龥％%）)”]);(?=[一-龥（“])")
_STOPS_IN_CHINESE = {",": "，", ";": "；"}
_LETTER_NOUGHT = re.compile("(?<=[一二三四五六七八九〇])[O0]{1,2}(?=[〇一二三四五六七八九年])")
"""The nought of a year in Chinese numerals is often written as a letter or an Arabic digit (二OO八年)."""

SEPARATOR = "\x1f"
"""Stands in a view where white space kept two numbers apart."""

_SPACE = re.compile(rf"[\s{ZERO_WIDTH}]+")
_DIGIT_GAP = re.compile(rf"(?<=[0-9.])[\s{ZERO_WIDTH}]+(?=[0-9])")
_SPACED_DIGITS = re.compile(r"(?<![\d.])\d \d \d|(?<![\d.])\d \d ?[年月%亿万]|\d ?\. ?\d ?%")
"""Old texts are set with a space between all digits."""


@derived
def plain_forms() -> dict[str, str]:
    """Traditional and old forms of characters (``lexicon/plain_forms.yml``), each with the plain one that it is read as."""
    return {pair[0]: pair[1] for pair in load("plain_forms.yml")["pairs"].split()}


@derived
def _folded() -> tuple[re.Pattern[str], dict[str, str]]:
    table = plain_forms() | _FULL_WIDTH | _LOOK_ALIKES
    table = {seen: read for seen, read in table.items() if seen != read}
    return re.compile("[" + "".join(map(re.escape, table)) + "]"), table


def fold(text: str) -> str:
    """The text with digits, letters, characters and the look-alikes of % . / + : in one form; one character for one."""
    foldable, table = _folded()
    folded = foldable.sub(lambda found: table[found.group()], text)
    return _LETTER_NOUGHT.sub(lambda found: "〇" * len(found.group()), folded)


@dataclass(frozen=True, slots=True)
class View:
    """``text`` without white space; ``origin[i]`` is the offset of its character ``i`` in the document's text."""

    text: str
    origin: tuple[int, ...] | list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The document's offsets of ``text[start:end]`` (``start < end``)."""
        return self.origin[start], self.origin[end - 1] + 1


def _gap_joins(text: str, start: int, end: int) -> bool:
    """Whether the white space ``text[start:end]`` between two digits stands inside one number.

    Old texts are set with a space between all digits (1 9 9 7); a line may also be broken inside a number.
    Two longer digit runs with a space between them are two numbers.
    """
    gap = text[start:end]
    if "\n" in gap:
        return gap.count("\n") <= 2 and not gap.replace("\n", "").strip(" \t\r\u3000")
    left_single = start < 2 or not (text[start - 2].isdigit() or text[start - 2] in ".,")
    right_single = end + 1 >= len(text) or not (text[end + 1].isdigit() or text[end + 1] in ".,")
    spaced_left = start >= 3 and text[start - 2].isspace() and text[start - 3].isdigit()
    return (left_single and right_single) or spaced_left or (left_single and len(gap) == 1 and end + 1 < len(text) and text[end + 1] == ".")


def view(text: str, start: int, end: int, *, keep_gaps: bool = False) -> View:
    """The view of ``text[start:end]``. ``keep_gaps``: white space between digits always parts two numbers."""
    folded = fold(text[start:end])
    spaced = not keep_gaps and _SPACED_DIGITS.search(folded) is not None
    gaps = [g for g in _DIGIT_GAP.finditer(folded) if keep_gaps or not ((spaced and len(g.group()) == 1) or _gap_joins(folded, *g.span()))]
    kept_gaps = {g.start() for g in gaps}
    characters: list[str] = []
    origin: list[int] = []
    position = 0
    for space in _SPACE.finditer(folded):
        at = space.start()
        characters.append(folded[position:at])
        origin.extend(range(start + position, start + at))
        if at in kept_gaps:
            characters.append(SEPARATOR)
            origin.append(start + at)
        position = space.end()
    characters.append(folded[position:])
    origin.extend(range(start + position, start + len(folded)))
    joined = _POINT_AS_STOP.sub("。", "".join(characters))
    if "," in joined or ";" in joined:
        joined = _ASCII_STOP.sub(lambda found: _STOPS_IN_CHINESE[found.group()], joined)
    if PLAIN_MARKUP.search(joined):
        return View(*without_markup(joined, origin))
    return View(joined, origin)
