"""A run's summary: as rows for Prefect, as lines for a person."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.run import Run
from flows.commands.console import printable

NAMES_SHOWN = 10


def summary_lines(run: Run, *, cwd: Path | None = None) -> Iterator[tuple[str, str]]:
    """The summary as (kind, line); kind is ``title``, ``good``, ``bad``, ``warn``, ``plain`` or ``place``."""
    counts = run.counts
    yield "title", f"Published {run.run_id} in {run.seconds():.1f} s"
    yield "plain", f"  documents    {run.documents:,} in the warehouse, of {counts['documents_seen']:,} files"
    yield from _names("new", run.plan.new if run.plan else ())
    yield from _names("changed", run.plan.changed if run.plan else ())
    yield from _names("removed", run.plan.removed if run.plan else ())
    if run.sources_gone:
        yield "warn", f"  sources      {run.sources_gone:,} gave nothing; their last documents stand (below, and in the table failures)"
    if run.copies.of:
        yield "plain", f"  copies       {len(run.copies.of):,} of them repeat another; their metrics are counted there"
    if run.failures:
        yield "bad", f"  failed       {len(run.failures):,}"
        for failure in run.failures[:NAMES_SHOWN]:
            yield "bad", f"    {printable(failure.source_path)}: {failure.error}: {printable(failure.message)}"
        if len(run.failures) > NAMES_SHOWN:
            yield "bad", f'    and {len(run.failures) - NAMES_SHOWN:,} more: baogao query "SELECT * FROM failures"'
    yield "plain", f"  metrics      {counts['metrics']:,}{_moved(run, 'metrics')}"
    yield "plain", f"  numbers      {counts['numbers']:,}{_moved(run, 'numbers')}"
    yield ("warn" if counts["quarantined"] else "plain"), f"  quarantined  {counts['quarantined']:,}{_moved(run, 'quarantined')}"
    yield from _checks(run)
    yield "plain", f"  time         {_time(run)}"
    for problem in run.problems:
        yield "warn", f"  {printable(problem)}"
    yield from _places(run, cwd or Path.cwd())


def _time(run: Run) -> str:
    spent = run.spent()
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in spent["stages"].items())
    work = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in spent["workers"].items())
    return stages + (f" (workers' processors: {work})" if work else "")


def _names(what: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    if names:
        shown = ", ".join(printable(name) for name in names[:NAMES_SHOWN])
        more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
        yield "plain", f"  {what:<11}  {len(names):,}: {shown}{more}"


def _moved(run: Run, name: str) -> str:
    if not run.before or name not in run.before:
        return ""
    difference = run.counts[name] - int(run.before[name])
    return f" ({difference:+,} since {run.before['run_id']})" if difference else f" (as in {run.before['run_id']})"


def _checks(run: Run) -> Iterator[tuple[str, str]]:
    passed = run.checks - len(run.failed_checks)
    as_of = f", as of {run.checks_from}: nothing changed since" if run.checks_from else ""
    yield ("warn" if run.failed_checks else "good"), f"  checks       {passed:,} of {run.checks:,} passed{as_of}"
    for check in run.failed_checks[:NAMES_SHOWN]:
        yield ("bad" if check.severity == "critical" else "warn"), f"    {check.severity}: {check.expectation}: {check.rows_failed:,} rows"


def _places(run: Run, cwd: Path) -> Iterator[tuple[str, str]]:
    root = run.folder.root
    shown = Path(os.path.relpath(root, cwd)) if root.is_relative_to(cwd) else root
    places = (
        ("warehouse", "warehouse.duckdb"),
        ("parquet", "parquet"),
        ("quality", "quality/index.html"),
        ("site", "site/index.html"),
    )
    for name, place in places:
        if (root / place).exists():
            yield "place", f"  {name:<11}  {shown / place}"
    option = "" if str(shown) == "data" else f" --data {shown}"
    yield "place", f'  ask it       {_program(cwd)} query{option} "SELECT * FROM headline LIMIT 10"'


def _program(cwd: Path) -> str:
    """The program as one calls it here: by its name where that is found, else by its path."""
    if shutil.which("baogao"):
        return "baogao"
    path = Path(sys.executable).parent / "baogao"
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)
