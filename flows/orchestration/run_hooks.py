"""What Prefect's server remembers of us: not more than is asked for, and no run as running that is dead.

Prefect keeps every flow run for ever. After each run those beyond the setting ``keep_flow_runs`` are removed, with their task
runs, logs and artifacts: the runs of the same deployment, or, after ``baogao run``, those of no deployment. Events are not
removed with them, they age (:data:`flows.orchestration.defaults.SERVER_DEFAULTS`).

A run whose process is killed cannot say so. On a server that stays, it has sent a heartbeat each half minute, and an
automation marks it as crashed when none has come for a while. On a temporary server, which dies with it, it has held a lock;
the next run finds the lock free and marks the dead one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from flows.orchestration.server import prefect_home
from flows.settings import Settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.filters import FlowRunFilter

    from flows.run import Run

T = TypeVar("T")

FLOW = "baogao"
AT_ONCE = 50
"""Flow runs removed after one run, at the most: a long history shortens over some runs, and delays none of them much."""
AUTOMATION = "baogao: a run without heartbeats has crashed"
SILENCE = timedelta(seconds=75)
"""After the last heartbeat; one of them may be lost or late."""
HEARTBEAT_SECONDS = 30
HEARTBEAT = "prefect.flow-run.heartbeat"
ENDS = ("Completed", "Failed", "Crashed", "Cancelled", "Cancelling", "Paused", "Suspended")
KILLED = "This run told no end: its process was killed, or could not reach the server. {} What was published stands."
RECORD_LOST = "The Prefect server does not answer. Its record of this run has gaps; the warehouse and the ledger have none."

_held: dict[UUID, int] = {}
"""Handles of the locks of runs in this process."""
_watched: set[str | None] = set()
"""Servers that were seen to have the automation."""


def began(flow: Any, flow_run: Any, _state: Any) -> None:
    """What Prefect calls as a run begins."""
    from prefect.logging.loggers import flow_run_logger
    from prefect.settings import get_current_settings

    heartbeats = get_current_settings().flows.heartbeat_frequency
    if heartbeats is None:
        mark_dead_runs()
        hold(flow_run.id)
    elif heartbeats <= HEARTBEAT_SECONDS:
        watch_for_dead_runs()
    else:
        flow_run_logger(flow_run, flow).warning(
            "This run would stay Running on the server if it were killed: its heartbeats are too rare to be watched. "
            "Set PREFECT_FLOWS_HEARTBEAT_FREQUENCY=%s.",
            HEARTBEAT_SECONDS,
        )


def ended(_flow: Any, flow_run: Any, _state: Any) -> None:
    """What Prefect calls when a run has ended, well or badly."""
    from prefect.client.orchestration import get_client

    let_go(flow_run.id)
    with get_client(sync_client=True) as client:
        forget(client, flow_run.deployment_id, Settings.load().keep_flow_runs)


def told(run: Run, say: Callable[..., T], *values: Any, **more: Any) -> T | None:
    """Tell the server something of a run. Where it does not answer, the run goes on without it, and says so in the end."""
    import httpx

    if RECORD_LOST in run.problems:
        return None
    try:
        return say(*values, **more)
    except httpx.HTTPError:
        run.problems.append(RECORD_LOST)
        return None


# dead runs -----------------------------------------------------------------------------------------------------------


def watch_for_dead_runs(silence: timedelta = SILENCE) -> None:
    """See that the server has the automation that marks runs without heartbeats as crashed; looked at once by a process."""
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    api_url = get_current_settings().api.url
    if api_url not in _watched:
        with get_client(sync_client=True) as client:
            _watch(client, silence)
        _watched.add(api_url)


def _watch(client: SyncPrefectClient, silence: timedelta) -> None:
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    if client.read_automations_by_name(AUTOMATION):
        return
    trigger = EventTrigger(
        after={"prefect.flow-run.Running", HEARTBEAT},  # the first is told by the server itself: no run is killed too early
        expect={HEARTBEAT, *(f"prefect.flow-run.{name}" for name in ENDS)},
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related={"prefect.resource.role": "flow", "prefect.resource.name": FLOW},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=silence,
    )
    message = KILLED.format("No heartbeat has come for a while.")
    action = ChangeFlowRunState(name=None, force=False, state=StateType.CRASHED, message=message)
    client.create_automation(AutomationCore(name=AUTOMATION, description=str(__doc__), trigger=trigger, actions=[action]))


def _locks() -> Path:
    return prefect_home() / "baogao-runs"


def hold(flow_run: UUID) -> None:
    """Hold a lock for as long as this process lives, or until :func:`let_go`."""
    _locks().mkdir(parents=True, exist_ok=True)
    handle = os.open(_locks() / str(flow_run), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _held[flow_run] = handle


def let_go(flow_run: UUID) -> None:
    """Let go of the lock of a run that has ended; harmless where it holds none."""
    handle = _held.pop(flow_run, None)
    if handle is not None:
        (_locks() / str(flow_run)).unlink(missing_ok=True)
        os.close(handle)


def mark_dead_runs() -> list[UUID]:
    """Mark runs whose locks nobody holds any more as crashed, which they have."""
    dead = []
    for path in _locks().glob("*-*-*"):
        with contextlib.suppress(OSError, ValueError):  # it is at work; or gone meanwhile; or nothing of ours
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _mark(UUID(path.name))
                path.unlink(missing_ok=True)
                dead.append(UUID(path.name))
            finally:
                os.close(handle)
    return dead


def _mark(flow_run: UUID) -> None:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    with contextlib.suppress(ObjectNotFound), get_client(sync_client=True) as client:
        client.set_flow_run_state(flow_run, Crashed(message=KILLED.format("The next run found it dead.")))


# old runs ------------------------------------------------------------------------------------------------------------


def forget(client: SyncPrefectClient, deployment: UUID | None, keep: int) -> int:
    """Remove the oldest ended flow runs of a deployment, or of none, so that ``keep`` are left; how many were removed."""
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName
    from prefect.client.schemas.sorting import FlowRunSort
    from prefect.exceptions import ObjectNotFound

    old = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[FLOW])),
        flow_run_filter=_ended(deployment),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        offset=keep,
        limit=AT_ONCE,
    )
    if not old:
        return 0
    _remove_artifacts(client, [run.id for run in old])
    for run in old:
        with contextlib.suppress(ObjectNotFound):  # another run was quicker
            client.delete_flow_run(run.id)
    return len(old)


def _ended(deployment: UUID | None) -> FlowRunFilter:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import TERMINAL_STATES

    of = FlowRunFilterDeploymentId(any_=[deployment]) if deployment else FlowRunFilterDeploymentId(is_null_=True)
    return FlowRunFilter(deployment_id=of, state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(TERMINAL_STATES))))


def _remove_artifacts(client: SyncPrefectClient, runs: Sequence[UUID]) -> None:
    """Remove the artifacts of flow runs, which the server keeps when it removes the runs."""
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
    from prefect.exceptions import ObjectNotFound

    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=list(runs)))
    for artifact in client.read_artifacts(artifact_filter=wanted, limit=200):
        with contextlib.suppress(ObjectNotFound):
            client.delete_artifact(artifact.id)
