"""The one font that PDFium is given in place of all that a PDF names and does not hold: boxes.

PDFium would take fonts of the machine, and characters have other boxes in another font, and none at all where no Chinese font is
installed. Lines are told apart by boxes, and words without one are taken for printed twice and dropped: the same file would be
another text on another machine. So every machine has this font, with a box for each character as large as characters usually are.
"""

from __future__ import annotations

import ctypes
import functools
import re
from struct import pack
from typing import Any

_EM = 1000
_BOXES: tuple[tuple[int, ...], ...] = ((), (30, -75, 970, 850), (20, -10, 480, 700))
"""Left, bottom, right and top of each glyph in thousandths of the size: none, as wide as high, half as wide."""
_BLANK, _WIDE, _HALF = range(3)
_CHARACTERS = (
    (0x21, 0x7E, _HALF), (0xA1, 0x2FF, _HALF), (0x300, 0x1FFF, _WIDE), (0x2010, 0x2027, _WIDE), (0x2030, 0x205E, _WIDE),
    (0x2070, 0x2FFF, _WIDE), (0x3001, 0xFFFD, _WIDE), (0x10000, 0x3FFFF, _WIDE),
)  # fmt: skip
"""First and last character, and their glyph; spaces have none."""
_LATIN = re.compile(rb"arial|calibri|cambria|consolas|courier|dingbats|georgia|helvetica|symbol|tahoma|times|verdana", re.IGNORECASE)
"""Names of fonts for which PDFium brings some of its own, which have no Chinese characters."""
_LATIN_CHARSETS = (0, 2)
_GB2312 = 134
_WHOLE_FILE = 0
_HANDLE = 1


@functools.cache
def box_font() -> bytes:
    """The font as a TrueType file (https://learn.microsoft.com/typography/opentype/spec/otff)."""
    _, bottom, right, top = _BOXES[_WIDE]
    outlines = [_outline(*box) if box else b"" for box in _BOXES]
    places = [sum(map(len, outlines[:number])) for number in range(len(outlines) + 1)]
    tables = {
        b"cmap": _cmap(),
        b"glyf": b"".join(outlines),
        b"head": pack(">4I2H2q4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, _EM, 0, 0, 0, bottom, right, top, 0, 8, 2, 1, 0),
        b"hhea": pack(">I3hH11hH", 0x10000, top, top - _EM, 0, _EM, 0, 0, right, 1, *[0] * 7, len(_BOXES)),
        b"hmtx": b"".join(pack(">Hh", _EM // 2 if number == _HALF else _EM, box[0] if box else 0) for number, box in enumerate(_BOXES)),
        b"loca": pack(f">{len(places)}I", *places),
        b"maxp": pack(">I14H", 0x10000, len(_BOXES), 4, 1, 0, 0, 2, *[0] * 8),
    }
    at = 12 + 16 * len(tables)
    directory = pack(">I4H", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64)
    for tag, content in tables.items():
        directory += tag + pack(">3I", 0, at, len(content))
        at += len(content)
    return directory + b"".join(tables.values())


def _cmap() -> bytes:
    groups = b"".join(pack(">3I", *each) for each in _CHARACTERS)
    # Format 13: many characters, one glyph.
    return pack(">4HI", 0, 1, 3, 10, 12) + pack(">2H3I", 13, 0, 16 + len(groups), 0, len(_CHARACTERS)) + groups


def _outline(left: int, bottom: int, right: int, top: int) -> bytes:
    across, up = (left, 0, right - left, 0), (bottom, top - bottom, 0, bottom - top)
    return pack(">5h2H4B8h", 1, left, bottom, right, top, 3, 0, 1, 1, 1, 1, *across, *up) + b"\0\0"


@functools.cache
def use_box_font() -> Any:
    """Give PDFium, for this process, the boxes instead of the machine's fonts. What is returned must live as long as PDFium."""
    import pypdfium2.raw as raw

    types = dict(raw.FPDF_SYSFONTINFO._fields_)

    def map_font(this: Any, weight: int, italic: int, charset: int, pitch: int, face: Any, exact: Any) -> int | None:
        return None if charset in _LATIN_CHARSETS and face and _LATIN.search(ctypes.string_at(face)) else _HANDLE

    def font_data(this: Any, font: Any, table: int, buffer: Any, size: int) -> int:
        if table != _WHOLE_FILE:
            return 0
        if buffer and size >= len(box_font()):
            ctypes.memmove(buffer, box_font(), len(box_font()))
        return len(box_font())

    fonts = raw.FPDF_SYSFONTINFO(
        version=1,
        MapFont=types["MapFont"](map_font),
        GetFontData=types["GetFontData"](font_data),
        GetFontCharset=types["GetFontCharset"](lambda this, font: _GB2312),
    )
    raw.FPDF_SetSystemFontInfo(fonts)
    return fonts
