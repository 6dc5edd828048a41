"""``baogao query`` and ``baogao quality``: the published warehouse, asked by a person."""

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
"""How much longer a question may take that DuckDB does not interrupt."""


def ask(settings: Settings, sql: str, form: str, output: Path | None) -> int:
    """Answer SQL from the published warehouse; the exit code."""
    from warehouse.query.guard import Bounds, QueryError
    from warehouse.query.run import run_query

    try:
        with _bounded(settings):
            said = run_query(settings.data, sql, form, output, Bounds(settings.query_seconds, settings.query_memory))
        sys.stdout.flush()
    except (QueryError, MemoryError) as error:
        click.secho(str(error) or "That takes more memory than a question may take (BAOGAO_QUERY_MEMORY).", fg="red", err=True)
        return 1
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if said:
        click.echo(said, err=True)
    return 0


@contextlib.contextmanager
def _bounded(settings: Settings) -> Iterator[None]:
    """What DuckDB does not count (lists, long strings) and does not interrupt is bounded by the process itself."""
    too_long = threading.Timer(settings.query_seconds + GRACE_SECONDS, _give_up, [settings.query_seconds])
    too_long.daemon = True
    too_long.start()
    limit_memory(2 * settings.query_memory)
    try:
        yield
    finally:
        limit_memory(0)
        too_long.cancel()


def _give_up(seconds: float) -> None:
    os.write(2, f"The answer took more than {seconds:g} s (BAOGAO_QUERY_SECONDS) and could not be interrupted.\n".encode())
    os._exit(1)


def tell_quality(settings: Settings) -> int:
    """Print the data-quality summary of the published warehouse; the exit code."""
    from warehouse.reports.quality_text import quality_text

    click.echo(quality_text(settings.data))
    return 0
