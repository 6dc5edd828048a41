"""Traditional and old forms and formulas are read as plain characters, each at its own place (lexicon/plain_forms.yml)."""

from __future__ import annotations

import pytest

from transforms.lexicon import load
from transforms.text.normalized_view import fold, plain_forms, view

FORMS = load("plain_forms.yml")


def test_each_pair_is_two_characters_and_no_form_is_plain_itself() -> None:
    pairs = FORMS["pairs"].split()
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in pairs)
    assert len({pair[0] for pair in pairs}) == len(pairs)
    assert not set(plain_forms()) & set(plain_forms().values())


@pytest.mark.parametrize("written", FORMS["yes"])
def test_old_forms_are_read_as_plain_ones(written: str) -> None:
    assert fold(written) == FORMS["yes"][written]
    assert len(fold(written)) == len(written)


@pytest.mark.parametrize("written", FORMS["no"])
def test_plain_text_stays(written: str) -> None:
    assert fold(written) == written


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (r"增长 $5.8\%$ 。", "增长5.8%。"),
        (r"占 $8 5 . 6 \%$", "占85.6%"),
        (r"$31\ \mu g/m^3$", "31μg/m3"),
        ("死亡率4.0%o。", "死亡率4.0‰。"),
    ],
)
def test_formulas_are_read_as_the_numbers_they_hold(written: str, seen: str) -> None:
    read = view(written, 0, len(written))
    assert read.text == seen
    assert list(read.origin) == sorted(read.origin)
    assert len(read.origin) == len(seen)
