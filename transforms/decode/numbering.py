"""The numbers that a word processor writes before paragraphs by itself (``一、``, ``（三）``, ``2.``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CHINESE = frozenset(
    (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "ideographTraditional",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "chineseLegalSimplified",
    )
)


LABEL_ENDS = ("、", "）", ")", "：", ".", "．")
"""How a number before a paragraph ends where no space belongs behind it."""


def chinese(number: int) -> str:
    """1 to 99 in Chinese numerals as headings use them; Arabic beyond."""
    if not 1 <= number <= 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if not tens else ("十" if tens == 1 else _DIGITS[tens] + "十")) + (_DIGITS[ones] if ones else "")


def roman(number: int) -> str:
    """A number from 1 to 3999 in Roman numerals; Arabic beyond."""
    if not 1 <= number <= 3999:
        return str(number)
    out = ""
    for value, letters in (
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        while number >= value:
            out, number = out + letters, number - value
    return out


def write(number: int, form: str) -> str:
    """A number in one of the forms of WordprocessingML."""
    if form in _CHINESE:
        return chinese(number)
    if form in ("upperRoman", "lowerRoman"):
        return roman(number) if form == "upperRoman" else roman(number).lower()
    if form in ("upperLetter", "lowerLetter") and 1 <= number <= 26:
        return chr((65 if form == "upperLetter" else 97) + number - 1)
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if form == "decimalFullWidth":
        return "".join(chr(0xFF10 + int(d)) for d in str(number))
    return str(number)


def _value(element: Element | None, default: str = "") -> str:
    return default if element is None else element.get(W + "val", default)


def _integer(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() and len(text) < 7 else 0


class Numbering:
    """Counts numbered paragraphs in the order in which they are asked for."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._group: dict[str, str] = {}
        self._by_style: dict[str, tuple[str, int]] = {}
        if numbering is not None:
            self._read(numbering)
        if styles is not None:
            self._read_styles(styles)

    def _read(self, root: Element) -> None:
        abstract = {}
        for definition in root.iter(W + "abstractNum"):
            levels = {}
            for level in definition.iter(W + "lvl"):
                index = _integer(level.get(W + "ilvl", "0"))
                levels[index] = (
                    _value(level.find(W + "numFmt"), "decimal"),
                    _value(level.find(W + "lvlText")),
                    _integer(_value(level.find(W + "start"), "1")),
                )
                style = _value(level.find(W + "pStyle"))
                if style:
                    self._by_style.setdefault(style, ("", index))
            abstract[definition.get(W + "abstractNumId", "")] = levels
        for number in root.iter(W + "num"):
            name = number.get(W + "numId", "")
            group = _value(number.find(W + "abstractNumId"))
            levels = dict(abstract.get(group, {}))
            restarts = False
            for override in number.iter(W + "lvlOverride"):
                index = _integer(override.get(W + "ilvl", "0"))
                start = override.find(W + "startOverride")
                if start is not None and index in levels:
                    levels[index] = (*levels[index][:2], _integer(_value(start, "1")))
                    restarts = True
            self._levels[name] = levels
            self._group[name] = f"num {name}" if restarts else group

    def _read_styles(self, root: Element) -> None:
        for style in root.iter(W + "style"):
            properties = style.find(f"{W}pPr/{W}numPr")
            if properties is not None:
                number = _value(properties.find(W + "numId"))
                name = style.get(W + "styleId", "")
                level = properties.find(W + "ilvl")
                at = _integer(_value(level, "0")) if level is not None else self._by_style.get(name, ("", 0))[1]
                if number:
                    self._by_style[name] = (number, at)

    def label(self, paragraph: Element) -> str:
        """What stands before the paragraph by itself; empty where it is not numbered."""
        properties = paragraph.find(W + "pPr")
        if properties is None or not self._levels:
            return ""
        own = properties.find(W + "numPr")
        if own is not None:
            number, level = _value(own.find(W + "numId")), _integer(_value(own.find(W + "ilvl"), "0"))
        else:
            number, level = self._by_style.get(_value(properties.find(W + "pStyle")), ("", 0))
        levels = self._levels.get(number)
        if not levels or level not in levels:
            return ""
        return self._count(number, level, levels)

    def _count(self, number: str, level: int, levels: dict[int, tuple[str, str, int]]) -> str:
        counts = self._counts.setdefault(self._group[number], {})
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        form, text, _ = levels[level]
        if form in ("bullet", "none"):
            return ""

        def replace(found: re.Match[str]) -> str:
            at = int(found.group(1)) - 1
            return write(counts.get(at, levels[at][2] if at in levels else 1), levels[at][0] if at in levels else "decimal")

        label = re.sub(r"%([1-9])", replace, text[:40])
        return label if label.endswith(LABEL_ENDS) or not label else label + " "
