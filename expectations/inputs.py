"""The tables that are validated, as a run hands them over: :class:`GateInput` for a part of a run, :class:`RunInput` for all of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class GateError(RuntimeError):
    """Validation itself does not work (an expectation was lost, a rule failed), so its result must not be used to publish."""


@dataclass(frozen=True)
class GateInput:
    """The tables a run wants to publish, as Arrow tables with the columns of ``tables.yml``.

    Columns may miss values that the published table must have: that is for the gate to find. ``documents`` needs
    its ``text``. A run may be checked in several parts (see :func:`expectations.gate.combine`) as long as a document,
    its metrics and its numbers come together.
    """

    run_id: str
    documents: pa.Table
    metrics: pa.Table
    numbers: pa.Table
    indicators: pa.Table
    units: pa.Table

    TABLES = ("documents", "metrics", "numbers", "indicators", "units")

    def table(self, name: str) -> pa.Table:
        if name not in self.TABLES:
            raise KeyError(f"no candidate table {name}; there are {', '.join(self.TABLES)}")
        return getattr(self, name)


@dataclass(frozen=True)
class RunInput:
    """A whole run, or what of it is looked at between reports and between runs: slim tables (:data:`DOCUMENTS`, :data:`METRICS`).

    Attributes:
        before_documents: those of the last published run; None where nothing was published yet.
        before_metrics: its metrics, those that it quarantined among them.
        read_again: documents whose metrics were made since. Those of the others are the same rows as now, and ``before_metrics``
            need not hold them. None: all documents.
    """

    run_id: str
    documents: pa.Table
    metrics: pa.Table
    before_documents: pa.Table | None = None
    before_metrics: pa.Table | None = None
    read_again: Collection[str] | None = None

    DOCUMENTS = ("document_id", "file_name", "source_path", "sha256", "doc_type", "char_count", "copy_of", "identity_confidence")
    METRICS = ("metric_id", "document_id", "region_code", "report_year", "indicator_id", "statistic", "value", "value_std",
               "unit_std", "dimension", "bound", "modality", "basis", "period_start", "period_end", "place", "scope", "sub_period",
               "number_text", "char_start",
               "confidence")  # fmt: skip
    BEFORE = ("document_id", "number_text", "indicator_id", "unit_std", "period_end", "modality", "confidence")
