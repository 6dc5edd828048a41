"""Shapes of a PDF page: boxes, segments of text and ruling lines. Points, x to the right, y upwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

NEAR = 3.0
"""Points within which two edges are the same edge."""
Span = tuple[float, float, float]
"""A ruling line: its place on one axis, and where it starts and ends on the other."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        """Height of the centre."""
        return (self.bottom + self.top) / 2

    @property
    def centre(self) -> float:
        """The centre from left to right."""
        return (self.left + self.right) / 2

    @staticmethod
    def around(items: Iterable[Any]) -> Box:
        """The smallest box around boxes or whatever has their four sides."""
        items = list(items)
        return Box(min(i.left for i in items), min(i.bottom for i in items), max(i.right for i in items), max(i.top for i in items))


@dataclass(frozen=True, slots=True)
class Segment(Box):
    """Characters that follow each other on one line without a wide gap and without a ruling line between them."""

    text: str
    size: float
    """Font size as far as the characters tell, in points."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The ruling lines of a page: vertical ones as (x, low, high), horizontal ones as (y, left, right)."""

    vertical: tuple[Span, ...] = ()
    horizontal: tuple[Span, ...] = field(default=())

    @staticmethod
    def of(vertical: Iterable[Span], horizontal: Iterable[Span]) -> Rules:
        """Ruling lines with the pieces of one line joined."""
        return Rules(tuple(join_spans(vertical)), tuple(join_spans(horizontal)))


def join_spans(spans: Iterable[Span], near: float = 1.5, gap: float = 3.0) -> list[Span]:
    """Lines at one place that overlap or nearly touch as one line each."""
    out: list[Span] = []
    for group in _at_one_place(sorted(spans), near):
        place = sum(s[0] for s in group) / len(group)
        start, end = None, 0.0
        for _, low, high in sorted(group, key=lambda s: s[1]):
            if start is None:
                start, end = low, high
            elif low <= end + gap:
                end = max(end, high)
            else:
                out.append((place, start, end))
                start, end = low, high
        if start is not None:
            out.append((place, start, end))
    return out


def _at_one_place(spans: Sequence[Span], near: float) -> list[list[Span]]:
    groups: list[list[Span]] = []
    for span in spans:
        if groups and span[0] - groups[-1][-1][0] <= near:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def cluster(values: Iterable[float], near: float = NEAR) -> list[float]:
    """Means of the groups of values that lie within ``near`` of a neighbour, ascending."""
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][-1] <= near:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(group) / len(group) for group in out]


def rows_of(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments by lines of the page, from the top down, each line from left to right.

    Two segments are on one line where they share more than half of the height of the lower one; digits and labels of other fonts
    have other baselines.
    """
    rows: list[list[Segment]] = []
    tops: list[list[float]] = []
    for segment in sorted(segments, key=lambda s: -s.middle):
        for i in range(len(rows) - 1, max(-1, len(rows) - 3), -1):
            low, high = tops[i]
            shared = min(high, segment.top) - max(low, segment.bottom)
            if shared > 0.5 * min(high - low, segment.top - segment.bottom):
                rows[i].append(segment)
                if segment.top - segment.bottom > high - low:
                    tops[i] = [segment.bottom, segment.top]
                break
        else:
            rows.append([segment])
            tops.append([segment.bottom, segment.top])
    for row in rows:
        row.sort(key=lambda s: s.left)
    return rows
