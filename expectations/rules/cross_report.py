"""Rules on what several reports say of the same figure. They look at the catalogue's indicators of a whole run.

The table ``figures`` has one row per metric of the catalogue for a single year, told by a document that is no copy. Statistics
are revised: what differs by more than a revision ever did is marked, smaller differences stand in the view ``revisions``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import RunFrames
from expectations.rules.claims import FLOAT_TOLERANCE, Claims, interval_ratio
from expectations.rules.masks import to_bool_array
from expectations.rules.registry import rule

FEW = 3
"""Figures that two documents must both tell before they can be said to contradict each other."""
FIGURE = ["region_code", "indicator_id", "unit_std", "year"]


def _levels(frames: RunFrames) -> pd.DataFrame:
    """Exact positive levels that have happened, one per document and figure: the one that stands first."""
    told = frames.figures
    keep = (told["statistic"] == "level") & (told["modality"] == "actual") & (told["bound"] == "exact") & (told["value_std"] > 0)
    # What a report says of its own year is a part of the year.
    keep &= told["report_year"] > told["year"]
    return _first(told[to_bool_array(keep)])


def _first(told: pd.DataFrame) -> pd.DataFrame:
    return told.sort_values("char_start", kind="stable").drop_duplicates([*FIGURE, "document_id"])


def _pairs(left: pd.DataFrame, right: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    columns = [*on, "at", "value_std", "half", "number_text", "document_id", "source", "report_year"]
    found = left[columns].merge(right[columns], on=on, suffixes=("_a", "_b"))
    others: pd.DataFrame = found[to_bool_array(found["document_id_a"] != found["document_id_b"])].reset_index(drop=True)
    return others


def _relative(found: pd.DataFrame) -> Any:
    """How far two values are apart beyond their rounding, in percent of the larger one."""
    apart = (found["value_std_a"] - found["value_std_b"]).abs() - (found["half_a"] + found["half_b"]) * FLOAT_TOLERANCE
    return (100 * apart.clip(lower=0) / np.maximum(found["value_std_a"].abs(), found["value_std_b"].abs())).to_numpy("float64")


@rule
def reports_agree_on_a_level(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Two reports give the same year's level alike: no more than ``revision`` percent apart, ``points`` for rates."""
    claims = Claims(frames.figures, "reports_agree_on_a_level")
    levels = _levels(frames)
    found = _pairs(levels, levels, FIGURE)
    found = _without_contradictions(found[found["at_a"] < found["at_b"]].reset_index(drop=True), frames, params)
    is_rate = to_bool_array(found["unit_std"] == "percent")
    apart = (found["value_std_a"] - found["value_std_b"]).abs().to_numpy() - (
        (found["half_a"] + found["half_b"]) * FLOAT_TOLERANCE
    ).to_numpy()
    holds = np.where(is_rate, apart <= params["points"], _relative(found) <= params["revision"])
    claims.add([found["at_a"].to_numpy(), found["at_b"].to_numpy()], holds, lambda i: _both(found, i))
    return claims.verdicts()


def _contradictions(frames: RunFrames, params: dict[str, Any]) -> tuple[pd.DataFrame, Any]:
    """Pairs of levels that two documents tell of one figure, and for each whether those documents contradict each other for the most part.

    Where more than half of three and more figures differ by more than a revision, the documents are of two places or of two years:
    that is a question of what the documents are, and says nothing against their numbers.
    """
    levels = _levels(frames)
    found = _pairs(levels, levels, FIGURE)
    found = found[found["at_a"] < found["at_b"]].reset_index(drop=True)
    differs = pd.Series(_relative(found) > params["revision"])
    by_documents = [found["document_id_a"], found["document_id_b"]]
    share, count = differs.groupby(by_documents).transform("mean"), differs.groupby(by_documents).transform("size")
    return found, to_bool_array((share > 0.5) & (count >= FEW))


def _without_contradictions(found: pd.DataFrame, frames: RunFrames, params: dict[str, Any]) -> pd.DataFrame:
    """Leave out pairs of rows whose documents contradict each other for the most part."""
    pairs, contradict = _contradictions(frames, params)
    known = pairs.loc[contradict, ["document_id_a", "document_id_b"]]
    apart = set(known.itertuples(index=False, name=None)) | {(b, a) for a, b in known.itertuples(index=False, name=None)}
    if not apart or found.empty:
        return found
    keep = [pair not in apart for pair in zip(found["document_id_a"], found["document_id_b"], strict=True)]
    return found[np.array(keep)].reset_index(drop=True)


@rule
def documents_of_one_region_agree(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Two documents of one region do not differ by more than ``revision`` percent in most levels that both tell."""
    claims = Claims(frames.figures, "documents_of_one_region_agree")
    found, contradict = _contradictions(frames, params)
    claims.add([found["at_a"].to_numpy(), found["at_b"].to_numpy()], ~contradict, lambda i: _both(found, i))
    return claims.verdicts()


def _both(found: pd.DataFrame, i: int) -> str:
    first, second = (f"{found[f'source_{each}'][i]} says {found[f'number_text_{each}'][i]}" for each in "ab")
    return f"{first}, {second} for {found['year'][i]}"


@rule
def reports_agree_on_growth(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Two reports give the same year's growth rate alike: no more than ``points`` apart beyond rounding."""
    claims = Claims(frames.figures, "reports_agree_on_growth")
    told = frames.figures
    keep = (
        (told["statistic"] == "growth_rate")
        & (told["modality"] == "actual")
        & (told["bound"] == "exact")
        & (told["report_year"] > told["year"])
    )
    growth = _first(told[to_bool_array(keep)])
    found = _pairs(growth, growth, FIGURE)
    found = _without_contradictions(found[found["at_a"] < found["at_b"]].reset_index(drop=True), frames, params)
    apart = (found["value_std_a"] - found["value_std_b"]).abs() - (found["half_a"] + found["half_b"]) * FLOAT_TOLERANCE
    claims.add([found["at_a"].to_numpy(), found["at_b"].to_numpy()], (apart <= params["points"]).to_numpy(bool), lambda i: _both(found, i))
    return claims.verdicts()


@rule
def units_do_not_slip_between_years(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Levels of one figure in reports at most ``years`` apart do not differ by one of ``factors``, give or take ``within`` times."""
    claims = Claims(frames.figures, "units_do_not_slip_between_years")
    told = _levels(frames)
    told = told[told["dimension"] != "ratio"]
    for years in range(params["years"] + 1):
        found = _pairs(told, told.assign(year=told["year"] + years), FIGURE)
        if years == 0:
            found = found[found["at_a"] < found["at_b"]].reset_index(drop=True)
        factor = (found["value_std_a"] / found["value_std_b"]).to_numpy("float64")
        slipped = np.zeros(len(found), dtype=bool)
        with np.errstate(all="ignore"):
            for slip in params["factors"]:
                slipped |= np.abs(np.abs(np.log10(factor)) - np.log10(slip)) <= np.log10(params["within"])

        def why(i: int, found: pd.DataFrame = found, years: int = years) -> str:
            return (
                f"{found['source_a'][i]} says {found['number_text_a'][i]} for {found['year'][i]}, "
                f"{found['source_b'][i]} says {found['number_text_b'][i]} for {found['year'][i] - years}"
            )

        claims.add([found["at_a"].to_numpy(), found["at_b"].to_numpy()], ~slipped, why)
    return claims.verdicts()


@rule
def growth_agrees_with_two_reports(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """Growth told for a year is that from the level in last year's report to the level in this year's, but for ``revision`` percent."""
    claims = Claims(frames.figures, "growth_agrees_with_two_reports")
    told = frames.figures
    keep = (told["statistic"] == "growth_rate") & (told["modality"] == "actual") & (told["bound"] == "exact")
    keep &= told["basis"].fillna("yoy") == "yoy"
    growth = _first(told[to_bool_array(keep)])
    levels = _levels(frames)
    levels = levels[levels["unit_std"] != "percent"]
    before = levels.assign(year=levels["year"] + 1)
    both = _pairs(levels, before, FIGURE)
    rate = growth[["region_code", "indicator_id", "year", "at", "value_std", "half", "number_text", "document_id"]]
    found = both.merge(
        rate,
        left_on=["region_code", "indicator_id", "year", "document_id_a"],
        right_on=["region_code", "indicator_id", "year", "document_id"],
    )
    found = _without_contradictions(found, frames, params)
    found = found[~found["indicator_id"].isin(params["comparable"])].reset_index(drop=True)
    low, high = interval_ratio(*(found[c].to_numpy("float64") for c in ("value_std_a", "half_a", "value_std_b", "half_b")))
    slack = 1 + params["revision"] / 100
    stated = 1 + found["value_std"].to_numpy("float64") / 100
    half = found["half"].to_numpy("float64") / 100
    holds = (stated + half >= low / slack) & (stated - half <= high * slack)

    # As arrays: looked up cell by cell in the frame, the reasons of a large run take longer than its claims.
    said = {column: found[column].to_numpy(object) for column in ("number_text_a", "source_a", "number_text_b", "source_b", "number_text")}

    def why(i: int) -> str:
        computed = 100 * ((low[i] + high[i]) / 2 - 1)
        return (
            f"from {said['number_text_b'][i]} ({said['source_b'][i]}) to {said['number_text_a'][i]} ({said['source_a'][i]}) "
            f"is {computed:.4g}%, not {said['number_text'][i]}"
        )

    claims.add([found[column].to_numpy() for column in ("at_a", "at_b", "at")], holds, why)
    return claims.verdicts()


@rule
def target_is_what_last_report_aimed_at(frames: RunFrames, params: dict[str, Any]) -> pd.Series[Any]:
    """A target of the last year that a report recalls is the one that the last year's report set."""
    claims = Claims(frames.figures, "target_is_what_last_report_aimed_at")
    told = frames.figures
    aims = told[to_bool_array(told["modality"] == "target")]
    key = ["region_code", "indicator_id", "unit_std", "statistic", "year"]
    columns = [*key, "at", "value_std", "half", "number_text", "document_id", "source", "report_year"]
    set_then, recalled = (
        aims[to_bool_array(aims["report_year"] == aims["year"])],
        aims[to_bool_array(aims["report_year"] == aims["year"] + 1)],
    )
    found = recalled[columns].merge(set_then[columns], on=key, suffixes=("_a", "_b")).reset_index(drop=True)
    apart = (found["value_std_a"] - found["value_std_b"]).abs() - (found["half_a"] + found["half_b"]) * FLOAT_TOLERANCE
    holds = (apart <= 0).to_numpy(bool)
    # Where a report sets several targets for a figure, one that agrees will do.
    holds = holds | np.isin(found["at_a"].to_numpy(), found["at_a"].to_numpy()[holds])

    def why(i: int) -> str:
        aimed = f"{found['source_b'][i]} aimed at {found['number_text_b'][i]} for {found['year'][i]}"
        return f"{found['source_a'][i]} recalls {found['number_text_a'][i]}, {aimed}"

    claims.add([found["at_a"].to_numpy(), found["at_b"].to_numpy()], holds, why)
    return claims.verdicts()
