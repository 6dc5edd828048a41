"""One file through the whole of ``transforms``: bytes in, rows out."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from transforms.corrections import correct
from transforms.decode import decode
from transforms.dedupe.copies import Sketch, sketch
from transforms.extract import extract
from transforms.identify import identify
from transforms.identify.keeper import Keeper
from transforms.rows import Row, document_id, document_row, metric_rows, number_rows
from transforms.types import DecodeError, Document, Extraction, Metric, RawFile

if TYPE_CHECKING:
    from transforms.decode.ocr import Recognise

NO_METRICS = "No numbers of a report were found in the text. See whether the file holds what it should."
UNDESCRIBED = Keeper()
RIGHTLY_RECOGNISED = 0.9
"""The most a number that was recognised from a picture is believed, however sure the recogniser is of its line."""


@dataclass(frozen=True, slots=True)
class Processed:
    """The rows of one file: a document with its metrics and numbers, or the reason why it is none."""

    document: Row | None
    metrics: list[Row]
    numbers: list[Row]
    failure: Row | None
    sketch: Sketch | None = None
    """What is kept of the text to find its copies."""


def read_document(raw: RawFile, recognise: Recognise | None = None, recogniser: str = "", keeper: Keeper = UNDESCRIBED) -> Document:
    """Decode a file and tell what it is; ``recognise`` and its name are for scans (:func:`~transforms.decode.decode`).

    What ``keeper`` says of the file beats what is inferred.

    Raises:
        DecodeError: the file cannot become a document.
    """
    decoded = decode(raw, recognise=recognise, recogniser=recogniser)
    return Document(
        document_id=document_id(raw.source_path),
        source_path=raw.source_path,
        file_name=PurePosixPath(raw.source_path.rsplit("!/", 1)[-1]).name,
        sha256=hashlib.sha256(raw.data).hexdigest(),
        decoded=decoded,
        identity=identify(decoded, raw.source_path, keeper.of(raw.source_path)),
    )


def _doubted(document: Document, extraction: Extraction) -> Extraction:
    """The extraction with the metrics of recognised pages as much less sure as the recogniser is of their lines."""
    decoded = document.decoded
    lines: dict[int, list[tuple[str, float]]] = {}
    for line in decoded.recognised:
        lines.setdefault(line.page, []).append(("".join(line.text.split()), line.confidence))
    starts = [page.start for page in decoded.pages]

    def trust(metric: Metric) -> float:
        number = decoded.pages[max(0, bisect_right(starts, metric.char_start) - 1)].number if starts else 1
        if number not in lines:
            return 1.0
        written = "".join(decoded.text[metric.char_start : metric.char_end].split())
        there = [confidence for text, confidence in lines[number] if written in text]
        every = [confidence for _, confidence in lines[number]]
        return RIGHTLY_RECOGNISED * (min(there) if there else sum(every) / len(every))

    return replace(
        extraction, metrics=tuple(replace(metric, confidence=metric.confidence * trust(metric)) for metric in extraction.metrics)
    )


def process(
    raw: RawFile,
    *,
    run_id: str,
    ingested_at: datetime,
    pipeline_version: str,
    recognise: Recognise | None = None,
    recogniser: str = "",
    keeper: Keeper = UNDESCRIBED,
) -> Processed:
    """All rows of one file. A file that cannot be read is a row of ``failures``, never an exception."""
    try:
        document = read_document(raw, recognise, recogniser, keeper)
    except DecodeError as failure:
        return refused(raw, failure, run_id)
    return rows_of(document, run_id=run_id, ingested_at=ingested_at, pipeline_version=pipeline_version)


def refused(raw: RawFile, failure: DecodeError, run_id: str) -> Processed:
    """The row of ``failures`` of a file that cannot become a document."""
    digest = hashlib.sha256(raw.data).hexdigest()
    row = {"source_path": raw.source_path, "sha256": digest, "error": failure.error, "message": failure.message, "run_id": run_id}
    return Processed(None, [], [], row)


def rows_of(document: Document, *, run_id: str, ingested_at: datetime, pipeline_version: str) -> Processed:
    """All rows of a document that was read."""
    extraction = correct(document, extract(document)).extraction
    if document.decoded.recognised:
        extraction = _doubted(document, extraction)
    notes = extraction.warnings if extraction.metrics else (*extraction.warnings, NO_METRICS)
    return Processed(
        document_row(document, notes, run_id=run_id, ingested_at=ingested_at, pipeline_version=pipeline_version),
        metric_rows(document, extraction, run_id=run_id),
        number_rows(document, extraction),
        None,
        sketch(document.text),
    )
