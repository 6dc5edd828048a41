"""The candidate tables as pandas frames, and what rules look up in them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from expectations.inputs import GateInput
from expectations.numeral_coverage import COVERAGE_COLUMNS, numeral_coverage

if TYPE_CHECKING:
    import pyarrow as pa


class Tables(Protocol):
    """Tables by their name."""

    def frame(self, name: str) -> pd.DataFrame:
        """Return the table with this name."""


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


@dataclass(eq=False)
class RunFrames:
    """The tables of a whole run, for the rules that compare reports and runs (:mod:`expectations.run_tables` builds them)."""

    figures: pd.DataFrame
    kinds: pd.DataFrame
    kept: pd.DataFrame
    run_summary: pd.DataFrame

    def frame(self, name: str) -> pd.DataFrame:
        """The table with this name."""
        result: pd.DataFrame = getattr(self, name)
        return result


def build_frames(inputs: GateInput) -> Frames:
    """Convert the candidate tables to frames: nullable integers and booleans, floats with NaN for a missing value."""
    result = Frames(**{name: to_frame(inputs.table(name)) for name in GateInput.TABLES})  # type: ignore[arg-type]
    rows = numeral_coverage(result.documents, result.numbers)
    for column in COVERAGE_COLUMNS:
        result.documents[column] = [row[column] for row in rows]
    return result


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Convert an Arrow table to a frame with nullable integers and booleans."""
    import pyarrow as pa

    nullable = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    # One piece a column: picking rows out of the many files that a run is read from takes many times longer.
    whole = table.combine_chunks()
    return whole.to_pandas(types_mapper=nullable.get, ignore_metadata=True)  # type: ignore[no-any-return]
