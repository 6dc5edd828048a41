"""Private characters of type-setting programs: known ones are read as plain ones, unknown ones inside a number leave it unread."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transforms.decode import decode
from transforms.decode.characters import clean, private_characters
from transforms.lexicon import load
from transforms.pipeline import process
from transforms.types import RawFile

ENTRIES = load("private_characters.yml")
REPORT = "某区2023年政府工作报告\n\n　　2022年，全区一般公共预算收入２２{}７亿元，粮食产量12.5万吨。\n"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["code"]))
def test_each_known_one_is_read_as_it_says(entry: dict[str, object]) -> None:
    character = chr(int(str(entry["code"])[2:], 16))
    examples = entry["yes"]
    assert isinstance(examples, dict)
    for written, read in examples.items():
        cleaned = clean(written.replace("{}", character))
        assert cleaned == read
        assert len(cleaned) == len(written) - 1


def test_only_private_characters_are_read_as_others() -> None:
    assert all(0xE000 <= code < 0xF900 or code >= 0xF0000 for code in private_characters())


@pytest.mark.parametrize(("point", "values"), [("\U001001b0", [2_270_000_000, 125_000]), ("\ue777", [125_000])])
def test_a_number_with_an_unknown_one_is_not_read_in_parts(point: str, values: list[int]) -> None:
    raw = RawFile("a.txt", REPORT.replace("{}", point).encode())
    rows = process(raw, run_id="r", ingested_at=datetime.fromtimestamp(0, UTC), pipeline_version="0").metrics
    assert [row["value"] for row in rows] == values


def test_a_document_with_unread_numbers_says_so() -> None:
    warnings = decode(RawFile("a.txt", REPORT.replace("{}", "\ue777").encode())).warnings
    assert any("U+E777 (1)" in warning for warning in warnings)
    assert not decode(RawFile("a.txt", REPORT.replace("{}", "\U001001b0").encode())).warnings
