"""Reading documents on a Dask cluster: ``baogao run --runner dask --address tcp://HOST:8786``.

Only the reading goes there, batch by batch, as tasks of Prefect's Dask task runner; all else stays in the flow's process. A
task is given names and keys, never documents or open things: it takes the files from where all machines see them, has them
read in a process of its own that may die (:mod:`flows.workers.pool`), and keeps each finished shard where the others find it.
When a machine of the cluster dies, Dask gives its tasks to another one, which goes on from the shards that are kept.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import socket
import tempfile
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prefect import task

from flows.orchestration.task_options import outside
from flows.run import NotPublished
from flows.settings import Settings
from flows.state import fingerprints
from flows.state.shard_store import Shards, shards_at
from flows.state.source_files import Scan
from flows.util.object_storage import StorageError, is_remote, read
from flows.workers.batching import Batch
from flows.workers.pool import worker_processes
from flows.workers.worker import Done, Job

if TYPE_CHECKING:
    from prefect.futures import PrefectFuture

INSTALL = (
    "--runner dask needs the packages of the dependency group `dask`, which requirements.lock holds (`make setup`): prefect-dask, dask "
    "and distributed. Install them here and on every machine of the cluster."
)
CONNECT_SECONDS = 20
WORKER_SECONDS = 30
FILES_LOOKED_AT = 200
"""Documents that every machine is asked whether it sees, each of another folder."""


class ClusterError(NotPublished):
    """The cluster cannot be used, or not everything is where it must be; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a task must know besides its batch."""

    code: str
    """Hash of the code, rules and libraries; other ones would make other rows."""
    store: str
    """Path or address of the finished shards."""
    document_seconds: float
    document_memory: int


@dataclass(frozen=True, slots=True)
class Needs:
    """What every machine of the cluster must have."""

    code: str
    api_url: str
    store: str
    probe: str
    """Key of a shard that is in the store."""
    files: tuple[str, ...] = ()
    ocr: str = ""


def order(settings: Settings, store: str) -> Order:
    """What the tasks of a run must know."""
    return Order(code(), store, settings.document_seconds, settings.document_memory)


@functools.cache
def code() -> str:
    """The hash of the code that this process has loaded: asked once, since the files may change under a process that stays."""
    return fingerprints.code_hash()


@task(name="read-batch", **outside)
def read_batch(batch: Batch, given: Order) -> list[Done]:
    """Have the shards of a batch read on this machine, and keep them for all."""
    return read_shards(batch.jobs, given)


def read_shards(jobs: Sequence[Job], given: Order) -> list[Done]:
    """Work on shards in a process of this machine, passing over those that are kept already; what became of the others.

    Raises:
        ClusterError: this machine's code is another, or it does not see the documents.
        StorageError, OSError: the documents or the store cannot be had.
    """
    if code() != given.code:
        raise ClusterError(f"{socket.gethostname()}: {_OTHER_CODE}")
    shards = shards_at(given.store)
    made = []
    with shards.workshop() as workshop, worker_processes(1, given.document_seconds, given.document_memory) as workers:
        workers.start()
        for job in jobs:
            if shards.has(job.key):
                continue
            if job.earlier:
                shards.get(job.earlier, workshop)
            with at_hand(replace(job, store=str(workshop))) as ready:
                _require_folders(ready)
                made.append(workers.work(ready))
            shards.keep(job.key, workshop)
    return made


@contextlib.contextmanager
def at_hand(job: Job) -> Iterator[Job]:
    """The job with its documents in files of this machine: those on shared storage are fetched, and removed at the end.

    Raises:
        StorageError: shared storage cannot be had. (An object that is gone is left to the worker, which says so.)
    """
    if not any(is_remote(path) for _, path, _ in job.files):
        yield job
        return
    with tempfile.TemporaryDirectory(prefix="baogao-") as folder:
        files = []
        for number, (source_path, path, sha256) in enumerate(job.files):
            local = Path(folder) / f"{number}"
            with contextlib.suppress(FileNotFoundError):
                local.write_bytes(read(path))
            files.append((source_path, str(local), sha256))
        yield replace(job, files=tuple(files))


def _require_folders(job: Job) -> None:
    """A document that is gone fails alone; a folder that is gone was never here, and would fail all documents in it."""
    for _, path, _ in job.files:
        if not os.path.exists(path) and not os.path.isdir(os.path.dirname(path)):
            raise ClusterError(f"{socket.gethostname()}: {_NOT_SEEN.format(path=os.path.dirname(path))}")


# what is seen to first -------------------------------------------------------------------------------------------------

_OTHER_CODE = (
    "its code, rules or libraries are not those of the program that started the run, and would make other rows. "
    "Install the same checkout and requirements.lock there, and start its Dask worker anew."
)
_NOT_SEEN = (
    "it does not see {path}. Documents must lie where every machine of the cluster finds them under the same path "
    "(a network share, mounted alike), or on shared storage (--seeds s3://BUCKET/FOLDER)."
)
_NO_SERVER = (
    "it cannot reach Prefect's server at {url}. Start one that the whole cluster reaches (prefect server start --host 0.0.0.0), "
    "and set PREFECT_API_URL to it, http://HOST:4200/api, where `baogao run` is started."
)
_NO_STORE = (
    "it does not see what is kept in {store}. Put the data folder on a share that is mounted alike on every machine, or set "
    "BAOGAO_STORE to such a folder or to s3://BUCKET/FOLDER."
)


def missing(needs: Needs) -> list[str]:
    """What this machine lacks, in words; it is called on every machine of the cluster."""
    wrong = [] if code() == needs.code else [_OTHER_CODE]
    if needs.api_url and not _reached(needs.api_url):
        wrong.append(_NO_SERVER.format(url=needs.api_url))
    wrong += _store_problems(needs)
    unseen = [path for path in needs.files if not os.path.exists(path)]
    wrong += [_NOT_SEEN.format(path=unseen[0])] if unseen else []
    if needs.ocr:
        wrong += _ocr_problems(needs.ocr)
    return wrong


def _reached(api_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{api_url.rstrip('/')}/health", timeout=10):
            return True
    except urllib.error.HTTPError:  # it answers, if not to this question
        return True
    except (OSError, ValueError):
        return False


def _store_problems(needs: Needs) -> list[str]:
    try:
        shards = shards_at(needs.store)
        if not shards.has(needs.probe):
            return [_NO_STORE.format(store=needs.store)]
        with _probe(shards):
            return []
    except StorageError as error:
        return [str(error)]
    except OSError as error:
        return [f"it cannot write to {needs.store} ({error.strerror})."]


def _ocr_problems(wanted: str) -> list[str]:
    from flows.workers.ocr import OcrMissing, engine

    try:
        return [] if engine() == wanted else [f"it recognises text with {engine()}, and the run is to be made with {wanted}."]
    except OcrMissing as error:
        return [str(error)]


@contextlib.contextmanager
def _probe(shards: Shards) -> Iterator[str]:
    """A shard with nothing in it, kept as long as this lasts; its key."""
    key = hashlib.sha256(uuid.uuid4().bytes).hexdigest()[:32]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / key).mkdir()
        (Path(folder) / key / "probe").touch()
        shards.keep(key, Path(folder))
    try:
        yield key
    finally:
        shards.remove(key)


def require(settings: Settings, store: str, *, api_url: str | None, found: Scan | None = None, ocr: str = "") -> int:
    """See that the cluster is there and that each of its machines has what it needs; how many batches it reads at once.

    Raises:
        ClusterError: it is not, or one has not.
        StorageError: the store cannot be had from here.
    """
    if importlib.util.find_spec("prefect_dask") is None or importlib.util.find_spec("distributed") is None:
        raise ClusterError(INSTALL)
    from distributed import Client

    address = settings.dask_address
    try:
        client: Any = cast("Any", Client)(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"There is no Dask scheduler at {address} ({' '.join(str(error).split())}). Start one with `dask scheduler`, and "
            "give the address that it says with --address."
        ) from None
    with _as_cluster_errors(address), client, _probe(shards_at(store)) as probe:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError:
            raise ClusterError(
                f"The Dask scheduler at {address} has no worker. Start some, on each machine: `dask worker {address}`."
            ) from None
        needs = Needs(code(), api_url or "", store, probe, _to_look_at(found), ocr)
        answers = client.run(missing, needs, on_error="return")
        threads = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
    _judge(answers)
    return max(1, int(threads))


def _judge(answers: dict[str, list[str] | BaseException]) -> None:
    lines = []
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, ImportError):
            answer = [f"{answer}. Install this checkout and requirements.lock there, and start its Dask worker with that Python."]
        elif isinstance(answer, BaseException):
            answer = [f"{type(answer).__name__}: {answer}"]
        lines += [f"  {worker}: {problem}" for problem in answer]
    if lines:
        raise ClusterError("The cluster is not ready:\n" + "\n".join(lines))


def _to_look_at(found: Scan | None) -> tuple[str, ...]:
    """A file of each folder that documents lie in, or of some of them evenly spread."""
    files = found.files if found else ()
    one_each = {os.path.dirname(file.path): file.path for file in files if not is_remote(file.path)}
    paths = sorted(one_each.values())
    return tuple(paths[:: max(1, len(paths) // FILES_LOOKED_AT)])


@contextlib.contextmanager
def readers(address: str, given: Order) -> Iterator[Callable[[Batch], PrefectFuture[list[Done]]]]:
    """Within it batches can be given to the cluster."""
    from prefect_dask.task_runners import DaskTaskRunner

    runner: Any = DaskTaskRunner(address=address, client_kwargs={"timeout": CONNECT_SECONDS})
    with _as_cluster_errors(address), runner:
        yield lambda batch: runner.submit(read_batch, {"batch": batch, "given": given})


@contextlib.contextmanager
def _as_cluster_errors(address: str) -> Iterator[None]:
    """What Dask says of a cluster that is lost, as what is wrong and what to do."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    kept = "What was finished is kept: the next run goes on from there."
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            f"A batch was given to several Dask workers, one after the other, and each of them died ({' '.join(str(error).split())}). "
            f"Is there memory and disk space left on their machines? {kept}"
        ) from error
    except (CommClosedError, CancelledError) as error:
        raise ClusterError(f"The Dask scheduler at {address} went away. Start it and its workers anew. {kept}") from error
