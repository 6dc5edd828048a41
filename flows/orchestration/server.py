"""The Prefect server of a run: the configured one, else a temporary one.

Prefect would start a temporary server by itself, but late: after it has imported the client and the server. Started here, before the
client is imported, the server comes up while the run does other things, and it is stopped only when the reports of the run have been
recorded. It is Prefect's own server on Prefect's usual database, so its record stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from flows.orchestration.defaults import SERVER_DEFAULTS, configured_api_url

START_SECONDS = 120.0
TEMPORARY = {
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
    "PREFECT_UI_ENABLED": "0",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
}
"""A server for one run needs no scheduler and no clean-up services."""


class ServerError(RuntimeError):
    """There is no Prefect server; the message says what to do."""


def prefect_home() -> Path:
    """The folder in which Prefect keeps its database."""
    return Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")


def _database_mark() -> Path:
    # The mark says that this version has migrated the database and registered its block types, which takes seconds.
    database = prefect_home() / "prefect.db"
    version = importlib.metadata.version("prefect")
    place = hashlib.sha256(str(database).encode()).hexdigest()[:8]
    return prefect_home() / f".baogao-{version}-{place}"


class TemporaryServer:
    """A Prefect server for one run, in a process of its own that ends with this one."""

    def __init__(self) -> None:
        # The socket listens from the first moment: an early client waits instead of being refused.
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.api_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/api"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and return at once; :meth:`wait` says when it answers."""
        prefect_home().mkdir(parents=True, exist_ok=True)
        environment = {**SERVER_DEFAULTS, **os.environ, **TEMPORARY}
        mark = _database_mark()
        custom = any(name.endswith("DATABASE_CONNECTION_URL") for name in environment)
        if not custom and mark.exists() and (prefect_home() / "prefect.db").exists():
            environment.setdefault("PREFECT_API_DATABASE_MIGRATE_ON_START", "false")
            environment.setdefault("PREFECT_API_BLOCKS_REGISTER_ON_START", "false")
        number = self._socket.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.orchestration.server_process", str(number)],
            stdin=subprocess.PIPE,  # it closes when this process dies, and the server then exits
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if os.environ.get("BAOGAO_VERBOSE") != "1" else None,
            env=environment,
            pass_fds=(number,),
            start_new_session=True,  # Ctrl-C must not reach it: it still has to record that the run was stopped
        )
        self._socket.close()

    def wait(self) -> None:
        """Wait until the server answers.

        Raises:
            ServerError: it ended, or did not answer in two minutes.
        """
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise ServerError(
                    f"Prefect's temporary server ended at once (code {self._process.returncode}). Run with --verbose to see why; "
                    f"a database of another version in {prefect_home()} is the usual reason: set PREFECT_HOME to a new folder."
                )
            if answers(self.api_url, seconds=5):
                _database_mark().touch()
                return
        raise ServerError(f"Prefect's temporary server did not answer within {START_SECONDS:.0f} s. Is the machine overloaded?")

    def stop(self) -> None:
        """Stop the server; harmless when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def answers(api_url: str, seconds: float = 2.0) -> bool:
    """Whether a Prefect server answers at that address within ``seconds``."""
    try:
        with urllib.request.urlopen(f"{api_url.rstrip('/')}/health", timeout=seconds) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


@contextlib.contextmanager
def server_for_run() -> Iterator[TemporaryServer | None]:
    """A server within the block: the configured one, or a temporary one that is being started.

    Yields the temporary server, for which the caller waits before it runs the flow, or None.
    """
    if configured_api_url():
        yield None
        return
    server = TemporaryServer()
    server.start()
    os.environ["PREFECT_API_URL"] = server.api_url
    try:
        yield server
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.stop()


def drain(flow_run_id: str | None, seconds: float = 5.0) -> None:
    """Wait until the server has recorded what the flow run sent it, so that it can be stopped without losing history."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    EventsWorker.drain_all(timeout=seconds)
    APILogWorker.drain_all(timeout=seconds)
    if flow_run_id is not None:
        _wait_for_task_runs(flow_run_id, seconds)


def _wait_for_task_runs(flow_run_id: str, seconds: float) -> None:
    from uuid import UUID

    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    deadline = time.monotonic() + seconds
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(flow_run_id)]))
    with get_client(sync_client=True) as client:
        while time.monotonic() < deadline:
            task_runs = client.read_task_runs(flow_run_filter=wanted)
            if task_runs and all(run.state is not None and run.state.is_final() for run in task_runs):
                return
            time.sleep(0.1)
