"""Rules on parts and totals of one report: sums, shares, averages, amounts per head.

Nothing here has a tolerance of its own where the digits stated give one (see :mod:`expectations.rules.consistency`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from expectations.frames import Frames
from expectations.rules.claims import FLOAT_TOLERANCE, Array, Claims, amount, interval_ratio, texts_between
from expectations.rules.consistency import in_one_sentence, neighbours, numbers_at
from expectations.rules.masks import to_bool_array
from expectations.rules.registry import rule


def _named(told: pd.DataFrame, what: dict[str, Any]) -> Array:
    by_id = to_bool_array(told["indicator_id"] == what["id"]) if "id" in what else np.zeros(len(told), dtype=bool)
    return by_id | to_bool_array(told["indicator"].isin(what.get("names", [])))


def _levels_of(frames: Frames, named: list[dict[str, Any]]) -> pd.DataFrame:
    """Exact levels of these indicators, sorted by place, with a key for document, period, modality, unit and sentence.

    A total and parts of other sentences are too often of another scope: the city and its own level, residents and registered people.
    """
    metrics = frames.metrics
    wanted = metrics["indicator_id"].isin([what["id"] for what in named if "id" in what])
    wanted |= metrics["indicator"].isin([name for what in named for name in what.get("names", [])])
    wanted &= (metrics["statistic"] == "level") & (metrics["bound"] == "exact")
    wanted &= metrics["char_start"].notna() & metrics["period_end"].notna()
    told = numbers_at(frames, np.flatnonzero(to_bool_array(wanted)))
    others: Any = [told[column].astype("str").fillna("") for column in ("period_start", "period_end", "modality", "unit_std", "sentence")]
    told["key"] = told["document_id"].str.cat(others, sep="|")
    told["char_start"] = told["char_start"].astype("int64")
    return told.sort_values("char_start", kind="stable").reset_index(drop=True)


@rule
def parts_make_the_total(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """The parts told within ``near`` characters behind a total add up to it, as exactly as all of them are stated."""
    claims = Claims(frames.metrics, "parts_make_the_total")
    sums = params["sums"]
    told = _levels_of(frames, [what for each in sums for what in [each["total"], *each["parts"]] if isinstance(what, dict)])
    for each in sums:
        of_total = isinstance(each["total"], dict)
        names = [each["total"], *each["parts"]] if of_total else each["parts"]
        first = told[_named(told, names[0])]
        found = first
        for number, what in enumerate(names[1:], 1):
            names_of = {f"key_{number}": "key", f"char_start_{number}": "char_start"}
            part = told[_named(told, what)].add_suffix(f"_{number}").rename(columns=names_of)
            near: dict[str, Any] = {"direction": "forward", "tolerance": params["near"], "allow_exact_matches": False}
            found = pd.merge_asof(found, part, on="char_start", by="key", **near)
        found = found.dropna(subset=[f"at_{number}" for number in range(1, len(names))]).reset_index(drop=True)
        if len(found):
            _sum_claims(claims, found, len(names), each)
    return claims.verdicts()


def _sum_claims(claims: Claims, found: pd.DataFrame, count: int, spec: dict[str, Any]) -> None:
    suffixes = [""] + [f"_{number}" for number in range(1, count)]
    amounts = [found[f"amount{suffix}"].to_numpy("float64") for suffix in suffixes]
    half = np.sum([found[f"half{suffix}"].to_numpy("float64") for suffix in suffixes], axis=0) * FLOAT_TOLERANCE
    if isinstance(spec["total"], dict):
        total, parts, names = amounts[0], np.sum(amounts[1:], axis=0), suffixes[1:]
    else:
        total, parts, names = np.full(len(found), float(spec["total"])), np.sum(amounts, axis=0), suffixes

    def why(i: int) -> str:
        said = " + ".join(str(found[f"number_text{suffix}"][i]) for suffix in names)
        whole = found["number_text"][i] if isinstance(spec["total"], dict) else f"{spec['total']}"
        return f"{said} is {amount(parts[i], found['unit_std'][i])}, not {whole}"

    claims.add([found[f"at{suffix}"].to_numpy("int64") for suffix in suffixes], np.abs(total - parts) <= half, why)


@rule
def shares_in_a_row_make_the_whole(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """Three percentages told as ``5.8:41.6:52.6`` make 100, as exactly as they are stated."""
    claims = Claims(frames.metrics, "shares_in_a_row_make_the_whole")
    rows = in_one_sentence(frames, neighbours(frames, 3), [["level"]] * 3, same_indicator=False, near=3)
    a, b, c = (numbers_at(frames, each) for each in rows)
    keep = to_bool_array(a["unit_std"] == "percent") & to_bool_array(b["unit_std"] == "percent") & to_bool_array(c["unit_std"] == "percent")
    a, b, c = (each[keep].reset_index(drop=True) for each in (a, b, c))
    gaps = [
        texts_between(frames.texts, x["document_id"], x["char_end"].to_numpy("int64"), y["char_start"].to_numpy("int64"))
        for x, y in ((a, b), (b, c))
    ]
    around = texts_between(frames.texts, a["document_id"], a["char_start"].to_numpy("int64") - 1, a["char_start"].to_numpy("int64"))
    behind = texts_between(frames.texts, c["document_id"], c["char_end"].to_numpy("int64"), c["char_end"].to_numpy("int64") + 1)
    ratio = r"\s*[:：∶︰]\s*"
    keep = (
        to_bool_array(gaps[0].str.fullmatch(ratio))
        & to_bool_array(gaps[1].str.fullmatch(ratio))
        & ~to_bool_array(around.str.contains("[:：∶︰]"))
        & ~to_bool_array(behind.str.contains("[:：∶︰]"))
    )
    a, b, c = (each[keep].reset_index(drop=True) for each in (a, b, c))
    total = (a["amount"] + b["amount"] + c["amount"]).to_numpy()
    half = (a["half"] + b["half"] + c["half"]).to_numpy() * FLOAT_TOLERANCE

    def why(i: int) -> str:
        return f"{a['number_text'][i]}, {b['number_text'][i]} and {c['number_text'][i]} make {total[i]:.6g}, not 100"

    claims.add([each["at"].to_numpy() for each in (a, b, c)], np.abs(total - 100) <= half, why)
    return claims.verdicts()


@rule
def part_is_no_more_than_its_total(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """``T，其中P``: P is no more than T, in the same unit, period and modality."""
    claims = Claims(frames.metrics, "part_is_no_more_than_its_total")
    for between in (0, 1, 2):  # growth rates of the total may stand in between
        kinds = [["level"], *[["growth_rate", "change"]] * between, ["level"]]
        rows = in_one_sentence(frames, neighbours(frames, between + 2), kinds, same_indicator=False, saying="其中")
        total, part = numbers_at(frames, rows[0]), numbers_at(frames, rows[-1])
        keep = (
            to_bool_array(total["unit"] == part["unit"])
            & to_bool_array(total["unit_std"] != "percent")
            & to_bool_array(total["modality"] == part["modality"])
        )
        keep &= to_bool_array(total["period_start"] == part["period_start"]) & to_bool_array(total["period_end"] == part["period_end"])
        keep &= to_bool_array(total["bound"].isin(["exact", "approx"])) & to_bool_array(part["bound"].isin(["exact", "approx"]))
        total, part = total[keep].reset_index(drop=True), part[keep].reset_index(drop=True)
        gap = texts_between(frames.texts, total["document_id"], total["char_end"].to_numpy("int64"), part["char_start"].to_numpy("int64"))
        keep = to_bool_array(gap.str.contains(r"^[^。；;]*其中")) & ~to_bool_array(gap.str.contains("[。；;]"))
        total, part = total[keep].reset_index(drop=True), part[keep].reset_index(drop=True)
        holds = part["amount"].to_numpy() <= (total["amount"] + total["half"] + part["half"]).to_numpy() * FLOAT_TOLERANCE

        def why(i: int, total: pd.DataFrame = total, part: pd.DataFrame = part) -> str:
            return f"{part['number_text'][i]} {part['indicator'][i]} is more than the {total['number_text'][i]} it is a part of"

        claims.add([total["at"].to_numpy(), part["at"].to_numpy()], holds, why)
    return claims.verdicts()


def _joined(frames: Frames, ids: list[str]) -> pd.DataFrame:
    """Each combination of exact yearly levels of these indicators in one document and year; columns by their place in ``ids``."""
    told = _levels_of(frames, [{"id": name} for name in ids])
    told = told[to_bool_array(told["period_start"] == told["period_end"])]
    key = ["document_id", "period_end", "modality"]
    columns = [*key, "at", "amount", "half", "number_text", "unit_std"]
    result = pd.DataFrame()
    for number, name in enumerate(ids):
        part = told[to_bool_array(told["indicator_id"] == name)][columns].rename(columns={c: f"{c}_{number}" for c in columns[3:]})
        result = part if number == 0 else result.merge(part, on=key)
    return result


@rule
def per_head_agrees_with_total_and_population(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """GDP divided by the population is GDP per head, within ``tolerance`` and rounding; one combination that agrees will do."""
    claims = Claims(frames.metrics, "per_head_agrees_with_total_and_population")
    found = _joined(frames, ["gdp", "population", "gdp_per_capita"])
    found = found[
        to_bool_array(found["unit_std_0"] == "CNY") & to_bool_array(found["unit_std_2"] == "CNY") & (found["amount_1"] > 0)
    ].reset_index(drop=True)
    low, high = interval_ratio(*(found[f"{column}_{number}"].to_numpy("float64") for number in (0, 1) for column in ("amount", "half")))
    head, half, slack = found["amount_2"].to_numpy(), found["half_2"].to_numpy(), params["tolerance"]
    holds = (head + half >= low * (1 - slack)) & (head - half <= high * (1 + slack))
    holds = holds | np.isin(found["at_2"].to_numpy(), found["at_2"].to_numpy()[holds])

    def why(i: int) -> str:
        computed = amount((low[i] + high[i]) / 2, "元")
        return f"{found['number_text_0'][i]} for {found['number_text_1'][i]} is {computed} a head, not {found['number_text_2'][i]}"

    claims.add([found[f"at_{number}"].to_numpy() for number in range(3)], holds, why)
    return claims.verdicts()


@rule
def all_lies_between_its_parts(frames: Frames, params: dict[str, Any]) -> pd.Series[Any]:
    """An average of all lies between the averages of its two parts (``low``, ``middle``, ``high``: ids of the catalogue)."""
    claims = Claims(frames.metrics, "all_lies_between_its_parts")
    for low, middle, high in ((each["low"], each["middle"], each["high"]) for each in params["orders"]):
        found = _joined(frames, [low, middle, high])
        slack = sum(found[f"half_{number}"].to_numpy("float64") for number in range(3))
        values = [found[f"amount_{number}"].to_numpy("float64") for number in range(3)]
        holds = (values[1] >= values[0] - slack) & (values[1] <= values[2] + slack)
        holds = holds | np.isin(found["at_1"].to_numpy(), found["at_1"].to_numpy()[holds])

        def why(i: int, found: pd.DataFrame = found) -> str:
            ends = f"{found['number_text_0'][i]} and {found['number_text_2'][i]}"
            return f"{found['number_text_1'][i]} for all does not lie between {ends} for its parts"

        claims.add([found[f"at_{number}"].to_numpy() for number in range(3)], holds, why)
    return claims.verdicts()
