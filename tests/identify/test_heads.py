"""What documents of all kinds are, from made-up beginnings (heads.yml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from transforms.identify import identify
from transforms.types import Decoded

HEADS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("heads.yml").read_text(encoding="utf8"))


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head["text"].split("\n", 1)[0][:30])
def test_head(head: dict[str, Any]) -> None:
    found = identify(Decoded(head["text"], "txt"), "doc_001.txt")
    assert {field: getattr(found, field) for field in head["is"]} == head["is"]


def test_there_are_heads_of_all_kinds_and_levels() -> None:
    assert len(HEADS) >= 50
    kinds = {"work_report", "statistical_communique", "budget_report", "plan_report", "plan_outline", "other"}
    assert {head["is"].get("doc_type") for head in HEADS} >= kinds
    assert {head["is"].get("region_level") for head in HEADS} >= {"nation", "province", "prefecture", "county", "township"}
