"""Rules that look at more than one column, one function each.

A rule takes the candidate tables and the parameters of its expectation and says for every row of its table: true (as
it should be), false (not so), or missing (the rule does not apply to this row). Great Expectations then expects the
resulting column to be true. The expectation's file says what the rule means for people and why it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import Frames

Verdicts = pd.Series  # of booleans, missing where the rule does not apply
Rule = Callable[[Frames, dict[str, Any]], "pd.Series[Any]"]


def where(applies: Any, holds: Any) -> pd.Series[Any]:
    """``holds`` where the rule applies, else missing. Missing operands count as false."""
    applies = plain(applies)
    result = pd.array(plain(holds), dtype="boolean")
    result[~applies] = pd.NA
    return pd.Series(result)


def plain(values: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Booleans without missing values, which count as false."""
    if isinstance(values, pd.Series):
        return values.fillna(False).to_numpy(dtype=bool, copy=True) if values.dtype != bool else values.to_numpy(copy=True)
    return np.asarray(values, dtype=bool)


# values ------------------------------------------------------------------------------------------------------------


def value_is_finite(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Value and upper end are finite numbers where they are there at all."""
    value, high = frames.metrics["value"], frames.metrics["value_high"]
    return where(value.notna(), np.isfinite(value) & (high.isna() | np.isfinite(high)))


def only_ranges_have_an_upper_end(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``value_high`` is there exactly when ``bound`` is range."""
    metrics = frames.metrics
    return where(metrics["bound"].notna(), metrics["value_high"].notna() == (metrics["bound"] == "range"))


def range_is_ordered(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The upper end is above the lower one."""
    value, high = frames.metrics["value"], frames.metrics["value_high"]
    return where(high.notna(), high > value)


def place_is_ordered(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``char_start`` is before ``char_end``."""
    start, end = frames.metrics["char_start"], frames.metrics["char_end"]
    return where(start.notna() & end.notna(), start < end)


# units -------------------------------------------------------------------------------------------------------------


def growth_rate_is_a_percentage(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A growth rate has the dimension ratio, in percent."""
    metrics = frames.metrics
    percentage = (metrics["dimension"] == "ratio") & (metrics["unit_std"] == "percent")
    return where(metrics["statistic"] == "growth_rate", percentage)


def percentage_points_are_no_growth_rate(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Points are no relative quantity."""
    metrics = frames.metrics
    points = (metrics["dimension"] == "percentage points") | metrics["unit"].isin(["百分点", "个百分点"])
    return where(points, ~metrics["statistic"].isin(["growth_rate", "multiple"]))


def percentage_points_are_a_change(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Points state a change, a contribution aside."""
    metrics = frames.metrics
    contribution = metrics["indicator"].str.contains("贡献|拉动", na=False)
    return where((metrics["dimension"] == "percentage points") & ~contribution, metrics["statistic"] == "change")


def multiple_is_in_times(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A multiple has the dimension multiple."""
    metrics = frames.metrics
    return where(metrics["statistic"] == "multiple", metrics["dimension"] == "multiple")


def _unit_keys(frame: pd.DataFrame, *columns: str) -> pd.Series[Any]:
    """The columns joined to one key, which is missing where one of them is."""
    others: Any = [frame[column] for column in columns[1:]]
    return pd.Series(frame[columns[0]].str.cat(others, sep="\x1f"))


def unit_belongs_to_its_dimension(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Unit, dimension and standard unit stand together in the table of units; words of ``also_count`` may count things."""
    metrics, units = frames.metrics, frames.units
    known = metrics["unit"].isin(units["unit"])
    agrees = _unit_keys(metrics, "unit", "dimension", "unit_std").isin(_unit_keys(units, "unit", "dimension", "unit_std"))
    counts = metrics["unit"].isin(params.get("also_count", [])) & (metrics["dimension"] == "count")
    return where(known, agrees | counts)


def indicator_keeps_its_dimension(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A level has the catalogue's dimension, a change that dimension or points; companies may be counted in words of ``also_count``."""
    metrics = frames.metrics
    catalogue = dict(zip(frames.indicators["indicator_id"], frames.indicators["dimension"], strict=True))
    due = metrics["indicator_id"].map(catalogue)
    same = metrics["dimension"] == due
    counted = (due == "count") & metrics["unit"].isin(params.get("also_count", []))
    points = (metrics["statistic"] == "change") & (metrics["dimension"] == "percentage points")
    applies = due.notna() & metrics["dimension"].notna() & metrics["statistic"].isin(["level", "change"])
    return where(applies, same | points | counted)


def standard_value_is_value_times_factor(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``value_std`` and ``value_high_std`` are value and upper end times the unit's factor."""
    metrics, units = frames.metrics, frames.units
    factors = dict(zip(_unit_keys(units, "unit", "unit_std"), units["factor"], strict=True))
    factor = _unit_keys(metrics, "unit", "unit_std").map(factors).astype("float64")
    counts = metrics["unit"].isin(params.get("also_count", [])) & (metrics["dimension"] == "count")
    factor = factor.mask(counts, 1.0)
    fits = _close(metrics["value_std"], metrics["value"] * factor, params["tolerance"])
    high = _close(metrics["value_high_std"], metrics["value_high"] * factor, params["tolerance"])
    return where(factor.notna(), fits & (high | metrics["value_high"].isna()))


def _close(left: Any, right: Any, tolerance: float) -> Any:
    return (left - right).abs() <= tolerance * right.abs()


def unit_is_known(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The unit is in the table of units or is compound."""
    metrics = frames.metrics
    unit = metrics["unit"]
    return where(unit.notna(), unit.isin(frames.units["unit"]) | (metrics["dimension"] == "compound"))


def catalogue_indicator_has_a_dimension(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A row with an indicator id has a dimension."""
    metrics = frames.metrics
    return where(metrics["indicator_id"].notna(), metrics["dimension"].notna())


# periods -----------------------------------------------------------------------------------------------------------


def period_has_both_ends(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Both years are there or neither is."""
    start, end = frames.metrics["period_start"], frames.metrics["period_end"]
    return where(start.notna() | end.notna(), start.notna() & end.notna())


def period_is_ordered(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The first year is not after the last."""
    start, end = frames.metrics["period_start"], frames.metrics["period_end"]
    return where(start.notna() & end.notna(), start <= end)


def actual_is_not_in_the_future(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """An actual's period ends no later than the year of the report."""
    metrics = frames.metrics
    known = metrics["period_end"].notna() & metrics["report_year"].notna()
    return where(known & (metrics["modality"] == "actual"), metrics["period_end"] <= metrics["report_year"])


def target_is_within_the_horizon(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A target's period ends no later than ``years`` after the report."""
    metrics = frames.metrics
    known = metrics["period_end"].notna() & metrics["report_year"].notna()
    return where(known & (metrics["modality"] == "target"), metrics["period_end"] <= metrics["report_year"] + params["years"])


def target_is_not_long_past(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A target's period ends no earlier than ``years`` before the report."""
    metrics = frames.metrics
    known = metrics["period_end"].notna() & metrics["report_year"].notna()
    return where(known & (metrics["modality"] == "target"), metrics["period_end"] >= metrics["report_year"] - params["years"])


# references --------------------------------------------------------------------------------------------------------


def metric_has_its_document(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The document of every metric is there."""
    known = frames.metrics["document_id"].isin(frames.documents["document_id"])
    return where(np.ones(len(known), dtype=bool), known)


def number_has_its_document(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The document of every number is there."""
    known = frames.numbers["document_id"].isin(frames.documents["document_id"])
    return where(np.ones(len(known), dtype=bool), known)


def indicator_is_in_the_catalogue(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """An indicator id is one of the catalogue's, where there is a catalogue."""
    indicator = frames.metrics["indicator_id"]
    applies = indicator.notna() if len(frames.indicators) else np.zeros(len(indicator), dtype=bool)
    return where(applies, indicator.isin(frames.indicators["indicator_id"]))


def quote_is_what_the_text_says(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``text[char_start:char_end]`` without white space is ``number_text`` without white space."""
    metrics = frames.metrics
    found = frames.quoted(metrics)
    metrics["found_text"] = found
    equal = [said == quote or _squeeze(said) == _squeeze(quote) for said, quote in zip(found, metrics["number_text"], strict=True)]
    return where(metrics["number_text"].notna() & metrics["document_id"].isin(frames.documents["document_id"]), equal)


def _squeeze(text: Any) -> str:
    return "".join(text.split()) if isinstance(text, str) else ""


def number_is_what_the_text_says(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``text[char_start:char_end]`` is the number's text."""
    numbers = frames.numbers
    found = pd.Series(frames.quoted(numbers), dtype="str")
    return where(numbers["document_id"].isin(frames.documents["document_id"]), found == numbers["text"])


# ledger ------------------------------------------------------------------------------------------------------------


def every_numeral_is_in_the_ledger(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """No numeral of the text is outside the rows of numbers."""
    return where(np.ones(len(frames.documents), dtype=bool), frames.documents["numerals_missing"] == 0)


def no_numeral_is_in_the_ledger_twice(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """No character of the text is in two rows of numbers."""
    return where(np.ones(len(frames.documents), dtype=bool), frames.documents["numerals_twice"] == 0)


def formal_numerals_are_in_the_ledger(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """No formal numeral of the text is outside the rows of numbers."""
    return where(np.ones(len(frames.documents), dtype=bool), frames.documents["formal_missing"] == 0)


def _places(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[["document_id", "char_start", "char_end"]])


def number_row_agrees_with_its_metric(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Class metric: the metric named is there, at the same place. Other classes, and numbers of a copy: none is named."""
    numbers, metrics = frames.numbers, frames.metrics
    copies = frames.documents.loc[frames.documents["copy_of"].notna(), "document_id"]
    is_metric = plain(numbers["class"] == "metric") & ~plain(numbers["document_id"].isin(copies))
    at = metrics.drop_duplicates("metric_id").set_index("metric_id")[["document_id", "char_start", "char_end"]]
    named = at.reindex(numbers["metric_id"]).reset_index(drop=True)
    same = plain(named["document_id"] == numbers["document_id"])
    for column in ("char_start", "char_end"):
        same = same & plain(named[column] == numbers[column])
    return where(numbers["class"].notna(), np.where(is_metric, same, numbers["metric_id"].isna()))


def metric_has_its_number(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A number of class metric stands at the metric's place."""
    metrics, numbers = frames.metrics, frames.numbers
    of_metrics = numbers[plain(numbers["class"] == "metric")]
    return where(metrics["char_start"].notna() & metrics["char_end"].notna(), _places(metrics).isin(_places(of_metrics)))


# completeness ------------------------------------------------------------------------------------------------------


def many_numbers_make_some_metrics(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """With ``min_numbers`` numbers there is a metric."""
    summary = frames.summary
    return where(summary["documents"] > 0, (summary["metrics"] > 0) | (summary["numbers"] < params["min_numbers"]))


def document_has_metrics(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A document that is no copy has a metric."""
    documents = frames.documents
    return where(documents["copy_of"].isna(), documents["document_id"].isin(frames.metrics["document_id"].unique()))


def document_has_a_region(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The region's code is known."""
    return where(np.ones(len(frames.documents), dtype=bool), frames.documents["region_code"].notna())


def document_has_a_year(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The year of the report is known."""
    return where(np.ones(len(frames.documents), dtype=bool), frames.documents["report_year"].notna())
