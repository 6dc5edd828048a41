"""Rules on what a run holds beside the last published one and the baselines: what became of documents that did not change, and
how many metrics and filled fields each kind of document has.

The table ``kinds`` has a row per kind of document and measure, ``kept`` one per document that both runs hold, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from expectations.frames import RunFrames
from expectations.rules.masks import rule_result
from expectations.rules.registry import rule

if TYPE_CHECKING:
    pass


@rule
def measure_reaches_its_minimum(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """A measure of a kind with ``documents`` documents and more is at least its baseline's minimum."""
    table = frames.kinds
    return rule_result(
        (table["documents"] >= params["documents"]) & table["minimum"].notna() & table["value"].notna(), table["value"] >= table["minimum"]
    )


@rule
def measure_stays_below_its_maximum(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """A measure of a kind with ``documents`` documents and more is at most its baseline's maximum."""
    table = frames.kinds
    return rule_result(
        (table["documents"] >= params["documents"]) & table["maximum"].notna() & table["value"].notna(), table["value"] <= table["maximum"]
    )


@rule
def measure_is_that_of_the_last_run(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Over the documents that both runs hold unchanged a measure has moved by ``percent`` of what it was at most."""
    table = frames.kinds
    applies = (
        table["before"].notna() & (table["before"] > 0) & table["same"].notna() & (table["same_documents"].fillna(0) >= params["documents"])
    )
    return rule_result(applies, (table["same"] - table["before"]).abs() <= table["before"] * params["percent"] / 100)


@rule
def metrics_of_an_unchanged_document_stay(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """At most ``percent`` of a document's metrics are gone although its bytes are the same (``least`` of them in any case)."""
    table = frames.kept
    allowed = np.maximum(table["metrics_before"] * params["percent"] / 100, params["least"])
    return rule_result((table["metrics_before"] > 0) & table["copy_of"].isna(), table["vanished"] <= allowed)


@rule
def unchanged_documents_keep_metrics(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Of all metrics of unchanged documents no more than ``percent`` are gone (of ``metrics`` and more)."""
    table = frames.run_summary
    applies = table["metrics_before"] >= params["metrics"]
    return rule_result(applies, table["vanished"] <= table["metrics_before"] * params["percent"] / 100)
