"""The text as the rules read it: without white space, digits and letters in one form, every place traceable to the original.

Folding keeps one character for one (:func:`fold`), so that a place in the view is a place in the text; what is left out
(white space, zero-width characters) only shifts it, and ``View.origin`` says by how much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    "－": "－",
}

_FOLDED = {seen: read for seen, read in (_FULL_WIDTH | _LOOK_ALIKES).items() if seen != read}
_FOLDABLE = re.compile("[" + "".join(map(re.escape, _FOLDED)) + "]")

SEPARATOR = "\x1f"
"""Stands in a view where white space kept two numbers apart."""

_SPACE = re.compile(rf"[\s{ZERO_WIDTH}]+")
_DIGIT_GAP = re.compile(rf"(?<=[0-9.])[\s{ZERO_WIDTH}]+(?=[0-9])")
_SPACED_DIGITS = re.compile(r"(?<![\d.])\d \d \d|(?<![\d.])\d \d ?[年月%亿万]|\d ?\. ?\d ?%")
"""Old texts are set with a space between all digits."""


def fold(text: str) -> str:
    """The text with full-width digits and letters, and the look-alikes of % . / + :, in one form; one character for one."""
    return _FOLDABLE.sub(lambda found: _FOLDED[found.group()], text)


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
    return View("".join(characters), origin)
