"""The day on which a report was given or a document published, from its head."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from transforms.identify.congresses import number

_DATE = re.compile(
    r"((?:19|20)\d\d)(?:年|[-./])([0-9一二三四五六七八九十]{1,3})(?:月|[-./])([0-9一二三四五六七八九十]{1,3})(?:日|(?![0-9]))"
)
# What stands around a day on which a page was published; a session's day stands with the session.
_PUBLISHED = re.compile(r"(?:时间|日期|发布|发表|印发|出处|来源|添加)")
_SESSION = re.compile(r"会议|大会|全会")
LONGEST_LINE = 120


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match.group(1)), number(match.group(2)), number(match.group(3)))
    except ValueError:
        return None


def find_date(lines: Sequence[str], stop: int) -> tuple[date | None, bool]:
    """The day in the head of a document, and whether it is the report's own (else that of a page that published it).

    ``lines`` are plain, ``stop`` is the line in which the text opens.
    """
    published: date | None = None
    alone_day: date | None = None
    stop = max(1, stop)
    for i, line in enumerate(lines[: min(stop + 1, 30)]):
        if i >= stop and not _DATE.match(line.lstrip("（(—-")):
            continue
        found = _DATE.search(line)
        day = _day(found) if found else None
        if found is None or day is None or len(line) > LONGEST_LINE:
            continue
        around = (lines[i - 1] if i else "") + line
        if _SESSION.search(line[found.end() :] + (lines[i + 1] if i + 1 < len(lines) else "")):
            return day, True
        alone = len(line) - (found.end() - found.start()) <= 4
        if alone and not _PUBLISHED.search(around):
            alone_day = alone_day or day
        published = published or day
    return (alone_day, True) if alone_day else (published, False)
