"""Waiting for what a server is to do, and asking it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any


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
