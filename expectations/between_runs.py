"""Rules on what a run holds beside the last published one and the baselines: what became of documents that did not change, and
how many metrics and filled fields each kind of document has.

The table ``kinds`` has a row per kind of document and measure, ``kept`` one per document that both runs hold, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from expectations.baselines import Baseline, baselines
from expectations.derived import plain, where
from expectations.frames import RunFrames

if TYPE_CHECKING:
    import pyarrow as pa


COUNTS = ("metrics", "in_catalogue", "with_unit", "with_period", "targets", "told", "confidence")


def counted(metrics: pa.Table) -> pd.DataFrame:
    """What the measures are taken from, by document: its :data:`COUNTS`, of which ``told`` is how many have a confidence, and
    ``confidence`` the sum of those."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_target = pc.cast(pc.fill_null(pc.equal(metrics.column("modality"), "target"), False), pa.int64())
    filled = [(name, "count") for name in ("indicator_id", "unit_std", "period_end")]
    # In one thread the sums are the same each time, to the last bit.
    found = (
        metrics.append_column("is_target", is_target)
        .group_by("document_id", use_threads=False)
        .aggregate([([], "count_all"), *filled, ("is_target", "sum"), ("confidence", "count"), ("confidence", "sum")])
        .rename_columns(["document_id", *COUNTS])
    )
    return found.to_pandas(ignore_metadata=True)  # type: ignore[no-any-return]


def measures(documents: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Counts and fill rates for each kind of document (copies aside): kind, measure, value, and the documents it is taken from.

    ``counts`` are those of the metrics (:func:`counted`). Rates are in percent; ``metrics_per_1000_characters`` and ``confidence``
    are averages.
    """
    originals = documents.loc[plain(documents["copy_of"].isna()), ["document_id", "doc_type", "char_count"]]
    told = originals.merge(counts, on="document_id", how="left")
    told[list(COUNTS)] = told[list(COUNTS)].fillna(0)
    told["documents"], told["documents_with_metrics"] = 1, told["metrics"] > 0
    table = told.drop(columns="document_id").groupby("doc_type").sum()
    rates = ("in_catalogue", "with_unit", "with_period", "targets")
    result = pd.DataFrame(
        {
            "metrics_per_1000_characters": 1000 * table["metrics"] / table["char_count"].clip(lower=1),
            "documents_with_metrics": 100 * table["documents_with_metrics"] / table["documents"],
            **{rate: 100 * table[rate] / table["metrics"] for rate in rates},
            "confidence": table["confidence"] / table["told"],
        }
    )
    long = result.rename_axis("kind").reset_index().melt(id_vars="kind", var_name="measure", value_name="value")
    long["documents"] = long["kind"].map(table["documents"])
    return long.sort_values(["kind", "measure"], kind="stable").reset_index(drop=True)


def kinds(now: pd.DataFrame, same: pd.DataFrame | None, before: pd.DataFrame | None) -> pd.DataFrame:
    """The table ``kinds``: each measure with its baseline, and what it is and was over the documents that both runs hold unchanged."""
    found = now.copy()
    for name, other in (("same", same), ("before", before)):
        if other is None:
            found[name], found[f"{name}_documents"] = np.nan, 0
        else:
            columns = {"value": name, "documents": f"{name}_documents"}
            found = found.merge(other.rename(columns=columns)[["kind", "measure", *columns.values()]], on=["kind", "measure"], how="left")
    known = baselines()
    lines = [known.get((kind, measure), Baseline()) for kind, measure in zip(found["kind"], found["measure"], strict=True)]
    found["minimum"] = pd.Series([line.minimum for line in lines], dtype="float64")
    found["maximum"] = pd.Series([line.maximum for line in lines], dtype="float64")
    return found


def vanished(metrics: pa.Table, before: pa.Table) -> pd.DataFrame:
    """By document, how many of the metrics ``before`` are told no more.

    A metric is the same where the same number of the same document is one, wherever it stands and whatever it is called.
    """
    key = ["document_id", "number_text"]
    was, has = (
        table.select(key).to_pandas(ignore_metadata=True).groupby(key, sort=False).size().rename(name)
        for name, table in (("was", before), ("has", metrics))
    )
    gone = (was - has.reindex(was.index, fill_value=0)).clip(lower=0)
    found: pd.DataFrame = gone.groupby("document_id").sum().rename("vanished").reset_index()
    return found


def kept(documents: pd.DataFrame, before: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """The table ``kept``: unchanged documents, how many metrics they had, and how many of those are told no more.

    ``before`` are the counts (:func:`counted`) of the last published run, metrics that it held back among them: to be set aside
    is not to vanish. ``gone`` are those that :func:`vanished`.
    """
    found = documents[["document_id", "source_path", "doc_type", "copy_of"]]
    had = before[["document_id", "metrics"]].rename(columns={"metrics": "metrics_before"})
    found = found.merge(had, on="document_id", how="left").merge(gone, on="document_id", how="left")
    for column in ("metrics_before", "vanished"):
        found[column] = found[column].fillna(0).astype("int64")
    return found.reset_index(drop=True)


def measure_reaches_its_minimum(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """A measure of a kind with ``documents`` documents and more is at least its baseline's minimum."""
    table = frames.kinds
    return where(
        (table["documents"] >= params["documents"]) & table["minimum"].notna() & table["value"].notna(), table["value"] >= table["minimum"]
    )


def measure_stays_below_its_maximum(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """A measure of a kind with ``documents`` documents and more is at most its baseline's maximum."""
    table = frames.kinds
    return where(
        (table["documents"] >= params["documents"]) & table["maximum"].notna() & table["value"].notna(), table["value"] <= table["maximum"]
    )


def measure_is_that_of_the_last_run(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Over the documents that both runs hold unchanged a measure has moved by ``percent`` of what it was at most."""
    table = frames.kinds
    applies = (
        table["before"].notna() & (table["before"] > 0) & table["same"].notna() & (table["same_documents"].fillna(0) >= params["documents"])
    )
    return where(applies, (table["same"] - table["before"]).abs() <= table["before"] * params["percent"] / 100)


def metrics_of_an_unchanged_document_stay(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """At most ``percent`` of a document's metrics are gone although its bytes are the same (``least`` of them in any case)."""
    table = frames.kept
    allowed = np.maximum(table["metrics_before"] * params["percent"] / 100, params["least"])
    return where((table["metrics_before"] > 0) & table["copy_of"].isna(), table["vanished"] <= allowed)


def unchanged_documents_keep_metrics(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Of all metrics of unchanged documents no more than ``percent`` are gone (of ``metrics`` and more)."""
    table = frames.run_summary
    applies = table["metrics_before"] >= params["metrics"]
    return where(applies, table["vanished"] <= table["metrics_before"] * params["percent"] / 100)
