"""How far a row can be trusted: the product of factors for the ways in which it was found (``lexicon/confidence.yml``)."""

from __future__ import annotations

from collections.abc import Iterable

from transforms.lexicon import derived, derived_up_to, load
from transforms.reading.name_choice import LONG_NAME, defects, is_known


@derived
def _factors() -> dict[str, float]:
    return {str(entry["id"]): float(entry["factor"]) for entry in load("confidence.yml")["factors"]}


def features(name_rule: str, period_rule: str, statistic: str, bound: str, indicator: str) -> list[str]:
    """The features of a row that may lessen its confidence, by the ids of ``confidence.yml``."""
    found = [name_rule, period_rule, f"statistic.{statistic}", f"bound.{bound}"]
    if len(indicator) > LONG_NAME:
        found.append("name.long")
    if indicator == "未指明":
        found.append("name.missing")
    elif not is_known(indicator):
        found.append("name.unknown")
    found.extend(defect for defect in defects(indicator) if defect != "defect.long")
    return found


@derived_up_to(4096)
def _product(found: tuple[str, ...]) -> float:
    known = _factors()
    value = float(load("confidence.yml")["start"])
    for feature in found:
        value *= known.get(feature, 1)
    return round(value, 3)


def confidence(found: Iterable[str]) -> float:
    """The confidence of a row with these features, 0 to 1: how often such a row's facts were right on annotated reports."""
    return _product(tuple(found))
