"""One run of the pipeline: its id, its times, what it found, and its lines in the ledger."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.notifications import tell
from flows.settings import Settings
from flows.stages.deduplicate import Copies
from flows.state import fingerprints
from flows.state.data_folder import COUNTS, DataFolder, DataFolderError
from flows.state.os_errors import explained
from flows.state.planning import Plan
from flows.state.shard_store import shards_at
from flows.state.source_files import Scan
from flows.util import moments
from flows.util.progress import StageClock, stage_clock

if TYPE_CHECKING:
    from flows.workers.worker import Done
from flows.state.fingerprints import code_hash


class NotPublished(Exception):
    """The run ends without publication; the message says why and what to do. The warehouse that was published stands."""

    status = "failed"


class Rejected(NotPublished):
    """A check stopped the publication."""

    status = "rejected"


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be ingested."""

    source_path: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """An expectation that rows failed."""

    suite: str
    expectation: str
    severity: str
    rows_failed: int


@dataclass
class Run:
    """A run at work, and in the end its summary."""

    settings: Settings
    folder: DataFolder
    started_at: datetime
    run_id: str = ""
    ingested_at: datetime = datetime.min.replace(tzinfo=UTC)
    before: dict[str, Any] | None = None
    """The last published run's line of the ledger."""
    finished_at: datetime | None = None
    fresh: bool = False
    """Whether finished work of earlier runs is left aside."""
    plan: Plan | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    documents: int = 0
    copies: Copies = field(default_factory=Copies)
    cleaned: dict[str, str] = field(default_factory=dict)
    """Of each shard whose metrics were held back or marked: a hash of what its published file was made from."""
    renewals: int = 0
    """How many warehouses in a row were made from the one before, this one among them."""
    failures: tuple[Failure, ...] = ()
    sources_gone: int = 0
    """Sources that gave nothing, and whose last documents stand."""
    checks: int = 0
    failed_checks: tuple[FailedCheck, ...] = ()
    checks_from: str | None = None
    """The run that the checks' results are taken from, where nothing changed since."""
    published: Path | None = None
    clock: StageClock = field(default_factory=StageClock)
    worker_seconds: dict[str, float] = field(default_factory=dict)
    """Processor time of the workers, by step."""
    problems: list[str] = field(default_factory=list)
    """What the summary should say besides: that nobody could be told, for example."""

    def begin(self, plan: Plan, found: Scan) -> None:
        """Give the run its id, now that what goes into it is known, and enter it in the ledger."""
        lines = [f"{file.source_path}\0{file.sha256}" for file in found.files]
        lines += [f"{item.source_path}\0{item.error}" for item in (*found.unreadable, *found.kept)]
        self.plan = plan
        self.sources_gone = len(found.kept)
        self.run_id = self.folder.next_run_id(
            hashlib.sha256("\n".join([code_hash(), *lines]).encode("utf8", "backslashreplace")).hexdigest()
        )
        self.counts |= {
            "documents_seen": found.seen,
            "documents_new": len(plan.new),
            "documents_changed": len(plan.changed),
            "documents_removed": len(plan.removed),
        }
        self.folder.record(self.row("running"))

    def row(self, status: str) -> dict[str, Any]:
        """The run's row of ``runs``, as it stands."""
        return {
            "run_id": self.run_id,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "status": status,
            "pipeline_version": fingerprints.pipeline_version(),
            **self.counts,
        }

    def count_work(self, done: Iterable[Done]) -> None:
        """Add up the processor time of finished shards."""
        for shard in done:
            for step, seconds in shard.seconds.items():
                self.worker_seconds[step] = self.worker_seconds.get(step, 0.0) + seconds

    def spent(self) -> dict[str, dict[str, float]]:
        """Where the time went: seconds of each stage, and of those of the workers' processors by step."""
        return {"stages": dict(self.clock.seconds), "workers": {step: round(value, 3) for step, value in self.worker_seconds.items()}}

    @property
    def shard_place(self) -> str:
        """Path or address of the finished shards that a cluster keeps."""
        return str(shards_at(self.settings.store or str(self.folder.store)))

    def finish(self) -> None:
        """Note when the run ended, which is never before it began, whatever the clock says."""
        self.finished_at = max(moments.now(), self.started_at)

    def seconds(self) -> float:
        """How long the run took, or has taken."""
        return ((self.finished_at or moments.now()) - self.started_at).total_seconds()


_outcomes: list[Run | BaseException] = []


def last_outcome() -> Run | BaseException | None:
    """How the last run in this process ended, whether or not Prefect could be told; None where none has begun."""
    return _outcomes[-1] if _outcomes else None


@contextlib.contextmanager
def outcome_kept() -> Iterator[None]:
    """Keep what went wrong within it for :func:`last_outcome`."""
    try:
        yield
    except BaseException as error:
        _outcomes[:] = [error]
        raise


@contextlib.contextmanager
def run_in(folder: DataFolder, settings: Settings, *, fresh: bool = False) -> Iterator[Run]:
    """A run on a data folder that no other run works on. However it ends, the ledger has it."""
    with folder.claim(), stage_clock() as clock:
        with contextlib.suppress(OSError):  # on a full disk the next run does it
            folder.settle()
        run = Run(settings, folder, started_at=moments.now(), fresh=fresh, clock=clock)
        run.ingested_at = _ingestion_time(run.started_at)
        published = [row for row in folder.runs() if row.get("status") == "published"]
        run.before = published[-1] if published else None
        try:
            yield run
            clock.turn()
            with contextlib.suppress(OSError):  # the run is published, whatever becomes of its times
                folder.record({"run_id": run.run_id, **run.spent()})
            if any(check.severity == "critical" for check in run.failed_checks):
                run.problems += tell(run, "published")
            _outcomes[:] = [run]
        except BaseException as error:
            if run.published is not None:  # what went wrong came after, and the ledger has the run as published
                raise
            _failed(run, error)


def _failed(run: Run, error: BaseException) -> None:
    """Enter in the ledger that the run failed, tell whoever is to be told, and raise the error in words for people."""
    told = explained(error, run.folder)
    status = told.status if isinstance(told, NotPublished) else "failed"
    run.finish()
    with contextlib.suppress(OSError, DataFolderError):  # a full disk must not hide what went wrong first
        run.run_id = run.run_id or run.folder.next_run_id("0" * 8)
        run.folder.record(run.row(status) | {"reason": str(told)[:1000]})
        _tidy(run)
    for problem in tell(run, status, str(told)):
        told.add_note(problem)
    if told is error:
        raise error
    raise told from error


def _tidy(run: Run) -> None:
    """Remove what only runs that published nothing have left: else a folder grows for as long as runs fail."""
    run.folder.trim_ledger(run.settings.keep_runs)
    if run.plan is not None:  # what this one has read is where the next one goes on
        run.folder.collect_garbage(run.settings.keep_generations, also={item.key for item in run.plan.shards})


def _ingestion_time(started_at: datetime) -> datetime:
    """When documents are taken in: the clock, or the moment that a reproducible build sets."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else started_at
