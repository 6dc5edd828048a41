"""Scans: pages are drawn and their text is recognised, line by line, by a program that the caller brings along.

What comes out goes the same way as the text layer of a PDF: running heads and page numbers are taken out, lines are joined to
paragraphs, aligned numbers become tables. Characters may be wrong; the document is marked, its metrics are less sure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from transforms.decode.limits import Limits
from transforms.decode.pdf import page_lines
from transforms.decode.pdf_layout import Sheet, lay_out
from transforms.decode.pdf_open import open_pdf, ranges
from transforms.tables.build import build_tables
from transforms.tables.layout import TablesAside
from transforms.tables.pdf_geometry import Rules, Segment
from transforms.types import RECOGNISED, Decoded, DecodeError, RecognisedLine

if TYPE_CHECKING:
    from PIL.Image import Image

DOTS_PER_INCH = 300
MOST_DOTS = 40_000_000
"""A page that is larger is drawn coarser."""
MOST_PAGES = 500
NOTHING = "The file is a scan, and {name} recognised no text in it. Scan it anew, straight and at 300 dpi."
DOUBTFUL = 70.0
"""Confidence in percent below which a line's reading is doubtful."""
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM")
_WIDE = re.compile("[\u2e80-\uffef]")
# A recogniser takes ‰ for % and a letter or a small zero. A plain 0 may be half of the percent sign read again: it is ‰ only where the
# words before it are of a rate in thousandths.
_PER_MILLE = re.compile(r"(?<=\d)\s?[%％][oO°º₀]")
_PER_MILLE_ZERO = re.compile(r"((?:出生|死亡|自然增长|结婚|离婚|发生|发病)率[^，。；%]{0,12}\d)\s?[%％]0(?![\d.])")
_AFTER_PERCENT = re.compile(r"(?<=[%％])\d")
"""Of a percent sign the right half is read again, as a digit: no report writes one there."""
_SQUARE = re.compile(r"(?<=平方)\s?m(?![a-zA-Z])")
_SQUARE_METRE = re.compile(r"((?:平方|面积)[^，。；长宽高]{0,12}\d)\s?m[2²]?(?![a-zA-Z\d])")
_HALF_WIDE = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "!": "！", "?": "？"}
_MARK = re.compile(
    r"(?<=[\u4e00-\u9fff%‰\d）])[;!?](?=[\u4e00-\u9fff]|$)|(?<=[\u4e00-\u9fff%‰])[,:](?=[\u4e00-\u9fff]|$)|(?<=\d),(?=[\u4e00-\u9fff])"
)


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
"""Tells the lines of a picture, whose ``info["page"]`` is its number and how many there are.

Raises TimeoutError where it takes too long."""


def mended(text: str) -> str:
    """A recognised line with its usual misreadings set right: ‰, square metres, marks of half width between ideographs."""
    text = _PER_MILLE.sub("‰", text)
    text = _PER_MILLE_ZERO.sub(r"\1‰", text)
    text = _AFTER_PERCENT.sub("", text)
    text = _SQUARE_METRE.sub(r"\1㎡", _SQUARE.sub("米", text))
    return _MARK.sub(lambda found: _HALF_WIDE[found.group()], text)


@dataclass(slots=True)
class Scans:
    """Recognises pages that are pictures, and remembers how sure it was of each line."""

    recognise: Recognise
    name: str
    lines: list[RecognisedLine] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    count: int = 0

    def sheet(self, page: Any, number: int, of: int, aside: TablesAside) -> Sheet:
        """What a page of a PDF shows; nothing where it cannot be drawn or takes too long.

        Raises:
            DecodeError: ``too_large``, the document has too many such pages.
        """
        from pypdfium2 import PdfiumError

        self.count += 1
        if self.count > MOST_PAGES:
            raise DecodeError("too_large", f"The scan has {of:,} pages; the text of at most {MOST_PAGES} is recognised. Split it.")
        try:
            width, height = page.get_size()
            scale = min(DOTS_PER_INCH / 72, (MOST_DOTS / max(1.0, width * height)) ** 0.5)
            bitmap = page.render(scale=scale, grayscale=True)
            try:
                picture = bitmap.to_pil()
                return self.picture(picture, scale, number, of, aside)
            finally:
                bitmap.close()
        except (PdfiumError, TimeoutError):
            self.blank.append(number)
            return Sheet([], 595.0, 842.0)

    def picture(self, picture: Image, scale: float, number: int, of: int, aside: TablesAside) -> Sheet:
        """What a picture shows that has ``scale`` dots in a point.

        Raises:
            TimeoutError: it takes too long.
        """
        picture.info["page"] = (number, of)
        readings = self.recognise(picture)
        width, height = picture.width / scale, picture.height / scale
        if not readings:
            self.blank.append(number)
        segments = []
        for reading in readings:
            text = mended(reading.text)
            self.lines.append(RecognisedLine(number, text, reading.confidence / 100))
            segments.append(_segment(text, reading, scale, height))
        found = "".join(segment.text for segment in segments)
        return Sheet(page_lines(segments, Rules(), aside), width, height, len("".join(found.split())), len(_WIDE.findall(found)))

    def notes(self) -> Iterator[str]:
        """What a reader of the document should know."""
        if self.lines:
            doubtful = sum(line.confidence * 100 < DOUBTFUL for line in self.lines)
            pages = sorted({line.page for line in self.lines})
            yield (
                f"The text of pages {ranges(pages)} was recognised from pictures by {self.name}: characters and numbers may be wrong. "
                f"Doubtful lines: {doubtful:,} of {len(self.lines):,}."
            )
        if self.blank:
            yield f"Pages on which no text was recognised: {ranges(self.blank)}."


def _segment(text: str, reading: Reading, scale: float, height: float) -> Segment:
    size = (reading.bottom - reading.top) / scale
    characters = sum(1.0 if _WIDE.match(c) else 0.5 for c in text)
    per_character = (reading.right - reading.left) / scale / max(1.0, characters)
    return Segment(
        reading.left / scale, height - reading.bottom / scale, reading.right / scale, height - reading.top / scale, text,
        max(1.0, min(size, per_character * 1.1)),
    )  # fmt: skip


def read_scan(data: bytes, scans: Scans) -> Decoded:
    """The text of a PDF all of whose pages are recognised: a scan, or one whose fonts tell nothing.

    Raises:
        DecodeError: ``encrypted``, ``broken``, ``too_large``, or ``no_text`` where nothing was recognised.
    """
    document = open_pdf(data)
    aside = TablesAside()
    try:
        sheets = [scans.sheet(document[number], number + 1, len(document), aside) for number in range(len(document))]
    finally:
        document.close()
    return _decoded("pdf", sheets, aside, scans)


def is_picture(data: bytes) -> bool:
    """Whether the bytes are a picture of a page."""
    return data.startswith(_PICTURES)


def read_picture(data: bytes, scans: Scans, limits: Limits) -> Decoded:
    """The text of a picture, or of all those of a TIFF.

    Raises:
        DecodeError: ``broken``, ``too_large``, or ``no_text`` where nothing was recognised.
    """
    from PIL import Image, ImageSequence, UnidentifiedImageError

    aside = TablesAside()
    sheets = []
    try:
        with Image.open(io.BytesIO(data)) as pictures:
            of = min(getattr(pictures, "n_frames", 1), MOST_PAGES)
            for number, frame in enumerate(ImageSequence.Iterator(pictures), 1):
                if frame.width * frame.height > 4 * MOST_DOTS or number > limits.pages or number > MOST_PAGES:
                    raise DecodeError("too_large", "The picture is larger, or has more pages, than a scan of a report. Split it.")
                sheets.append(scans.picture(frame.convert("L"), DOTS_PER_INCH / 72, number, of, aside))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, TimeoutError) as error:
        raise DecodeError(
            "broken", f"The picture cannot be read ({type(error).__name__}: {str(error)[:200]}). Scan the page again."
        ) from error
    return _decoded("picture", sheets, aside, scans)


def _decoded(kind: str, sheets: list[Sheet], aside: TablesAside, scans: Scans) -> Decoded:
    if sum(sheet.characters for sheet in sheets) < 20:
        raise DecodeError(
            "no_text", f"The file is a scan, and {scans.name} recognised no text in it. Scan it anew, straight and at 300 dpi."
        )
    text, pages, grids = lay_out(sheets, aside)
    return Decoded(
        text, kind, RECOGNISED, pages=pages, warnings=tuple(scans.notes()), tables=build_tables(text, grids, pages),
        recognised=tuple(scans.lines),
    )  # fmt: skip
