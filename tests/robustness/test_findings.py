"""What fuzzing found once never comes back, and what it runs holds for the inputs that it begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.robustness.fuzz import FINDINGS, smallest
from tests.robustness.targets import TARGETS, Linear

FOUND = sorted(path for path in FINDINGS.glob("*/*") if path.suffix != ".txt")


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_stays_mended(path: Path) -> None:
    TARGETS[path.parent.name].check(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_what_the_fuzzer_begins_with_is_sound(name: str) -> None:
    for data in [b"", b"\x00", b"\x01\xff", *TARGETS[name].seeds()]:
        TARGETS[name].check(data)


def test_a_finding_is_made_small() -> None:
    def check(data: bytes) -> None:
        assert b"x" not in data or b"y" not in data

    assert smallest(check, b"abcxdefyghi" * 3) in (b"xy", b"yx")


def test_time_that_is_not_linear_is_noticed() -> None:
    def run(text: str) -> None:
        if "q" in text:
            sum(1 for a in text[::100] for b in text[::100] for c in text[::16])

    linear = Linear(run)
    for _ in range(20):
        linear("a" * 3000)
    with pytest.raises(AssertionError, match="four times"):
        linear("q" * 3000)
