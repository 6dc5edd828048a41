"""Rules on levels, changes and growth rates of one report that must agree with one another (:mod:`expectations.rules.totals`: on parts).

Nothing here has a tolerance of its own where the digits stated give one: 367亿元 is anything from 366.5 to 367.5亿元, and a
claim fails only where no numbers in those intervals agree. Rows that are said to be more or less than their number are left out.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import Frames
from expectations.rules.claims import FLOAT_TOLERANCE, Array, Claims, amount, interval_ratio, rounding_half_width, texts_between
from expectations.rules.masks import to_bool_array
from expectations.rules.registry import rule

UP = "提高|提升|上升|增加|增长|扩大|攀升|跃升|上涨|升|增|涨|翻"
# A yearly average is told of a base year that the sentence need not name, and rounded freely.
YEARLY = "年均|每年|平均|逐年"
NEAR_IN_SIZE = 3.0
"""How many times as large two levels of one thing in two years in a row are at most; beyond, they are of two things."""
DOWN = "下降|降低|减少|缩短|压减|压缩|回落|收窄|下调|降"


def numbers_at(frames: Frames, rows: Array) -> pd.DataFrame:
    """The rows at these positions, with what rules compare: amounts, their half units, and the positions as ``at``."""
    metrics = frames.metrics
    columns = ["document_id", "indicator", "indicator_id", "statistic", "value", "value_std", "unit", "unit_std", "bound", "modality",
               "basis", "period_start", "period_end", "sentence", "char_start", "char_end", "number_text"]  # fmt: skip
    told = metrics.iloc[rows][columns].reset_index(drop=True)
    told["at"] = rows
    told["amount"] = told["value_std"].fillna(told["value"]).to_numpy("float64")
    told["half"] = rounding_half_width(told.assign(value_std=told["amount"]))
    return told


def exact(told: pd.DataFrame) -> Array:
    """Rows that are told without about, more than or less than."""
    return to_bool_array(told["bound"] == "exact")


def neighbours(frames: Frames, length: int) -> list[Array]:
    """Positions of runs of ``length`` rows that follow one another in the reading order of one document."""
    order = frames.reading_order
    documents = frames.document_codes[order]
    count = max(len(order) - length + 1, 0)
    same = np.ones(count, dtype=bool)
    for step in range(1, length):
        same &= documents[:count] == documents[step : step + count]
    return [order[step : step + count][same] for step in range(length)]


def in_one_sentence(
    frames: Frames, rows: list[Array], statistics: list[list[str]], *, same_indicator: bool = True, near: int = 200, saying: str = ""
) -> list[Array]:
    """Of runs of rows those with these statistics in one sentence.

    Args:
        same_indicator: whether all are of one indicator.
        near: the most characters between a number and the next one.
        saying: what the sentence says, as a pattern.
    """
    keep = np.ones(len(rows[0]), dtype=bool)
    for positions, allowed in zip(rows, statistics, strict=True):
        codes, names = frames.codes("statistic")
        keep &= np.isin(codes[positions], [code for code, name in enumerate(names) if name in allowed])
    for column in ["sentence", "indicator"] if same_indicator else ["sentence"]:
        codes, _ = frames.codes(column)
        for positions in rows[1:]:
            keep &= codes[rows[0]] == codes[positions]
    starts, ends = frames.places
    for before, behind in itertools.pairwise(rows):
        gap = starts[behind] - ends[before]
        keep &= (gap >= 0) & (gap <= near)
    if saying:
        keep &= frames.sentences_saying(saying)[rows[0]]
    return [positions[keep] for positions in rows]


# from A to B -------------------------------------------------------------------------------------------------------


def _from_to(frames: Frames, third: bool) -> tuple[list[pd.DataFrame], pd.Series[Any]]:
    """Pairs told as ``由A提高到B`` (with ``third`` the change told behind them), and the words between A and B."""
    rows = neighbours(frames, 3 if third else 2)
    kinds = [["level"], ["level"], ["change", "growth_rate"]][: len(rows)]
    told = [numbers_at(frames, positions) for positions in in_one_sentence(frames, rows, kinds, near=20, saying="[由从]")]
    first, second = told[0], told[1]
    keep = to_bool_array(first["unit_std"].fillna(first["unit"]) == second["unit_std"].fillna(second["unit"]))
    keep &= to_bool_array(first["bound"] != "range") & to_bool_array(second["bound"] != "range")
    told = [each[keep].reset_index(drop=True) for each in told]
    first, second = told[0], told[1]
    starts, ends = first["char_end"].to_numpy("int64"), second["char_start"].to_numpy("int64")
    between = texts_between(frames.texts, first["document_id"], starts, ends)
    before = texts_between(
        frames.texts, first["document_id"], first["char_start"].to_numpy("int64") - 12, first["char_start"].to_numpy("int64")
    )
    keep = to_bool_array(before.str.contains("[由从]")) & to_bool_array(
        between.str.fullmatch(rf"[^。；;，,0-9]*(?:{UP}|{DOWN})[^。；;，,0-9]*[到至为][^。；;，,]*")
    )
    if third:
        starts, ends = second["char_end"].to_numpy("int64"), told[2]["char_start"].to_numpy("int64")
        after = texts_between(frames.texts, first["document_id"], starts, ends)
        keep &= to_bool_array(after.str.fullmatch(r"(?:以上|左右|多|余)?[，,、（(]?[^。；;，,]*")) & ~to_bool_array(
            after.str.contains(YEARLY)
        )
    return [each[keep].reset_index(drop=True) for each in told], between[keep].reset_index(drop=True)


@rule
def from_to_moves_the_way_it_says(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``由A提高到B``: B is more than A; ``由A下降到B``: it is less."""
    claims = Claims(frames.metrics, "from_to_moves_the_way_it_says")
    (first, second), between = _from_to(frames, third=False)
    falls = to_bool_array(between.str.contains(DOWN))
    a, b = first["amount"].to_numpy(), second["amount"].to_numpy()
    # A number that is only bounded may lie on the other side of what is written.
    slack = first["half"].to_numpy() + second["half"].to_numpy()
    holds = np.where(falls, b - a <= slack, a - b <= slack)

    def why(i: int) -> str:
        return f"{first['number_text'][i]}{between[i]}{second['number_text'][i]} is told, which goes the other way"

    claims.add([first["at"].to_numpy(), second["at"].to_numpy()], holds, why)
    return claims.verdicts()


@rule
def from_to_agrees_with_the_change(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``由A提高到B，提高C``: B - A is C, or B / A - 1 the growth rate, as exactly as the three are stated."""
    claims = Claims(frames.metrics, "from_to_agrees_with_the_change")
    (a, b, c), _ = _from_to(frames, third=True)
    is_change = to_bool_array(c["statistic"] == "change")
    points = to_bool_array(c["unit_std"] == "pp") & to_bool_array(a["unit_std"] == "percent")
    comparable = np.where(is_change, points | to_bool_array(c["unit_std"] == a["unit_std"]), a["amount"] > 0)
    years = (b["period_end"] - a["period_end"]).astype("float64").fillna(1).to_numpy()
    years = np.where(to_bool_array(c["basis"] == "cagr") & (years > 0), years, 1.0)
    comparable = comparable & exact(a) & exact(b) & exact(c) & ~(is_change & (years != 1))
    comparable &= ~constant_prices(b, params) | is_change
    a, b, c = (each[comparable].reset_index(drop=True) for each in (a, b, c))
    is_change, years = is_change[comparable], years[comparable]
    difference = (b["amount"] - a["amount"]).to_numpy()
    stated, half = c["amount"].to_numpy(), c["half"].to_numpy()
    fits = np.abs(difference - stated) <= (a["half"] + b["half"] + c["half"]).to_numpy() * FLOAT_TOLERANCE
    low, high = _growth(b, a, years)
    holds = np.where(is_change, fits, (stated + half * FLOAT_TOLERANCE >= low) & (stated - half * FLOAT_TOLERANCE <= high))

    def why(i: int) -> str:
        computed = amount(difference[i], c["unit_std"][i]) if is_change[i] else f"{(low[i] + high[i]) / 2:.4g}%"
        return f"from {a['number_text'][i]} to {b['number_text'][i]} is {computed}, not {c['number_text'][i]}"

    claims.add([each["at"].to_numpy() for each in (a, b, c)], holds, why)
    return claims.verdicts()


def _growth(new: pd.DataFrame, old: pd.DataFrame, years: Any = 1.0) -> tuple[Array, Array]:
    """The least and the greatest growth in percent from one level to the other, a year's where there are several."""
    low, high = interval_ratio(new["amount"].to_numpy(), new["half"].to_numpy(), old["amount"].to_numpy(), old["half"].to_numpy())
    with np.errstate(all="ignore"):
        return 100 * (np.maximum(low, 0) ** (1 / years) - 1), 100 * (high ** (1 / years) - 1)


def constant_prices(told: pd.DataFrame, params: dict[str, Any]) -> Array:
    """Rows whose growth is computed otherwise than from the levels told: at constant prices, or on comparable scope."""
    names = told["indicator"].str.contains("|".join(params["constant_prices"]), na=False)
    return to_bool_array(names) | to_bool_array(told["sentence"].str.contains("|".join(params["comparable"]), na=False))


# level, change and growth ------------------------------------------------------------------------------------------


@rule
def increase_agrees_with_growth(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``达到L，增加C，增长G%``: C is G percent of L - C."""
    claims = Claims(frames.metrics, "increase_agrees_with_growth")
    rows = neighbours(frames, 3)
    for order in (("change", "growth_rate"), ("growth_rate", "change")):
        level, *others = (numbers_at(frames, each) for each in in_one_sentence(frames, rows, [["level"], [order[0]], [order[1]]]))
        change, growth = others if order[0] == "change" else others[::-1]
        keep = (
            exact(level)
            & exact(change)
            & exact(growth)
            & to_bool_array(level["unit_std"] == change["unit_std"])
            & ~constant_prices(level, params)
        )
        keep &= to_bool_array(change["basis"].fillna("yoy") == growth["basis"].fillna("yoy")) & to_bool_array(
            growth["basis"].fillna("yoy") == "yoy"
        )
        keep &= _in_one_year(level) & _in_one_year(growth) & ~_is_base(level, change, growth)
        level, change, growth = (each[keep].reset_index(drop=True) for each in (level, change, growth))
        before = level.assign(amount=level["amount"] - change["amount"], half=level["half"] + change["half"])
        _growth_claims(claims, level, before, growth, [level, change, growth], "{2} more, making {0}, is {computed}, not {1}")
    return claims.verdicts()


def _in_one_year(told: pd.DataFrame) -> Array:
    return to_bool_array(told["period_start"] == told["period_end"])


def _is_base(level: pd.DataFrame, change: pd.DataFrame, growth: pd.DataFrame) -> Array:
    """Whether the level is the one that the change is added to (``比上年541亿元增加294亿元，增长54%``)."""
    with np.errstate(all="ignore"):
        of_base = 100 * change["amount"].to_numpy("float64") / level["amount"].to_numpy("float64")
    apart = np.abs(of_base - growth["amount"].to_numpy("float64"))
    return to_bool_array(apart <= np.maximum(0.02 * np.abs(of_base), 2 * growth["half"].to_numpy("float64")))


def _growth_claims(
    claims: Claims, new: pd.DataFrame, old: pd.DataFrame, growth: pd.DataFrame, parts: list[pd.DataFrame], text: str
) -> None:
    low, high = _growth(new, old)
    # Twice the rounding: who writes a report computes from more digits than it shows.
    stated, half = growth["amount"].to_numpy(), 2 * growth["half"].to_numpy() * FLOAT_TOLERANCE
    holds = (stated + half >= low) & (stated - half <= high) | ~(old["amount"].to_numpy() > 0)
    # Several rows may tell the level: the growth rate is wrong only where it agrees with none of them.
    agreed = np.isin(growth["at"].to_numpy(), growth["at"].to_numpy()[holds])
    last = parts[1] if len(parts) == 3 else old

    def why(i: int) -> str:
        computed = f"{(low[i] + high[i]) / 2:.4g}%"
        return text.format(new["number_text"][i], growth["number_text"][i], last["number_text"][i], computed=computed)

    claims.add([each["at"].to_numpy() for each in parts], holds | agreed, why)


def _yearly_in_prose(metrics: pd.DataFrame) -> Array:
    """Exact actuals of one year, of the document's own place as a whole, told in prose."""
    own = to_bool_array(metrics["place"].isna()) & to_bool_array(metrics["scope"].fillna("whole") == "whole")
    one_year = to_bool_array(metrics["period_start"] == metrics["period_end"]) & to_bool_array(metrics["sub_period"].isna())
    exact_actual = to_bool_array(metrics["bound"] == "exact") & to_bool_array(metrics["modality"] == "actual")
    return own & one_year & exact_actual & to_bool_array(metrics["table_id"].isna())


@rule
def level_agrees_with_last_years(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Where a report tells this year's level, last year's and the growth in between, the three agree."""
    claims = Claims(frames.metrics, "level_agrees_with_last_years")
    metrics = frames.metrics
    yearly = _yearly_in_prose(metrics)
    key = ["document_id", "indicator", "year"]
    growth = numbers_at(
        frames,
        np.flatnonzero(
            yearly & to_bool_array(metrics["statistic"] == "growth_rate") & to_bool_array(metrics["basis"].fillna("yoy") == "yoy")
        ),
    )
    growth = growth[~constant_prices(growth, params)].assign(year=growth["period_end"])
    of_these = metrics["document_id"].isin(growth["document_id"].unique()) & metrics["indicator"].isin(growth["indicator"].unique())
    level = numbers_at(frames, np.flatnonzero(yearly & to_bool_array(metrics["statistic"] == "level") & to_bool_array(of_these)))
    level = level[~level["unit_std"].isin(["percent"])]
    # In prose the growth is that of the level in its own sentence; elsewhere a report names the thing for other scopes too.
    new = growth.merge(level.assign(year=level["period_end"]), on=[*key, "sentence"], suffixes=("_growth", ""))
    both = new.merge(level.assign(year=level["period_end"] + 1), on=[*key, "unit_std"], suffixes=("", "_old"))
    times = (both["amount"] / both["amount_old"]).to_numpy("float64")
    both = both[(times >= 1 / NEAR_IN_SIZE) & (times <= NEAR_IN_SIZE)].reset_index(drop=True)
    columns = ["at", "amount", "half", "number_text"]
    new, old, rate = (both[[c + end for c in columns]].set_axis(columns, axis=1) for end in ("", "_old", "_growth"))
    _growth_claims(claims, new, old, rate, [new, old, rate], "from {2} to {0} is {computed}, not {1}")
    return claims.verdicts()
