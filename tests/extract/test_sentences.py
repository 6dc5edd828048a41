"""Short sentences with all that must be read in them (test_sentences.yml): the fields, the settled cases, three generations of writing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.extract.support import document
from transforms.extract import extract
from transforms.types import Metric

ENTRIES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).with_suffix(".yml")).read_text(encoding="utf8"))
HEADINGS = {
    "review_term": "二、五年来工作回顾",
    "plan_term": "二、今后五年的奋斗目标",
    "plan_year": "二、2023年重点工作",
    "glossary": "名词解释",
}


def told(text: str, metric: Metric) -> str:
    """A metric as the file writes it."""
    named = metric.indicator + (f" ({metric.indicator_id})" if metric.indicator_id else "")
    value = _plain(metric.value) + (f"..{_plain(metric.value_high)}" if metric.value_high is not None else "")
    quote, unit = text[metric.char_start : metric.char_end], metric.unit or "-"
    years = f"{metric.period_start}-{metric.period_end}"
    return f"{quote} | {named} | {metric.statistic} {value} {unit} | {metric.bound} {metric.modality} {years}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _parameters() -> list[Any]:
    return [
        pytest.param(entry, id=entry["text"], marks=[pytest.mark.xfail(reason=entry["known"], strict=True)] if "known" in entry else [])
        for entry in ENTRIES
    ]


@pytest.mark.parametrize("entry", _parameters())
def test_sentence(entry: dict[str, Any]) -> None:
    heading = f"{HEADINGS[entry['part']]}\n" if "part" in entry else ""
    read = document(heading + entry["text"], entry.get("year", 2023), entry.get("kind", "work_report"))
    assert [told(read.text, metric) for metric in extract(read).metrics] == entry["metrics"]


def test_each_kind_of_field_is_covered() -> None:
    rows = [row for entry in ENTRIES for row in entry["metrics"]]
    assert len(ENTRIES) >= 120
    for word in ("level", "growth_rate", "change", "multiple", "exact", "approx", "lower", "upper", "range", "actual", "target"):
        assert sum(word in row.split(" | ", 2)[2].split() for row in rows) >= 2, word
    assert {"review_term", "plan_term", "plan_year", "glossary"} == {entry["part"] for entry in ENTRIES if "part" in entry}
    assert {1979, 1998} <= {entry.get("year") for entry in ENTRIES}
    assert sum(not entry["metrics"] for entry in ENTRIES) >= 10
