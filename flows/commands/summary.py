"""The summary of a published run, as lines for the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.commands.console import printable
from flows.run import PublishedRun

NAMES_SHOWN = 10


def summary_lines(run: PublishedRun, *, cwd: Path | None = None) -> Iterator[tuple[str, str]]:
    """The summary as (kind, line); kind is ``title``, ``good``, ``bad``, ``warn``, ``plain`` or ``place``."""
    counts, built = run.built.counts, run.built
    yield "title", f"Published {run.run_id} in {run.seconds:.1f} s"
    yield "plain", f"  documents    {built.documents:,} in the warehouse, of {counts['documents_seen']:,} files"
    yield from _names("new", run.plan.new)
    yield from _names("changed", run.plan.changed)
    yield from _names("removed", run.plan.removed)
    stale = len(run.planned.inventory.stale)
    if stale:
        yield "warn", f"  sources      {stale:,} gave nothing; their earlier documents are used (below, and in the table failures)"
    if built.copies:
        yield "plain", f"  copies       {built.copies:,} of them repeat another; their metrics are counted there"
    yield from _failures(run)
    yield "plain", f"  metrics      {counts['metrics']:,}{_change(run, 'metrics')}"
    yield "plain", f"  numbers      {counts['numbers']:,}{_change(run, 'numbers')}"
    yield ("warn" if counts["quarantined"] else "plain"), f"  quarantined  {counts['quarantined']:,}{_change(run, 'quarantined')}"
    yield from _checks(run)
    yield "plain", f"  time         {_time(run)}"
    for problem in run.problems:
        yield "warn", f"  {printable(problem)}"
    yield from _places(run, cwd or Path.cwd())


def _time(run: PublishedRun) -> str:
    spent = run.context.time_spent()
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in spent["stages"].items())
    workers = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in spent["workers"].items())
    return stages + (f" (workers' processors: {workers})" if workers else "")


def _names(what: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    if names:
        shown = ", ".join(printable(name) for name in names[:NAMES_SHOWN])
        more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
        yield "plain", f"  {what:<11}  {len(names):,}: {shown}{more}"


def _failures(run: PublishedRun) -> Iterator[tuple[str, str]]:
    failures = run.built.failures
    if failures:
        yield "bad", f"  failed       {len(failures):,}"
    for failure in failures[:NAMES_SHOWN]:
        yield "bad", f"    {printable(failure.source_path)}: {failure.error}: {printable(failure.message)}"
    if len(failures) > NAMES_SHOWN:
        yield "bad", f'    and {len(failures) - NAMES_SHOWN:,} more: baogao query "SELECT * FROM failures"'


def _change(run: PublishedRun, name: str) -> str:
    """How a count differs from that of the run before."""
    before = run.context.previous_run
    if not before or name not in before:
        return ""
    difference = run.built.counts[name] - int(before[name])
    return f" ({difference:+,} since {before['run_id']})" if difference else f" (as in {before['run_id']})"


def _checks(run: PublishedRun) -> Iterator[tuple[str, str]]:
    checks = run.built.checks
    reused = f", as of {checks.reused_from}: nothing changed since" if checks.reused_from else ""
    yield ("warn" if checks.failed else "good"), f"  checks       {checks.total - len(checks.failed):,} of {checks.total:,} passed{reused}"
    for check in checks.failed[:NAMES_SHOWN]:
        yield ("bad" if check.severity == "critical" else "warn"), f"    {check.severity}: {check.expectation}: {check.rows_failed:,} rows"


def _places(run: PublishedRun, cwd: Path) -> Iterator[tuple[str, str]]:
    root = run.planned.folder.root
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
    """The program as it is called here: by its name if the shell finds it, else by its path."""
    if shutil.which("baogao"):
        return "baogao"
    path = Path(sys.executable).parent / "baogao"
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)
