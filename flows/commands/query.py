"""``baogao query`` and ``baogao quality``: read the published warehouse."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click

from flows.settings import Settings
from flows.util.memory_limit import limit_memory

GRACE_SECONDS = 5.0
"""How much longer a query may take that DuckDB does not interrupt."""


def run_query_command(settings: Settings, sql: str, form: str, output: Path | None, bom: bool = False) -> int:
    """Run a query on the published warehouse and write its rows; the exit code."""
    from warehouse.query.guard import Bounds, QueryError
    from warehouse.query.run import run_query

    try:
        with _bounded(settings):
            message = run_query(settings.data, sql, form, output, Bounds(settings.query_seconds, settings.query_memory), bom)
        sys.stdout.flush()
    except (QueryError, MemoryError) as error:
        click.secho(str(error) or "That takes more memory than a query may take (BAOGAO_QUERY_MEMORY).", fg="red", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:  # the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if message:
        click.echo(message, err=True)
    return 0


@contextlib.contextmanager
def _bounded(settings: Settings) -> Iterator[None]:
    """Limit memory that DuckDB does not count (lists, long strings), and time where it does not interrupt a query."""
    timer = threading.Timer(settings.query_seconds + GRACE_SECONDS, _give_up, [settings.query_seconds])
    timer.daemon = True
    timer.start()
    limit_memory(2 * settings.query_memory)
    try:
        yield
    finally:
        limit_memory(0)
        timer.cancel()


def _give_up(seconds: float) -> None:
    os.write(2, f"The answer took more than {seconds:g} s (BAOGAO_QUERY_SECONDS) and could not be interrupted.\n".encode())
    os._exit(1)


def print_quality(settings: Settings) -> int:
    """Print the data-quality summary of the published warehouse; the exit code."""
    from warehouse.reports.quality_text import quality_text

    click.echo(quality_text(settings.data))
    return 0
