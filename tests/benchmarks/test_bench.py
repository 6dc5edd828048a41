"""The benchmark runs, and extraction is not slow by an order of magnitude."""

from __future__ import annotations

import pytest

from tests.benchmarks import bench_extract

LEAST = 60_000
"""Characters a second: a fifth of what is reached, so that only a real loss of speed fails on a busy machine."""


def test_extraction_is_fast() -> None:
    texts = list(bench_extract.documents([bench_extract.SEED]))
    measured = bench_extract.measure("baogao", bench_extract.ours, texts, 3)
    assert measured.found > 100
    assert measured.fastest > LEAST


def test_the_table_names_each_reader_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    bench_extract.main(["--repeats", "2", "--only", "baogao", "--only", "one-line expression"])
    told = capsys.readouterr().out
    assert "1 documents" in told
    assert "baogao" in told
    assert "one-line expression" in told
