"""A Prefect server that dies in the middle of a run, or of a service, and may come back."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.orchestration import run_hooks
from flows.orchestration.server import TEMPORARY, answers
from tests.conftest import BAOGAO, REPOSITORY, clean_environment, query, stop
from tests.robustness.waiting import client_of, until

pytestmark = pytest.mark.xdist_group("mortal")


class Mortal:
    """A Prefect server that can be killed, and come back at the same address with the same database."""

    def __init__(self, home: Path) -> None:
        home.mkdir()
        self.home = home
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.api_url = f"http://127.0.0.1:{self._port}/api"

    def start(self) -> None:
        """Begin to start it; who connects meanwhile waits in line."""
        with socket.create_server(("127.0.0.1", self._port), backlog=128) as listening:
            number = listening.fileno()
            environment = clean_environment(PREFECT_HOME=str(self.home), **TEMPORARY)
            command = [sys.executable, "-m", "flows.orchestration.server_process", str(number)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, pass_fds=(number,), start_new_session=True)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def environment(self, **more: str) -> dict[str, str]:
        return clean_environment(PREFECT_API_URL=self.api_url, PREFECT_HOME=str(self.home), **more)


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    server = Mortal(tmp_path_factory.mktemp("mortal") / "home")
    yield server
    server.kill()


def begin_run(mortal: Mortal, seeds: Path, data: Path, **more: str) -> subprocess.Popen[str]:
    """A run that is at work: it has told the server so, and has not finished."""
    process = subprocess.Popen(
        [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(data)],
        env=mortal.environment(**more), cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(180, lambda: (data / "runs.jsonl").exists() or process.poll() is not None)
    assert process.poll() is None
    return process


def test_a_run_whose_server_is_killed_publishes_and_says_what_is_missing(mortal: Mortal, seeds: Path, data: Path) -> None:
    mortal.start()
    until(120, lambda: answers(mortal.api_url))
    process = begin_run(mortal, seeds, data, PREFECT_CLIENT_MAX_RETRIES="1")
    mortal.kill()
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert run_hooks.RECORD_LOST in out
    assert query(data, "SELECT status FROM runs") == [("published",)]


def test_a_run_that_fails_says_why_though_the_server_is_gone(mortal: Mortal, seeds: Path, data: Path) -> None:
    mortal.start()
    until(120, lambda: answers(mortal.api_url))
    data.write_text("a file where the folder should be")
    code = (
        "import os, signal; from flows.cli import main; from flows.state.data_folder import DataFolder; claim = DataFolder.claim\n"
        "def claimed(self): os.kill(int(os.environ['SERVER']), signal.SIGKILL); return claim(self)\n"
        "DataFolder.claim = claimed; main()"
    )
    assert mortal._process is not None
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "--seeds", str(seeds), "--data", str(data)],
        env=mortal.environment(PREFECT_CLIENT_MAX_RETRIES="1", SERVER=str(mortal._process.pid)),
        cwd=REPOSITORY, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    mortal.kill()
    assert done.returncode == 1
    assert "cannot be written to" in done.stderr


def test_a_server_that_comes_back_has_the_run(mortal: Mortal, seeds: Path, data: Path) -> None:
    mortal.start()
    until(120, lambda: answers(mortal.api_url))
    process = begin_run(mortal, seeds, data)
    mortal.kill()
    mortal.start()
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert run_hooks.RECORD_LOST not in out
    with client_of(mortal.api_url) as client:
        assert client.read_flow_runs(limit=1, sort="START_TIME_DESC")[0].state.is_completed()


def test_serve_goes_on_when_its_server_comes_back(mortal: Mortal, seeds: Path, data: Path, tmp_path: Path) -> None:
    if mortal._process is None:
        mortal.start()
    until(120, lambda: answers(mortal.api_url))
    environment = mortal.environment(PREFECT_CLIENT_MAX_RETRIES="0", PREFECT_RUNNER_POLL_FREQUENCY="1")
    command = [str(BAOGAO), "serve", "--cron", "0 0 1 1 *", "--seeds", str(seeds), "--data", str(data)]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=output, stderr=output, start_new_session=True)
    try:
        until(90, lambda: b"Serving" in log.read_bytes())
        with client_of(mortal.api_url) as client:
            deployment = until(60, lambda: next(iter(client.read_deployments()), None))
        mortal.kill()
        until(90, lambda: b"does not answer any more" in log.read_bytes())
        assert process.poll() is None
        mortal.start()
        until(120, lambda: answers(mortal.api_url))
        with client_of(mortal.api_url) as client:
            flow_run = client.create_flow_run_from_deployment(deployment.id).id
            until(120, lambda: client.read_flow_run(flow_run).state.is_completed())
    finally:
        stop(process)
    assert query(data, "SELECT status FROM runs") == [("published",)]
