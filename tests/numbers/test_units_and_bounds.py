"""Every measure word is worth what the standards say, and every word of a bound bounds as it should: both said a second time here."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from tests.extract.support import document
from transforms.extract import extract
from transforms.numbers.units import units

HERE = Path(__file__).parent
VALUES = yaml.safe_load((HERE / "unit_values.yml").read_text(encoding="utf8"))
BOUNDS = yaml.safe_load((HERE / "bound_words.yml").read_text(encoding="utf8"))
WORDS = [(side, bound, word) for side in ("before", "behind") for bound, words in BOUNDS[side].items() for word in words.split()]


def _bounds(sentence: str) -> list[str]:
    return [metric.bound for metric in extract(document(f"一、2022年工作回顾\n2022年，{sentence}。\n")).metrics]


def test_every_measure_word_is_worth_what_the_standards_say() -> None:
    known = {
        word: (*kind.rsplit(" ", 1), Decimal(factor))
        for kind, factors in VALUES.items()
        for factor, words in factors.items()
        for word in words.split()
    }
    found = {word: (unit.dimension, unit.unit_std, unit.factor) for word, unit in units().items()}
    assert {word: value for word, value in found.items() if known.get(word) != value} == {}, "write it into unit_values.yml too"
    assert sorted(known.keys() - found.keys()) == []


@pytest.mark.parametrize(("side", "bound", "word"), WORDS, ids=[word for _, _, word in WORDS])
def test_a_word_bounds_its_number(side: str, bound: str, word: str) -> None:
    sentence = f"增加值{word}3亿元" if side == "before" else f"增加值3亿元{word}"
    assert _bounds(sentence) == [bound]


@pytest.mark.parametrize("words", BOUNDS["unbounded"].split())
def test_a_word_within_another_bounds_nothing(words: str) -> None:
    assert _bounds(f"各方{words}3亿元") == ["exact"]
