"""Options of Prefect tasks: nothing is cached, and what touches disks or the network is tried again."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from prefect.cache_policies import NO_CACHE
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

T = TypeVar("T")


def is_transient_io_error(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a task failed with an error of the operating system, such as a network share that was away, and may succeed next time."""
    return isinstance(state.result(raise_on_failure=False), OSError)


NO_RETRY: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}
"""For tasks that would fail again. Prefect's cache sees only a task's own lines of code, so it is not used."""
RETRY_IO: dict[str, Any] = {**NO_RETRY, "retries": 2, "retry_delay_seconds": [1, 5], "retry_condition_fn": is_transient_io_error}
"""For tasks that read and write files."""


def opaque(value: T) -> T:
    """A value that Prefect passes to a task as it is, without looking for results of other tasks in it."""
    return cast("T", quote(value))


def task_threads(count: int) -> TaskRunner[Any]:
    """A task runner with ``count`` threads of this process. (That of a flow is fixed when its module is imported.)"""
    return cast("TaskRunner[Any]", ThreadPoolTaskRunner(max_workers=count))
