"""What a run leaves on the pages of the Prefect server: tables with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def summary_rows(figures: Mapping[str, int], previous_run: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The figures of a run as a table: what, how many, how many in the run before."""
    before = previous_run or {}
    return [{"what": name.replace("_", " "), "this run": value, "run before": before.get(name, "")} for name, value in figures.items()]
