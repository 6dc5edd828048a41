"""Hooks of flow runs: old flow runs are deleted from the Prefect server, and runs whose process died are marked as crashed.

Prefect never deletes flow runs. After each run those beyond the setting ``keep_flow_runs`` are deleted, with their task runs, logs
and artifacts: the runs of the same deployment, or, after ``baogao run``, those without a deployment. Events expire by themselves
(:data:`flows.orchestration.defaults.SERVER_DEFAULTS`).

A killed process cannot report its end. On a permanent server a run sends a heartbeat each half minute, and an automation marks it as
crashed when none comes. On a temporary server, which dies with the run, the run holds a lock; the next run finds it free and marks
the dead one.
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

T = TypeVar("T")

FLOW = "baogao"
AT_ONCE = 50
"""Flow runs deleted after one run, at the most: a long history is shortened over several runs and delays none of them much."""
AUTOMATION = "baogao: a run without heartbeats has crashed"
SILENCE = timedelta(seconds=75)
"""How long after the last heartbeat a run counts as crashed; one heartbeat may be lost or late."""
HEARTBEAT_SECONDS = 30
HEARTBEAT = "prefect.flow-run.heartbeat"
ENDS = ("Completed", "Failed", "Crashed", "Cancelled", "Cancelling", "Paused", "Suspended")
KILLED = "This run reported no end: its process was killed, or could not reach the server. {} The published warehouse stays."
RECORD_LOST = "The Prefect server does not answer. Its record of this run has gaps; the warehouse and the run log have none."

_locks_held: dict[UUID, int] = {}
"""Handles of the locks of runs in this process."""
_watched: set[str | None] = set()
"""Servers that are known to have the automation."""


def on_running(flow: Any, flow_run: Any, _state: Any) -> None:
    """Prepare for the death of a run that begins: hold a lock, or have its heartbeats watched."""
    from prefect.logging.loggers import flow_run_logger
    from prefect.settings import get_current_settings

    heartbeats = get_current_settings().flows.heartbeat_frequency
    if heartbeats is None:
        mark_dead_runs()
        lock_run(flow_run.id)
    elif heartbeats <= HEARTBEAT_SECONDS:
        watch_for_dead_runs()
    else:
        flow_run_logger(flow_run, flow).warning(
            "This run would stay Running on the server if it were killed: its heartbeats are too rare to be watched. "
            "Set PREFECT_FLOWS_HEARTBEAT_FREQUENCY=%s.",
            HEARTBEAT_SECONDS,
        )


def on_finished(_flow: Any, flow_run: Any, _state: Any) -> None:
    """Release the lock of a run that ended, well or badly, and delete old flow runs."""
    from prefect.client.orchestration import get_client

    unlock_run(flow_run.id)
    with get_client(sync_client=True) as client:
        delete_old_flow_runs(client, flow_run.deployment_id, Settings.load().keep_flow_runs)


def record_or_note_failure(problems: list[str], record: Callable[..., T], *values: Any, **more: Any) -> T | None:
    """Call ``record``, which writes to the server. If that does not answer, the run goes on, and ``problems`` says so once."""
    import httpx

    if RECORD_LOST in problems:
        return None
    try:
        return record(*values, **more)
    except httpx.HTTPError:
        problems.append(RECORD_LOST)
        return None


# dead runs -----------------------------------------------------------------------------------------------------------


def watch_for_dead_runs(silence: timedelta = SILENCE) -> None:
    """Make sure, once for each process, that the server has the automation that marks runs without heartbeats as crashed."""
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
        after={"prefect.flow-run.Running", HEARTBEAT},  # the first event comes from the server itself: no run can be killed before it
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


def lock_run(flow_run: UUID) -> None:
    """Hold a lock as long as this process lives, or until :func:`unlock_run`."""
    _locks().mkdir(parents=True, exist_ok=True)
    handle = os.open(_locks() / str(flow_run), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _locks_held[flow_run] = handle


def unlock_run(flow_run: UUID) -> None:
    """Release the lock of a run that has ended; does nothing if there is none."""
    handle = _locks_held.pop(flow_run, None)
    if handle is not None:
        (_locks() / str(flow_run)).unlink(missing_ok=True)
        os.close(handle)


def mark_dead_runs() -> list[UUID]:
    """Mark runs whose locks are free as crashed: their processes have died."""
    dead = []
    for path in _locks().glob("*-*-*"):
        with contextlib.suppress(OSError, ValueError):  # the run is at work, or ended meanwhile, or the file is not a lock
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


def delete_old_flow_runs(client: SyncPrefectClient, deployment: UUID | None, keep: int) -> int:
    """Delete the oldest ended flow runs of a deployment (None: those without one) beyond the last ``keep``; how many were deleted."""
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
    _delete_artifacts(client, [run.id for run in old])
    for run in old:
        with contextlib.suppress(ObjectNotFound):  # another run was quicker
            client.delete_flow_run(run.id)
    return len(old)


def _ended(deployment: UUID | None) -> FlowRunFilter:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import TERMINAL_STATES

    of = FlowRunFilterDeploymentId(any_=[deployment]) if deployment else FlowRunFilterDeploymentId(is_null_=True)
    return FlowRunFilter(deployment_id=of, state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(TERMINAL_STATES))))


def _delete_artifacts(client: SyncPrefectClient, runs: Sequence[UUID]) -> None:
    """Delete the artifacts of flow runs, which the server does not delete with them."""
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
    from prefect.exceptions import ObjectNotFound

    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=list(runs)))
    for artifact in client.read_artifacts(artifact_filter=wanted, limit=200):
        with contextlib.suppress(ObjectNotFound):
            client.delete_artifact(artifact.id)
