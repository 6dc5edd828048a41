"""Every clue of identity.yml does what its examples say, and has a weight."""

from __future__ import annotations

from typing import Any

import pytest

from transforms.identify.clues import clues, of_field, weights
from transforms.identify.evidence import Evidence, Threshold, weigh
from transforms.lexicon import load

ENTRIES: list[dict[str, Any]] = [entry for entry in load("identity.yml") if "pattern" in entry]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_examples(entry: dict[str, Any]) -> None:
    clue = clues()[entry["id"]]
    assert clue.pattern is not None

    def finds(words: str) -> bool:
        return bool(clue.pattern and clue.pattern.search(words)) and not (clue.unless and clue.unless.search(words))

    assert [words for words in entry["yes"] if not finds(words)] == []
    assert [words for words in entry.get("no", []) if finds(words)] == []


def test_each_clue_has_a_weight_of_its_sign() -> None:
    assert {name for name, clue in clues().items() if weights()[name] * clue.prior <= 0} == set()
    assert {clue.field for clue in clues().values()} == {"kind", "region", "year"}
    kinds = {"work_report", "statistical_communique", "budget_report", "plan_report", "plan_outline", "other"}
    assert {clue.target for clue in of_field("kind")} == kinds


def test_the_sum_decides_and_a_narrow_lead_does_not() -> None:
    strength = {"a": 2.0, "b": 1.5, "against": -3.0}
    found = [Evidence("a", "2023", 1.0, "x"), Evidence("b", "2024", 1.0, "y")]
    assert weigh("year", found, strength, Threshold(1.0, 1.0)).name is None
    assert weigh("year", found, strength, Threshold(1.0, 0.4)).name == "2023"
    assert weigh("year", [*found, Evidence("against", "2023", 1.0, "z")], strength, Threshold(1.0, 1.0)).name == "2024"
    assert weigh("year", [Evidence("b", "2024", 0.5, "y")], strength, Threshold(1.0, 0.1)).name is None
    assert weigh("year", [], strength, Threshold(1.0, 0.1)).name is None


def test_a_clue_counts_once_for_a_candidate() -> None:
    decision = weigh("year", [Evidence("a", "2023", 0.5, "x"), Evidence("a", "2023", 1.0, "y")], {"a": 2.0}, Threshold(1.0, 0.0))
    assert decision.candidates[0].score == 2.0
    assert [item.evidence.quote for item in decision.candidates[0].evidence] == ["y"]
    assert 0.8 < decision.candidates[0].probability < 0.9
