"""Read the documents of a run, batch by batch, as Prefect tasks: in worker processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from prefect import task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.futures import as_completed
from prefect.settings import get_current_settings
from prefect.task_runners import TaskRunner

from flows.orchestration.run_hooks import record_or_note_failure
from flows.orchestration.task_options import RETRY_IO, opaque, task_threads
from flows.run import PlannedRun, RunContext
from flows.state.shard_store import ShardFolder, shards_at
from flows.state.source_files import Inventory
from flows.util.progress import report_progress
from flows.workers import dask_cluster
from flows.workers.batching import Batch, JobOptions, make_batches
from flows.workers.pool import WorkerPool, worker_processes

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.futures import PrefectFuture

    from flows.workers.worker import ShardResult


class Readers(Protocol):
    """Where batches are read."""

    def submit(self, batch: Batch) -> PrefectFuture[list[ShardResult]]:
        """Start reading a batch."""

    def finish(self, batch: Batch, done: int, total: int) -> None:
        """Take over a batch that is finished, when ``done`` of the run's ``total`` documents are."""


def require_cluster(context: RunContext, ocr: str, found: Inventory | None = None) -> int:
    """How many batches the cluster reads at once.

    Raises:
        ClusterError: the cluster, or one of its machines, lacks something that the run needs.
    """
    api_url = get_current_settings().api.url
    return dask_cluster.require(context.settings, context.cluster_store, api_url=api_url, found=found, ocr=ocr)


def read_documents(run: PlannedRun, ocr: str) -> None:
    """Read the shards that the plan lists as to do; their results are in the shard store afterwards."""
    settings, context = run.settings, run.context
    on_cluster = settings.runner == "dask"
    at_once = require_cluster(context, ocr, run.inventory) if on_cluster else settings.worker_count
    batches = make_batches(run.plan.todo, _options(run), batch_bytes=settings.batch_bytes, workers=at_once)
    total = sum(batch.documents for batch in batches)
    note = context.journal.problems
    artifact = record_or_note_failure(note, create_progress_artifact, 0.0, key="baogao-documents", description=f"{total} documents to read")
    with _on_cluster(run) if on_cluster else _on_this_machine(run, batches, total) as readers:
        report_progress("read", 0, total)
        futures = {readers.submit(batch): batch for batch in batches}
        done = 0
        for future in as_completed(list(futures)):
            context.journal.add_worker_seconds(result.seconds for result in future.result())
            done += futures[future].documents
            readers.finish(futures[future], done, total)
            record_or_note_failure(note, update_progress_artifact, cast("UUID", artifact), 100.0 * done / max(total, 1))


def _options(run: PlannedRun) -> JobOptions:
    context, settings = run.context, run.settings
    rules = str(settings.rules) if settings.rules else ""
    return JobOptions(str(run.folder.shard_store), run.run_id, context.ingested_at, context.pipeline_version, ocr=settings.ocr, rules=rules)


@task(name="read-batch", **RETRY_IO)
def read_batch(workers: WorkerPool, batch: Batch, on_begin: Callable[[], None]) -> list[ShardResult]:
    """Have the shards of a batch read; ``on_begin`` is called as each document is begun."""
    results = []
    for job in batch.jobs:
        with dask_cluster.with_local_files(job) as ready:
            results.append(workers.work(ready, on_begin))
    return results


class _LocalReaders:
    def __init__(self, threads: TaskRunner[Any], workers: WorkerPool, total: int) -> None:
        self._threads, self._workers = threads, workers
        count = itertools.count(1)
        self._on_begin = lambda: report_progress("read", next(count), total)

    def submit(self, batch: Batch) -> PrefectFuture[list[ShardResult]]:
        parameters = {"workers": opaque(self._workers), "batch": opaque(batch), "on_begin": opaque(self._on_begin)}
        return cast("PrefectFuture[list[ShardResult]]", self._threads.submit(read_batch, parameters))

    def finish(self, batch: Batch, done: int, total: int) -> None:
        """Do nothing: finished shards are in the store already, and progress is reported by document."""


@contextlib.contextmanager
def _on_this_machine(run: PlannedRun, batches: Sequence[Batch], total: int) -> Iterator[Readers]:
    settings = run.settings
    count = min(settings.worker_count, len(batches))
    with (  # the processes end first, so that after an error no thread waits for one
        task_threads(settings.worker_count) as threads,
        worker_processes(count, settings.document_seconds, settings.document_memory) as workers,
    ):
        workers.start()
        yield _LocalReaders(threads, workers, total)


class _ClusterReaders:
    def __init__(self, run: PlannedRun, submit: Callable[[Batch], PrefectFuture[list[ShardResult]]]) -> None:
        self._store, self._shards, self._submit = run.folder.shard_store, shards_at(run.context.cluster_store), submit

    def submit(self, batch: Batch) -> PrefectFuture[list[ShardResult]]:
        return self._submit(batch)

    def finish(self, batch: Batch, done: int, total: int) -> None:
        for job in batch.jobs:
            self._shards.get(job.key, self._store)
        report_progress("read", done, total)


@contextlib.contextmanager
def _on_cluster(run: PlannedRun) -> Iterator[Readers]:
    shards, store = shards_at(run.context.cluster_store), run.folder.shard_store
    for item in run.plan.todo:
        if run.context.full_refresh:  # a finished shard would be reused
            shards.remove(item.key)
            ShardFolder(store).remove(item.key)
        if item.earlier and not shards.has(item.earlier):
            shards.put(item.earlier, store)
    with dask_cluster.readers(run.settings.dask_address, dask_cluster.task_config(run.settings, run.context.cluster_store)) as submit:
        yield _ClusterReaders(run, submit)
