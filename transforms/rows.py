"""From extracted values to table rows: plain dictionaries with the columns of ``tables.yml``.

What a run knows and a document does not (``run_id``, ``ingested_at``) is passed in, so that the rows are a pure
function of their input.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from transforms.types import Document, Extraction, Metric

Row = dict[str, Any]


def document_id(source_path: str) -> str:
    """The id of the document at this place under the seeds folder, the same from run to run."""
    return hashlib.sha256(source_path.encode("utf8", "surrogatepass")).hexdigest()[:16]


def metric_id(document: str, start: int, end: int, turn: int) -> str:
    """The id of a metric: its document, its place, and its turn among the indicators that share the place."""
    return hashlib.sha256(f"{document}:{start}:{end}:{turn}".encode()).hexdigest()[:20]


def document_row(document: Document, notes: Sequence[str] = (), *, run_id: str, ingested_at: datetime, pipeline_version: str) -> Row:
    """The row of ``documents``. ``notes`` are what extraction found worth saying; they come before those of decoding and identity."""
    decoded, identity = document.decoded, document.identity
    notes = (*notes, *decoded.warnings, *identity.warnings)
    return {
        "document_id": document.document_id,
        "file_name": document.file_name,
        "source_path": document.source_path,
        "sha256": document.sha256,
        "format": decoded.format,
        "encoding": decoded.encoding,
        "doc_type": identity.doc_type,
        "title": identity.title,
        "region_code": identity.region_code,
        "region": identity.region,
        "province": identity.province,
        "region_level": identity.region_level,
        "report_year": identity.report_year,
        "delivered_on": identity.delivered_on,
        "speaker": identity.speaker,
        "url": identity.url,
        "publisher": identity.publisher,
        "published_on": identity.published_on,
        "identity_confidence": identity.confidence,
        "identified_by": identity.identified_by,
        "contradictions": "\n".join(identity.contradictions) or None,
        "char_count": len(decoded.text),
        "page_count": len(decoded.pages) or None,
        "copy_of": None,
        "warnings": "\n".join(notes) or None,
        "text": decoded.text,
        "ingested_at": ingested_at,
        "pipeline_version": pipeline_version,
        "run_id": run_id,
    }


def _page_finder(document: Document) -> Any:
    from bisect import bisect_right

    starts = [page.start for page in document.decoded.pages]
    numbers = [page.number for page in document.decoded.pages]
    return lambda offset: numbers[max(0, bisect_right(starts, offset) - 1)] if starts else None


def _metric_row(document: Document, metric: Metric, turn: int, page: int | None, run_id: str) -> Row:
    from transforms.numbers.units import standard

    std = standard(metric.unit, metric.value, metric.value_high)
    identity = document.identity
    return {
        "metric_id": metric_id(document.document_id, metric.char_start, metric.char_end, turn),
        "document_id": document.document_id,
        "region_code": identity.region_code,
        "region": identity.region,
        "region_level": identity.region_level,
        "report_year": identity.report_year,
        "indicator": metric.indicator,
        "indicator_id": metric.indicator_id,
        "statistic": metric.statistic,
        "value": float(metric.value),
        "value_high": None if metric.value_high is None else float(metric.value_high),
        "unit": metric.unit,
        "value_std": std.value,
        "value_high_std": std.value_high,
        "unit_std": std.unit_std,
        "dimension": std.dimension,
        "bound": metric.bound,
        "modality": metric.modality,
        "is_preliminary": metric.is_preliminary,
        "basis": metric.basis,
        "period_start": metric.period_start,
        "period_end": metric.period_end,
        "place": metric.place,
        "place_code": metric.place_code,
        "scope": metric.scope,
        "sub_period": metric.sub_period,
        "section": metric.section or None,
        "sentence": metric.sentence,
        "char_start": metric.char_start,
        "char_end": metric.char_end,
        "page": page,
        "number_text": "".join(document.text[metric.char_start : metric.char_end].split()),
        "table_id": metric.table_id,
        "table_row": metric.table_row,
        "table_column": metric.table_column,
        "rule": metric.rule,
        "confidence": metric.confidence,
        "quality_flags": None,
        "run_id": run_id,
    }


def metric_rows(document: Document, extraction: Extraction, *, run_id: str) -> list[Row]:
    """The rows of ``metrics``, in the order of the text."""
    page_of = _page_finder(document)
    rows: list[Row] = []
    place, turn = (-1, -1), 0
    for metric in extraction.metrics:
        here = (metric.char_start, metric.char_end)
        turn = turn + 1 if here == place else 0
        place = here
        rows.append(_metric_row(document, metric, turn, page_of(metric.char_start), run_id))
    return rows


def number_rows(document: Document, extraction: Extraction) -> list[Row]:
    """The rows of ``numbers``, in the order of the text."""
    return [
        {
            "document_id": document.document_id,
            "char_start": number.char_start,
            "char_end": number.char_end,
            "text": document.text[number.char_start : number.char_end],
            "class": number.number_class,
            "metric_id": metric_id(document.document_id, number.char_start, number.char_end, 0)
            if number.number_class == "metric"
            else None,
            "rule": number.rule,
        }
        for number in extraction.numbers
    ]
