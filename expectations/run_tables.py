"""The tables of a whole run that rules compare: figures of the catalogue, measures by kind of document, unchanged documents.

Tables: ``figures`` (a metric of the catalogue for a single year), ``kinds`` (a kind of document and a measure), ``kept`` (a document
that both runs hold, byte for byte), ``run_summary`` (one row).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from expectations.baselines import Baseline, baselines
from expectations.frames import RunFrames, to_frame
from expectations.inputs import RunInput
from expectations.rules.claims import rounding_half_width
from expectations.rules.masks import to_bool_array

if TYPE_CHECKING:
    import pyarrow as pa

SURE_IDENTITY = 0.5
"""Documents whose region or year is less sure than this say nothing of a region and a year."""
NO_FIGURES = ("vs_plan", "vs_nation", "vs_province", "annual_average", "cagr", "over_period")
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
    originals = documents.loc[to_bool_array(documents["copy_of"].isna()), ["document_id", "doc_type", "char_count"]]
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


def unchanged_documents(documents: pd.DataFrame, before: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
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


def figures(metrics: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """The table ``figures``, from the columns :data:`expectations.inputs.RunInput.METRICS` of all metrics and the documents."""
    sure = documents["identity_confidence"].fillna(1.0) >= SURE_IDENTITY
    originals = documents.loc[documents["copy_of"].isna() & sure, "document_id"]
    keep = metrics["indicator_id"].notna() & metrics["region_code"].notna() & metrics["value_std"].notna() & metrics["report_year"].notna()
    keep &= (metrics["period_start"] == metrics["period_end"]).fillna(False) & metrics["document_id"].isin(originals)
    keep &= ~metrics["basis"].isin(NO_FIGURES)
    keep &= metrics["place"].isna() & (metrics["scope"].fillna("whole") == "whole") & metrics["sub_period"].isna()
    told: pd.DataFrame = metrics[to_bool_array(keep)].reset_index(drop=True)
    told["at"] = np.arange(len(told))
    told["year"] = told["period_end"].astype("int64")
    told["half"] = rounding_half_width(told)
    names = dict(zip(documents["document_id"], documents["file_name"], strict=True))
    told["source"] = told["document_id"].map(names)
    return told


def build_run_frames(inputs: RunInput) -> RunFrames:
    """Build the tables that the rules between reports and between runs look at."""
    import pyarrow.compute as pc

    documents, counts = to_frame(inputs.documents), counted(inputs.metrics)
    in_catalogue = to_frame(inputs.metrics.filter(pc.is_valid(inputs.metrics.column("indicator_id"))))
    same = before = None
    kept = unchanged_documents(documents.iloc[:0], counts, _no_loss())
    if inputs.before_documents is not None and inputs.before_metrics is not None:
        earlier_documents = to_frame(inputs.before_documents)
        unchanged = documents.merge(earlier_documents[["document_id", "sha256"]], on=["document_id", "sha256"])
        earlier, gone = _earlier(inputs, counts)
        same, before = measures(unchanged, counts), measures(unchanged, earlier)
        kept = unchanged_documents(unchanged, earlier, gone)
    lost = kept[kept["copy_of"].isna()]
    return RunFrames(
        figures=figures(in_catalogue, documents),
        kinds=kinds(measures(documents, counts), same, before),
        kept=kept,
        run_summary=pd.DataFrame({column: [int(lost[column].sum())] for column in ("metrics_before", "vanished")}),
    )


def _no_loss() -> pd.DataFrame:
    return pd.DataFrame({"document_id": pd.Series(dtype="str"), "vanished": pd.Series(dtype="int64")})


def _earlier(inputs: RunInput, counts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The counts of the last published run, and what of its metrics vanished (:func:`vanished`)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    now, before = inputs.metrics, inputs.before_metrics
    assert before is not None
    if inputs.read_again is None:
        return counted(before), vanished(now, before)
    again = pa.array(sorted(inputs.read_again), pa.string())
    now, before = (table.filter(pc.is_in(table.column("document_id"), value_set=again)) for table in (now, before))
    others = counts[~counts["document_id"].isin(inputs.read_again)]
    return pd.concat([others, counted(before)], ignore_index=True), vanished(now, before)
