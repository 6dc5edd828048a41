"""``baogao query`` and ``baogao quality``: the published warehouse, asked by a person."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.publish import DataFolder
from flows.settings import Settings


def _published(settings: Settings) -> Path | None:
    """The published warehouse as it stands at this moment (not its link, which may move on while it is read)."""
    generation = DataFolder(settings.data).published
    if generation is not None:
        return generation / "warehouse.duckdb"
    click.secho(
        f"There is no warehouse in {settings.data}. Run the pipeline first (baogao run), or name its folder with --data.",
        fg="red",
        err=True,
    )
    return None


def ask(settings: Settings, sql: str, form: str, output: Path | None) -> int:
    """Answer SQL from the published warehouse; the exit code."""
    from warehouse.query import QueryError, run_query

    warehouse = _published(settings)
    if warehouse is None:
        return 1
    try:
        run_query(warehouse, sql, form, output)
    except QueryError as error:
        click.secho(str(error), fg="red", err=True)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def tell_quality(settings: Settings) -> int:
    """Print the data-quality summary of the published warehouse; the exit code."""
    from warehouse.summary import quality_text

    warehouse = _published(settings)
    if warehouse is None:
        return 1
    click.echo(quality_text(warehouse))
    return 0
