"""The candidate tables as pandas frames, and what the rules look up in them."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa

NUMERALS = "0123456789０１２３４５６７８９〇零一二三四五六七八九十百千万亿两"
FORMAL_NUMERALS = "壹贰叁肆伍陆柒捌玖拾佰仟"


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


@dataclass(eq=False)
class Frames:
    """The candidate tables as frames; ``summary`` has one row with the number of rows of each."""

    documents: pd.DataFrame
    metrics: pd.DataFrame
    numbers: pd.DataFrame
    indicators: pd.DataFrame
    units: pd.DataFrame
    summary: pd.DataFrame = field(default_factory=pd.DataFrame)
    _codes: dict[str, tuple[np.ndarray[Any, np.dtype[np.int64]], list[Any]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        counts = {name: [len(self.frame(name))] for name in ("documents", "metrics", "numbers")}
        self.summary = pd.DataFrame(counts)

    def frame(self, name: str) -> pd.DataFrame:
        result: pd.DataFrame = getattr(self, name)
        return result

    @functools.cached_property
    def texts(self) -> dict[str, str]:
        """The text of each document by its id."""
        return dict(zip(self.documents["document_id"], self.documents["text"], strict=True))

    @functools.cached_property
    def document_codes(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """A number for the document of each metric."""
        return self.codes("document_id")[0]

    @functools.cached_property
    def reading_order(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Positions of the metrics, document by document as they stand in the text."""
        place = self.metrics["char_start"].fillna(0).to_numpy("int64")
        return np.lexsort((place, self.document_codes))

    def codes(self, column: str) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[Any]]:
        """A column of metrics as numbers, and the values they stand for."""
        if column not in self._codes:
            found, values = pd.factorize(self.metrics[column])
            self._codes[column] = found, list(values)
        return self._codes[column]

    @functools.cached_property
    def places(self) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
        """Where the number of each metric begins and ends."""
        return self.metrics["char_start"].fillna(0).to_numpy("int64"), self.metrics["char_end"].fillna(0).to_numpy("int64")

    def sentences_saying(self, pattern: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether the sentence of each metric holds the pattern; a missing sentence does not."""
        codes, sentences = self.codes("sentence")
        holds = pd.Series(sentences, dtype="str").str.contains(pattern).to_numpy(bool)
        found: np.ndarray[Any, np.dtype[np.bool_]] = np.append(holds, False)[codes]
        return found

    def quoted(self, frame: pd.DataFrame) -> list[str]:
        """What the text says at the place of each row; empty where there is no such document or place."""
        texts = self.texts
        starts = frame["char_start"].fillna(0).to_numpy("int64")
        ends = frame["char_end"].fillna(0).to_numpy("int64")
        return [
            text[start:end] if start >= 0 and isinstance(text, str) else ""
            for text, start, end in zip(map(texts.get, frame["document_id"]), starts.tolist(), ends.tolist(), strict=True)
        ]

    def add_ledger(self) -> None:
        """Count, for each document, the numerals that no row of numbers or more than one covers."""
        rows = ledger(self.documents, self.numbers)
        for column in LEDGER_COLUMNS:
            self.documents[column] = [row[column] for row in rows]


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

    DOCUMENTS = ("document_id", "file_name", "source_path", "sha256", "doc_type", "char_count", "copy_of")
    METRICS = ("metric_id", "document_id", "region_code", "report_year", "indicator_id", "statistic", "value", "value_std",
               "unit_std", "dimension", "bound", "modality", "basis", "period_start", "period_end", "number_text", "char_start",
               "confidence")  # fmt: skip
    BEFORE = ("document_id", "number_text", "indicator_id", "unit_std", "period_end", "modality", "confidence")


@dataclass(eq=False)
class RunFrames:
    """The tables of a whole run (:mod:`expectations.between_reports`, :mod:`expectations.between_runs`)."""

    figures: pd.DataFrame
    kinds: pd.DataFrame
    kept: pd.DataFrame
    run_summary: pd.DataFrame

    def frame(self, name: str) -> pd.DataFrame:
        """The table with this name."""
        result: pd.DataFrame = getattr(self, name)
        return result


def run_frames(inputs: RunInput) -> RunFrames:
    """The tables that the rules between reports and between runs look at."""
    import pyarrow.compute as pc

    from expectations import between_reports, between_runs

    documents, counts = _frame(inputs.documents), between_runs.counted(inputs.metrics)
    in_catalogue = _frame(inputs.metrics.filter(pc.is_valid(inputs.metrics.column("indicator_id"))))
    same = before = None
    kept = between_runs.kept(documents.iloc[:0], counts, _no_loss())
    if inputs.before_documents is not None and inputs.before_metrics is not None:
        earlier_documents = _frame(inputs.before_documents)
        unchanged = documents.merge(earlier_documents[["document_id", "sha256"]], on=["document_id", "sha256"])
        earlier, gone = _earlier(inputs, counts)
        same, before = between_runs.measures(unchanged, counts), between_runs.measures(unchanged, earlier)
        kept = between_runs.kept(unchanged, earlier, gone)
    lost = kept[kept["copy_of"].isna()]
    return RunFrames(
        figures=between_reports.figures(in_catalogue, documents),
        kinds=between_runs.kinds(between_runs.measures(documents, counts), same, before),
        kept=kept,
        run_summary=pd.DataFrame({column: [int(lost[column].sum())] for column in ("metrics_before", "vanished")}),
    )


def _no_loss() -> pd.DataFrame:
    return pd.DataFrame({"document_id": pd.Series(dtype="str"), "vanished": pd.Series(dtype="int64")})


def _earlier(inputs: RunInput, counts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The counts of the last published run, and what of its metrics vanished (:mod:`expectations.between_runs`)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from expectations.between_runs import counted, vanished

    now, before = inputs.metrics, inputs.before_metrics
    assert before is not None
    if inputs.read_again is None:
        return counted(before), vanished(now, before)
    again = pa.array(sorted(inputs.read_again), pa.string())
    now, before = (table.filter(pc.is_in(table.column("document_id"), value_set=again)) for table in (now, before))
    others = counts[~counts["document_id"].isin(inputs.read_again)]
    return pd.concat([others, counted(before)], ignore_index=True), vanished(now, before)


LEDGER_COLUMNS = ("numerals", "numerals_missing", "first_missing", "numerals_twice", "first_twice", "formal_missing")


def frames(inputs: GateInput) -> Frames:
    """The candidate tables as frames: nullable integers and booleans, floats with NaN for a missing value."""
    result = Frames(**{name: _frame(inputs.table(name)) for name in GateInput.TABLES})  # type: ignore[arg-type]
    result.add_ledger()
    return result


def _frame(table: pa.Table) -> pd.DataFrame:
    import pyarrow as pa

    nullable = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    # One piece a column: picking rows out of the many files that a run is read from takes many times longer.
    whole = table.combine_chunks()
    return whole.to_pandas(types_mapper=nullable.get, ignore_metadata=True)  # type: ignore[no-any-return]


def _character_set(characters: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    members = np.zeros(0x110000, dtype=bool)
    members[[ord(character) for character in characters]] = True
    return members


def ledger(documents: pd.DataFrame, numbers: pd.DataFrame) -> list[dict[str, Any]]:
    """For each document how well the rows of numbers cover its numerals (:data:`LEDGER_COLUMNS`)."""
    usual, formal = _character_set(NUMERALS), _character_set(FORMAL_NUMERALS)
    codes, ids = pd.factorize(numbers["document_id"])
    order = np.argsort(codes, kind="stable")
    starts = numbers["char_start"].fillna(0).to_numpy("int64")[order]
    ends = numbers["char_end"].fillna(0).to_numpy("int64")[order]
    bounds = np.searchsorted(codes[order], np.arange(len(ids) + 1))
    place = {document: index for index, document in enumerate(ids)}
    result = []
    for document, text in zip(documents["document_id"], documents["text"], strict=True):
        index = place.get(document)
        rows = slice(0, 0) if index is None else slice(bounds[index], bounds[index + 1])
        result.append(_coverage(text if isinstance(text, str) else "", starts[rows], ends[rows], usual, formal))
    return result


def _coverage(text: str, starts: Any, ends: Any, usual: Any, formal: Any) -> dict[str, Any]:
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    steps = np.zeros(len(characters) + 1, dtype=np.int32)
    np.add.at(steps, np.clip(starts, 0, len(characters)), 1)
    np.add.at(steps, np.clip(ends, 0, len(characters)), -1)
    depth = np.cumsum(steps)[:-1]
    numerals = usual[characters]
    missing = np.flatnonzero(numerals & (depth < 1))
    twice = np.flatnonzero(depth > 1)
    return {
        "numerals": int(numerals.sum()),
        "numerals_missing": len(missing),
        "first_missing": f"{text[missing[0]]} at {missing[0]}" if len(missing) else "",
        "numerals_twice": len(twice),
        "first_twice": int(twice[0]) if len(twice) else -1,
        "formal_missing": _formal_missing(formal[characters] & (depth < 1)),
    }


def _formal_missing(outside: Any) -> int:
    """Formal numerals outside the rows, those that stand alone left out: 队伍 and 大陆 count nothing, 壹佰 does."""
    beside = np.zeros(len(outside), dtype=bool)
    beside[1:] |= outside[:-1]
    beside[:-1] |= outside[1:]
    return int((outside & beside).sum())
