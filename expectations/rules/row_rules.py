"""Rules on the rows of one table of one document: values, units, periods, references, coverage of numerals, completeness.

A rule takes the candidate tables and the parameters of its expectation, and returns for every row of its table: true (as
it should be), false (it fails), or missing (the rule does not apply to this row). Great Expectations then expects the
resulting column to be true. The expectation's file says in words what the rule demands and why.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import Frames
from expectations.rules.masks import rule_result, to_bool_array
from expectations.rules.registry import rule

# values ------------------------------------------------------------------------------------------------------------


@rule
def value_is_finite(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Value and upper end are finite numbers where they are there at all."""
    value, high = frames.metrics["value"], frames.metrics["value_high"]
    return rule_result(value.notna(), np.isfinite(value) & (high.isna() | np.isfinite(high)))


@rule
def only_ranges_have_an_upper_end(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``value_high`` is there exactly when ``bound`` is range."""
    metrics = frames.metrics
    return rule_result(metrics["bound"].notna(), metrics["value_high"].notna() == (metrics["bound"] == "range"))


@rule
def range_is_ordered(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The upper end is above the lower one."""
    value, high = frames.metrics["value"], frames.metrics["value_high"]
    return rule_result(high.notna(), high > value)


@rule
def place_is_ordered(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``char_start`` is before ``char_end``."""
    start, end = frames.metrics["char_start"], frames.metrics["char_end"]
    return rule_result(start.notna() & end.notna(), start < end)


# units -------------------------------------------------------------------------------------------------------------


@rule
def growth_rate_is_a_percentage(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A growth rate has the dimension ratio, in percent."""
    metrics = frames.metrics
    percentage = (metrics["dimension"] == "ratio") & (metrics["unit_std"] == "percent")
    return rule_result(metrics["statistic"] == "growth_rate", percentage)


@rule
def percentage_points_are_no_growth_rate(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Points are no relative quantity."""
    metrics = frames.metrics
    points = (metrics["dimension"] == "percentage points") | metrics["unit"].isin(["百分点", "个百分点"])
    return rule_result(points, ~metrics["statistic"].isin(["growth_rate", "multiple"]))


@rule
def percentage_points_are_a_change(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Points state a change, a contribution aside."""
    metrics = frames.metrics
    contribution = metrics["indicator"].str.contains("贡献|拉动", na=False)
    return rule_result((metrics["dimension"] == "percentage points") & ~contribution, metrics["statistic"] == "change")


@rule
def multiple_is_in_times(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A multiple has the dimension multiple."""
    metrics = frames.metrics
    return rule_result(metrics["statistic"] == "multiple", metrics["dimension"] == "multiple")


def _unit_keys(frame: pd.DataFrame, *columns: str) -> pd.Series[Any]:
    """The columns joined to one key, which is missing where one of them is."""
    others: Any = [frame[column] for column in columns[1:]]
    return pd.Series(frame[columns[0]].str.cat(others, sep="\x1f"))


@rule
def unit_belongs_to_its_dimension(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Unit, dimension and standard unit stand together in the table of units; words of ``also_count`` may count things."""
    metrics, units = frames.metrics, frames.units
    known = metrics["unit"].isin(units["unit"])
    agrees = _unit_keys(metrics, "unit", "dimension", "unit_std").isin(_unit_keys(units, "unit", "dimension", "unit_std"))
    counts = metrics["unit"].isin(params.get("also_count", [])) & (metrics["dimension"] == "count")
    return rule_result(known, agrees | counts)


@rule
def indicator_keeps_its_dimension(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A level has the catalogue's dimension, a change that dimension or points; companies may be counted in words of ``also_count``."""
    metrics = frames.metrics
    catalogue = dict(zip(frames.indicators["indicator_id"], frames.indicators["dimension"], strict=True))
    due = metrics["indicator_id"].map(catalogue)
    same = metrics["dimension"] == due
    counted = (due == "count") & metrics["unit"].isin(params.get("also_count", []))
    points = (metrics["statistic"] == "change") & (metrics["dimension"] == "percentage points")
    applies = due.notna() & metrics["dimension"].notna() & metrics["statistic"].isin(["level", "change"])
    return rule_result(applies, same | points | counted)


@rule
def standard_value_is_value_times_factor(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``value_std`` and ``value_high_std`` are value and upper end times the unit's factor."""
    metrics, units = frames.metrics, frames.units
    factors = dict(zip(_unit_keys(units, "unit", "unit_std"), units["factor"], strict=True))
    factor = _unit_keys(metrics, "unit", "unit_std").map(factors).astype("float64")
    counts = metrics["unit"].isin(params.get("also_count", [])) & (metrics["dimension"] == "count")
    factor = factor.mask(counts, 1.0)
    fits = _close(metrics["value_std"], metrics["value"] * factor, params["tolerance"])
    high = _close(metrics["value_high_std"], metrics["value_high"] * factor, params["tolerance"])
    return rule_result(factor.notna(), fits & (high | metrics["value_high"].isna()))


def _close(left: Any, right: Any, tolerance: float) -> Any:
    return (left - right).abs() <= tolerance * right.abs()


@rule
def unit_is_known(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The unit is in the table of units or is compound."""
    metrics = frames.metrics
    unit = metrics["unit"]
    return rule_result(unit.notna(), unit.isin(frames.units["unit"]) | (metrics["dimension"] == "compound"))


@rule
def catalogue_indicator_has_a_dimension(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A row with an indicator id has a dimension."""
    metrics = frames.metrics
    return rule_result(metrics["indicator_id"].notna(), metrics["dimension"].notna())


# periods -----------------------------------------------------------------------------------------------------------


@rule
def period_has_both_ends(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Both years are there or neither is."""
    start, end = frames.metrics["period_start"], frames.metrics["period_end"]
    return rule_result(start.notna() | end.notna(), start.notna() & end.notna())


@rule
def period_is_ordered(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The first year is not after the last."""
    start, end = frames.metrics["period_start"], frames.metrics["period_end"]
    return rule_result(start.notna() & end.notna(), start <= end)


@rule
def actual_is_not_in_the_future(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """An actual's period ends no later than the year of the report."""
    metrics = frames.metrics
    known = metrics["period_end"].notna() & metrics["report_year"].notna()
    return rule_result(known & (metrics["modality"] == "actual"), metrics["period_end"] <= metrics["report_year"])


@rule
def target_is_within_the_horizon(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A target's period ends no later than ``years`` after the report."""
    metrics = frames.metrics
    known = metrics["period_end"].notna() & metrics["report_year"].notna()
    return rule_result(known & (metrics["modality"] == "target"), metrics["period_end"] <= metrics["report_year"] + params["years"])


@rule
def target_is_not_long_past(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A target's period ends no earlier than ``years`` before the report."""
    metrics = frames.metrics
    known = metrics["period_end"].notna() & metrics["report_year"].notna()
    return rule_result(known & (metrics["modality"] == "target"), metrics["period_end"] >= metrics["report_year"] - params["years"])


# references --------------------------------------------------------------------------------------------------------


@rule
def metric_has_its_document(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The document of every metric is there."""
    known = frames.metrics["document_id"].isin(frames.documents["document_id"])
    return rule_result(np.ones(len(known), dtype=bool), known)


@rule
def number_has_its_document(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The document of every number is there."""
    known = frames.numbers["document_id"].isin(frames.documents["document_id"])
    return rule_result(np.ones(len(known), dtype=bool), known)


@rule
def indicator_is_in_the_catalogue(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """An indicator id is one of the catalogue's, where there is a catalogue."""
    indicator = frames.metrics["indicator_id"]
    applies = indicator.notna() if len(frames.indicators) else np.zeros(len(indicator), dtype=bool)
    return rule_result(applies, indicator.isin(frames.indicators["indicator_id"]))


@rule
def quote_is_what_the_text_says(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``text[char_start:char_end]`` without white space is ``number_text`` without white space."""
    metrics = frames.metrics
    found = frames.quoted(metrics)
    metrics["found_text"] = found
    equal = [said == quote or _squeeze(said) == _squeeze(quote) for said, quote in zip(found, metrics["number_text"], strict=True)]
    return rule_result(metrics["number_text"].notna() & metrics["document_id"].isin(frames.documents["document_id"]), equal)


def _squeeze(text: Any) -> str:
    return "".join(text.split()) if isinstance(text, str) else ""


@rule
def number_is_what_the_text_says(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``text[char_start:char_end]`` is the number's text."""
    numbers = frames.numbers
    found = pd.Series(frames.quoted(numbers), dtype="str")
    return rule_result(numbers["document_id"].isin(frames.documents["document_id"]), found == numbers["text"])


# ledger ------------------------------------------------------------------------------------------------------------


@rule
def every_numeral_is_in_the_ledger(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """No numeral of the text is outside the rows of numbers."""
    return rule_result(np.ones(len(frames.documents), dtype=bool), frames.documents["numerals_missing"] == 0)


@rule
def no_numeral_is_in_the_ledger_twice(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """No character of the text is in two rows of numbers."""
    return rule_result(np.ones(len(frames.documents), dtype=bool), frames.documents["numerals_twice"] == 0)


@rule
def formal_numerals_are_in_the_ledger(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """No formal numeral of the text is outside the rows of numbers."""
    return rule_result(np.ones(len(frames.documents), dtype=bool), frames.documents["formal_missing"] == 0)


def _places(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[["document_id", "char_start", "char_end"]])


@rule
def number_row_agrees_with_its_metric(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Class metric: the metric named is there, at the same place. Other classes, and numbers of a copy: none is named."""
    numbers, metrics = frames.numbers, frames.metrics
    copies = frames.documents.loc[frames.documents["copy_of"].notna(), "document_id"]
    is_metric = to_bool_array(numbers["class"] == "metric") & ~to_bool_array(numbers["document_id"].isin(copies))
    at = metrics.drop_duplicates("metric_id").set_index("metric_id")[["document_id", "char_start", "char_end"]]
    named = at.reindex(numbers["metric_id"]).reset_index(drop=True)
    same = to_bool_array(named["document_id"] == numbers["document_id"])
    for column in ("char_start", "char_end"):
        same = same & to_bool_array(named[column] == numbers[column])
    return rule_result(numbers["class"].notna(), np.where(is_metric, same, numbers["metric_id"].isna()))


@rule
def metric_has_its_number(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A number of class metric stands at the metric's place."""
    metrics, numbers = frames.metrics, frames.numbers
    of_metrics = numbers[to_bool_array(numbers["class"] == "metric")]
    return rule_result(metrics["char_start"].notna() & metrics["char_end"].notna(), _places(metrics).isin(_places(of_metrics)))


@rule
def identity_fits_the_text(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The metric's document has no contradictions."""
    documents, metrics = frames.documents, frames.metrics
    contradicted = documents.loc[documents["contradictions"].notna(), "document_id"]
    return rule_result(metrics["document_id"].notna(), ~to_bool_array(metrics["document_id"].isin(contradicted)))


# completeness ------------------------------------------------------------------------------------------------------


@rule
def many_numbers_make_some_metrics(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """With ``min_numbers`` numbers there is a metric."""
    summary = frames.summary
    return rule_result(summary["documents"] > 0, (summary["metrics"] > 0) | (summary["numbers"] < params["min_numbers"]))


@rule
def document_has_metrics(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A document that is no copy has a metric."""
    documents = frames.documents
    return rule_result(documents["copy_of"].isna(), documents["document_id"].isin(frames.metrics["document_id"].unique()))


@rule
def document_has_a_region(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The region's code is known."""
    return rule_result(np.ones(len(frames.documents), dtype=bool), frames.documents["region_code"].notna())


@rule
def document_has_a_year(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The year of the report is known."""
    return rule_result(np.ones(len(frames.documents), dtype=bool), frames.documents["report_year"].notna())
