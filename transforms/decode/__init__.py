"""From bytes to text, by what the bytes are.

    bytes --sniff--> format --its module--> lines --characters, furniture--> Decoded

The name of a file plays no part. A file that cannot become a document is refused with a class and a message that says what
to do (:class:`~transforms.types.DecodeError`), whatever its bytes are: no other exception leaves this package but MemoryError.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from transforms.decode import boilerplate as furniture
from transforms.decode.characters import clean, repair_mojibake, unescape, unknown_in_numbers
from transforms.decode.encoding import decode_bytes
from transforms.decode.json_text import text_of_json
from transforms.decode.limits import DEFAULT, Limits, check_size
from transforms.decode.sniff import binary_format, text_format
from transforms.numbers.numerals import NUMERAL_CHARACTERS
from transforms.tables.aligned_text import aligned_tables
from transforms.tables.build import build_tables
from transforms.tables.layout import BAR, TablesAside, is_aside, place
from transforms.types import RECOGNISED, Decoded, DecodeError, RawFile

if TYPE_CHECKING:
    from transforms.decode.ocr import Recognise, Scans

_EMPTY = "The file is empty. Put the report in its place, or remove it."
_ARCHIVE = "The file is an archive. Its members are read one by one; unpack it where only single files are taken."
_NO_TEXT = (
    "The document holds no text, only pictures perhaps. Print it to PDF, put that file in its place and let the "
    "pipeline recognise its text (baogao run --ocr)."
)
_NUMERALS = re.compile(rf"[0-9０-９{NUMERAL_CHARACTERS}]+")
_STUB_PROSE = 300
"""Characters of running text below which a page of a web site is none of the report."""


def decode(raw: RawFile, limits: Limits = DEFAULT, recognise: Recognise | None = None, recogniser: str = "") -> Decoded:
    """The text of a file, free of page furniture, with ``\\n`` between lines.

    ``recognise`` tells the lines of a picture (:mod:`transforms.decode.ocr`), ``recogniser`` is its name; without it a scan
    has no text.

    Raises:
        DecodeError: the file cannot become a document (``empty``, ``binary``, ``stub``, ``no_text``, ``unsupported``,
            ``encrypted``, ``broken``, ``too_large``).
        MemoryError: there is not as much memory as the file asks for.
    """
    try:
        decoded = _decode_or_recognise(raw.data, limits, _scans(recognise, recogniser))
    except DecodeError:
        raise
    except RecursionError as error:
        raise DecodeError("too_large", "The file nests deeper than a report does. Save the report itself anew.") from error
    except MemoryError:
        raise
    except Exception as error:  # any fault of a library on damaged input is the input's, and must not stop the other documents
        raise DecodeError("broken", f"The file cannot be read ({type(error).__name__}: {str(error)[:200]}). Save it again.") from error
    if not decoded.text.strip():
        raise DecodeError("empty", _EMPTY)
    if len(decoded.text) > limits.characters:
        raise DecodeError("too_large", f"The text has {len(decoded.text):,} characters; at most {limits.characters:,} are read. Split it.")
    if sum(1 for _ in _NUMERALS.finditer(decoded.text)) > limits.numbers:
        raise DecodeError("too_large", f"The text has more than {limits.numbers:,} numbers, as no report has. Split it.")
    unknown = unknown_in_numbers(decoded.text)
    if unknown:
        note = f"Numbers with characters that only the type-setting program knows are not read: {_listed(unknown)}."
        return replace(decoded, warnings=(*decoded.warnings, note))
    return decoded


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({times})" for name, times in counts.most_common(10))


def _scans(recognise: Recognise | None, name: str) -> Scans | None:
    if recognise is None:
        return None
    from transforms.decode.ocr import Scans

    return Scans(recognise, name)


def _decode_or_recognise(data: bytes, limits: Limits, scans: Scans | None) -> Decoded:
    try:
        return _decode(data, limits, scans)
    except DecodeError as failure:
        if scans is None or failure.error not in ("no_text", "unsupported"):
            raise
        from transforms.decode import ocr

        if ocr.is_picture(data):
            return ocr.read_picture(data, scans, limits)
        if failure.error != "no_text" or binary_format(data) != "pdf":
            raise
        if scans.count:
            raise DecodeError("no_text", ocr.NOTHING.format(name=scans.name)) from failure
    return ocr.read_scan(data, scans)


def _decode(data: bytes, limits: Limits, scans: Scans | None = None) -> Decoded:
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise DecodeError("empty", _EMPTY)
    check_size(len(data), limits.container_bytes, "The file", "Split it, or save the report without pictures.")
    kind = binary_format(data)
    if kind in ("zip", "7z", "rar"):
        raise DecodeError("unsupported", _ARCHIVE)
    if kind == "pdf":
        return _pdf(data, limits, scans)
    binary = _BINARY.get(kind or "")
    if binary is not None:
        return binary(data, limits)
    check_size(len(data), limits.text_bytes, "The text file", "Split it.")
    text, encoding, warnings = decode_bytes(data)
    text, found = text_of_json(text)
    warnings = (*warnings, *found)
    kind = text_format(text)
    read: Callable[[str, str, Limits], Decoded] = {"html": _html, "md": _markdown, "csv": _csv, "txt": _text}[kind]
    decoded = read(text, encoding, limits)
    return replace(decoded, warnings=(*warnings, *decoded.warnings))


def _repaired(text: str) -> tuple[str, tuple[str, ...]]:
    text, wrong = repair_mojibake(unescape(text))
    return clean(text), (f"The text had been decoded wrongly ({wrong}) before it was saved; it was repaired.",) if wrong else ()


def _text(text: str, encoding: str, limits: Limits) -> Decoded:
    text, warnings = _repaired(text)
    if len(text) > limits.characters:
        return Decoded(text, "txt", encoding)
    stripped, gone = furniture.strip(text)
    if gone >= 5 and prose(stripped) < 60:
        raise _stub("", [])
    stripped, grids = aligned_tables(stripped)
    return Decoded(stripped, "txt", encoding, warnings=warnings, tables=build_tables(stripped, grids))


def _markdown(text: str, encoding: str, limits: Limits) -> Decoded:
    from transforms.decode import markdown

    text, warnings = _repaired(text)
    if len(text) > limits.characters:
        return Decoded(text, "md", encoding)
    aside = TablesAside()
    stripped = furniture.strip(markdown.to_text(text, aside))[0]
    return _with_tables(Decoded(stripped, "md", encoding, warnings=warnings), aside)


def _html(text: str, encoding: str, limits: Limits) -> Decoded:
    from transforms.decode import html

    text, warnings = _repaired(text)
    page = html.read_page(text, limits)
    stripped, gone = furniture.strip(_repaired(page.text)[0])
    running = prose(stripped)
    is_site = page.links >= 10 or gone >= 5
    if (is_site and running < _STUB_PROSE) or not stripped.strip() or (page.frames and running < 60):
        raise _stub(page.title or "", page.attachments, page.frames, page.scripts > 0 and not stripped.strip())
    if page.scripts and running < 60 and len(furniture.squeeze(stripped)) < 60 and not page.tables.matrices:
        raise _stub(page.title or "", page.attachments, (), True)
    decoded = Decoded(stripped, "html", encoding, title=clean(page.title) if page.title else None, warnings=warnings)
    return _with_tables(decoded, page.tables)


def _word_processor(kind: str, text: str, title: str | None, aside: TablesAside, warnings: tuple[str, ...] = ()) -> Decoded:
    """What all formats of running text without pages have in common."""
    text, repaired = _repaired(text)
    if not text.strip():
        raise DecodeError("no_text", _NO_TEXT)
    decoded = Decoded(furniture.strip(text)[0], kind, None, title=clean(title) if title else None, warnings=(*warnings, *repaired))
    return _with_tables(decoded, aside)


def _docx(data: bytes, limits: Limits) -> Decoded:
    from transforms.decode import docx

    return _word_processor("docx", *docx.read_docx(data, limits))


def _doc(data: bytes, limits: Limits) -> Decoded:
    from transforms.decode import doc

    return _word_processor("doc", *doc.read_doc(data, limits))


def _rtf(data: bytes, limits: Limits) -> Decoded:
    from transforms.decode import rtf

    return _word_processor("rtf", *rtf.read_rtf(data, limits))


def _odt(data: bytes, limits: Limits) -> Decoded:
    from transforms.decode import odt

    return _word_processor("odt", *odt.read_odt(data, limits))


def _epub(data: bytes, limits: Limits) -> Decoded:
    from transforms.decode import epub

    return _word_processor("epub", *epub.read_epub(data, limits))


def _workbook(kind: str) -> Callable[[bytes, Limits], Decoded]:
    def read(data: bytes, limits: Limits) -> Decoded:
        from transforms.decode import odt, sheets

        reader = {"xlsx": sheets.read_xlsx, "xls": sheets.read_xls, "ods": odt.read_ods}[kind]
        book, title = reader(data, limits)
        aside = TablesAside()
        return _word_processor(kind, "\n".join(sheets.lines_of(book, aside, limits)), title, aside)

    return read


def _ofd(data: bytes, limits: Limits) -> Decoded:
    from transforms.decode import ofd

    text, pages, title, grids = ofd.read_ofd(data, limits)
    return Decoded(text, "ofd", None, pages=pages, title=clean(title) if title else None, tables=build_tables(text, grids, pages))


def _mht(data: bytes, limits: Limits) -> Decoded:
    from transforms.decode import mht

    text, encoding, warnings = decode_bytes(mht.page_of(data))
    decoded = (_html if text_format(text) == "html" else _text)(text, encoding, limits)
    return replace(decoded, format="mht", warnings=(*warnings, *decoded.warnings))


def _csv(text: str, encoding: str, limits: Limits) -> Decoded:
    from transforms.decode.blocks import table_lines
    from transforms.decode.text_tables import separated
    from transforms.tables.grid import Cell

    aside = TablesAside()
    rows = [[Cell(cell.strip("\r\n")) for cell in row] for row in separated(text) or ()]
    decoded = _word_processor("csv", "\n".join(table_lines(rows, aside, limits)), None, aside)
    return replace(decoded, encoding=encoding)


def _pdf(data: bytes, limits: Limits, scans: Scans | None) -> Decoded:
    from transforms.decode import pdf

    text, pages, title, warnings, grids = pdf.read_pdf(data, limits, scans)
    decoded = Decoded(text, "pdf", None, pages=pages, title=clean(title) if title else None, warnings=warnings)
    if scans is not None and scans.lines:
        all_of_it = len({line.page for line in scans.lines}) + len(scans.blank) >= len(pages)
        decoded = replace(
            decoded,
            encoding=RECOGNISED if all_of_it else None,
            recognised=tuple(scans.lines),
            warnings=(*warnings, *scans.notes()),
        )
    return replace(decoded, tables=build_tables(text, grids, pages))


_BINARY: dict[str, Callable[[bytes, Limits], Decoded]] = {
    "docx": _docx, "doc": _doc, "rtf": _rtf, "odt": _odt, "epub": _epub, "ofd": _ofd, "mht": _mht,
    "xlsx": _workbook("xlsx"), "xls": _workbook("xls"), "ods": _workbook("ods"),
}  # fmt: skip
"""What reads each format that is not plain text."""


def _with_tables(decoded: Decoded, aside: TablesAside) -> Decoded:
    """A document with the tables that were set aside written into its text."""
    text, grids = place(decoded.text, aside, lambda cell: clean(unescape(cell)).replace("\n", " "))
    return replace(decoded, text=text, tables=build_tables(text, grids))


def prose(text: str) -> int:
    """Characters of running text: lines that can only be sentences, and rows of tables."""
    lines = (furniture.squeeze(line) for line in text.split("\n"))
    return sum(len(line) for line in lines if furniture.is_prose(line) or BAR in line or is_aside(line))


def _stub(title: str, attachments: list[str], frames: Sequence[str] = (), by_scripts: bool = False) -> DecodeError:
    if attachments:
        where = f" The page links to: {', '.join(attachments)}. Fetch that file."
    elif frames:
        where = f" It shows other pages in frames: {', '.join(frames)}. Fetch the one with the report."
    elif by_scripts:
        where = " Its text comes by scripts: open it in a browser, save the page as it then is (MHT, say), and put that file in its place."
    else:
        where = " Fetch the report itself (often an attachment or the next page)."
    name = f" ({title})" if title else ""
    return DecodeError("stub", f"The page holds no report, only what a site puts around one{name}." + where)
