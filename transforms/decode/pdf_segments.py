"""Joins the characters of a PDF page into segments: stretches of one line without a wide gap."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from transforms.decode.pdf_page import PageContent
from transforms.tables.pdf_geometry import Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_GAP = 0.75
"""Gap between two characters, in font sizes, from which on they are two segments."""
_BACK = 0.3
"""How far a character may stand back over the one before it, in font sizes."""
_SPACED = 9.0
"""Gap up to which single ideographs belong together."""
_CLOSING, _OPENING = "，。；：、！？）》」』】〕”’％", "（《「『【〔“‘"
_CLOSES, _OPENS = 1, 2
_DIGIT_SIZE, _LETTER_SIZE, _IDEOGRAPH_SIZE = 1.42, 1.35, 1.08
"""Font size by the height of a character's box."""


def segments_of(page: PageContent) -> list[Segment]:
    """The segments of a page in the order of the file. Spaces within a segment are kept where the file has them."""
    import numpy as np

    codes = np.frombuffer(page.text.encode("utf-32-le"), "<u4")
    left, bottom, right, top = page.boxes
    inked = np.flatnonzero((codes > 0x20) & (codes != 0xA0) & (codes != 0x3000) & (right > left) & (top > bottom))
    if not len(inked):
        return []
    left, bottom, right, top = (side[inked] for side in (left, bottom, right, top))
    sizes = _sizes(codes[inked], right - left, top - bottom)
    breaks = _breaks(codes[inked], (left, bottom, right, top), sizes, page)
    starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    ends = np.append(starts[1:], len(inked))
    low, high = np.minimum.reduceat(bottom, starts), np.maximum.reduceat(top, starts)
    first, last = np.minimum.reduceat(left, starts), np.maximum.reduceat(right, starts)
    widest = np.maximum.reduceat(sizes, starts)
    places = zip(inked[starts].tolist(), inked[ends - 1].tolist(), strict=True)
    texts = (page.text[a : b + 1].replace("\n", "") for a, b in places)
    parts = zip(first.tolist(), low.tolist(), last.tolist(), high.tolist(), texts, widest.tolist(), strict=True)
    return list(_once(Segment(*part) for part in parts))


def _once(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Segments without those printed a second time at their place, wholly or in part, for weight or by mistake."""
    seen: set[tuple[str, int, int]] = set()
    last: Segment | None = None
    for segment in segments:
        if last is not None and _is_part(segment, last):
            continue
        last = segment
        # Two rasters, so that places on both sides of a line of one are in the same field of the other.
        places = {(segment.text, int((segment.left + shift) / 4), int((segment.bottom + shift) / 4)) for shift in (1000, 1002)}
        if seen.isdisjoint(places):
            seen |= places
            yield segment


def _sizes(codes: NDArray[np.uint32], widths: Floats, heights: Floats) -> Floats:
    """The font size at each character; a mark has that of the character before it."""
    import numpy as np

    is_wide = (codes >= 0x2E80) & (codes < 0xFF00) & ~((codes >= 0x3000) & (codes < 0x3040))
    is_digit = (codes >= 0x30) & (codes <= 0x39)
    is_letter = (codes >= 0x41) & (codes <= 0x7A)
    size = np.where(is_wide, np.maximum(widths, heights) * _IDEOGRAPH_SIZE, 0.0)
    size = np.where(is_digit, heights * _DIGIT_SIZE, np.where(is_letter, heights * _LETTER_SIZE, size))
    known = np.flatnonzero(size > 0)
    if not len(known):
        return np.maximum(heights, widths)
    before = np.searchsorted(known, np.arange(len(size)), side="right") - 1
    return np.asarray(size[known[np.maximum(before, 0)]], dtype=np.float64)


def _is_part(segment: Segment, of: Segment) -> bool:
    """Whether a segment repeats the end of the one before, printed over it."""
    if len(segment.text) < 2 or not of.text.endswith(segment.text):
        return False
    return abs(segment.right - of.right) < 0.3 * of.size and segment.left > of.left and abs(segment.middle - of.middle) < 0.3 * of.size


@functools.cache
def _half_empty() -> NDArray[np.uint8]:
    """For each character whether it is a full-width mark that closes or opens."""
    import numpy as np

    table = np.zeros(0x10000, np.uint8)
    table[[ord(char) for char in _CLOSING]] = _CLOSES
    table[[ord(char) for char in _OPENING]] = _OPENS
    return table


def _breaks(codes: NDArray[np.uint32], boxes: tuple[Floats, ...], sizes: Floats, page: PageContent) -> Flags:
    """Whether a segment ends between each character and the next one."""
    import numpy as np

    left, bottom, right, top = boxes
    up, across = (bottom + top) / 2, (left + right) / 2
    size = np.maximum(sizes[:-1], sizes[1:])
    gap = left[1:] - right[:-1]
    # A full-width mark leaves half of its square empty, a closing one the right half, an opening one the left.
    half_empty = _half_empty()[np.minimum(codes, 0xFFFF)]
    gap = gap - 0.6 * size * ((half_empty[:-1] == _CLOSES).astype(float) + (half_empty[1:] == _OPENS))
    elsewhere: Flags = (np.abs(up[1:] - up[:-1]) > 0.6 * size) | (left[1:] < left[:-1] - _BACK * size)
    for x, low, high in page.rules.vertical:
        elsewhere |= (across[:-1] < x) & (across[1:] > x) & (up[:-1] > low) & (up[:-1] < high)
    breaks: Flags = elsewhere | (gap > _GAP * size)
    single: Flags = np.append(breaks, True) & np.insert(breaks, 0, True) & (codes >= 0x4E00) & (codes <= 0x9FFF)
    # 项　　目: single ideographs of one heading
    breaks &= ~(single[:-1] & single[1:] & ~elsewhere & (gap < _SPACED * size))
    return breaks
