"""``baogao query`` and ``baogao quality``: the published warehouse, asked by a person."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from flows.settings import Settings


def ask(settings: Settings, sql: str, form: str, output: Path | None) -> int:
    """Answer SQL from the published warehouse; the exit code."""
    from warehouse.query import QueryError, run_query

    try:
        said = run_query(settings.data, sql, form, output)
        sys.stdout.flush()
    except QueryError as error:
        click.secho(str(error), fg="red", err=True)
        return 1
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if said:
        click.echo(said, err=True)
    return 0


def tell_quality(settings: Settings) -> int:
    """Print the data-quality summary of the published warehouse; the exit code."""
    from warehouse.summary import quality_text

    click.echo(quality_text(settings.data))
    return 0
