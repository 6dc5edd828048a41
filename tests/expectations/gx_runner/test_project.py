"""The Great Expectations project: up to date with our files, opened by Great Expectations itself, run on published data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from expectations.gx_runner import checkpoint
from expectations.gx_runner import project as gx_project
from expectations.suites import expectations
from tests.expectations.planted import level, metrics_of, reports
from tests.made_rows import row
from warehouse.storage.parquet import write_table

pytestmark = pytest.mark.xdist_group("great_expectations")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gx_project.write(tmp_path_factory.mktemp("project"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    text = "失业率45%。"
    rate = {"indicator": "失业率", "indicator_id": "urban_surveyed_unemployment_rate"}
    made = reports(("d1", text, metrics_of("d1", text, level("45%", 45.0, "%", **rate))))
    for name in ("documents", "metrics", "numbers", "indicators", "units"):
        write_table(name, made.table(name), tmp_path / "parquet" / name / "part-0.parquet")
    write_table("runs", [row("runs")], tmp_path / "parquet/runs/part-0.parquet")
    return tmp_path


def test_the_project_in_the_repository_is_up_to_date(project: Path) -> None:
    assert gx_project.contents(project) == gx_project.contents(gx_project.EXPECTATIONS / gx_project.FOLDER)


def test_it_is_the_same_whenever_it_is_made(project: Path, tmp_path: Path) -> None:
    assert gx_project.contents(gx_project.write(tmp_path)) == gx_project.contents(project)


def test_great_expectations_opens_it_with_every_expectation(project: Path) -> None:
    import great_expectations as gx

    opened = gx.get_context(mode="file", project_root_dir=str(project.parent))
    held = {each.meta["id"] for suite in opened.suites.all() for each in suite.expectations}
    assert held == {each.id for each in expectations()}
    assert len(opened.checkpoints.all()) == len(opened.validation_definitions.all()) == len(opened.suites.all())


def test_checkpoints_run_on_published_data_and_their_results_are_kept(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checkpoint.main([str(data)]) == 0
    said = capsys.readouterr().out
    assert "failed  plausibility.metrics" in said
    assert "warning: level_is_credible" in said
    assert "ok      units.metrics" in said
    kept = list((data / "great_expectations/gx/uncommitted/validations").rglob("*.json"))
    assert len(kept) == len(checkpoint.views(data))
    assert all("run-000001-00000000" in str(path) for path in kept)


def test_one_checkpoint_runs_in_a_notebook_as_it_does_here(data: Path, project: Path) -> None:
    import great_expectations as gx

    opened = gx.get_context(mode="file", project_root_dir=str(project.parent))
    frame = checkpoint.frame(data, "plausibility.metrics")
    result: Any = opened.checkpoints.get("plausibility.metrics").run(batch_parameters={"dataframe": frame})
    assert not result.success


def test_a_critical_failure_ends_with_1(data: Path) -> None:
    path = data / "parquet/metrics/part-0.parquet"
    (rows,) = [checkpoint.published.read_table(data, "metrics").to_pylist()]
    write_table("metrics", [rows[0] | {"value_high": 1.0, "value_high_std": 1.0, "bound": "range"}], path)
    assert checkpoint.main([str(data), "values.metrics"]) == 1


@pytest.mark.parametrize("arguments", [[], ["--help"], ["/nowhere"]])
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert checkpoint.main(arguments) == 2
    assert capsys.readouterr().err


def test_unknown_checkpoint_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checkpoint.main([str(data), "nonsense"]) == 2
    assert "no checkpoint nonsense; there are arithmetic.metrics" in capsys.readouterr().err
