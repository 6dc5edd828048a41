"""Scans: pages are drawn and their text is recognised, line by line, by a program that the caller brings along.

What comes out goes the same way as the lines of a PDF's text layer: running heads and page numbers are taken out, first
lines set in from the margin begin paragraphs. Characters may be wrong; the document is marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transforms.decode.pdf_layout import Sheet, lay_out
from transforms.decode.pdf_open import open_pdf, ranges
from transforms.decode.pdf_order import Line
from transforms.tables.layout import TablesAside
from transforms.tables.pdf_geometry import Box
from transforms.types import RECOGNISED, Decoded, DecodeError

if TYPE_CHECKING:
    from PIL.Image import Image

DOTS_PER_INCH = 300
MOST_DOTS = 40_000_000
"""A page that is larger is drawn coarser."""
MOST_PAGES = 500
_AFTER_PERCENT = re.compile(r"(?<=[%％])\d")
"""Of a percent sign the right half is read again, as a digit: no report writes one there."""
DOUBTFUL = 70.0
"""Confidence in percent below which a line's reading is doubtful."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One line that was recognised: its text, its box in dots from the upper left corner, and how sure it is (0 to 100)."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


Recognise = Callable[["Image"], Sequence[Reading]]
"""Tells the lines of a picture, in reading order. Raises TimeoutError where it takes too long."""


def read_scan(data: bytes, recognise: Recognise, name: str) -> Decoded:
    """The text of a PDF whose pages are pictures.

    Args:
        data: the file.
        recognise: tells the lines of a picture.
        name: what recognises, for the note on the document.

    Raises:
        DecodeError: ``encrypted``, ``broken``, ``too_large``, or ``no_text`` where nothing was recognised.
    """
    document = open_pdf(data)
    try:
        if len(document) > MOST_PAGES:
            raise DecodeError(
                "too_large", f"The scan has {len(document):,} pages; the text of at most {MOST_PAGES} is recognised. Split it."
            )
        pages = list(_pages(document, recognise))
    finally:
        document.close()
    confidences = [reading.confidence for _, readings in pages for reading in readings]
    if sum(len(reading.text) for _, readings in pages for reading in readings) < 20:
        raise DecodeError("no_text", f"The PDF is a scan, and {name} recognised no text in it. Scan it anew, straight and at 300 dpi.")
    text, places, _ = lay_out([sheet for sheet, _ in pages], TablesAside())
    return Decoded(text, "pdf", RECOGNISED, pages=places, warnings=tuple(_notes(pages, confidences, name)))


def _pages(document: Any, recognise: Recognise) -> Iterator[tuple[Sheet, Sequence[Reading]]]:
    from pypdfium2 import PdfiumError

    for number in range(len(document)):
        try:
            page = document[number]
            width, height = page.get_size()
            scale = min(DOTS_PER_INCH / 72, (MOST_DOTS / max(1.0, width * height)) ** 0.5)
            bitmap = page.render(scale=scale, grayscale=True)
            try:
                readings = recognise(bitmap.to_pil())
            finally:
                bitmap.close()
                page.close()
        except (PdfiumError, TimeoutError):
            yield Sheet([], 595.0, 842.0), ()
            continue
        yield Sheet([_line(reading, scale, height) for reading in readings], width, height), readings


def _line(reading: Reading, scale: float, height: float) -> Line:
    box = Box(reading.left / scale, height - reading.bottom / scale, reading.right / scale, height - reading.top / scale)
    return Line(_AFTER_PERCENT.sub("", reading.text), box)


def _notes(pages: Sequence[tuple[Sheet, Sequence[Reading]]], confidences: Sequence[float], name: str) -> Iterator[str]:
    doubtful = sum(confidence < DOUBTFUL for confidence in confidences)
    yield (
        f"The text was recognised from pictures of pages by {name}: characters and numbers may be wrong, and tables are not told apart. "
        f"Doubtful lines: {doubtful:,} of {len(confidences):,}."
    )
    blank = [number for number, (_, readings) in enumerate(pages, 1) if not readings]
    if blank:
        yield f"Pages on which no text was recognised: {ranges(blank)}."
