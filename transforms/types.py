"""The values that flow through the pipeline, from bytes to checked rows.

    RawFile --decode--> Decoded --identify--> Document --extract--> Extraction(metrics, numbers)

Every position is an offset into ``Document.text``; pages, lines and sentences are look-ups from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transforms.tables.model import Table

RECOGNISED = "ocr"
"""What stands for the encoding of a document whose text was recognised from pictures of pages."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file as it was found: nothing is known of it but its bytes and its place."""

    source_path: str
    """Path relative to the seeds folder, with ``/``; a member of an archive is ``archive.zip!/member``."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a source that has pages: ``text[start:end]``, numbered from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line that was recognised from the picture of a page."""

    page: int
    text: str
    confidence: float
    """How sure the recogniser is of it, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text in reading order, free of page furniture."""

    text: str
    format: str
    """txt, md, html, docx or pdf, told from the bytes."""
    encoding: str | None = None
    pages: tuple[Page, ...] = ()
    title: str | None = None
    """A title that the format itself carries (an HTML title, DOCX properties); a hint only."""
    warnings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    """The tables of the text, in its order."""
    recognised: tuple[RecognisedLine, ...] = ()
    """The lines that were recognised from pictures."""


class DecodeError(Exception):
    """A file that cannot become a document.

    ``error`` is a short class (``empty``, ``binary``, ``no_text``, ``stub``, ``unsupported``, ``encrypted``,
    ``broken``, ``too_large``); ``message`` says what is wrong and what to do.
    """

    def __init__(self, error: str, message: str) -> None:
        super().__init__(error, message)
        self.error = error
        self.message = message

    def __str__(self) -> str:
        return f"{self.error}: {self.message}"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the keeper of a document says of it; None where nothing is said."""

    region_code: str | None = None
    report_year: int | None = None
    doc_type: str | None = None
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What a document is, as far as its text tells."""

    doc_type: str = "other"
    title: str | None = None
    region_code: str | None = None
    region: str | None = None
    province: str | None = None
    region_level: str | None = None
    report_year: int | None = None
    delivered_on: date | None = None
    speaker: str | None = None
    confidence: float | None = None
    """How sure kind, region and year are together, 0 to 1; None where it was not weighed."""
    identified_by: str | None = None
    """What decided kind, region and year, as a person reads it."""
    url: str | None = None
    """The address that the document is from, as its keeper says or as it was fetched from."""
    publisher: str | None = None
    published_on: date | None = None
    contradictions: tuple[str, ...] = ()
    """What the text says that cannot be true of this identity."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded document with what is known of it. ``text`` is what every offset counts in."""

    document_id: str
    source_path: str
    file_name: str
    sha256: str
    decoded: Decoded
    identity: Identity

    @property
    def text(self) -> str:
        return self.decoded.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number a document states about one indicator. Fields as in the data dictionary (``tables.yml``)."""

    char_start: int
    char_end: int
    indicator: str
    indicator_id: str | None = None
    statistic: str = "level"
    value: Decimal
    value_high: Decimal | None = None
    unit: str | None = None
    bound: str = "exact"
    modality: str = "actual"
    is_preliminary: bool = False
    basis: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    place: str | None = None
    place_code: str | None = None
    scope: str = "whole"
    sub_period: str | None = None
    section: str = ""
    sentence: str = ""
    table_id: str | None = None
    table_row: str | None = None
    table_column: str | None = None
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Number:
    """One numeral of the text and the class it belongs to: ``metric`` or one of the classes that are none."""

    char_start: int
    char_end: int
    number_class: str
    rule: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a document says in numbers. ``metrics`` and ``numbers`` are in the order of the text.

    Every Arabic digit and every Chinese numeral character of the text lies in exactly one ``Number``.
    """

    metrics: tuple[Metric, ...] = ()
    numbers: tuple[Number, ...] = ()
    warnings: tuple[str, ...] = ()
