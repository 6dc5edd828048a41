"""How the tasks of the flow are run by Prefect."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

T = TypeVar("T")


def may_help(_task: Any, _run: Any, state: Any) -> bool:
    """Whether trying a task again can help: where a disk or a network share was away, not where the answer would be the same."""
    return isinstance(state.result(raise_on_failure=False), OSError)


# What touches disks is tried again; nothing is cached by Prefect, whose keys see only a task's own lines.
inside: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}
outside: dict[str, Any] = {**inside, "retries": 2, "retry_delay_seconds": [1, 5], "retry_condition_fn": may_help}


def whole(value: T) -> T:
    """A value that Prefect passes to a task as it is, without looking into it for results of other tasks."""
    return cast("T", quote(value))
