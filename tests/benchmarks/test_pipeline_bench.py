"""The benchmark of the pipeline makes documents that are read as reports, runs the program, and asks what analysts ask."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from tests.benchmarks import bench_pipeline, corpus, queries
from tests.benchmarks.bench_extract import SEED, documents
from tests.made_rows import row
from tests.warehouse.conftest import write_tables
from transforms.pipeline import read_document
from transforms.types import RawFile
from warehouse.build.full_build import build


def test_documents_have_the_length_the_place_and_the_year_of_their_name(tmp_path: Path) -> None:
    corpus.write_corpus(tmp_path, [SEED], 30, 5000)
    made = [read_document(RawFile(path.name, path.read_bytes())) for path in sorted(tmp_path.rglob("*.txt"))]
    assert len(made) == 30
    for document in made:
        assert 4000 < len(document.text) < 7000
        assert document.file_name == f"{document.identity.region_code}{document.identity.region}{document.identity.report_year}.txt"


def test_the_same_arguments_make_the_same_documents_and_no_two_are_equal() -> None:
    source = corpus.Source.of(next(iter(documents([SEED]))))
    once, again = (list(corpus.corpus([source], 8, 3000)) for _ in range(2))
    assert once == again
    assert len({text for _, text in once}) == len({name for name, _ in once}) == 8


def test_texts_without_paragraphs_are_refused(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("没有段落", encoding="utf8")
    with pytest.raises(ValueError, match="no document"):
        corpus.write_corpus(tmp_path / "made", [tmp_path / "short.txt"], 1, 1000)


@pytest.mark.xdist_group("prefect")
def test_a_run_is_measured_from_outside(tmp_path: Path) -> None:
    characters = corpus.write_corpus(tmp_path / "seeds", [SEED], 2, 4000)
    cost = bench_pipeline.run("two", tmp_path / "seeds", tmp_path / "data", characters)
    assert (cost.documents, cost.characters) == (2, characters)
    assert cost.metrics > 10
    assert cost.peak_bytes > 50_000_000
    assert {"scan", "read", "check", "load", "report", "publish"} == set(cost.stages)
    assert {"decode", "extract", "write"} == set(cost.workers)
    assert sum(cost.stages.values()) < cost.seconds
    with pytest.raises(RuntimeError, match="does not exist"):
        bench_pipeline.run("none", tmp_path / "nothing", tmp_path / "data", 0)


def test_what_the_figures_say_of_each_other() -> None:
    def cost(name: str, many: int, seconds: float, read: float, check: float) -> bench_pipeline.Cost:
        return bench_pipeline.Cost(name, many, 1, seconds, 1, {"read": read, "check": check})

    costs = [
        cost("10 from nothing", 10, 10.0, 8, 2),
        cost("from nothing", 100, 110.0, 80, 30),
        cost("one worker, from nothing", 100, 200.0, 152, 30),
    ]
    found = bench_pipeline.comparisons(costs, argparse.Namespace(against=10, one_worker=True))
    assert found == {
        "after_reading_per_reading": 0.375,
        "cost_per_document_against_small": 1.1,
        "reading_speedup_over_one_worker": 1.9,
    }


def test_every_question_can_be_asked_of_an_enlarged_warehouse(tmp_path: Path) -> None:
    metrics = [
        row("metrics", {"document_id": f"d{year}", "metric_id": f"m{year}", "report_year": year, "period_start": year, "period_end": year})
        for year in (2020, 2021)
    ]
    write_tables(tmp_path / "parquet", metrics)
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    large = queries.enlarge(tmp_path / "parquet", tmp_path / "large", 5)
    answers = queries.ask(large, len(queries.QUESTIONS))
    assert len(answers) == len(queries.QUESTIONS) == 27
    counted = next(answer for answer in answers if "GROUP BY ALL" in answer.sql)
    assert counted.rows == 1
