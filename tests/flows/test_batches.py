"""Worker processes: what they make, and that a deadly document costs only itself."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from flows.ingest import inventory
from flows.state import manifest as manifests
from flows.state import planning
from flows.state.planning import Plan
from flows.util.memory_limit import limit_memory
from flows.workers.batching import Batch, JobOptions, make_batches
from flows.workers.pool import WorkerPool
from tests.conftest import REPOSITORY, report
from transforms.rows import document_id
from warehouse.storage.parquet import read_table

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def workers() -> Iterator[WorkerPool]:
    workers = WorkerPool(1, document_seconds=2, command=("-m", "tests.flows.deadly_worker"), document_memory=500_000_000)
    workers.start()
    yield workers
    workers.stop()


def planned(folder: Path, manifest: dict[str, object] | None = None) -> Plan:
    return planning.make_plan(inventory.scan(folder / "seeds", 10**9), manifest, folder / "store", engine="engine")


def batched(work: Plan, folder: Path, *, batch_bytes: int = 10**9, workers: int = 1) -> list[Batch]:
    options = JobOptions(str(folder / "store"), "run-000001-00000000", MOMENT, "v")
    return make_batches(work.todo, options, batch_bytes=batch_bytes, workers=workers)


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = read_table(name, sorted((folder / "store").glob(f"*/{name}.parquet"))).to_pylist()
    return found


def write(folder: Path, **texts: str) -> None:
    (folder / "seeds").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "seeds" / f"{name}.txt").write_text(text, encoding="utf8")


def test_a_deadly_document_costs_only_itself(tmp_path: Path, workers: WorkerPool) -> None:
    write(tmp_path, good=report(), killer="KILL 5%", hanger="HANG 5%", hog="HOG 5%", raiser="RAISE 5%", empty="")
    began = []
    for batch in batched(planned(tmp_path), tmp_path):
        for job in batch.jobs:
            workers.work(job, on_begin=lambda: began.append(1))
    failures = {row["source_path"]: row["error"] for row in rows(tmp_path, "failures")}
    hog = {"hog.txt": "out_of_memory"} if sys.platform == "linux" else {}
    assert failures == {"killer.txt": "crashed", "hanger.txt": "timeout", "raiser.txt": "crashed", "empty.txt": "empty"} | hog
    assert [row["source_path"] for row in rows(tmp_path, "documents")] == ["good.txt"]
    assert rows(tmp_path, "metrics")
    assert len(began) == 6
    messages = {row["source_path"]: str(row["message"]) for row in rows(tmp_path, "failures")}
    assert "a fault" in messages["raiser.txt"]
    assert "more than 2 s" in messages["hanger.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_each_document_may_take_as_much_memory_whatever_came_before(tmp_path: Path) -> None:
    held = bytearray(200_000_000)
    try:
        for _ in range(2):
            limit_memory(300_000_000)
            held += bytearray(150_000_000)
            with pytest.raises(MemoryError):
                bytearray(400_000_000)
    finally:
        limit_memory(0)
    assert len(bytearray(400_000_000)) + len(held) == 900_000_000


def test_deadly_documents_in_one_shard_leave_the_others_of_it(tmp_path: Path, workers: WorkerPool) -> None:
    same = [name for name in map(str, range(3000)) if document_id(f"{name}.txt")[:2] == "00"][:4]
    assert len(same) == 4
    write(tmp_path, **dict(zip(same, [report(), "KILL", "KILL too", report("财政收入增长 7%")], strict=True)))
    (batch,) = batched(planned(tmp_path), tmp_path)
    done = workers.work(batch.jobs[0])
    assert (done.documents, done.failed) == (2, 2)
    assert {row["file_name"] for row in rows(tmp_path, "documents")} == {f"{same[0]}.txt", f"{same[3]}.txt"}


def test_a_document_on_which_a_worker_died_by_accident_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEADLY_MARK", str(tmp_path / "mark"))
    workers = WorkerPool(1, document_seconds=60, command=("-m", "tests.flows.deadly_worker"))
    workers.start()
    write(tmp_path, a=report() + "\nONCE")
    began = []
    for job in batched(planned(tmp_path), tmp_path)[0].jobs:
        workers.work(job, on_begin=lambda: began.append(1))
    workers.stop()
    assert (tmp_path / "mark").exists()
    assert (rows(tmp_path, "failures"), len(rows(tmp_path, "documents")), len(began)) == ([], 1, 1)


@pytest.fixture
def little_memory() -> Iterator[Path]:
    """A control group whose processes may take 150 MB of memory between them."""
    group = next((place for place in (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")) if place.is_dir()), Path("/nowhere"))
    group /= f"baogao-{os.getpid()}"
    try:
        group.mkdir()
        limit = next(file for file in (group / "memory.limit_in_bytes", group / "memory.max") if file.exists())
        limit.write_text("150000000", encoding="ascii")
    except (OSError, StopIteration):
        with contextlib.suppress(OSError):
            group.rmdir()
        pytest.skip("memory can only be limited by root, where control groups may be made")
    yield group
    with contextlib.suppress(OSError):
        group.rmdir()


def test_a_document_whose_worker_the_kernel_ends_for_memory_fails_alone(
    tmp_path: Path, little_memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEADLY_GROUP", str(little_memory))
    workers = WorkerPool(1, document_seconds=60, command=("-m", "tests.flows.deadly_worker"))
    workers.start()
    write(tmp_path, eater="EAT 5%", good=report())
    for batch in batched(planned(tmp_path), tmp_path):
        for job in batch.jobs:
            workers.work(job)
    workers.stop()
    assert {row["source_path"]: row["error"] for row in rows(tmp_path, "failures")} == {"eater.txt": "crashed"}
    assert [row["source_path"] for row in rows(tmp_path, "documents")] == ["good.txt"]


PARENT = """
import sys, threading
from pathlib import Path
from tests.flows.test_batches import batched, planned
from flows.workers.pool import WorkerPool

workers = WorkerPool(1, document_seconds=600, command=("-m", "tests.flows.deadly_worker"))
workers.start()
(worker,) = workers._all
folder = Path(sys.argv[1])
workers.work(batched(planned(folder), folder)[0].jobs[0], on_begin=lambda: print(worker._process.pid, flush=True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of the end of another while it is busy")
def test_a_worker_ends_with_whoever_started_it_whatever_it_is_doing(tmp_path: Path) -> None:
    write(tmp_path, hanger="HANG")
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, cwd=REPOSITORY) as parent:
        assert parent.stdout
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    worker.wait(60)  # far less than it would hang


def test_a_changed_shard_takes_over_what_did_not_change(tmp_path: Path, workers: WorkerPool) -> None:
    same = [name for name in map(str, range(3000)) if document_id(f"{name}.txt")[:2] == "00"][:2]
    write(tmp_path, **dict.fromkeys(same, report()))
    work = planned(tmp_path)
    workers.work(batched(work, tmp_path)[0].jobs[0])
    before = {row["source_path"]: row for row in rows(tmp_path, "documents")}
    manifest = manifests.manifest_of("run-000001-00000000", work, inventory.scan(tmp_path / "seeds", 10**9))
    write(tmp_path, **{same[1]: report("财政收入增长 7%")})
    work = planned(tmp_path, manifest)
    (job,) = batched(work, tmp_path)[0].jobs
    assert [name for name, _, _ in job.files] == [f"{same[1]}.txt"]
    began = []
    workers.work(job, on_begin=lambda: began.append(1))
    assert began == [1]
    after = {row["source_path"]: row for row in read_table("documents", tmp_path / "store" / job.key / "documents.parquet").to_pylist()}
    assert after[f"{same[0]}.txt"] == before[f"{same[0]}.txt"]
    assert after[f"{same[1]}.txt"]["sha256"] != before[f"{same[1]}.txt"]["sha256"]


def test_a_file_that_changes_while_it_is_read_fails_alone(tmp_path: Path, workers: WorkerPool) -> None:
    write(tmp_path, a=report())
    (batch,) = batched(planned(tmp_path), tmp_path)
    write(tmp_path, a=report("财政收入增长 7%"))
    workers.work(batch.jobs[0])
    assert [row["error"] for row in rows(tmp_path, "failures")] == ["unreadable"]

    write(tmp_path, a=report())  # as it was: what failed for the moment is no finished work
    (batch,) = batched(planned(tmp_path), tmp_path)
    workers.work(batch.jobs[0])
    assert not rows(tmp_path, "failures")
    assert not planned(tmp_path).todo


def test_batches_are_bounded_and_cover_everything_once(tmp_path: Path) -> None:
    write(tmp_path, **{str(number): "x" * 100 for number in range(60)})
    work = planned(tmp_path)
    made = batched(work, tmp_path, batch_bytes=500, workers=2)
    assert sum(batch.documents for batch in made) == 60
    assert sorted(name for batch in made for job in batch.jobs for name, _, _ in job.files) == sorted(f"{n}.txt" for n in range(60))
    sizes = [sum(Path(path).stat().st_size for job in batch.jobs for _, path, _ in job.files) for batch in made]
    assert max(sizes) <= 500
    few = batched(work, tmp_path, workers=2)
    assert 4 <= len(few) <= 8, "little work is still spread over the workers"


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, workers: WorkerPool) -> None:
    write(tmp_path, a=report(), b=report("财政收入增长 7%"))
    work = planned(tmp_path)
    contents = []
    for _ in range(2):
        for batch in batched(work, tmp_path):
            for job in batch.jobs:
                workers.work(job)
        contents.append({path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / "store").rglob("*.parquet")})
    assert contents[0] == contents[1]
    assert len(contents[0]) >= 4
    assert not list((tmp_path / "store").glob(".unfinished*"))
