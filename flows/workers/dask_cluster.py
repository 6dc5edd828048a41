"""Read documents on a Dask cluster: ``baogao run --runner dask --address tcp://HOST:8786``.

Only reading takes place there, batch by batch, as tasks of Prefect's Dask task runner; the rest stays in the flow's process. A task
gets names and keys, never documents or open files: it takes the documents from where all machines see them, has them read in a process
that may die (:mod:`flows.workers.pool`), and stores each finished shard where the others find it. When a machine of the cluster dies,
Dask gives its tasks to another one, which continues from the shards that are stored.
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

from flows.orchestration.task_options import RETRY_IO
from flows.run import NotPublished
from flows.settings import Settings
from flows.state import fingerprints
from flows.state.shard_store import Shards, shards_at
from flows.state.source_files import Inventory
from flows.util.object_storage import StorageError, is_remote, read
from flows.workers.batching import Batch
from flows.workers.pool import worker_processes
from flows.workers.worker import Job, ShardResult

if TYPE_CHECKING:
    from prefect.futures import PrefectFuture

INSTALL = (
    "--runner dask needs the packages of the dependency group `dask`, which requirements.lock holds (`make setup`): prefect-dask, dask "
    "and distributed. Install them here and on every machine of the cluster."
)
CONNECT_SECONDS = 20
WORKER_SECONDS = 30
FILES_LOOKED_AT = 200
"""Each machine is asked whether it sees these many documents, each in another folder."""


class ClusterError(NotPublished):
    """The cluster cannot be used, or lacks something; the message says what to do."""


@dataclass(frozen=True, slots=True)
class TaskConfig:
    """What a task must know besides its batch."""

    code: str
    """Hash of the code, rules and libraries; a machine with other ones would make other rows."""
    store: str
    """Path or address of the finished shards."""
    document_seconds: float
    document_memory: int


@dataclass(frozen=True, slots=True)
class Requirements:
    """What every machine of the cluster must have."""

    code: str
    api_url: str
    store: str
    probe: str
    """Key of a shard that is in the store while the machines are checked."""
    files: tuple[str, ...] = ()
    ocr: str = ""
    rules: str = ""
    """Folder of the user's own rules, if any."""
    rules_hash: str = ""


def task_config(settings: Settings, store: str) -> TaskConfig:
    """What the tasks of a run must know."""
    return TaskConfig(loaded_code(), store, settings.document_seconds, settings.document_memory)


@functools.cache
def loaded_code() -> str:
    """The hash of the code that this process has loaded; computed once, since the files may change while the process runs."""
    return fingerprints.code_hash()


@task(name="read-batch", **RETRY_IO)
def read_batch(batch: Batch, config: TaskConfig) -> list[ShardResult]:
    """Have the shards of a batch read on this machine, and store them for all."""
    return read_shards(batch.jobs, config)


def read_shards(jobs: Sequence[Job], config: TaskConfig) -> list[ShardResult]:
    """Read shards in a process of this machine, except those that are stored already; the results of the others.

    Raises:
        ClusterError: this machine has other code, or does not see the documents.
        StorageError, OSError: the documents or the store cannot be used.
    """
    if loaded_code() != config.code:
        raise ClusterError(f"{socket.gethostname()}: {_OTHER_CODE}")
    shards = shards_at(config.store)
    results = []
    with shards.workshop() as workshop, worker_processes(1, config.document_seconds, config.document_memory) as workers:
        workers.start()
        for job in jobs:
            if shards.has(job.key):
                continue
            if job.earlier:
                shards.get(job.earlier, workshop)
            with with_local_files(replace(job, shard_store=str(workshop))) as ready:
                _require_folders(ready)
                results.append(workers.work(ready))
            shards.put(job.key, workshop)
    return results


@contextlib.contextmanager
def with_local_files(job: Job) -> Iterator[Job]:
    """The job with its documents in files of this machine: those on shared storage are downloaded, and removed at the end.

    Raises:
        StorageError: shared storage cannot be used. (The worker reports an object that is gone.)
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
    """Refuse a job whose folders this machine does not see. A single document that is gone fails alone, in the worker."""
    for _, path, _ in job.files:
        if not os.path.exists(path) and not os.path.isdir(os.path.dirname(path)):
            raise ClusterError(f"{socket.gethostname()}: {_NOT_SEEN.format(path=os.path.dirname(path))}")


# requirements ----------------------------------------------------------------------------------------------------------

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
_OTHER_RULES = (
    "it does not see the same rules in {rules}. Put the folder of --rules on a share that is mounted alike on every machine, or copy it "
    "to the same path there."
)
_NO_STORE = (
    "it does not see what is stored in {store}. Put the data folder on a share that is mounted alike on every machine, or set "
    "BAOGAO_STORE to such a folder or to s3://BUCKET/FOLDER."
)


def unmet_requirements(requirements: Requirements) -> list[str]:
    """What this machine lacks, in words; it is called on every machine of the cluster."""
    wrong = [] if loaded_code() == requirements.code else [_OTHER_CODE]
    if requirements.api_url and not _reached(requirements.api_url):
        wrong.append(_NO_SERVER.format(url=requirements.api_url))
    wrong += _store_problems(requirements)
    unseen = [path for path in requirements.files if not os.path.exists(path)]
    wrong += [_NOT_SEEN.format(path=unseen[0])] if unseen else []
    if requirements.ocr:
        wrong += _ocr_problems(requirements.ocr)
    return wrong + _rules_problems(requirements)


def _rules_problems(requirements: Requirements) -> list[str]:
    if not requirements.rules:
        return []
    folder = Path(requirements.rules)
    same = folder.is_dir() and fingerprints.tree_hash(folder) == requirements.rules_hash
    return [] if same else [_OTHER_RULES.format(rules=folder)]


def _reached(api_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{api_url.rstrip('/')}/health", timeout=10):
            return True
    except urllib.error.HTTPError:  # it answers, although with an error
        return True
    except (OSError, ValueError):
        return False


def _store_problems(requirements: Requirements) -> list[str]:
    try:
        shards = shards_at(requirements.store)
        if not shards.has(requirements.probe):
            return [_NO_STORE.format(store=requirements.store)]
        with _probe(shards):
            return []
    except StorageError as error:
        return [str(error)]
    except OSError as error:
        return [f"it cannot write to {requirements.store} ({error.strerror})."]


def _ocr_problems(wanted: str) -> list[str]:
    from flows.workers.ocr import OcrMissing, engine

    try:
        return [] if engine() == wanted else [f"it recognises text with {engine()}, and the run is to be made with {wanted}."]
    except OcrMissing as error:
        return [str(error)]


@contextlib.contextmanager
def _probe(shards: Shards) -> Iterator[str]:
    """An empty shard that is in the store within the block; its key."""
    key = hashlib.sha256(uuid.uuid4().bytes).hexdigest()[:32]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / key).mkdir()
        (Path(folder) / key / "probe").touch()
        shards.put(key, Path(folder))
    try:
        yield key
    finally:
        shards.remove(key)


def require(settings: Settings, store: str, *, api_url: str | None, found: Inventory | None = None, ocr: str = "") -> int:
    """Check that the cluster is there and that each of its machines has what the run needs; how many batches it reads at once.

    Raises:
        ClusterError: it is not there, or a machine lacks something.
        StorageError: the store cannot be used from here.
    """
    if importlib.util.find_spec("prefect_dask") is None or importlib.util.find_spec("distributed") is None:
        raise ClusterError(INSTALL)
    address = settings.dask_address
    with _as_cluster_errors(address), _connected(address) as client, _probe(shards_at(store)) as probe:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError:
            raise ClusterError(
                f"The Dask scheduler at {address} has no worker. Start some, on each machine: `dask worker {address}`."
            ) from None
        rules = settings.rules
        requirements = Requirements(
            loaded_code(),
            api_url or "",
            store,
            probe,
            _sample_of_files(found),
            ocr,
            str(rules or ""),
            fingerprints.tree_hash(rules) if rules else "",
        )
        answers = client.run(unmet_requirements, requirements, on_error="return")
        threads = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
    _require_none_unmet(answers)
    return max(1, int(threads))


def _connected(address: str) -> Any:
    from distributed import Client

    try:
        return cast("Any", Client)(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"There is no Dask scheduler at {address} ({' '.join(str(error).split())}). Start one with `dask scheduler`, and "
            "give the address that it prints with --address."
        ) from None


def _require_none_unmet(answers: dict[str, list[str] | BaseException]) -> None:
    lines = []
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, ImportError):
            answer = [f"{answer}. Install this checkout and requirements.lock there, and start its Dask worker with that Python."]
        elif isinstance(answer, BaseException):
            answer = [f"{type(answer).__name__}: {answer}"]
        lines += [f"  {worker}: {problem}" for problem in answer]
    if lines:
        raise ClusterError("The cluster is not ready:\n" + "\n".join(lines))


def _sample_of_files(found: Inventory | None) -> tuple[str, ...]:
    """A file of each folder with documents; of very many folders, an evenly spread sample."""
    files = found.files if found else ()
    one_each = {os.path.dirname(file.path): file.path for file in files if not is_remote(file.path)}
    paths = sorted(one_each.values())
    return tuple(paths[:: max(1, len(paths) // FILES_LOOKED_AT)])


@contextlib.contextmanager
def readers(address: str, config: TaskConfig) -> Iterator[Callable[[Batch], PrefectFuture[list[ShardResult]]]]:
    """A function that submits a batch to the cluster."""
    from prefect_dask.task_runners import DaskTaskRunner

    runner: Any = DaskTaskRunner(address=address, client_kwargs={"timeout": CONNECT_SECONDS})
    with _as_cluster_errors(address), runner:
        yield lambda batch: runner.submit(read_batch, {"batch": batch, "config": config})


@contextlib.contextmanager
def _as_cluster_errors(address: str) -> Iterator[None]:
    """Raise Dask's errors about a lost cluster as errors that say what to do."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    rest = "What was read stays: the next run continues from there."
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            f"A batch was given to several Dask workers, one after the other, and each of them died ({' '.join(str(error).split())}). "
            f"Is there memory and disk space left on their machines? {rest}"
        ) from error
    except (CommClosedError, CancelledError) as error:
        raise ClusterError(f"The Dask scheduler at {address} went away. Start it and its workers anew. {rest}") from error
