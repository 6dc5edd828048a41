"""A service that stays as it is: what is remembered stays small, what is dead is called so, and a server may go and come back."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from flows import history
from flows.orchestrator import TEMPORARY, answers
from flows.publish import DataFolder
from flows.run import Rejected
from tests.conftest import BAOGAO, REPOSITORY, Server, clean_environment, query, report, stop

pytestmark = pytest.mark.xdist_group("prefect")
TABLES = ("flow_run", "task_run", "log", "artifact")


def until(seconds: float, happened: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := happened():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"it did not happen within {seconds} s")


@contextlib.contextmanager
def client_of(api_url: str) -> Iterator[Any]:
    from prefect.client.orchestration import get_client
    from prefect.settings import temporary_settings

    with temporary_settings({"api.url": api_url}), get_client(sync_client=True) as client:
        yield client


# what is remembered ----------------------------------------------------------------------------------------------------


def rows_of(home: Path, flow_run: UUID) -> dict[str, int]:
    """What a server's database holds of a flow run."""
    with contextlib.closing(sqlite3.connect(f"file:{home / 'prefect.db'}?mode=ro", uri=True)) as connection:
        of = {table: "id" if table == "flow_run" else "flow_run_id" for table in TABLES}
        return {
            table: connection.execute(f"SELECT count(*) FROM {table} WHERE {name} = ?", [str(flow_run)]).fetchone()[0]
            for table, name in of.items()
        }


def test_old_runs_leave_nothing_behind(run: Callable[..., Any], server: Server, seeds: Path, data: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("BAOGAO_KEEP_FLOW_RUNS", "2")
    monkeypatch.setenv("BAOGAO_KEEP_RUNS", "2")
    monkeypatch.setenv("BAOGAO_KEEP_CHECKS", "2")
    known: list[UUID] = []
    sizes: list[int] = []
    for number in range(6):
        if number == 1:
            (seeds / "c.txt").write_text(report("进出口总额增长 2.2%", "顺义区"), encoding="utf8")
        run()
        sizes.append(len(list(data.rglob("*"))))
        with client_of(server.api_url) as client:
            kept = client.read_flow_runs(flow_run_filter=history._ended(None))
        assert len(kept) <= 2
        known += [flow_run.id for flow_run in kept if flow_run.id not in known]
    first = known[0]
    until(20, lambda: set(rows_of(server.home, first).values()) == {0})
    until(20, lambda: rows_of(server.home, known[-1])["task_run"])  # and there was something to forget
    assert rows_of(server.home, known[-1])["artifact"] == 1
    assert max(sizes[2:]) == sizes[2], "what a run leaves takes the place of what one before it left"
    assert len((data / "runs.jsonl").read_text().splitlines()) <= 3 * 2 * 2
    assert len(list((data / "generations").iterdir())) == 2


def test_runs_that_fail_leave_no_more_than_runs_that_publish(
    run: Callable[..., Any], seeds: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAOGAO_KEEP_RUNS", "2")
    monkeypatch.setattr("flows.stages.check", refuse)
    stored: list[int] = []
    for number in range(6):
        (seeds / "a.txt").write_text(report(f"进出口总额增长 2.{number}%"), encoding="utf8")
        with pytest.raises(Rejected):
            run()
        stored.append(len(list((data / "store").iterdir())))
    assert stored == [2] * 6, "the work on the two documents as they are now, for the next run to go on from"
    assert len(DataFolder(data).runs()) <= 2 * 2 + 1


def refuse(*_: object) -> None:
    raise Rejected("planted")


def test_the_runs_of_others_stay(server: Server) -> None:
    from prefect import flow
    from prefect.settings import temporary_settings

    @flow(name="baogao-of-somebody-else")
    def other() -> int:
        return 1

    with temporary_settings({"api.url": server.api_url, "home": server.home}):
        other()
    with client_of(server.api_url) as client:
        assert client.read_flow_runs(flow_run_filter=history._ended(None))
        history.forget(client, None, 0)
        left = client.read_flow_runs(flow_run_filter=history._ended(None))
        assert [client.read_flow(each.flow_id).name for each in left] == ["baogao-of-somebody-else"]


# what is dead ----------------------------------------------------------------------------------------------------------


def flow_run_at_work(client: Any) -> UUID:
    from prefect import flow
    from prefect.states import Running

    @flow(name="baogao")
    def pipeline() -> None: ...

    return UUID(str(client.create_flow_run(pipeline, state=Running()).id))


def test_a_run_that_is_killed_is_crashed_for_a_server_that_stays(server: Server, seeds: Path, data: Path) -> None:
    """With 10 s of silence instead of 75, which is what is waited for."""
    with client_of(server.api_url) as client:
        history._watch(client, timedelta(seconds=10))
        history._watch(client, timedelta(seconds=10))
        automations = client.read_automations_by_name(history.AUTOMATION)
        assert len(automations) == 1
        try:
            environment = server.environment(BAOGAO_DOCUMENT_SECONDS="60")
            command = [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(data)]
            process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, start_new_session=True)
            until(60, lambda: (data / "runs.jsonl").exists())
            killed = next(each for each in client.read_flow_runs(limit=1, sort="START_TIME_DESC"))
            assert killed.state.is_running()
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            crashed = until(90, lambda: (found := client.read_flow_run(killed.id)).state.is_crashed() and found)
            assert "heartbeat" in crashed.state.message
        finally:
            client.delete_automation(automations[0].id)


def test_a_run_that_is_killed_is_crashed_for_the_next_run(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    with client_of(server.api_url) as client:
        dead, alive, unknown = flow_run_at_work(client), flow_run_at_work(client), uuid4()
        code = (
            "import sys, time, uuid; from flows.history import hold; [hold(uuid.UUID(run)) for run in sys.argv[1:]]; print(1, flush=True); "
            "time.sleep(600)"
        )
        holders = [
            subprocess.Popen([sys.executable, "-c", code, *map(str, runs)], stdout=subprocess.PIPE, cwd=REPOSITORY)
            for runs in ([dead, unknown], [alive])
        ]
        try:
            for holder in holders:
                assert holder.stdout is not None
                holder.stdout.readline()
            assert history.mark_dead_runs() == []
            holders[0].kill()
            holders[0].wait()
            assert set(history.mark_dead_runs()) == {dead, unknown}
        finally:
            for holder in holders:
                holder.kill()
                holder.communicate()
        assert client.read_flow_run(dead).state.is_crashed()
        assert client.read_flow_run(alive).state.is_running()
        assert [path.name for path in (tmp_path / "baogao-runs").iterdir()] == [str(alive)]
        client.delete_flow_run(alive)


def test_a_run_that_ends_leaves_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    flow_run = uuid4()
    history.hold(flow_run)
    assert (tmp_path / "baogao-runs" / str(flow_run)).exists()
    history.let_go(flow_run)
    assert not list((tmp_path / "baogao-runs").iterdir())
    assert history.mark_dead_runs() == []


# a server that goes ----------------------------------------------------------------------------------------------------


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
            command = [sys.executable, "-m", "flows.server", str(number)]
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
    until(90, lambda: (data / "runs.jsonl").exists() or process.poll() is not None)
    assert process.poll() is None
    return process


def test_a_run_whose_server_is_killed_publishes_and_says_what_is_missing(mortal: Mortal, seeds: Path, data: Path) -> None:
    mortal.start()
    until(120, lambda: answers(mortal.api_url))
    process = begin_run(mortal, seeds, data, PREFECT_CLIENT_MAX_RETRIES="1")
    mortal.kill()
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert history.RECORD_LOST in out
    assert query(data, "SELECT status FROM runs") == [("published",)]


def test_a_run_that_fails_says_why_though_the_server_is_gone(mortal: Mortal, seeds: Path, data: Path) -> None:
    mortal.start()
    until(120, lambda: answers(mortal.api_url))
    data.write_text("a file where the folder should be")
    code = (
        "import os, signal; from flows.cli import main; from flows.publish import DataFolder; claim = DataFolder.claim\n"
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
    assert history.RECORD_LOST not in out
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
