"""The places of a document in which evidence for what it is stands: title, head, opening, headings, body, end, and what the file says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from transforms.identify.head import find_title, head_lines, opening, squeeze
from transforms.text.normalized_view import fold

LONGEST_BODY = 40_000
"""Characters of the body that are searched: as many as most reports without tables have."""
OPENING = 500
"""Characters of the beginning of a speech or text that count as its opening."""
BEGINNING = 3_000
SAMPLE = 12_000
"""Characters in which the wording of a kind of document is counted."""
REVIEW_SHARE = 0.5
END = 3_000
LONGEST_HEADING = 48

_CHINESE = str.maketrans("〇零○ＯOo0一二三四五六七八九１２", "0000000" + "12345678912")
# A year in Chinese numerals, or with a letter O for its zeros: 二〇一一年, 二OO八年.
_CHINESE_YEAR = re.compile(r"(?<![一二三四五六七八九〇零])[一二１２12][〇零○ＯOo0一二三四五六七八九]{3}(?=年)")
# What collectors of reports leave between the parts of a page.
_RUBBISH = re.compile(r"[?？]{2,}|&nbsp;|\\r\\n|\ufffd+")
_NUMBERED = re.compile(
    r"(?<=[。！？：；])(?:[一二三四五六七八九]{1,2}、|第[一二三四五六七八九]部分|（[一二三四五六]）)[^。，；：！\n]{4,40}"
)


def plain(text: str) -> str:
    """A text without white space and collectors' rubbish, its digits half-width and its years in Arabic digits."""
    squeezed = fold(squeeze(_RUBBISH.sub("", text)))
    return _CHINESE_YEAR.sub(lambda found: found.group().translate(_CHINESE), squeezed)


def plain_lines(text: str) -> str:
    """A text with its line breaks, each line :func:`plain`, without empty lines."""
    folded = fold(_RUBBISH.sub("", text))
    lines = "\n".join(line for raw in folded.split("\n") if (line := squeeze(raw)))
    return _CHINESE_YEAR.sub(lambda found: found.group().translate(_CHINESE), lines)


@dataclass(frozen=True)
class Zones:
    """What a document says in each place where evidence is looked for. All texts are :func:`plain`."""

    text: str
    """The stored text, as it is."""
    format_title: str
    """The title that the format carries (HTML, DOCX), plain; empty where there is none."""
    name: str
    """The file's name and folder, plain."""

    @cached_property
    def lines(self) -> list[str]:
        """The first lines, each plain."""
        return [line for raw in head_lines(self.text) if (line := plain(raw))]

    @cached_property
    def opens_at(self) -> int:
        """The line in which the speech or the first paragraph begins."""
        return opening(self.lines)

    @cached_property
    def title(self) -> str | None:
        """The title as the head words it."""
        return find_title(self.lines)

    @cached_property
    def head(self) -> str:
        """The lines above the opening, one a line."""
        return "\n".join(self.lines[: self.opens_at])

    @cached_property
    def body(self) -> str:
        """The text with its line breaks, plain within the lines."""
        return plain_lines(self.text[:LONGEST_BODY])

    @cached_property
    def running(self) -> str:
        """The body without line breaks."""
        return self.body.replace("\n", "")

    @cached_property
    def opening(self) -> str:
        """The first words from the opening on."""
        return "".join(self.lines[self.opens_at :])[:OPENING]

    @cached_property
    def front(self) -> str:
        """Head and opening."""
        return f"{self.head}\n{self.opening}"

    @cached_property
    def beginning(self) -> str:
        """The first characters without line breaks, where a speaker says for whom the report is given."""
        return self.running[:BEGINNING]

    @cached_property
    def sample(self) -> str:
        """The first part without line breaks, in which the wording of a kind is counted."""
        return self.running[:SAMPLE]

    @cached_property
    def headings(self) -> str:
        """Lines that are headings, and numbered headings that stand within a line, one a line."""
        lines = [line for line in self.body.split("\n") if 4 <= len(line) <= LONGEST_HEADING and "。" not in line[:-1]]
        return "\n".join([*lines, *_NUMBERED.findall(self.body)])

    @cached_property
    def review_end(self) -> int:
        """Where the first part of :attr:`running`, in which a report reviews, ends at the latest."""
        return max(BEGINNING, int(REVIEW_SHARE * len(self.running)))

    @cached_property
    def end(self) -> str:
        """The last part, where a speech says what it looks forward to and a text is signed."""
        return plain_lines(self.text[-END:])

    def zone(self, name: str) -> str:
        """The text of a zone by its name in the lexicon."""
        texts: dict[str, str] = {
            "title": self.title or "",
            "head": self.head,
            "opening": self.opening,
            "front": self.front,
            "beginning": self.beginning,
            "sample": self.sample,
            "headings": self.headings,
            "body": self.body,
            "running": self.running,
            "end": self.end,
            "format_title": self.format_title,
            "name": self.name,
        }
        return texts[name]


ZONES: Sequence[str] = (
    "title",
    "head",
    "opening",
    "front",
    "beginning",
    "sample",
    "headings",
    "body",
    "running",
    "end",
    "format_title",
    "name",
)
