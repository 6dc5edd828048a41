"""Rules on what the world has: levels, growth rates and shares that are credible. The ranges are the catalogue's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import Frames
from expectations.rules.masks import rule_result, to_bool_array
from expectations.rules.registry import rule
from transforms.reading.catalogue import indicators


@rule
def growth_is_credible(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Growth lies within ``low`` and ``high``; that of a catalogue indicator in a single year within the catalogue's range."""
    metrics = frames.metrics
    value = metrics["value"]
    ranges = {item.id: item.growth_range for item in indicators().values() if item.growth_range}
    yearly = to_bool_array(metrics["period_start"] == metrics["period_end"]) | to_bool_array(metrics["basis"] == "cagr")
    known = metrics["indicator_id"].where(yearly)
    low = known.map({name: ends[0] for name, ends in ranges.items()}).astype("float64").fillna(params["low"])
    high = known.map({name: ends[1] for name, ends in ranges.items()}).astype("float64").fillna(params["high"])
    holds = to_bool_array((value >= low) & (value <= high))
    applies = to_bool_array((metrics["statistic"] == "growth_rate") & value.notna())
    holds |= _proven_by_its_row(metrics, np.flatnonzero(applies & ~holds & to_bool_array(metrics["table_id"].notna())))
    return rule_result(applies, holds)


def _proven_by_its_row(metrics: pd.DataFrame, rows: Any) -> Any:
    """Whether two levels of a growth rate's table row give it, within a percent of it; false for all rows but ``rows``."""
    proven = np.zeros(len(metrics), dtype=bool)
    if not len(rows):
        return proven
    key = ["document_id", "table_id", "table_row"]
    growth = metrics.iloc[rows][[*key, "value"]].assign(at=rows)
    levels = metrics.loc[to_bool_array(metrics["statistic"] == "level") & to_bool_array(metrics["dimension"] != "ratio"), [*key, "value"]]
    pairs = growth.merge(levels, on=key, suffixes=("", "_new")).merge(levels, on=key, suffixes=("", "_old"))
    with np.errstate(all="ignore"):
        implied = 100 * (pairs["value_new"].to_numpy("float64") / pairs["value_old"].to_numpy("float64") - 1)
    stated = pairs["value"].to_numpy("float64")
    fits = np.abs(implied - stated) <= 0.01 * np.abs(stated)
    proven[pairs["at"].to_numpy()[fits]] = True
    return proven


@rule
def level_is_credible(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A level of a catalogue indicator lies in the catalogue's range for its level of region; money only in yuan."""
    metrics = frames.metrics
    low, high = level_range(metrics)
    value = metrics["value_std"]
    top = metrics["value_high_std"].fillna(value)
    applies = (metrics["statistic"] == "level") & ~np.isnan(low) & value.notna()
    applies &= (metrics["dimension"] != "currency") | (metrics["unit_std"] == "CNY")
    # 突破8% says no more than that it is more, 不足1000 that it is less.
    enough = (value >= low) | (metrics["bound"] == "lower")
    return rule_result(applies, enough & ((top <= high) | (metrics["bound"] == "upper")))


def level_range(metrics: pd.DataFrame) -> tuple[Any, Any]:
    """The catalogue's lowest and highest plausible level for each row; NaN where it names none."""
    low = np.full(len(metrics), np.nan)
    high = low.copy()
    level = metrics["region_level"].fillna("").to_numpy(dtype=object)
    codes, ids = pd.factorize(metrics["indicator_id"])
    for code, name in enumerate(ids):
        known = indicators()[name].level_range if name in indicators() else {}
        if known:
            rows = codes == code
            for where_valid, (least, most) in known.items():
                here = rows if where_valid == "all" else rows & (level == where_valid)
                low[here], high[here] = least, most
    return low, high


@rule
def share_is_at_most_the_whole(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A level in percent whose indicator has one of ``words`` in it, and none of ``but_not``, lies between 0 and 100."""
    metrics = frames.metrics
    share = metrics["indicator"].str.contains("|".join(params["words"]), na=False)
    share &= ~metrics["indicator"].str.contains("|".join(params["but_not"]), na=False)
    applies = share & (metrics["statistic"] == "level") & (metrics["unit_std"] == "percent") & metrics["value"].notna()
    return rule_result(applies, metrics["value"].between(0, 100) & (metrics["value_high"].isna() | (metrics["value_high"] <= 100)))


@rule
def count_is_not_negative(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A level of one of ``dimensions`` is not below zero."""
    metrics = frames.metrics
    applies = (metrics["statistic"] == "level") & metrics["dimension"].isin(params["dimensions"]) & metrics["value"].notna()
    return rule_result(applies, metrics["value"] >= 0)


@rule
def count_is_whole(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """A level counted in one of ``units`` is a whole number."""
    metrics = frames.metrics
    applies = (metrics["statistic"] == "level") & metrics["unit"].isin(params["units"]) & metrics["value"].notna()
    applies &= metrics["basis"].isna() & ~metrics["indicator"].str.contains("|".join(params["but_not"]), na=False)
    # Values are floats: 4.36万 is 43600 but for the last bit.
    value = metrics["value"]
    return rule_result(applies, (value - value.round()).abs() <= 1e-6 * value.abs())


@rule
def table_agrees_with_itself(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The extractor found no contradiction between the cell and the others of its row (its rule is not ``table.broken``)."""
    said_by = frames.metrics["rule"].fillna("")
    return rule_result(said_by.str.startswith("table."), said_by != "table.broken")


@rule
def reading_is_sure(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Confidence is at least ``confidence``."""
    confidence = frames.metrics["confidence"]
    return rule_result(confidence.notna(), confidence >= params["confidence"])
