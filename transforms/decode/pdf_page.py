"""Reads what one page of a PDF shows, by few and plain calls into PDFium: characters with their boxes, ruling lines, pictures.

Text that a viewer does not show is left out. Forms (drawings that a page draws) are read as part of the page.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import compress, repeat
from typing import TYPE_CHECKING, Any

from transforms.decode.pdf_calls import address, api, four_values
from transforms.decode.pdf_paths import bounds, combined, dark_grounds, find_rules, form_matrix, shifted, turned_rules
from transforms.tables.pdf_geometry import Rules

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pypdfium2 import PdfPage

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_MOST_OBJECTS = 60_000
_MOST_DEPTH = 4
_INVISIBLE = (3, 7)
"""Text rendering modes in which nothing is drawn."""
_WHITE = 250
_SAMPLED = 16
_EDGE = 0.1
"""Share of a page's width or height that is its margin."""
_PRIVATE = ((0xE000, 0xF900), (0xF0000, 0x110000))


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a page shows. The text is upright: a page or a table set sideways is turned.

    Attributes:
        text: the characters in the order of the file, ``\\n`` between lines as PDFium sees them.
        boxes: left, bottom, right and top of each character; shape (4, n).
        rules: the ruling lines.
        pictures: pictures on the page.
        text_objects: pieces of text that the page draws, readable or not.
        unmapped: characters that have no meaning in Unicode.
        width, height: of the page as it is read.
    """

    text: str
    boxes: Floats
    rules: Rules
    pictures: int
    text_objects: int
    unmapped: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Objects:
    """The drawn objects of a page by kind: handles, and for those within forms the form's matrix."""

    texts: tuple[int, ...]
    paths: tuple[tuple[int, Any], ...]
    images: tuple[tuple[int, Any], ...]


def read_page(page: PdfPage) -> PageContent:
    """The content of a page.

    Raises:
        PdfiumError: PDFium cannot read the page's text.
    """
    textpage = page.get_textpage()
    try:
        codes, boxes = _characters(textpage)
        objects = _objects(page)
        frame = _frame(page)
        shown = _inside(frame, boxes, codes)
        # Few pages hide text: some characters of each line tell whether all have to be looked at.
        if _suspects(_some_texts(textpage, codes)) and (suspects := _suspects(objects.texts)):
            shown &= _visible(textpage, objects, suspects, boxes, frame)
        turn = _turn(textpage, codes)
        if turn or page.get_rotation():
            shown &= ~_across(textpage, boxes, frame, turn)
    finally:
        textpage.close()
    boxes = boxes - [[frame[0]], [frame[1]], [frame[0]], [frame[1]]]
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    rules = shifted(find_rules(objects.paths), -frame[0], -frame[1])
    text, boxes, unmapped = _text(codes, boxes, shown)
    if turn:
        boxes, rules = _turned(boxes, turn, width, height), turned_rules(rules, turn, width, height)
        width, height = (width, height) if turn == 2 else (height, width)
    return PageContent(text, boxes, rules, len(objects.images), len(objects.texts), unmapped, width, height)


def _characters(textpage: Any) -> tuple[NDArray[np.uint32], Floats]:
    """Code points and boxes of all characters in the order of the file."""
    import numpy as np

    handle, n = address(textpage.raw), max(0, textpage.count_chars())
    codes = _all_codes(textpage, n)
    if codes is None:
        codes = np.fromiter(map(api()["FPDFText_GetUnicode"], repeat(handle), range(n)), np.uint32, n)
    left_right_bottom_top = four_values("FPDFText_GetCharBox", np.float64, n, repeat(handle), range(n))
    return codes, left_right_bottom_top[[0, 2, 1, 3]]


def _all_codes(textpage: Any, n: int) -> NDArray[np.uint32] | None:
    """The code units of all characters in one call; None where some have none, so that later ones would be at other places."""
    import ctypes

    import numpy as np
    import pypdfium2.raw as raw

    units = np.zeros(n + 2, np.uint16)
    written = raw.FPDFText_GetText(textpage, 0, n, units.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort)))
    return units[:n].astype(np.uint32) if written == n + 1 else None


def _objects(page: Any) -> _Objects:
    """The objects of a page, those of the forms it draws among them."""
    import pypdfium2.raw as raw

    page_handle = address(page.raw)
    texts: list[int] = []
    others: dict[int, list[tuple[int, Any]]] = {raw.FPDF_PAGEOBJ_PATH: [], raw.FPDF_PAGEOBJ_IMAGE: []}
    count = min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS)
    open_forms: list[tuple[list[int], Any, int]] = [(list(map(api()["FPDFPage_GetObject"], repeat(page_handle), range(count))), None, 0)]
    left = _MOST_OBJECTS
    while open_forms and left > 0:
        handles, matrix, depth = open_forms.pop()
        left -= len(handles)
        kinds = list(map(api()["FPDFPageObj_GetType"], handles))
        texts += compress(handles, map(raw.FPDF_PAGEOBJ_TEXT.__eq__, kinds))
        for kind, found in others.items():
            found += ((handle, matrix) for handle in compress(handles, map(kind.__eq__, kinds)))
        for handle in compress(handles, map(raw.FPDF_PAGEOBJ_FORM.__eq__, kinds)) if depth < _MOST_DEPTH else ():
            inner = min(api()["FPDFFormObj_CountObjects"](handle), left)
            parts = list(map(api()["FPDFFormObj_GetObject"], repeat(handle), range(inner)))
            open_forms.append((parts, combined(form_matrix(handle), matrix), depth + 1))
    return _Objects(tuple(texts), tuple(others[raw.FPDF_PAGEOBJ_PATH]), tuple(others[raw.FPDF_PAGEOBJ_IMAGE]))


def _frame(page: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of what a viewer shows of the page: its CropBox, inherited or not."""
    import pypdfium2.raw as raw

    box = raw.FS_RECTF()
    if raw.FPDF_GetPageBoundingBox(page, box) and box.right > box.left and box.top > box.bottom:
        return box.left, box.bottom, box.right, box.top
    return 0.0, 0.0, *page.get_size()


def _inside(frame: tuple[float, float, float, float], boxes: Floats, codes: NDArray[np.uint32]) -> Flags:
    """Which characters lie within the frame; line breaks have no place."""
    across, up = (boxes[0] + boxes[2]) / 2, (boxes[1] + boxes[3]) / 2
    inside: Flags = (across >= frame[0]) & (across <= frame[2]) & (up >= frame[1]) & (up <= frame[3])
    inside |= (codes == 10) | (codes == 13)
    return inside


def _some_texts(textpage: Any, codes: NDArray[np.uint32]) -> tuple[int, ...]:
    """The pieces of text that draw the first character behind each gap or line break, and every few characters besides."""
    import numpy as np

    if not len(codes):
        return ()
    first = (codes[:-1] <= 0x20) & (codes[1:] > 0x20)
    first[::_SAMPLED] = True
    at = (np.flatnonzero(first) + 1).tolist()
    found = set(map(api()["FPDFText_GetTextObject"], repeat(address(textpage.raw)), [0, *at]))
    return tuple(handle for handle in found if handle)


def _suspects(texts: tuple[int, ...]) -> dict[int, str]:
    """Pieces of text that may not be seen: drawn in invisible mode, or in white or with full transparency."""
    import numpy as np

    if not texts:
        return {}
    found = {
        handle: "invisible" for handle, mode in zip(texts, map(api()["FPDFTextObj_GetTextRenderMode"], texts), strict=True)
        if mode in _INVISIBLE
    }  # fmt: skip
    colours = four_values("FPDFPageObj_GetFillColor", np.uint32, len(texts), texts)
    for i in np.flatnonzero((colours[:3].min(axis=0) >= _WHITE) | (colours[3] == 0) & (colours.max(axis=0) > 0)):
        found.setdefault(texts[i], "white" if colours[3][i] else "invisible")
    return found


def _visible(textpage: Any, objects: _Objects, suspects: dict[int, str], boxes: Floats, frame: tuple[float, float, float, float]) -> Flags:
    """Which characters are seen, where some may not be: white ones on a dark ground are, and so is the text layer of a scan."""
    import numpy as np

    n = boxes.shape[1]
    owners = list(map(api()["FPDFText_GetTextObject"], repeat(address(textpage.raw)), range(n)))
    kinds = np.array([{None: 0, "invisible": 1, "white": 2}[suspects.get(owner or 0)] for owner in owners])
    area = (frame[2] - frame[0]) * (frame[3] - frame[1])
    pictures = bounds(objects.images)
    is_scan = any((right - left) * (top - bottom) > 0.5 * area for left, bottom, right, top in pictures)
    seen: Flags = kinds == 0 if not is_scan else kinds != 2
    across, up = (boxes[0] + boxes[2]) / 2, (boxes[1] + boxes[3]) / 2
    for left, bottom, right, top in [*dark_grounds(objects.paths), *pictures]:
        seen |= (kinds == 2) & (across >= left) & (across <= right) & (up >= bottom) & (up <= top)
    return seen


def _turn(textpage: Any, codes: NDArray[np.uint32]) -> int:
    """By how many quarters the text of the page is turned to the left of upright."""
    import numpy as np

    inked = np.flatnonzero((codes > 0x20) & (codes < 0xE000))
    if not len(inked):
        return 0
    sample = inked[:: max(1, len(inked) // 8)].tolist()
    # PDFium tells angles to the right.
    angles = map(api()["FPDFText_GetCharAngle"], repeat(address(textpage.raw)), sample)
    quarters = Counter(round(-angle / (math.pi / 2)) % 4 for angle in angles)
    quarter, times = quarters.most_common(1)[0]
    return quarter if times > len(sample) / 2 else 0


def _across(textpage: Any, boxes: Floats, frame: tuple[float, float, float, float], turn: int) -> Flags:
    """Characters at the edges of a turned page that stand across its text: the page number as the book has it."""
    import numpy as np
    import pypdfium2.raw as raw

    across, up = (boxes[0] + boxes[2]) / 2 - frame[0], (boxes[1] + boxes[3]) / 2 - frame[1]
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    at_edge = (across < _EDGE * width) | (across > (1 - _EDGE) * width) | (up < _EDGE * height) | (up > (1 - _EDGE) * height)
    found = np.zeros(len(across), bool)
    for i in np.flatnonzero(at_edge):
        found[i] = round(-raw.FPDFText_GetCharAngle(textpage, int(i)) / (math.pi / 2)) % 4 != turn
    return found


def _turned(boxes: Floats, turn: int, width: float, height: float) -> Floats:
    """Boxes of a page that is turned so that its text is upright."""
    left, bottom, right, top = boxes
    import numpy as np

    if turn == 1:
        return np.stack([bottom, width - right, top, width - left])
    if turn == 3:
        return np.stack([height - top, left, height - bottom, right])
    return np.stack([width - right, height - top, width - left, height - bottom])


def _with_points(codes: NDArray[Any], boxes: Floats) -> NDArray[Any]:
    """Private characters between digits as what they look like: a dot on the line is a point, one that hangs below it a comma."""
    import numpy as np

    is_private = np.zeros(len(codes), bool)
    for first, behind in _PRIVATE:
        is_private |= (codes >= first) & (codes < behind)
    for i in np.flatnonzero(is_private[1:-1]) + 1:
        if not (chr(codes[i - 1]).isdigit() and chr(codes[i + 1]).isdigit()):
            continue
        bottom, height = boxes[1, i - 1], boxes[3, i - 1] - boxes[1, i - 1]
        below, size = (bottom - boxes[1, i]) / height, (boxes[3, i] - boxes[1, i]) / height
        if 0 < size < 0.35 and abs(below) < 0.1:
            codes[i] = ord(".")
        elif 0 < size < 0.55 and 0.1 <= below < 0.4:
            codes[i] = ord(",")
    return codes


def _text(codes: NDArray[np.uint32], boxes: Floats, shown: Flags) -> tuple[str, Floats, int]:
    """The characters that are shown and their boxes, and how many have no meaning in Unicode."""
    import numpy as np

    keep = shown & (codes != 0) & (codes != 0xFFFE) & (codes != 0xFFFF)
    keep[:-1] &= (codes[:-1] != 13) | (codes[1:] != 10)
    unmapped = int(np.count_nonzero(codes == 0))
    codes, boxes = codes[keep], boxes[:, keep]
    codes[codes == 13] = 10
    if ((codes >= 0xD800) & (codes < 0xF900) | (codes > 0xFFFF)).any():
        codes, boxes = _joined(codes, boxes)
        unmapped += sum(int(np.count_nonzero((codes >= first) & (codes < behind))) for first, behind in _PRIVATE)
        codes = _with_points(codes, boxes)
        codes[((codes >= 0xD800) & (codes < 0xE000)) | (codes > 0x10FFFF)] = 0xFFFD
    return codes.astype("<u4").tobytes().decode("utf-32-le"), boxes, unmapped


def _joined(codes: NDArray[np.uint32], boxes: Floats) -> tuple[NDArray[np.uint32], Floats]:
    """The characters beyond the first plane as one, where PDFium gives them in two halves."""
    import numpy as np

    high = (codes[:-1] >= 0xD800) & (codes[:-1] < 0xDC00) & (codes[1:] >= 0xDC00) & (codes[1:] < 0xE000)
    at = np.flatnonzero(high)
    codes[at] = 0x10000 + ((codes[at] - 0xD800) << 10) + (codes[at + 1] - 0xDC00)
    return np.delete(codes, at + 1), np.delete(boxes, at + 1, axis=1)
