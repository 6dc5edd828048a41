"""The pipeline as one Prefect flow: scan, read, check, load, report, publish.

Each task stands for one function elsewhere. Prefect gets the record of the run; what is worked on and what is used again is
decided by our own keys (:mod:`flows.state.planning`).
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prefect import flow, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.futures import as_completed
from prefect.settings import get_current_settings
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.ingest import inventory, sources_file
from flows.ingest.download_cache import RawStore
from flows.ingest.http_fetch import Fetcher, manners
from flows.orchestration.artifacts import summary_rows
from flows.orchestration.run_hooks import FLOW, began, ended, told
from flows.orchestration.task_options import inside, outside, whole
from flows.run import NotPublished, Run, outcome_kept, run_in
from flows.settings import Settings
from flows.stages import build, reports, validate
from flows.stages import publish as publishing
from flows.state import planning, shard_store
from flows.state.data_folder import DataFolder
from flows.state.planning import Plan
from flows.state.source_files import Found, Scan
from flows.util.object_storage import Remote
from flows.util.progress import tell
from flows.workers import dask_cluster
from flows.workers.batching import Batch, batches
from flows.workers.ocr import engine
from flows.workers.pool import Workers, worker_processes
from transforms.lexicon import RulesError
from transforms.rules import check_rules

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.futures import PrefectFuture

    from expectations.result import ValidationResult
    from flows.workers.worker import Done


threads: TaskRunner[Any] = cast("TaskRunner[Any]", ThreadPoolTaskRunner(max_workers=Settings.load().worker_count))


# What the server is told besides, as a run begins and however it ends.
ends = ("on_completion", "on_failure", "on_cancellation", "on_crashed")
hooks: dict[str, Any] = {"on_running": [began], **{end: [ended] for end in ends}}


@flow(name=FLOW, task_runner=threads, validate_parameters=False, **hooks)
def pipeline(seeds: str | None = None, data: str | None = None, fresh: bool = False) -> Run:
    """From the documents in ``seeds`` to a published warehouse in ``data``. ``fresh`` uses no finished work.

    Where the documents are read, and by whom, say the settings ``runner``, ``dask_address`` and ``store``.

    Raises:
        NoDocuments, NotPublished, Busy, DataFolderError: nothing was published; the message says why and what to do.
    """
    settings = Settings.load(seeds=seeds or None, data=data or None)
    with outcome_kept(), run_in(DataFolder(settings.data), settings, fresh=fresh) as run:
        ocr = engine() if settings.ocr else ""
        if settings.runner == "dask":
            look_at_cluster(run, ocr)  # before documents are looked for, which may take long
        found = scan(settings, whole(gather(run)))
        plan = make_plan(run, found, ocr)
        run.begin(plan, found)
        if plan.todo:
            rules_are_sound()
            read(run, plan, look_at_cluster(run, ocr, found) if settings.runner == "dask" else settings.worker_count)
        verdict = check(whole(run), whole(found))
        built = load(whole(run), whole(found), whole(verdict))
        report(built, whole(verdict))
        publish(whole(run), whole(found), built)
        told(run, create_table_artifact, key="baogao-run", table=summary_rows(run), description=f"# {run.run_id}")
        return run


def rules_are_sound() -> None:
    """Read the rules and corrections before the documents, each of which a broken entry would fail.

    Raises:
        NotPublished: an entry cannot be meant; the message names its file and what to write.
    """
    try:
        check_rules()
    except RulesError as error:
        raise NotPublished(f"{error}. Put the entry right, then run again.") from error


def gather(run: Run) -> Found:
    """What the sources besides the seeds folder have to give; each host's addresses are asked by a task of their own."""
    seeds = run.settings.seeds
    if isinstance(seeds, Remote):
        return Found()
    listed = sources_file.load(seeds)
    local = sources_file.local_files(listed, seeds, run.settings.allowed_folders)
    hosts = sources_file.by_host(listed)
    asked: list[sources_file.Fetched] = []
    if hosts:
        tell("fetch", 0, len(hosts))
        fetcher, raw = Fetcher(manners(run.settings)), RawStore(run.folder.root / "raw")
        futures = [fetch_host.submit(host, whole(wanted), whole(raw), whole(fetcher)) for host, wanted in hosts.items()]
        for done, future in enumerate(as_completed(futures), 1):
            asked += future.result()
            tell("fetch", done, len(hosts))
        raw.tidy()
    found = sources_file.gathered(local, asked)
    sources_file.require_names(found, seeds)
    return found


@task(name="fetch", task_run_name="fetch-{host}", **outside)
def fetch_host(host: str, wanted: Sequence[sources_file.Source], raw: RawStore, fetcher: Fetcher) -> list[sources_file.Fetched]:
    """Ask the addresses of one host. What a server in trouble needs is done inside; a full disk is what is tried again here."""
    return sources_file.fetch(wanted, raw, fetcher)


@task(name="scan", **outside)
def scan(settings: Settings, more: Found) -> Scan:
    """Find the documents and hash them."""
    tell("scan")
    return inventory.scan(settings.seeds, settings.max_file_bytes, more)


def make_plan(run: Run, found: Scan, ocr: str) -> Plan:
    """What is to do, now that finished work that is kept elsewhere is here too."""
    plan = planning.plan(found, run.folder.manifest(), run.folder.store, fresh=run.fresh, ocr=ocr)
    if run.settings.store and plan.todo and not run.fresh:
        keys = [item.key for item in plan.todo]
        if shard_store.fetch(shard_store.shards_at(run.settings.store), keys, run.folder.store):
            plan = planning.plan(found, run.folder.manifest(), run.folder.store, ocr=ocr)
    return plan


def look_at_cluster(run: Run, ocr: str, found: Scan | None = None) -> int:
    """How many batches the cluster reads at once, if it has all that it needs."""
    return dask_cluster.require(run.settings, run.shard_place, api_url=get_current_settings().api.url, found=found, ocr=ocr)


def read(run: Run, plan: Plan, at_once: int) -> None:
    """Read what changed, batch by batch: in worker processes, or on the dask_cluster."""
    settings = run.settings
    work = batches(
        plan.todo,
        store=run.folder.store,
        run_id=run.run_id,
        ingested_at=run.ingested_at,
        version=run.row("running")["pipeline_version"],
        batch_bytes=settings.batch_bytes,
        workers=at_once,
        ocr=settings.ocr,
    )
    total = sum(batch.documents for batch in work)
    artifact = told(run, create_progress_artifact, 0.0, key="baogao-documents", description=f"{total} documents to read")
    with _on_cluster(run, plan) if settings.runner == "dask" else _on_this_machine(run, work, total) as (submit, finished):
        tell("read", 0, total)
        futures = {submit(batch): batch for batch in work}
        done = 0
        for future in as_completed(list(futures)):
            run.count_work(future.result())
            done += futures[future].documents
            finished(futures[future], done, total)
            told(run, update_progress_artifact, cast("UUID", artifact), 100.0 * done / max(total, 1))


Readers = tuple[Callable[[Batch], "PrefectFuture[list[Done]]"], Callable[[Batch, int, int], None]]
"""What begins a batch, and what is called with it when it is finished, with the documents done by then and those of the run."""


@contextlib.contextmanager
def _on_this_machine(run: Run, work: Sequence[Batch], total: int) -> Iterator[Readers]:
    settings = run.settings
    begun = itertools.count(1)
    with worker_processes(min(settings.worker_count, len(work)), settings.document_seconds, settings.document_memory) as workers:
        workers.start()
        yield (
            lambda batch: read_batch.submit(whole(workers), whole(batch), whole(lambda: tell("read", next(begun), total))),
            lambda batch, done, total: None,
        )


@contextlib.contextmanager
def _on_cluster(run: Run, plan: Plan) -> Iterator[Readers]:
    kept = shard_store.shards_at(run.shard_place)
    for item in plan.todo:
        if run.fresh:  # what is there is not what is wanted, and would be passed over
            kept.remove(item.key)
            shard_store.ShardFolder(run.folder.store).remove(item.key)
        if item.earlier and not kept.has(item.earlier):
            kept.keep(item.earlier, run.folder.store)

    def finished(batch: Batch, done: int, total: int) -> None:
        for job in batch.jobs:
            kept.get(job.key, run.folder.store)
        tell("read", done, total)

    with dask_cluster.readers(run.settings.dask_address, dask_cluster.order(run.settings, run.shard_place)) as submit:
        yield submit, finished


@task(name="read-batch", **outside)
def read_batch(workers: Workers, batch: Batch, begun: Callable[[], None]) -> list[Done]:
    """Have the shards of a batch read; ``begun`` is called as each document is begun."""
    made = []
    for job in batch.jobs:
        with dask_cluster.at_hand(job) as ready:
            made.append(workers.work(ready, begun))
    return made


@task(name="check", **inside)
def check(run: Run, found: Scan) -> ValidationResult | validate.Carried:
    """Check the candidate tables; failing rows are set aside, a broken table stops the run."""
    tell("check")
    return validate.check(run, found)


@task(name="load", **outside)
def load(run: Run, found: Scan, verdict: ValidationResult | validate.Carried) -> Path:
    """Lay out the Parquet files and build the warehouse from them, aside."""
    tell("load")
    return build.load(run, found, verdict)


@task(name="report", **outside)
def report(built: Path, verdict: ValidationResult | validate.Carried) -> None:
    """Write the reports that are published with the warehouse."""
    tell("report")
    reports.report(built, verdict)


@task(name="publish", **outside)
def publish(run: Run, found: Scan, built: Path) -> None:
    """Replace the published warehouse, in one step."""
    tell("publish")
    publishing.publish(run, found, built)
