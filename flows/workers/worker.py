"""The process that reads documents: ``python -m flows.workers.worker`` (see :mod:`flows.workers.pool`). It imports no Prefect.

It receives shards through a pipe, one at a time, and reports before each document which one it begins, so that the pool knows which
document killed it or takes too long. A finished shard is a folder of Parquet files, which gets its key as its name when it is complete.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.state.outlines import outline_row, write_outlines
from flows.state.own_rules import use_rules
from flows.state.planning import RETRY_MARK
from flows.state.source_files import failure_row
from flows.util.memory_limit import limit_memory
from flows.util.parent_death import exit_with_parent
from transforms.decode.archive import is_archive, members
from transforms.identify.keeper import Entry, Keeper
from transforms.pipeline import Processed, read_document, refused, rows_of
from transforms.rows import Row
from transforms.types import DecodeError, RawFile
from warehouse.storage.atomic_files import sync

if TYPE_CHECKING:
    import pyarrow as pa

OUT_OF_MEMORY = (
    "Reading the document took more memory than one may take. Split it, save it anew without pictures or convert it to text; "
    "if it is a report all the same, raise BAOGAO_DOCUMENT_MEMORY."
)
LOOSE_ROWS = 50_000
"""Rows of ``numbers`` that are collected before they are packed into an Arrow table."""
TABLES = ("documents", "metrics", "numbers", "failures")
TRANSIENT = {"unreadable"}
"""Failures that may have passed by the next run: a share that was away, a file that was being written."""


@dataclass(frozen=True, slots=True)
class Job:
    """One shard to read."""

    key: str
    files: tuple[tuple[str, str, str], ...]
    """Source path, path and SHA-256 of each file to read."""
    earlier: str | None
    """Key of the finished work that has the rows of ``unchanged``."""
    unchanged: frozenset[str]
    shard_store: str
    run_id: str
    ingested_at: datetime
    pipeline_version: str
    ocr: bool = False
    """Whether the text of scans is recognised."""
    rules: str = ""
    """Folder of the user's own rules, if any."""
    described_by: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    """By source path, what the keeper of the documents says of a file or of those in it."""
    given_up: tuple[tuple[str, str, str], ...] = ()
    """Source path, error class and message of files that killed a worker or took too long."""


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What reading a shard gave: documents and characters read, files that failed."""

    key: str
    documents: int
    failed: int
    characters: int
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Processor time of the worker, by step: decode, extract, write."""


class Stopwatch:
    """Adds up the processor time of the steps of a shard."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Add the processor time of the block to ``step``."""
        began = time.process_time()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.process_time() - began


def read_file(source_path: str, path: str, sha256: str, job: Job, alive: Callable[[], None], watch: Stopwatch) -> Iterator[Processed]:
    """Read one file, and of an archive each member. Whatever goes wrong becomes a row of ``failures``.

    ``alive`` is called before each page whose text is recognised, so that a long scan is not taken for one that hangs.
    """
    import hashlib

    def failed(error: str, message: str) -> Processed:
        return Processed(None, [], [], failure_row(source_path, sha256, error, message, job.run_id))

    try:
        data = Path(path).read_bytes()
    except MemoryError:
        yield failed("out_of_memory", OUT_OF_MEMORY)
        return
    except OSError as error:
        yield failed("unreadable", f"The file cannot be read ({error.strerror}). Give the pipeline's user access to it.")
        return
    if hashlib.sha256(data).hexdigest() != sha256:
        yield failed("unreadable", "The file changed while the run was reading it. The next run reads it as it then is.")
        return
    raw = RawFile(source_path, data)
    keeper = Keeper(job.described_by.get(source_path, ()))
    try:
        for member in members(raw) if is_archive(raw) else (raw,):
            yield _processed(member, keeper, sha256, job, alive, watch)
    except DecodeError as failure:  # of the archive itself; the members before it were read
        yield failed(failure.error, failure.message)
    except MemoryError:
        yield failed("out_of_memory", OUT_OF_MEMORY)


def _processed(raw: RawFile, keeper: Keeper, sha256: str, job: Job, alive: Callable[[], None], watch: Stopwatch) -> Processed:
    try:
        try:
            with watch("decode"):
                document = read_document(raw, keeper=keeper, **_recogniser(job, alive))
        except DecodeError as failure:
            return refused(raw, failure, job.run_id)
        with watch("extract"):
            return rows_of(document, run_id=job.run_id, ingested_at=job.ingested_at, pipeline_version=job.pipeline_version)
    except MemoryError:
        return Processed(None, [], [], failure_row(raw.source_path, sha256, "out_of_memory", OUT_OF_MEMORY, job.run_id))
    except (Exception, RecursionError) as error:  # a fault of the program must not cost the other documents
        what = f"{type(error).__name__}: {str(error)[:200]}"
        message = f"The document could not be read ({what}). This is a fault of the program: report it with the file."
        return Processed(None, [], [], failure_row(raw.source_path, sha256, "crashed", message, job.run_id))


def _recogniser(job: Job, alive: Callable[[], None]) -> dict[str, Any]:
    if not job.ocr:
        return {}
    from flows.workers.ocr import recogniser

    recognise, name = recogniser(alive, None if "://" in job.shard_store else Path(job.shard_store).parent / "recognised")
    return {"recognise": recognise, "recogniser": name}


def work(job: Job, report: Callable[[int], None] = lambda index: None) -> ShardResult:
    """Read a shard and store its rows under its key. ``report(index)`` is called before each file, and with -1 after the last."""
    use_rules(Path(job.rules) if job.rules else None)
    rows = _Rows()
    given_up = {source_path: (error, message) for source_path, error, message in job.given_up}
    watch = Stopwatch()
    for index, (source_path, path, sha256) in enumerate(job.files):
        if source_path in given_up:
            rows.add(Processed(None, [], [], failure_row(source_path, sha256, *given_up[source_path], job.run_id)))
            continue
        report(index)
        for processed in read_file(source_path, path, sha256, job, functools.partial(report, index), watch):
            rows.add(processed)
    report(-1)
    with watch("write"):
        _store(job, rows)
    return ShardResult(job.key, rows.documents, rows.failures, rows.characters, watch.seconds)


class _Rows:
    """The rows of a shard as they are made. Large numbers of them are packed into Arrow tables, which take a tenth of the memory."""

    def __init__(self) -> None:
        self.outlines: list[Row] = []
        self.documents = self.failures = self.characters = 0
        self._loose: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._packed: dict[str, list[pa.Table]] = {name: [] for name in TABLES}

    def add(self, processed: Processed) -> None:
        """Add the rows of one file or member of an archive."""
        if processed.document:
            self.documents += 1
            self.characters += processed.document["char_count"]
            self.outlines.append(outline_row(processed))
            self._loose["documents"].append(processed.document)
        if processed.failure:
            self.failures += 1
            self._loose["failures"].append(processed.failure)
        self._loose["metrics"] += processed.metrics
        self._loose["numbers"] += processed.numbers
        if len(self._loose["numbers"]) > LOOSE_ROWS:
            for name in TABLES:
                self._pack(name)

    def table(self, name: str) -> pa.Table:
        """All rows of a table so far."""
        import pyarrow as pa

        self._pack(name)
        return pa.concat_tables(self._packed[name])

    def _pack(self, name: str) -> None:
        import pyarrow as pa

        from warehouse.storage.parquet import candidate_schema

        self._packed[name].append(pa.Table.from_pylist(self._loose[name], schema=candidate_schema(name)))
        self._loose[name] = []


def _store(job: Job, rows: _Rows) -> None:
    import pyarrow as pa

    from warehouse.storage.parquet import write_table

    store = Path(job.shard_store)
    store.mkdir(exist_ok=True)  # without its parents: a data folder that was removed must not come back
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=store))
    try:
        for name in TABLES:
            table = rows.table(name)
            if job.earlier:
                table = pa.concat_tables([table, _earlier_rows(job, name)])
            write_table(name, table, unfinished / f"{name}.parquet", candidate=True)
        unchanged = _unchanged_documents(job) if job.earlier else []
        write_outlines(rows.outlines, store / job.earlier if job.earlier else None, unchanged, unfinished)
        if any(error in TRANSIENT for error in rows.table("failures").column("error").to_pylist()):
            (unfinished / RETRY_MARK).touch()
        unfinished.chmod(0o755)
        sync(unfinished)
        try:
            os.rename(unfinished, store / job.key)
        except OSError:  # the same work is there already, and is replaced in a full refresh
            old = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=store))
            os.rename(store / job.key, old / "old")
            os.rename(unfinished, store / job.key)
            shutil.rmtree(old)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _earlier_rows(job: Job, name: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    from warehouse.storage.parquet import read_table

    earlier = read_table(name, Path(job.shard_store) / str(job.earlier) / f"{name}.parquet")
    if name == "failures":
        return earlier.filter(pa.array([_file_of(path) in job.unchanged for path in earlier["source_path"].to_pylist()], pa.bool_()))
    return earlier.filter(pc.is_in(earlier["document_id"], pa.array(_unchanged_documents(job), pa.string())))


def _file_of(source_path: str) -> str:
    """The file that a document came from: itself, or the archive that it is a member of."""
    return source_path.split("!/", 1)[0]


def _unchanged_documents(job: Job) -> list[str]:
    """The ids of the earlier documents whose files are unchanged."""
    from warehouse.storage.parquet import read_table

    earlier = read_table(
        "documents", Path(job.shard_store) / str(job.earlier) / "documents.parquet", columns=["document_id", "source_path"]
    )
    return sorted(row["document_id"] for row in earlier.to_pylist() if _file_of(row["source_path"]) in job.unchanged)


def main() -> None:
    """Read shards from the pipe until it closes."""
    exit_with_parent(sys.stdin.fileno())
    sys.setrecursionlimit(3000)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # the others reserve a gigabyte, which is no document's doing
    memory = int(sys.argv[3])

    def report(index: int) -> None:
        limit_memory(memory if index >= 0 else 0)
        to_pool.send(index)

    from_pool, to_pool = Connection(int(sys.argv[1]), writable=False), Connection(int(sys.argv[2]), readable=False)
    while True:
        try:
            job = from_pool.recv()
        except EOFError:
            return
        to_pool.send(work(job, report))


if __name__ == "__main__":
    from flows.workers.worker import main as main_by_its_name  # the results sent must be of the class that the pool knows

    main_by_its_name()
