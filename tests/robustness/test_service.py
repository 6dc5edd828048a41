"""A service that stays as it is: what is remembered stays small, and what is dead is called so."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from flows.orchestration import run_hooks
from flows.run import Rejected
from flows.state.data_folder import DataFolder
from tests.conftest import BAOGAO, REPOSITORY, Server, report
from tests.robustness.waiting import client_of, until

pytestmark = pytest.mark.xdist_group("service")
TABLES = ("flow_run", "task_run", "log", "artifact")


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
            kept = client.read_flow_runs(flow_run_filter=run_hooks._ended(None))
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
    monkeypatch.setattr("flows.pipeline.validate", refuse)
    stored: list[int] = []
    for number in range(6):
        (seeds / "a.txt").write_text(report(f"进出口总额增长 2.{number}%"), encoding="utf8")
        with pytest.raises(Rejected):
            run()
        stored.append(len(list((data / "store").iterdir())))
    assert stored == [2] * 6, "the work on the two documents as they are now, for the next run to go on from"
    assert len(DataFolder(data).run_log.runs()) <= 2 * 2 + 1


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
        assert client.read_flow_runs(flow_run_filter=run_hooks._ended(None))
        run_hooks.delete_old_flow_runs(client, None, 0)
        left = client.read_flow_runs(flow_run_filter=run_hooks._ended(None))
        assert [client.read_flow(each.flow_id).name for each in left] == ["baogao-of-somebody-else"]


# what is dead ----------------------------------------------------------------------------------------------------------


def flow_run_at_work(client: Any) -> UUID:
    from prefect import flow
    from prefect.states import Running

    @flow(name="baogao")
    def pipeline() -> None: ...

    return UUID(str(client.create_flow_run(pipeline, state=Running()).id))


def running(client: Any) -> list[Any]:
    """The flow runs that the server shows as running."""
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING]))
    return list(client.read_flow_runs(flow_run_filter=FlowRunFilter(state=state)))


def test_a_run_that_is_killed_is_crashed_for_a_server_that_stays(server: Server, seeds: Path, data: Path) -> None:
    """With 10 s of silence instead of 75, which is what is waited for."""
    with client_of(server.api_url) as client:
        run_hooks._watch(client, timedelta(seconds=10))
        run_hooks._watch(client, timedelta(seconds=10))
        automations = client.read_automations_by_name(run_hooks.AUTOMATION)
        assert len(automations) == 1
        before = {each.id for each in running(client)}  # the server is shared with other tests
        try:
            environment = server.environment(BAOGAO_DOCUMENT_SECONDS="60")
            command = [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(data)]
            process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, start_new_session=True)
            until(120, lambda: (data / "runs.jsonl").exists())
            killed = until(60, lambda: next((each for each in running(client) if each.id not in before), None))
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
            "import sys, time, uuid; from flows.orchestration.run_hooks import lock_run; "
            "[lock_run(uuid.UUID(run)) for run in sys.argv[1:]]; print(1, flush=True); "
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
            assert run_hooks.mark_dead_runs() == []
            holders[0].kill()
            holders[0].wait()
            assert set(run_hooks.mark_dead_runs()) == {dead, unknown}
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
    run_hooks.lock_run(flow_run)
    assert (tmp_path / "baogao-runs" / str(flow_run)).exists()
    run_hooks.unlock_run(flow_run)
    assert not list((tmp_path / "baogao-runs").iterdir())
    assert run_hooks.mark_dead_runs() == []
