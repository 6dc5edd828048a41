"""The pipeline as one Prefect flow: scan, read, check, load, report, publish.

Each task calls one function of a stage. Prefect keeps the record of the run; what is read and what is reused is decided by our own
keys (:mod:`flows.state.planning`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.futures import as_completed

from flows.ingest import inventory, keeper_file, sources_file, web_sources
from flows.ingest.download_cache import DownloadCache
from flows.ingest.http_fetch import Fetcher, manners
from flows.ingest.local_sources import local_files
from flows.ingest.sources_file import Source
from flows.ingest.web_sources import Fetched
from flows.orchestration.artifacts import summary_rows
from flows.orchestration.run_hooks import FLOW, on_finished, on_running, record_or_note_failure
from flows.orchestration.task_options import NO_RETRY, RETRY_IO, opaque, task_threads
from flows.run import BuiltGeneration, NotPublished, PlannedRun, PublishedRun, RunContext, begin_run, managed_run, remember_failure
from flows.settings import Settings, flow_settings
from flows.stages.build import build_generation
from flows.stages.publish import publish_generation
from flows.stages.reports import write_reports
from flows.stages.validate import Validation, validate
from flows.state import fingerprints, planning
from flows.state.data_folder import DataFolder
from flows.state.own_rules import use_rules
from flows.state.planning import Plan
from flows.state.shard_store import fetch_shards, shards_at
from flows.state.source_files import FileListing, Inventory
from flows.util.object_storage import Remote
from flows.util.progress import report_progress
from flows.workers import reading
from flows.workers.ocr import engine as ocr_engine
from transforms.lexicon import RulesError
from transforms.rules import check_rules

AT_END = ("on_completion", "on_failure", "on_cancellation", "on_crashed")
HOOKS: dict[str, Any] = {"on_running": [on_running], **{end: [on_finished] for end in AT_END}}


@flow(name=FLOW, validate_parameters=False, **HOOKS)
def pipeline(seeds: str | None = None, data: str | None = None, fresh: bool = False) -> PublishedRun:
    """From the documents in ``seeds`` to a published warehouse in ``data``. ``fresh`` reuses no finished work.

    Where the documents are read is decided by the settings ``runner``, ``dask_address`` and ``store``.

    Raises:
        NoDocuments, NotPublished, Busy, DataFolderError: nothing was published; the message says why and what to do.
    """
    settings = flow_settings(seeds, data)
    with remember_failure(), managed_run(DataFolder(settings.data), settings, full_refresh=fresh) as context:
        ocr = ocr_engine() if settings.ocr else ""
        apply_rules(settings)
        if settings.runner == "dask":
            reading.require_cluster(context, ocr)  # before documents are looked for, which may take long
        keeper = keeper_file.load_keeper(settings.seeds)
        listing = gather(context)
        keeper = keeper_file.with_addresses(keeper, listing.addresses)
        found = keeper_file.described(scan(settings, opaque(listing)), keeper)
        run = begin_run(context, make_plan(context, found, ocr), found)
        if run.plan.todo:
            require_valid_rules()
            reading.read_documents(run, ocr)
        validation = check(opaque(run))
        built = load(opaque(run), opaque(validation))
        context.journal.problems.extend(keeper_file.unmatched(keeper, found, built.path / "parquet/documents"))
        report(opaque(built), opaque(validation))
        published = publish(opaque(run), opaque(built))
        record_summary(published)
        return published


def apply_rules(settings: Settings) -> None:
    """Merge the user's own rules over the lexicon, in this process.

    Raises:
        NotPublished: an entry is not valid; the message names its file and what to write.
    """
    try:
        use_rules(settings.rules)
    except RulesError as error:
        raise NotPublished(f"{error}. Correct the entry, then run again.") from error


def require_valid_rules() -> None:
    """Check the rules and corrections before documents are read, each of which an invalid entry would fail.

    Raises:
        NotPublished: an entry is not valid; the message names its file and what to write.
    """
    try:
        check_rules()
    except RulesError as error:
        raise NotPublished(f"{error}. Correct the entry, then run again.") from error


def gather(context: RunContext) -> FileListing:
    """The files of the sources besides the seeds folder; the addresses of each host are fetched by a task of their own."""
    seeds = context.settings.seeds
    if isinstance(seeds, Remote):
        return FileListing()
    sources = sources_file.load(seeds)
    local = local_files(sources, seeds, context.settings.allowed_folders)
    hosts = web_sources.by_host(sources)
    fetched = fetch_hosts(context, hosts) if hosts else []
    addresses = {source.name: source.value for source in sources if source.kind == "url"}
    listing = replace(web_sources.gathered(local, fetched), addresses=addresses)
    web_sources.require_names(listing, seeds)
    return listing


def fetch_hosts(context: RunContext, hosts: dict[str, list[Source]]) -> list[Fetched]:
    """Fetch the addresses of ``sources.yml``, several hosts at once."""
    report_progress("fetch", 0, len(hosts))
    fetcher, cache = Fetcher(manners(context.settings)), DownloadCache(context.folder.root / "raw")
    fetched: list[Fetched] = []
    with task_threads(context.settings.worker_count) as threads:
        parameters = {"cache": opaque(cache), "fetcher": opaque(fetcher)}
        futures = [threads.submit(fetch_host, {"host": host, "sources": opaque(of), **parameters}) for host, of in hosts.items()]
        for done, future in enumerate(as_completed(futures), 1):
            fetched += future.result()
            report_progress("fetch", done, len(hosts))
    cache.remove_old_versions()
    return fetched


@task(name="fetch", task_run_name="fetch-{host}", **RETRY_IO)
def fetch_host(host: str, sources: Sequence[Source], cache: DownloadCache, fetcher: Fetcher) -> list[Fetched]:
    """Fetch the addresses of one host. Errors of its server are handled inside; a full disk is what is tried again here."""
    return web_sources.fetch(sources, cache, fetcher)


@task(name="scan", **RETRY_IO)
def scan(settings: Settings, listing: FileListing) -> Inventory:
    """Find the documents and hash them."""
    report_progress("scan")
    return inventory.scan(settings.seeds, settings.max_file_bytes, listing)


def make_plan(context: RunContext, found: Inventory, ocr: str) -> Plan:
    """Plan what to read, after finished work that is stored elsewhere was brought here."""
    folder, settings = context.folder, context.settings
    engine = fingerprints.engine(ocr=ocr, rules=settings.rules)
    plan = planning.make_plan(found, folder.manifest(), folder.shard_store, engine=engine, full_refresh=context.full_refresh)
    if settings.store and plan.todo and not context.full_refresh:
        keys = [item.key for item in plan.todo]
        if fetch_shards(shards_at(settings.store), keys, folder.shard_store):
            plan = planning.make_plan(found, folder.manifest(), folder.shard_store, engine=engine)
    return plan


@task(name="check", **NO_RETRY)
def check(run: PlannedRun) -> Validation:
    """Validate the candidate tables; failing rows are quarantined, a broken table stops the run."""
    report_progress("check")
    return validate(run)


@task(name="load", **RETRY_IO)
def load(run: PlannedRun, validation: Validation) -> BuiltGeneration:
    """Write the Parquet files and build the warehouse from them, aside."""
    report_progress("load")
    return build_generation(run, validation)


@task(name="report", **RETRY_IO)
def report(built: BuiltGeneration, validation: Validation) -> None:
    """Write the reports that are published with the warehouse."""
    report_progress("report")
    write_reports(built.path, validation)


@task(name="publish", **RETRY_IO)
def publish(run: PlannedRun, built: BuiltGeneration) -> PublishedRun:
    """Replace the published warehouse, in one step."""
    report_progress("publish")
    return publish_generation(run, built)


def record_summary(published: PublishedRun) -> None:
    """Leave the figures of the run on the pages of the Prefect server."""
    figures = {"documents": published.built.documents, **published.built.counts}
    rows = summary_rows(figures, published.context.previous_run)
    record_or_note_failure(published.problems, create_table_artifact, key="baogao-run", table=rows, description=f"# {published.run_id}")
