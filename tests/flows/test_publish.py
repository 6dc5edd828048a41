"""The data folder: one run at a time, one step, nothing half-made, and a ledger that survives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.state.data_folder import Busy, DataFolder, DataFolderError
from warehouse.storage.atomic_files import link_or_copy


def generation(folder: DataFolder, content: str = "new", keys: dict[str, str] | None = None) -> Path:
    built = folder.new_generation()
    (built / "warehouse.duckdb").write_text(content)
    for name in ("parquet", "quality", "site"):
        (built / name).mkdir()
    (built / "manifest.json").write_text(json.dumps({"shards": keys or {}, "documents": {}, "engine": "e", "run_id": "r"}))
    return built


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    with folder.claim():
        pass
    return folder


def test_a_reader_keeps_what_it_opened_and_the_next_one_sees_the_new(folder: DataFolder) -> None:
    folder.publish(generation(folder, "first"), "run-000001-00000000")
    with (folder.root / "warehouse.duckdb").open() as reader:
        folder.publish(generation(folder, "second"), "run-000002-00000000")
        folder.collect_garbage(1)
        assert reader.read() == "first"
    assert (folder.root / "warehouse.duckdb").read_text() == "second"
    assert [path.name for path in folder.generations.iterdir()] == ["run-000002-00000000"]
    assert not list(folder.root.glob(".link*"))


def test_a_warehouse_that_was_not_closed_is_not_published(folder: DataFolder) -> None:
    folder.publish(generation(folder, "first"), "run-000001-00000000")
    built = generation(folder, "second")
    (built / "warehouse.duckdb.wal").touch()
    with pytest.raises(DataFolderError, match="not closed"):
        folder.publish(built, "run-000002-00000000")
    assert (folder.root / "warehouse.duckdb").read_text() == "first"


def test_a_folder_of_the_users_own_is_not_replaced(folder: DataFolder) -> None:
    (folder.root / "parquet").mkdir()
    (folder.root / "parquet/mine.txt").touch()
    with pytest.raises(DataFolderError, match="Move it away"):
        folder.publish(generation(folder), "run-000001-00000000")
    assert (folder.root / "parquet/mine.txt").exists()


def test_garbage_is_what_no_kept_generation_uses(folder: DataFolder) -> None:
    for key in ("a", "b", "c", "lost"):
        (folder.shard_store / key).mkdir()
    for number, keys in enumerate([{"00": "a"}, {"00": "b"}, {"00": "c"}], 1):
        folder.publish(generation(folder, keys=keys), f"run-{number:06d}-00000000")
    folder.collect_garbage(2)
    assert sorted(path.name for path in folder.shard_store.iterdir()) == ["b", "c"]
    assert sorted(path.name[:10] for path in folder.generations.iterdir()) == ["run-000002", "run-000003"]


def test_one_run_at_a_time(folder: DataFolder) -> None:
    with folder.claim(), pytest.raises(Busy, match=f"process {os.getpid()}"), DataFolder(folder.root).claim():
        pass
    with folder.claim():
        pass


def test_a_lock_does_not_outlive_its_owner(folder: DataFolder) -> None:
    code = (
        f"import time; from pathlib import Path; from flows.state.data_folder import DataFolder; "
        f"claim = DataFolder(Path({str(folder.root)!r})).claim(); claim.__enter__(); print('has it', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        with pytest.raises(Busy), folder.claim():
            pass
        owner.kill()
        owner.wait()
    with folder.claim():
        pass


def test_what_a_killed_run_left_is_cleared_but_for_finished_work(folder: DataFolder) -> None:
    (folder.generations / ".unfinished-1").mkdir()
    (folder.shard_store / ".unfinished-x").mkdir()
    (folder.shard_store / "finished").mkdir()
    (folder.root / ".link-published").symlink_to("nowhere")
    with folder.claim():
        assert not list(folder.generations.iterdir())
        assert [path.name for path in folder.shard_store.iterdir()] == ["finished"]
        assert not list(folder.root.glob(".link*"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match="--data"), DataFolder(tmp_path / "file/data").claim():
        pass


def test_the_ledger_survives_a_line_cut_off(folder: DataFolder) -> None:
    folder.log_run({"run_id": "run-000001-00000000", "status": "running", "metrics": 1})
    with folder.run_log.path.open("a") as ledger:
        ledger.write('{"run_id": "run-0000')
    folder.log_run({"run_id": "run-000002-00000000", "status": "running"})
    folder.log_run({"run_id": "run-000002-00000000", "status": "published", "started_at": "2026-01-02T03:04:05+00:00"})
    rows = folder.run_log.table_rows(10)
    assert [(row["run_id"], row["status"]) for row in rows] == [("run-000001-00000000", "failed"), ("run-000002-00000000", "published")]
    assert folder.next_run_id("abcdef0123") == "run-000003-abcdef01"


def test_the_ledger_is_bounded(folder: DataFolder) -> None:
    for number in range(1, 11):
        folder.log_run({"run_id": f"run-{number:06d}-00000000", "status": "published"})
    folder.run_log.trim(4)
    assert [run["run_id"] for run in folder.run_log.runs()] == [f"run-{number:06d}-00000000" for number in range(7, 11)]
    assert folder.next_run_id("00000000").startswith("run-000011")


def test_a_file_is_linked_where_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("x")
    link_or_copy(tmp_path / "a", tmp_path / "sub/b")
    assert (tmp_path / "a").samefile(tmp_path / "sub/b")

    def refuse(*_: object) -> None:
        raise OSError("other file system")

    monkeypatch.setattr(os, "link", refuse)
    link_or_copy(tmp_path / "a", tmp_path / "c")
    assert (tmp_path / "c").read_text() == "x"
