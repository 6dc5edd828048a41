"""The process that reads documents: ``python -m flows.workers.worker`` (see :mod:`flows.workers.pool`). Knows no Prefect.

It takes shards from a pipe, one at a time, and says before each document which one it begins, so that whoever started it
knows which document killed it or takes too long. The finished shard is a folder of Parquet files, named by its key once it
is whole.
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
from flows.state.planning import TO_BE_READ_AGAIN
from flows.util.memory_limit import limit_memory
from flows.util.parent_death import end_with
from transforms.decode.archive import is_archive, members
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
"""Rows of ``numbers`` that are kept as they were made."""
TABLES = ("documents", "metrics", "numbers", "failures")
PASSING = {"unreadable"}
"""Failures that may be over by the next run: a share that was away, a file that was being written."""


@dataclass(frozen=True, slots=True)
class Job:
    """One shard to work on."""

    key: str
    files: tuple[tuple[str, str, str], ...]
    """Source path, path and SHA-256 of each file whose rows are to be made."""
    earlier: str | None
    """Key of the finished work that holds the rows of ``unchanged``."""
    unchanged: frozenset[str]
    store: str
    run_id: str
    ingested_at: datetime
    pipeline_version: str
    ocr: bool = False
    """Whether the text of scans is recognised."""
    given_up: tuple[tuple[str, str, str], ...] = ()
    """Source path, error class and message of files that killed a worker or took too long."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a shard."""

    key: str
    documents: int
    failed: int
    characters: int
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Processor time of the worker, by step: decode, extract, write."""


def failure_row(source_path: str, sha256: str | None, error: str, message: str, run_id: str) -> Row:
    """A row of ``failures``."""
    return {"source_path": source_path, "sha256": sha256, "error": error, "message": message, "run_id": run_id}


class Stopwatch:
    """Adds up the processor time of the steps of a shard."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Count what is done within it to ``step``."""
        began = time.process_time()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.process_time() - began


def read(source_path: str, path: str, sha256: str, job: Job, working: Callable[[], None], watch: Stopwatch) -> Iterator[Processed]:
    """The rows of one file, of an archive those of each member; whatever goes wrong is a row of ``failures``."""
    import hashlib

    try:
        data = Path(path).read_bytes()
    except MemoryError:
        yield Processed(None, [], [], failure_row(source_path, sha256, "out_of_memory", OUT_OF_MEMORY, job.run_id))
        return
    except OSError as error:
        message = f"The file cannot be read ({error.strerror}). Give the pipeline's user access to it."
        yield Processed(None, [], [], failure_row(source_path, sha256, "unreadable", message, job.run_id))
        return
    if hashlib.sha256(data).hexdigest() != sha256:
        message = "The file changed while the run was reading it. The next run takes it in as it then is."
        yield Processed(None, [], [], failure_row(source_path, sha256, "unreadable", message, job.run_id))
        return
    raw = RawFile(source_path, data)
    try:
        for member in members(raw) if is_archive(raw) else (raw,):
            yield _processed(member, sha256, job, working, watch)
    except DecodeError as failure:  # of the archive itself; the members before it stand
        yield Processed(None, [], [], failure_row(source_path, sha256, failure.error, failure.message, job.run_id))
    except MemoryError:
        yield Processed(None, [], [], failure_row(source_path, sha256, "out_of_memory", OUT_OF_MEMORY, job.run_id))


def _processed(raw: RawFile, sha256: str, job: Job, working: Callable[[], None], watch: Stopwatch) -> Processed:
    try:
        try:
            with watch("decode"):
                document = read_document(raw, **_recogniser(job, working))
        except DecodeError as failure:
            return refused(raw, failure, job.run_id)
        with watch("extract"):
            return rows_of(document, run_id=job.run_id, ingested_at=job.ingested_at, pipeline_version=job.pipeline_version)
    except MemoryError:
        return Processed(None, [], [], failure_row(raw.source_path, sha256, "out_of_memory", OUT_OF_MEMORY, job.run_id))
    except (Exception, RecursionError) as error:  # a fault of ours must not cost the other documents
        what = f"{type(error).__name__}: {str(error)[:200]}"
        message = f"The document could not be worked on ({what}). This is a fault of the program: report it with the file."
        return Processed(None, [], [], failure_row(raw.source_path, sha256, "crashed", message, job.run_id))


def _recogniser(job: Job, working: Callable[[], None]) -> dict[str, Any]:
    if not job.ocr:
        return {}
    from flows.workers.ocr import recogniser

    recognise, name = recogniser(working, None if "://" in job.store else Path(job.store).parent / "recognised")
    return {"recognise": recognise, "recogniser": name}


def work(job: Job, tell: Any = lambda index: None) -> Done:
    """Make the rows of a shard and keep them under its key; ``tell(index)`` is called before each file."""
    rows = _Rows()
    given_up = {source_path: (error, message) for source_path, error, message in job.given_up}
    watch = Stopwatch()
    for index, (source_path, path, sha256) in enumerate(job.files):
        if source_path in given_up:
            rows.add(Processed(None, [], [], failure_row(source_path, sha256, *given_up[source_path], job.run_id)))
            continue
        tell(index)
        for made in read(source_path, path, sha256, job, functools.partial(tell, index), watch):
            rows.add(made)
    tell(-1)
    with watch("write"):
        _keep(job, rows)
    return Done(job.key, rows.documents, rows.failures, rows.characters, watch.seconds)


class _Rows:
    """The rows of a shard as they are made. Many of them are put into Arrow tables, which take a tenth of the memory."""

    def __init__(self) -> None:
        self.outlines: list[Row] = []
        self.documents = self.failures = self.characters = 0
        self._loose: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._packed: dict[str, list[pa.Table]] = {name: [] for name in TABLES}

    def add(self, made: Processed) -> None:
        """Add what one file, or member of an archive, gave."""
        if made.document:
            self.documents += 1
            self.characters += made.document["char_count"]
            self.outlines.append(outline_row(made))
            self._loose["documents"].append(made.document)
        if made.failure:
            self.failures += 1
            self._loose["failures"].append(made.failure)
        self._loose["metrics"] += made.metrics
        self._loose["numbers"] += made.numbers
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


def _keep(job: Job, rows: _Rows) -> None:
    import pyarrow as pa

    from warehouse.storage.parquet import write_table

    store = Path(job.store)
    store.mkdir(exist_ok=True)  # not the data folder: where that was removed, nothing may come back in its place
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=store))
    try:
        for name in TABLES:
            whole = rows.table(name)
            if job.earlier:
                whole = pa.concat_tables([whole, _earlier_rows(job, name)])
            write_table(name, whole, unfinished / f"{name}.parquet", candidate=True)
        kept = _kept_documents(job) if job.earlier else []
        write_outlines(rows.outlines, store / job.earlier if job.earlier else None, kept, unfinished)
        if any(error in PASSING for error in rows.table("failures").column("error").to_pylist()):
            (unfinished / TO_BE_READ_AGAIN).touch()
        unfinished.chmod(0o755)
        sync(unfinished)
        try:
            os.rename(unfinished, store / job.key)
        except OSError:  # the same work is there already: equal by its key, so ours replaces it only if it was asked for
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

    earlier = read_table(name, Path(job.store) / str(job.earlier) / f"{name}.parquet")
    if name == "failures":
        return earlier.filter(pa.array([_file_of(path) in job.unchanged for path in earlier["source_path"].to_pylist()], pa.bool_()))
    return earlier.filter(pc.is_in(earlier["document_id"], pa.array(_kept_documents(job), pa.string())))


def _file_of(source_path: str) -> str:
    """The file that a document came from: itself, or the archive that it is a member of."""
    return source_path.split("!/", 1)[0]


def _kept_documents(job: Job) -> list[str]:
    """The ids of the earlier documents whose files are unchanged."""
    from warehouse.storage.parquet import read_table

    earlier = read_table("documents", Path(job.store) / str(job.earlier) / "documents.parquet", columns=["document_id", "source_path"])
    return sorted(row["document_id"] for row in earlier.to_pylist() if _file_of(row["source_path"]) in job.unchanged)


def main() -> None:
    """Work on shards from the pipe until it closes."""
    end_with(sys.stdin.fileno())
    sys.setrecursionlimit(3000)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # the others reserve a gigabyte, which is no document's doing
    memory = int(sys.argv[3])

    def tell(index: int) -> None:
        limit_memory(memory if index >= 0 else 0)
        give.send(index)

    take, give = Connection(int(sys.argv[1]), writable=False), Connection(int(sys.argv[2]), readable=False)
    while True:
        try:
            job = take.recv()
        except EOFError:
            return
        give.send(work(job, tell=tell))


if __name__ == "__main__":
    from flows.workers.worker import main as main_by_its_name  # what is sent must be of the module that the other side knows

    main_by_its_name()
