"""The flow as a whole, against a running server: what is published, what changes cost, and what stops it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest

from flows import pipeline
from flows.run import NotPublished, Rejected
from flows.state.data_folder import Busy, DataFolder
from flows.state.source_files import NoDocuments
from flows.workers import pool
from tests.conftest import Server, query, report
from transforms.corrections import CorrectionError
from transforms.schema import tables

pytestmark = pytest.mark.xdist_group("prefect")
Runner = Callable[..., Any]


@pytest.fixture
def worked_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The source paths that workers were given since it was last cleared."""
    seen: list[str] = []
    real = pool.WorkerPool.work

    def work(self: pool.WorkerPool, job: Any, *more: Any) -> Any:
        seen.extend(source_path for source_path, _, _ in job.files)
        return real(self, job, *more)

    monkeypatch.setattr(pool.WorkerPool, "work", work)
    return seen


def everything(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that follow from the documents, without what a run is called and when it was."""
    shown = {
        name: ", ".join(f'"{column}"' for column in tables()[name].column_names if column not in ("run_id", "ingested_at"))
        for name in ("documents", "metrics", "numbers", "quarantine")
    }
    return {name: query(data, f"SELECT {columns} FROM {name} ORDER BY ALL") for name, columns in shown.items()}


def test_rules_that_cannot_be_meant_stop_a_run_before_it_reads(
    run: Runner, data: Path, worked_on: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise CorrectionError("corrections.yml: entry 2: it needs ['reason']")

    monkeypatch.setattr(pipeline, "check_rules", broken)
    with pytest.raises(NotPublished, match=r"corrections\.yml: entry 2: it needs \['reason'\]\. Correct the entry, then run again"):
        run()
    assert worked_on == []
    assert DataFolder(data).run_log.runs()[-1]["status"] == "failed"


def test_a_run_publishes_every_table_as_warehouse_and_parquet(run: Runner, data: Path) -> None:
    summary = run()
    assert query(data, "SELECT count(*) FROM documents") == [(2,)]
    for name, table in tables().items():
        rows = query(data, f"SELECT count(*) FROM {name}")
        read = duckdb.sql(f"SELECT * FROM read_parquet('{data}/parquet/{name}/**/*.parquet')")
        assert tuple(read.columns) == table.column_names
        assert duckdb.sql(f"SELECT count(*) FROM read_parquet('{data}/parquet/{name}/**/*.parquet')").fetchall() == rows, name
    assert query(data, "SELECT count(*) > 0, min(run_id) = max(run_id) FROM metrics") == [(True, True)]
    assert query(data, "SELECT run_id, status FROM runs") == [(summary.run_id, "published")]
    assert query(data, "SELECT count(*) > 10 FROM checks WHERE run_id = ?", summary.run_id) == [(True,)]
    assert not list(data.glob("**/*.wal"))


def test_a_change_costs_what_it_is_and_ends_as_a_run_from_nothing(
    run: Runner, seeds: Path, data: Path, tmp_path: Path, worked_on: list[str]
) -> None:
    run()
    assert sorted(worked_on) == ["a.txt", "b.txt"]
    ingested = dict(query(data, "SELECT source_path, ingested_at FROM documents"))
    worked_on.clear()
    unchanged = run()
    assert not worked_on
    assert (unchanged.built.counts["documents_new"], unchanged.built.checks.reused_from is not None) == (0, True)
    # The results of every run stand in the table, those of this one being those of the run before.
    assert query(data, "SELECT count(DISTINCT run_id), max(run_id) FROM checks") == [(2, unchanged.run_id)]
    assert query(data, "SELECT count(*) FROM runs") == [(2,)]

    (seeds / "c.txt").write_text(report("社会消费品零售总额增长 9.9%", "顺义区"), encoding="utf8")
    added = run()
    assert worked_on == ["c.txt"]
    assert added.plan.new == ("c.txt",)
    worked_on.clear()

    (seeds / "a.txt").write_text(report("地区生产总值增长 6.6%"), encoding="utf8")
    changed = run()
    assert worked_on == ["a.txt"]
    assert changed.plan.changed == ("a.txt",)
    worked_on.clear()

    (seeds / "b.txt").unlink()
    removed = run()
    assert not worked_on
    assert removed.plan.removed == ("b.txt",)
    assert query(data, "SELECT source_path FROM documents ORDER BY 1") == [("a.txt",), ("c.txt",)]
    after = dict(query(data, "SELECT source_path, ingested_at FROM documents"))
    assert after["a.txt"] > ingested["a.txt"]

    run(data=str(tmp_path / "afresh"))
    assert everything(data) == everything(tmp_path / "afresh")


def test_fresh_reads_everything_anew(run: Runner, worked_on: list[str]) -> None:
    run()
    worked_on.clear()
    run(fresh=True)
    assert sorted(worked_on) == ["a.txt", "b.txt"]


def test_bad_files_are_rows_and_stop_nothing(run: Runner, seeds: Path, data: Path) -> None:
    (seeds / "empty.txt").touch()
    (seeds / "junk.bin").write_bytes(bytes(range(256)) * 40)
    (seeds / "none.txt").write_text("各位代表，今天的会议到此结束。\n" * 5, encoding="utf8")
    (seeds / "outside.txt").symlink_to("/etc/hostname")
    summary = run()
    failures = query(data, "SELECT source_path, error, length(message) > 20 FROM failures ORDER BY 1")
    assert [name for name, _, _ in failures if name != "none.txt"] == ["empty.txt", "junk.bin", "outside.txt"]
    assert all(explained for _, _, explained in failures)
    assert {name: error for name, error, _ in failures}["empty.txt"] == "empty"
    assert {"a.txt", "b.txt"} <= {name for (name,) in query(data, "SELECT source_path FROM documents")}
    assert query(data, "SELECT documents_failed FROM runs") == [(len(failures),)]
    assert {failure.source_path for failure in summary.built.failures} == {name for name, _, _ in failures}


def test_without_documents_the_old_warehouse_stands(run: Runner, seeds: Path, data: Path) -> None:
    run()
    before = query(data, "SELECT * FROM metrics ORDER BY ALL")
    for path in seeds.iterdir():
        path.unlink()
    with pytest.raises(NoDocuments, match="no document in"):
        run()
    assert query(data, "SELECT * FROM metrics ORDER BY ALL") == before
    assert [row["status"] for row in DataFolder(data).run_log.table_rows(9)] == ["published", "failed"]


def test_two_runs_on_one_folder_do_not_mix(run: Runner, data: Path) -> None:
    with DataFolder(data).claim(), pytest.raises(Busy, match="Another run is at work"):
        run()
    assert not (data / "warehouse.duckdb").exists()


def test_a_check_that_stops_is_a_failed_run_with_its_reason(
    run: Runner, seeds: Path, data: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    before = query(data, "SELECT * FROM documents ORDER BY ALL")
    (seeds / "c.txt").write_text(report(place="顺义区"), encoding="utf8")

    def stop(*_: object) -> None:
        raise Rejected("A check stopped the publication: planted")

    monkeypatch.setattr(pipeline, "validate", stop)
    with pytest.raises(Rejected):
        run()
    assert query(data, "SELECT * FROM documents ORDER BY ALL") == before
    assert DataFolder(data).run_log.table_rows(9)[-1]["status"] == "rejected"
    flow_run = latest_flow_run(server)
    assert flow_run.state.is_failed()
    assert "planted" in flow_run.state.message
    monkeypatch.undo()
    run()
    assert query(data, "SELECT status FROM runs ORDER BY run_id") == [("published",), ("rejected",), ("published",)]


def latest_flow_run(server: Server) -> Any:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort
    from prefect.settings import temporary_settings

    with temporary_settings({"api.url": server.api_url}), get_client(sync_client=True) as client:
        return client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=1)[0]


def test_the_server_shows_the_run_its_tasks_and_its_artifacts(run: Runner, server: Server) -> None:
    import time

    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter, FlowRunFilterId
    from prefect.settings import temporary_settings

    summary = run()
    flow_run = latest_flow_run(server)
    assert flow_run.state.is_completed()
    with temporary_settings({"api.url": server.api_url}), get_client(sync_client=True) as client:
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(str(flow_run.id))]))
        names: set[str] = set()
        deadline = time.monotonic() + 20  # the server records task runs a moment later
        while time.monotonic() < deadline and len(names) < 6:
            names = {task.name.rsplit("-", 1)[0] for task in client.read_task_runs(flow_run_filter=wanted)}
            time.sleep(0.2)
        assert names == {"scan", "read-batch", "check", "load", "report", "publish"}
        artifacts = client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run.id])))
    assert {artifact.type for artifact in artifacts} == {"progress", "table"}
    table = next(artifact for artifact in artifacts if artifact.type == "table")
    assert summary.run_id in str(table.description)
    assert str(summary.built.counts["metrics"]) in str(table.data)
    assert next(artifact for artifact in artifacts if artifact.type == "progress").data == 100.0


def test_a_run_that_cannot_recognise_text_says_what_to_install(run: Runner, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.workers import ocr

    run()
    monkeypatch.setenv("BAOGAO_OCR", "true")
    monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda name: None)
    ocr.engine.cache_clear()
    with pytest.raises(ocr.OcrMissing, match="pytesseract"):
        run()
    assert query(data, "SELECT count(*) FROM documents") == [(2,)]
