"""Documents to finished shards, in worker processes that may die.

A worker is a process that knows only ``transforms`` and how to write Parquet. It says which document it begins; when it dies
or takes too long, that document fails (``crashed``, ``timeout``) and another worker does the rest of the shard.
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
from dataclasses import replace
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import cast

from flows.workers.worker import Done, Job

CRASHED = (
    "The program that reads documents died on this one (out of memory, or a fault in a library). "
    "Open the file, save it anew or convert it to text; if it is large, BAOGAO_DOCUMENT_MEMORY may be raised."
)
TIMEOUT = "Reading the document took more than {seconds:g} s. Split it or convert it to text, or raise BAOGAO_DOCUMENT_SECONDS."
START_SECONDS = 60.0
WORKER = ("-m", "flows.workers.worker")


class _Worker:
    """One process, and the pipe to it."""

    def __init__(self, command: Sequence[str], document_memory: int) -> None:
        theirs_in, self._give = Pipe(duplex=False)
        self._take, theirs_out = Pipe(duplex=False)
        numbers = (theirs_in.fileno(), theirs_out.fileno())
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed by stop)
        self._process = subprocess.Popen(
            [sys.executable, *command, *map(str, (*numbers, document_memory))],
            stdin=subprocess.PIPE,  # its end tells the worker that we are gone, however we went
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("BAOGAO_VERBOSE") == "1" else self._said,
            pass_fds=numbers,
            cwd=Path(__file__).resolve().parents[2],
        )
        theirs_in.close()
        theirs_out.close()

    def send(self, job: Job) -> None:
        with contextlib.suppress(OSError):  # a dead worker is noticed on the way back
            self._give.send(job)

    def receive(self, seconds: float) -> Done | int:
        """What the worker says next: the document it begins, or that it is done.

        Raises:
            EOFError: it is dead.
            TimeoutError: it said nothing for so long.
        """
        if not self._take.poll(seconds):
            raise TimeoutError
        try:
            return cast("Done | int", self._take.recv())
        except OSError:
            raise EOFError from None

    def last_words(self) -> str:
        """The last line that the process wrote to standard error."""
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "nothing")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for end in (self._give, self._take, self._said, self._process.stdin):
            if end is not None:
                end.close()


class Workers:
    """So many worker processes; as many threads may work with them at once.

    A document may take ``document_seconds``, and ``document_memory`` bytes besides what the worker has anyway (0: any).
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
        """Start the processes that are not there yet, so that they come up while something else is done."""
        for _ in range(self.count - len(self._all)):
            self._idle.put(self._new())

    def stop(self) -> None:
        """End all processes."""
        self._closed = True
        with self._lock:
            workers, self._all = self._all, set()
        for worker in workers:
            worker.stop()

    def work(self, job: Job, began: Callable[[], None] = lambda: None) -> Done:
        """Have a shard worked on, whatever its documents do to the workers.

        ``began`` is called as each document is begun. Waits until a worker is free. A document on which a worker died is tried
        once more: it may be innocent, where the system was short of memory and ended the largest process.

        Raises:
            RuntimeError: workers cannot be started, or die without a document in hand.
        """
        worker = self._idle.get()
        deaths = 0
        suspects, told = set[int](), set[int]()
        try:
            while True:
                outcome = self._follow(worker, job, began, told)
                if isinstance(outcome, Done):
                    return outcome
                index, error, message = outcome
                last_words = worker.last_words()
                self._discard(worker)
                worker = self._new()
                if index >= 0 and error == "crashed" and index not in suspects:
                    suspects.add(index)
                elif index >= 0:
                    source_path = job.files[index][0]
                    job = replace(job, given_up=(*job.given_up, (source_path, error, message)))
                else:
                    deaths += 1
                    if deaths == 3:
                        raise RuntimeError(
                            f"The processes that read documents die at once; the last one said: {last_words}\n"
                            "Is there memory and disk space left?"
                        )
        finally:
            self._idle.put(worker)

    def _follow(self, worker: _Worker, job: Job, began: Callable[[], None], told: set[int]) -> Done | tuple[int, str, str]:
        worker.send(job)
        index = -1
        while True:
            try:
                answer = worker.receive(self._document_seconds if index >= 0 else max(START_SECONDS, self._document_seconds))
            except TimeoutError:
                return index, "timeout", TIMEOUT.format(seconds=self._document_seconds)
            except EOFError:
                if self._closed:
                    raise RuntimeError("The run was stopped.") from None
                return index, "crashed", CRASHED
            if isinstance(answer, Done):
                return answer
            index = answer
            if index >= 0 and index not in told:
                told.add(index)
                began()

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
def worker_processes(count: int, document_seconds: float, document_memory: int) -> Iterator[Workers]:
    """Worker processes that end with the block."""
    workers = Workers(count, document_seconds, document_memory=document_memory)
    try:
        yield workers
    finally:
        workers.stop()
