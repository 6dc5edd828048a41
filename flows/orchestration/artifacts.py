"""What a run leaves on the pages of the Prefect server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flows.run import Run


def summary_rows(run: Run) -> list[dict[str, Any]]:
    """The run's figures as a table: what, how many, how many in the run before."""
    before = run.before or {}
    figures = {"documents": run.documents, **run.counts}
    return [{"what": name.replace("_", " "), "this run": value, "run before": before.get(name, "")} for name, value in figures.items()]
