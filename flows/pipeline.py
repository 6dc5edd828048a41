"""The pipeline as one Prefect flow: scan, read, check, load, report, publish.

Each task stands for one function elsewhere. Prefect gets the record of the run; what is worked on and what is used again is
decided by our own keys (:mod:`flows.store`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from prefect import flow, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows import sources, stages, store
from flows.batches import Batch, Workers, batches, worker_processes
from flows.fetch import Fetcher, manners
from flows.history import FLOW, began, ended, told
from flows.ocr import engine
from flows.progress import tell
from flows.publish import DataFolder
from flows.raw import RawStore
from flows.run import NotPublished, Run, outcome_kept, run_in
from flows.settings import Settings
from flows.store import Found, Plan, Scan
from flows.summary import summary_rows
from transforms.lexicon import RulesError
from transforms.rules import check_rules

if TYPE_CHECKING:
    from uuid import UUID

    from expectations.gate import Verdict
    from flows.worker import Done


T = TypeVar("T")


def _may_help(_task: Any, _run: Any, state: Any) -> bool:
    # Trying again helps where a disk or a network share was away for a moment, not where the answer would be the same.
    return isinstance(state.result(raise_on_failure=False), OSError)


# What touches disks is tried again; nothing is cached by Prefect, whose keys see only a task's own lines.
inside: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}
outside: dict[str, Any] = {**inside, "retries": 2, "retry_delay_seconds": [1, 5], "retry_condition_fn": _may_help}
threads: TaskRunner[Any] = cast("TaskRunner[Any]", ThreadPoolTaskRunner(max_workers=Settings.load().worker_count))


# What the server is told besides, as a run begins and however it ends.
ends = ("on_completion", "on_failure", "on_cancellation", "on_crashed")
hooks: dict[str, Any] = {"on_running": [began], **{end: [ended] for end in ends}}


def whole(value: T) -> T:
    """A value that Prefect passes to a task as it is, without looking into it for results of other tasks."""
    return cast("T", quote(value))


@flow(name=FLOW, task_runner=threads, validate_parameters=False, **hooks)
def pipeline(seeds: str | None = None, data: str | None = None, fresh: bool = False) -> Run:
    """From the documents in ``seeds`` to a published warehouse in ``data``. ``fresh`` uses no finished work.

    Raises:
        NoDocuments, NotPublished, Busy, DataFolderError: nothing was published; the message says why and what to do.
    """
    settings = Settings.load(seeds=seeds and Path(seeds), data=data and Path(data))
    with outcome_kept(), run_in(DataFolder(settings.data), settings, fresh=fresh) as run:
        found = scan(settings, whole(gather(run)))
        plan = store.plan(found, run.folder.manifest(), run.folder.store, fresh=fresh, ocr=engine() if settings.ocr else "")
        run.begin(plan, found)
        if plan.todo:
            rules_are_sound()
        read(run, plan)
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
    listed = sources.load(run.settings.seeds)
    local = sources.local_files(listed, run.settings.seeds, run.settings.allowed_folders)
    hosts = sources.by_host(listed)
    asked: list[sources.Fetched] = []
    if hosts:
        tell("fetch", 0, len(hosts))
        fetcher, raw = Fetcher(manners(run.settings)), RawStore(run.folder.root / "raw")
        futures = [fetch_host.submit(host, whole(wanted), whole(raw), whole(fetcher)) for host, wanted in hosts.items()]
        for done, future in enumerate(as_completed(futures), 1):
            asked += future.result()
            tell("fetch", done, len(hosts))
        raw.tidy()
    found = sources.gathered(local, asked)
    sources.require_names(found, run.settings.seeds)
    return found


@task(name="fetch", task_run_name="fetch-{host}", **outside)
def fetch_host(host: str, wanted: Sequence[sources.Source], raw: RawStore, fetcher: Fetcher) -> list[sources.Fetched]:
    """Ask the addresses of one host. What a server in trouble needs is done inside; a full disk is what is tried again here."""
    return sources.fetch(wanted, raw, fetcher)


@task(name="scan", **outside)
def scan(settings: Settings, more: Found) -> Scan:
    """Find the documents and hash them."""
    tell("scan")
    return store.scan(settings.seeds, settings.max_file_bytes, more)


def read(run: Run, plan: Plan) -> None:
    """Read what changed, batch by batch, in worker processes."""
    settings = run.settings
    work = batches(
        plan.todo,
        store=run.folder.store,
        run_id=run.run_id,
        ingested_at=run.ingested_at,
        version=run.row("running")["pipeline_version"],
        batch_bytes=settings.batch_bytes,
        workers=settings.worker_count,
        ocr=settings.ocr,
    )
    if not work:
        return
    total = sum(batch.documents for batch in work)
    begun = itertools.count(1)
    artifact = told(run, create_progress_artifact, 0.0, key="baogao-documents", description=f"{total} documents to read")
    with worker_processes(min(settings.worker_count, len(work)), settings.document_seconds, settings.document_memory) as workers:
        workers.start()
        tell("read", 0, total)
        futures = {
            read_batch.submit(whole(workers), whole(batch), whole(lambda: tell("read", next(begun), total))): batch for batch in work
        }
        done = 0
        for future in as_completed(list(futures)):
            run.count_work(future.result())
            done += futures[future].documents
            told(run, update_progress_artifact, cast("UUID", artifact), 100.0 * done / max(total, 1))


@task(name="read-batch", **outside)
def read_batch(workers: Workers, batch: Batch, begun: Callable[[], None]) -> Sequence[Done]:
    """Have the shards of a batch read; ``begun`` is called as each document is begun."""
    return [workers.work(job, begun) for job in batch.jobs]


@task(name="check", **inside)
def check(run: Run, found: Scan) -> Verdict | stages.Carried:
    """Check the candidate tables; failing rows are set aside, a broken table stops the run."""
    tell("check")
    return stages.check(run, found)


@task(name="load", **outside)
def load(run: Run, found: Scan, verdict: Verdict | stages.Carried) -> Path:
    """Lay out the Parquet files and build the warehouse from them, aside."""
    tell("load")
    return stages.load(run, found, verdict)


@task(name="report", **outside)
def report(built: Path, verdict: Verdict | stages.Carried) -> None:
    """Write the reports that are published with the warehouse."""
    tell("report")
    stages.report(built, verdict)


@task(name="publish", **outside)
def publish(run: Run, found: Scan, built: Path) -> None:
    """Replace the published warehouse, in one step."""
    tell("publish")
    stages.publish(run, found, built)
