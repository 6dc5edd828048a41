"""Confidence is a product of listed factors, and means what it says on the annotated reports."""

from __future__ import annotations

import pytest

from tests.corpus import floors
from tests.corpus.reading import REPORTS
from tests.extract import calibration
from transforms.lexicon import load
from transforms.reading.confidence import confidence, features

GOLD = REPORTS / "gold"
FACTORS = {entry["id"]: entry for entry in load("confidence.yml")["factors"]}


def test_each_factor_lessens_and_says_why() -> None:
    assert len(FACTORS) == len(load("confidence.yml")["factors"])
    assert [name for name, entry in FACTORS.items() if not 0 < entry["factor"] < 1 or not entry["reason"]] == []


def test_confidence_is_the_product() -> None:
    start = load("confidence.yml")["start"]
    assert confidence([]) == start
    plain = features("indicator.subject", "period.part", "level", "exact", "地区生产总值")
    assert confidence(plain) == start
    less = features("indicator.share", "period.part", "level", "exact", "服务业占比重")
    factors = [FACTORS[feature]["factor"] for feature in ("indicator.share", "name.unknown")]
    assert confidence(less) == pytest.approx(start * factors[0] * factors[1], abs=5e-4)
    assert confidence(features("indicator.subject", "period.part", "level", "exact", "长" * 40)) < confidence(plain)
    assert confidence(features("indicator.carried", "period.unknown", "multiple", "upper", "未指明")) < 0.5


@pytest.mark.skipif(not GOLD.is_dir(), reason="no annotated reports beside the repository")
@pytest.mark.xdist_group("corpus")
def test_sure_rows_are_right() -> None:
    rows = [row for gold in sorted(GOLD.glob("*.jsonl")) for row in calibration.judged(gold)]
    _, right = calibration.share(rows, lambda value: value >= calibration.SURE)
    _, others = calibration.share(calibration.left_out(rows), lambda value: value >= calibration.SURE)
    found = {"sure rows": {"right": right, "right, each report judged by the others": others}}
    assert floors.below(floors.load()["confidence"], found) == []
    _, doubtful = calibration.share(rows, lambda value: value < calibration.SURE)
    assert doubtful < right
