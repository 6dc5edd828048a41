"""A pool of worker processes that may die while they read documents.

A worker imports only ``transforms`` and what writes Parquet. It reports which document it begins; if it dies or takes too long,
that document fails (``crashed``, ``timeout``) and another worker reads the rest of the shard.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import cast

from flows.workers.worker import Job, ShardResult

CRASHED = (
    "The program that reads documents died on this one (out of memory, or a fault in a library). "
    "Open the file, save it anew or convert it to text; if it is large, BAOGAO_DOCUMENT_MEMORY may be raised."
)
TIMEOUT = "Reading the document took more than {seconds:g} s. Split it or convert it to text, or raise BAOGAO_DOCUMENT_SECONDS."
START_SECONDS = 60.0
MAX_DEATHS = 3
"""How often a worker may die before it has begun a document."""
WORKER = ("-m", "flows.workers.worker")


class _Worker:
    """One process, and the pipe to it."""

    def __init__(self, command: Sequence[str], document_memory: int) -> None:
        theirs_in, self._to_worker = Pipe(duplex=False)
        self._from_worker, theirs_out = Pipe(duplex=False)
        numbers = (theirs_in.fileno(), theirs_out.fileno())
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by stop)
        self._process = subprocess.Popen(
            [sys.executable, *command, *map(str, (*numbers, document_memory))],
            stdin=subprocess.PIPE,  # it closes when this process dies, and the worker then exits
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("BAOGAO_VERBOSE") == "1" else self._errors,
            pass_fds=numbers,
            cwd=Path(__file__).resolve().parents[2],
        )
        theirs_in.close()
        theirs_out.close()

    def send(self, job: Job) -> None:
        with contextlib.suppress(OSError):  # a dead worker is noticed by receive
            self._to_worker.send(job)

    def receive(self, seconds: float) -> ShardResult | int:
        """The worker's next message: the index of the document that it begins, or its result.

        Raises:
            EOFError: the worker is dead.
            TimeoutError: no message came in time.
        """
        if not self._from_worker.poll(seconds):
            raise TimeoutError
        try:
            return cast("ShardResult | int", self._from_worker.recv())
        except OSError:
            raise EOFError from None

    def last_error_line(self) -> str:
        """The last line that the process wrote to standard error."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "nothing")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for end in (self._to_worker, self._from_worker, self._errors, self._process.stdin):
            if end is not None:
                end.close()


@dataclass(frozen=True, slots=True)
class _Loss:
    """How a worker was lost, and the index of the document that it had begun (-1: none)."""

    index: int
    error: str
    message: str


class _Attempt:
    """A shard that is read, by one worker after the other where they die."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.reported = set[int]()
        self._suspects = set[int]()
        self._deaths = 0

    def note(self, loss: _Loss, last_error_line: str) -> None:
        """Draw the consequence of a lost worker: the document is tried once more, or given up.

        Raises:
            RuntimeError: workers die without having begun a document.
        """
        if loss.index >= 0 and loss.error == "crashed" and loss.index not in self._suspects:
            self._suspects.add(loss.index)
        elif loss.index >= 0:
            source_path = self.job.files[loss.index][0]
            self.job = replace(self.job, given_up=(*self.job.given_up, (source_path, loss.error, loss.message)))
        else:
            self._deaths += 1
            if self._deaths == MAX_DEATHS:
                raise RuntimeError(
                    f"The processes that read documents die at once; the last one said: {last_error_line}\n"
                    "Is there memory and disk space left?"
                )


class WorkerPool:
    """A number of worker processes; as many threads may use them at once.

    A document may take ``document_seconds``, and ``document_memory`` bytes besides what the worker has anyway (0: no limit).
    """

    def __init__(self, count: int, document_seconds: float, command: Sequence[str] = WORKER, document_memory: int = 0) -> None:
        self.count = count
        self._command = command
        self._document_memory = document_memory
        self._document_seconds = document_seconds
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start the processes that do not run yet, so that they come up while something else is done."""
        for _ in range(self.count - len(self._all)):
            self._idle.put(self._new())

    def stop(self) -> None:
        """End all processes."""
        self._closed = True
        with self._lock:
            workers, self._all = self._all, set()
        for worker in workers:
            worker.stop()

    def work(self, job: Job, on_begin: Callable[[], None] = lambda: None) -> ShardResult:
        """Have a shard read, whatever its documents do to the workers. Waits until a worker is free.

        ``on_begin`` is called as each document is begun. A document on which a worker died is tried once more: it may not be the
        cause, where the system was short of memory and ended the largest process.

        Raises:
            RuntimeError: workers cannot be started, or die before they begin a document.
        """
        worker = self._idle.get()
        attempt = _Attempt(job)
        try:
            while True:
                outcome = self._follow(worker, attempt, on_begin)
                if isinstance(outcome, ShardResult):
                    return outcome
                last_error_line = worker.last_error_line()
                self._discard(worker)
                worker = self._new()
                attempt.note(outcome, last_error_line)
        finally:
            self._idle.put(worker)

    def _follow(self, worker: _Worker, attempt: _Attempt, on_begin: Callable[[], None]) -> ShardResult | _Loss:
        worker.send(attempt.job)
        index = -1
        while True:
            try:
                answer = worker.receive(self._document_seconds if index >= 0 else max(START_SECONDS, self._document_seconds))
            except TimeoutError:
                return _Loss(index, "timeout", TIMEOUT.format(seconds=self._document_seconds))
            except EOFError:
                if self._closed:
                    raise RuntimeError("The run was stopped.") from None
                return _Loss(index, "crashed", CRASHED)
            if isinstance(answer, ShardResult):
                return answer
            index = answer
            if index >= 0 and index not in attempt.reported:
                attempt.reported.add(index)
                on_begin()

    def _new(self) -> _Worker:
        worker = _Worker(self._command, self._document_memory)
        with self._lock:
            self._all.add(worker)
        return worker

    def _discard(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.stop()


@contextlib.contextmanager
def worker_processes(count: int, document_seconds: float, document_memory: int) -> Iterator[WorkerPool]:
    """Worker processes that end with the block."""
    workers = WorkerPool(count, document_seconds, document_memory=document_memory)
    try:
        yield workers
    finally:
        workers.stop()
