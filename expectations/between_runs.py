"""Rules on what a run holds beside the last published one and the baselines: what became of documents that did not change, and
how many metrics and filled fields each kind of document has.

The table ``kinds`` has a row per kind of document and measure, ``kept`` one per document that both runs hold, byte for byte.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from expectations.baselines import Baseline, baselines
from expectations.derived import plain, where
from expectations.frames import RunFrames


def measures(documents: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """Counts and fill rates for each kind of document (copies aside): kind, measure, value, and the documents it is taken from.

    Rates are in percent; ``metrics_per_1000_characters`` and ``confidence`` are averages.
    """
    originals = documents.loc[plain(documents["copy_of"].isna()), ["document_id", "doc_type", "char_count"]]
    kind = metrics["document_id"].map(dict(zip(originals["document_id"], originals["doc_type"], strict=True)))
    of_kind = metrics.assign(kind=kind).dropna(subset=["kind"]).groupby("kind", observed=True)
    table = originals.groupby("doc_type").agg(documents=("document_id", "size"), characters=("char_count", "sum"))
    count = of_kind.size().reindex(table.index, fill_value=0)
    result = pd.DataFrame(
        {
            "metrics_per_1000_characters": 1000 * count / table["characters"].clip(lower=1),
            "documents_with_metrics": 100 * of_kind["document_id"].nunique().reindex(table.index, fill_value=0) / table["documents"],
            "in_catalogue": 100 * of_kind["indicator_id"].count().reindex(table.index) / count,
            "with_unit": 100 * of_kind["unit_std"].count().reindex(table.index) / count,
            "with_period": 100 * of_kind["period_end"].count().reindex(table.index) / count,
            "targets": 100
            * metrics.assign(kind=kind)[plain(metrics["modality"] == "target")]
            .groupby("kind", observed=True)
            .size()
            .reindex(table.index, fill_value=0)
            / count,
            "confidence": of_kind["confidence"].mean().reindex(table.index),
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


def kept(documents: pd.DataFrame, metrics: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The table ``kept``: unchanged documents, how many metrics they had, and how many of those are told no more.

    ``metrics`` are theirs, ``before`` those that they had in the last published run, those it held back among them: to be set
    aside is not to vanish. A metric is the same where the same number of the same document is one, wherever it stands and
    whatever it is called.
    """
    key = ["document_id", "number_text"]
    was = before.groupby(key, sort=False).size().rename("was").reset_index()
    has = metrics.groupby(key, sort=False).size().rename("has").reset_index()
    both = was.merge(has, on=key, how="left")
    both["gone"] = (both["was"] - both["has"].fillna(0)).clip(lower=0).astype("int64")
    counted = both.groupby("document_id").agg(metrics_before=("was", "sum"), vanished=("gone", "sum"))
    found = documents[["document_id", "source_path", "doc_type", "copy_of"]].merge(
        counted, left_on="document_id", right_index=True, how="left"
    )
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
