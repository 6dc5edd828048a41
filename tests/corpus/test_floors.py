"""No figure of a real document falls below its floor: the annotated ones and a sample of the others, those of CI."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.corpus import figures, floors
from tests.corpus.reading import REPORTS, documents, read_all

pytestmark = [
    pytest.mark.skipif(not REPORTS.is_dir(), reason="no real reports beside the repository"),
    pytest.mark.xdist_group("corpus"),
    pytest.mark.timeout(900),
]
SAMPLE = 40
"""Documents without annotations whose identity is looked at."""


def _sample() -> list[Path]:
    every = sorted(documents(), key=lambda path: hashlib.sha256(path.name.encode()).hexdigest())
    folders = (REPORTS / "gold", REPORTS / "tables", figures.FRESH)
    annotated = {path.name.partition(".")[0] for folder in folders for path in folder.glob("*.jsonl")}
    return [path for path in every if path.stem in annotated] + [path for path in every if path.stem not in annotated][:SAMPLE]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> floors.Floors:
    """The figures of the sample."""
    return figures.every_group(read_all(_sample()), tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("group", ["identity", "prose", "fresh", "tables", "headlines", "growth_targets", "cases"])
def test_no_figure_is_below_its_floor(group: str, measured: floors.Floors) -> None:
    assert measured[group], f"nothing of {group} was measured"
    assert floors.below(floors.load()[group], measured[group]) == [], "python -m tests.corpus prints all figures"


def test_a_floor_holds_and_only_rises() -> None:
    known = {"a": {"fact": 0.9}}
    assert floors.below(known, {"a": {"fact": 0.89}}) == ["a: fact is 0.890, was 0.900"]
    assert floors.below(known, {"a": {}}) == ["a: fact is 0.000, was 0.900"]
    assert floors.below(known, {"b": {"fact": 0.1}}) == []
    assert floors.raised(known, {"a": {"fact": 0.8, "full": 0.5}, "b": {"fact": 1.0}}) == {
        "a": {"fact": 0.9, "full": 0.5},
        "b": {"fact": 1.0},
    }
