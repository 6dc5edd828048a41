"""One run of the pipeline: what it knows from its start, what it plans, what it built and published, and how it ends.

The values of a run are frozen: each stage takes one and returns the next (RunContext → PlannedRun → BuiltGeneration →
PublishedRun). Only the :class:`Journal` changes while a run is at work.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.notifications import Alert, send_alert
from flows.settings import Settings
from flows.state import fingerprints
from flows.state.data_folder import DataFolder, DataFolderError
from flows.state.os_errors import describe_os_error
from flows.state.planning import Plan
from flows.state.run_log import COUNTS
from flows.state.shard_store import shards_at
from flows.state.source_files import IngestFailure, Inventory
from flows.util import moments
from flows.util.progress import StageClock, stage_clock


class NotPublished(Exception):
    """The run ends without publication; the message says why and what to do. The published warehouse stays."""

    status = "failed"


class Rejected(NotPublished):
    """A check stopped the publication."""

    status = "rejected"


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """An expectation that rows failed."""

    suite: str
    expectation: str
    severity: str
    rows_failed: int


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """How many checks a run made, which failed, and the run whose results were reused where nothing changed."""

    total: int
    failed: tuple[FailedCheck, ...]
    reused_from: str | None = None

    @property
    def critical(self) -> tuple[FailedCheck, ...]:
        """The critical checks that failed."""
        return tuple(check for check in self.failed if check.severity == "critical")


@dataclass(slots=True)
class Journal:
    """What has happened in a run so far. It alone changes while the run is at work, so that its end can be reported, however it ends."""

    problems: list[str] = field(default_factory=list)
    """What the summary should mention besides, such as an alert that could not be sent."""
    worker_seconds: dict[str, float] = field(default_factory=dict)
    """Processor time of the workers, by step."""
    planned: PlannedRun | None = None
    published: PublishedRun | None = None

    def add_worker_seconds(self, shards: Iterable[Mapping[str, float]]) -> None:
        """Add the processor time of finished shards, by step."""
        for seconds in shards:
            for step, value in seconds.items():
                self.worker_seconds[step] = self.worker_seconds.get(step, 0.0) + value


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run knows from its start."""

    settings: Settings
    folder: DataFolder
    started_at: datetime
    ingested_at: datetime
    previous_run: Mapping[str, Any] | None = None
    """The last published run, as the run log has it."""
    full_refresh: bool = False
    """Whether no finished work of earlier runs is reused."""
    clock: StageClock = field(default_factory=StageClock)
    journal: Journal = field(default_factory=Journal)

    @property
    def cluster_store(self) -> str:
        """Path or address of the finished shards that a cluster shares."""
        return str(shards_at(self.settings.store or str(self.folder.shard_store)))

    @property
    def pipeline_version(self) -> str:
        """The version of code and rules, as the tables have it."""
        return fingerprints.pipeline_version(self.settings.rules)

    def end_time(self) -> datetime:
        """The time now, but never before the start of the run, whatever the clock says."""
        return max(moments.now(), self.started_at)

    def row(self, run_id: str, status: str, counts: Mapping[str, int], finished_at: datetime | None = None) -> dict[str, Any]:
        """A row of the table ``runs``; counts that are not given are 0."""
        return {
            "run_id": run_id,
            "started_at": self.started_at,
            "finished_at": finished_at,
            "status": status,
            "pipeline_version": self.pipeline_version,
            **dict.fromkeys(COUNTS, 0),
            **counts,
        }

    def time_spent(self) -> dict[str, dict[str, float]]:
        """Seconds of each stage (``stages``), and seconds of the workers' processors by step (``workers``)."""
        workers = {step: round(value, 3) for step, value in self.journal.worker_seconds.items()}
        return {"stages": dict(self.clock.seconds), "workers": workers}


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run that knows what it has to read, and has its id."""

    context: RunContext
    run_id: str
    plan: Plan
    inventory: Inventory

    @property
    def settings(self) -> Settings:
        """The settings of the run."""
        return self.context.settings

    @property
    def folder(self) -> DataFolder:
        """The data folder of the run."""
        return self.context.folder

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are known before anything is read."""
        return {
            "documents_seen": self.inventory.file_count,
            "documents_new": len(self.plan.new),
            "documents_changed": len(self.plan.changed),
            "documents_removed": len(self.plan.removed),
        }

    @property
    def code(self) -> str:
        """A hash of all that decides what is published, given the documents: code, rules, and the engine of this run."""
        return fingerprints.publication_hash(self.plan.engine)


@dataclass(frozen=True, slots=True)
class BuiltGeneration:
    """A new generation that was built aside, and what the summary says of it."""

    path: Path
    finished_at: datetime
    documents: int
    copies: int
    counts: Mapping[str, int]
    """All counts of the table ``runs``."""
    failures: tuple[IngestFailure, ...]
    checks: CheckSummary
    shard_digests: Mapping[str, str]
    """Of each shard whose metrics were filtered or flagged: a hash of what its published file was made from."""
    incremental_builds: int
    """How many warehouses in a row were made from the one before, this one among them."""


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A run that was published; its summary is written from this."""

    planned: PlannedRun
    built: BuiltGeneration
    generation: Path

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.planned.run_id

    @property
    def context(self) -> RunContext:
        """The context of the run."""
        return self.planned.context

    @property
    def plan(self) -> Plan:
        """What the run had to read."""
        return self.planned.plan

    @property
    def problems(self) -> list[str]:
        """What the summary should mention besides."""
        return self.context.journal.problems

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.built.finished_at - self.context.started_at).total_seconds()

    def row(self) -> dict[str, Any]:
        """The run's row of the table ``runs``."""
        return self.context.row(self.run_id, "published", self.built.counts, self.built.finished_at)


def begin_run(context: RunContext, plan: Plan, inventory: Inventory) -> PlannedRun:
    """Give the run its id, now that its input is known, and enter it in the run log."""
    lines = [f"{file.source_path}\0{file.version}" for file in inventory.files]
    lines += [f"{item.source_path}\0{item.error}" for item in (*inventory.failures, *inventory.stale)]
    content = "\n".join([fingerprints.code_hash(), *lines]).encode("utf8", "backslashreplace")
    planned = PlannedRun(context, context.folder.next_run_id(hashlib.sha256(content).hexdigest()), plan, inventory)
    context.journal.planned = planned
    context.folder.log_run(context.row(planned.run_id, "running", planned.counts))
    return planned


_outcomes: list[PublishedRun | BaseException] = []


def last_outcome() -> PublishedRun | BaseException | None:
    """How the last run of this process ended, even if Prefect could not be told; None if none has begun."""
    return _outcomes[-1] if _outcomes else None


@contextlib.contextmanager
def remember_failure() -> Iterator[None]:
    """Remember an error within the block for :func:`last_outcome`."""
    try:
        yield
    except BaseException as error:
        _outcomes[:] = [error]
        raise


@contextlib.contextmanager
def managed_run(folder: DataFolder, settings: Settings, *, full_refresh: bool = False) -> Iterator[RunContext]:
    """A run on a data folder that is locked for it. However the run ends, the run log says so, and an alert is sent if one is due."""
    with folder.claim(), stage_clock() as clock:
        with contextlib.suppress(OSError):  # on a full disk the next run does it
            folder.log_unlogged_publication()
        started_at = moments.now()
        context = RunContext(
            settings, folder, started_at, _ingestion_time(started_at), folder.run_log.last_published(), full_refresh, clock
        )
        try:
            yield context
            clock.turn()
            _end_published(context)
        except BaseException as error:
            if context.journal.published is not None:  # the error came after the publication, which the run log has
                raise
            _end_failed(context, error)


def _end_published(context: RunContext) -> None:
    """Log the times of a published run, and send an alert where a critical check failed."""
    published = context.journal.published
    if published is None:
        return
    with contextlib.suppress(OSError):  # the run is published even if its times cannot be logged
        context.folder.log_run({"run_id": published.run_id, **context.time_spent()})
    if published.built.checks.critical:
        context.journal.problems += send_alert(context.settings, _alert(context, published.run_id, "published"))
    _outcomes[:] = [published]


def _end_failed(context: RunContext, error: BaseException) -> None:
    """Log that the run failed, send an alert, and raise the error with a message for people."""
    described = describe_os_error(error, context.folder)
    status = described.status if isinstance(described, NotPublished) else "failed"
    planned, run_id = context.journal.planned, ""
    with contextlib.suppress(OSError, DataFolderError):  # a full disk must not hide what went wrong first
        run_id = planned.run_id if planned else context.folder.next_run_id("0" * 8)
        row = context.row(run_id, status, planned.counts if planned else {}, context.end_time())
        context.folder.log_run(row | {"reason": str(described)[:1000]})
        _remove_old_files(context)
    for problem in send_alert(context.settings, _alert(context, run_id, status, str(described))):
        described.add_note(problem)
    if described is error:
        raise error
    raise described from error


def _alert(context: RunContext, run_id: str, status: str, reason: str = "") -> Alert:
    published = context.journal.published
    critical = published.built.checks.critical if published else ()
    return Alert(
        status=status,
        run_id=run_id,
        data=str(context.folder.root),
        reason=reason,
        quarantined=published.built.counts["quarantined"] if published else 0,
        critical=tuple((check.expectation, check.rows_failed) for check in critical),
    )


def _remove_old_files(context: RunContext) -> None:
    """Remove old entries and shards, which would otherwise grow in number as long as runs fail."""
    context.folder.run_log.trim(context.settings.keep_runs)
    planned = context.journal.planned
    if planned is not None:  # the next run continues from the shards of this one
        context.folder.collect_garbage(context.settings.keep_generations, in_use={item.key for item in planned.plan.shards})


def _ingestion_time(started_at: datetime) -> datetime:
    """When documents are ingested: the start of the run, or the moment that SOURCE_DATE_EPOCH sets for a reproducible build."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else started_at
