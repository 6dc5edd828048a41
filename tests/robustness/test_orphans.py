"""A Dask worker that is killed takes the process that reads a document with it, whatever that is doing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from flows.workers.pool import WorkerPool
from flows.workers.worker import Job
from tests.cluster import cluster as start_cluster
from tests.conftest import REPOSITORY, clean_environment
from tests.flows.test_batches import batched, planned, write
from tests.robustness.waiting import until

distributed: Any = pytest.importorskip("distributed", reason="the dependency group `dask` is not installed")

DEADLY = ("-m", "tests.flows.deadly_worker")


def read_deadly(jobs: Sequence[Job], store: str) -> None:
    """What a task on a machine of the cluster does, with documents that hang whoever reads them."""
    from flows.workers import dask_cluster

    dask_cluster.worker_processes = deadly_processes
    dask_cluster.read_shards(jobs, dask_cluster.TaskConfig(dask_cluster.loaded_code(), store, 600, 0))


@contextlib.contextmanager
def deadly_processes(count: int, document_seconds: float, document_memory: int) -> Iterator[WorkerPool]:
    workers = WorkerPool(count, document_seconds, command=DEADLY, document_memory=document_memory)
    try:
        yield workers
    finally:
        workers.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of the end of another while it is busy")
def test_a_killed_dask_worker_leaves_no_process_that_hangs_on_a_document(tmp_path: Path) -> None:
    write(tmp_path, hanger="HANG")
    mark = tmp_path / "mark"
    jobs = batched(planned(tmp_path), tmp_path)[0].jobs
    environment = clean_environment(PYTHONPATH=str(REPOSITORY), DEADLY_MARK=str(mark))
    with start_cluster(tmp_path / "dask", environment, workers=1) as made:
        worker = made.workers["worker-0"]
        with distributed.Client(made.address, set_as_default=False) as client:
            task = client.submit(read_deadly, jobs, str(tmp_path / "store"))
            until(120, lambda: mark.exists() or task.status == "error")
            assert mark.exists(), task.exception()
            (child,) = [each for each in psutil.Process(worker.pid).children(recursive=True) if DEADLY[1] in each.cmdline()]
            worker.kill()
            worker.wait()
        psutil.wait_procs([child], timeout=60)  # far less than it would hang
        left = child.is_running() and child.status() != psutil.STATUS_ZOMBIE
    if left:
        child.kill()
    assert not left
