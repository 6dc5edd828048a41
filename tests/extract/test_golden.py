"""The seed's metrics, exactly."""

from __future__ import annotations

import difflib

from tests.extract.golden.__main__ import GOLDEN, lines


def test_the_seed_says_what_it_said() -> None:
    before, now = GOLDEN.read_text(encoding="utf8").splitlines(), lines()
    difference = [line for line in difflib.unified_diff(before, now, "golden", "now", lineterm="", n=0) if not line.startswith("@@")]
    assert before == now, "\n".join(["accept it with python -m tests.extract.golden --update", *difference[:40]])
