"""Schedules that really fire, deployments that really run, and failures that are seen, on a server started for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import BAOGAO, REPOSITORY, Server, query, stop

pytestmark = pytest.mark.xdist_group("service")
PREFECT = [sys.executable, "-m", "prefect"]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start programs that are stopped when the test ends."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"log{len(processes)}").open("wb")
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=REPOSITORY, start_new_session=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        stop(process)


def until(seconds: float, happened: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := happened():
            return answer
        time.sleep(0.5)
    raise AssertionError(f"it did not happen within {seconds} s")


def flow_runs(server: Server, deployment: str) -> list[Any]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
    from prefect.settings import temporary_settings

    with temporary_settings({"api.url": server.api_url}), get_client(sync_client=True) as client:
        return client.read_flow_runs(deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[deployment])))


def test_a_schedule_fires_and_the_run_publishes(
    server: Server, seeds: Path, data: Path, started: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    command = [str(BAOGAO), "serve", "--cron", "* * * * *", "--seeds", str(seeds), "--data", str(data)]
    started(command, server.environment())
    run = until(150, lambda: next((run for run in flow_runs(server, "baogao-serve") if run.state.is_completed()), None))
    assert run.auto_scheduled, "the scheduler made it, not we"
    assert run.start_time is not None
    assert abs((run.start_time - run.expected_start_time).total_seconds()) < 30
    assert query(data, "SELECT status FROM runs ORDER BY run_id")[0] == ("published",)
    assert str(seeds) in (tmp_path / "log0").read_text()


def test_the_deployment_of_prefect_yaml_runs_on_a_work_pool_and_fails_visibly(
    server: Server, seeds: Path, data: Path, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    environment = server.environment(BAOGAO_CHECKOUT=str(REPOSITORY))

    def prefect(*arguments: str) -> None:
        done = subprocess.run([*PREFECT, *arguments], env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    prefect("work-pool", "create", "baogao", "--type", "process")
    prefect("--no-prompt", "deploy", "--all")
    started([*PREFECT, "worker", "start", "--pool", "baogao"], environment)
    prefect("deployment", "run", "baogao/pool", "--param", f"seeds={seeds}", "--param", f"data={data}")
    done = until(120, lambda: next((run for run in flow_runs(server, "pool") if run.state.is_final()), None))
    assert done.state.is_completed(), done.state.message
    assert query(data, "SELECT count(*) FROM documents") == [(2,)]

    shutil.rmtree(seeds)
    prefect("deployment", "run", "baogao/pool", "--param", f"seeds={seeds}", "--param", f"data={data}")
    failed = until(120, lambda: next((run for run in flow_runs(server, "pool") if run.state.is_failed()), None))
    assert "does not exist" in failed.state.message
    assert query(data, "SELECT count(*) FROM documents") == [(2,)]


def test_serve_says_when_the_server_is_away(tmp_path: Path) -> None:
    environment = {**os.environ, "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    command = [str(BAOGAO), "serve", "--cron", "0 6 * * *", "--data", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "does not answer" in done.stderr
