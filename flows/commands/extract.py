"""``baogao extract``: the metrics of files, on the terminal or for another program."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from flows.commands.console import printable
from transforms.rows import Row
from transforms.text.sanitize import for_spreadsheet
from transforms.types import DecodeError, RawFile

if TYPE_CHECKING:
    from transforms.identify.keeper import Keeper

TABLE_COLUMNS = ("indicator", "statistic", "number_text", "value", "unit", "bound", "modality", "period_start", "period_end")


def extract_files(files: Sequence[Path], form: str) -> int:
    """Write the metrics of files to standard output; what cannot be read is named on standard error. The exit code."""
    failed = 0

    def rows() -> Iterator[Row]:
        nonlocal failed
        for path in files:
            found = _metrics(path)
            if isinstance(found, str):
                failed += 1
                click.secho(f"{printable(str(path))}: {printable(found)}", fg="red", err=True)
            else:
                yield from found

    try:
        WRITERS[form](rows(), sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if failed else 0


def _metrics(path: Path) -> list[Row] | str:
    from transforms.decode.archive import is_archive, members
    from transforms.pipeline import process

    data = _read(path)
    keeper = _keeper(path)
    if isinstance(data, str):
        return data
    if isinstance(keeper, str):
        return keeper
    raw = RawFile(path.name, data)
    found: list[Row] = []
    try:
        for member in members(raw) if is_archive(raw) else (raw,):
            made = process(member, run_id="", ingested_at=datetime.fromtimestamp(0, UTC), pipeline_version="", keeper=keeper)
            place = str(path) + member.source_path[len(path.name) :]
            if made.failure is not None:
                if member is raw:
                    return f"{made.failure['error']}: {made.failure['message']}"
                click.secho(f"{printable(place)}: {made.failure['error']}: {printable(made.failure['message'])}", fg="red", err=True)
            elif made.document is not None and not made.metrics:
                click.secho(f"{printable(place)}: {printable(made.document['warnings'] or '')}", fg="yellow", err=True)
            found += [{"file": place} | {name: value for name, value in row.items() if name != "run_id"} for row in made.metrics]
    except MemoryError:
        return "out_of_memory: The file takes more memory than there is. Split it, or convert it to text."
    except DecodeError as failure:  # of the archive itself
        return str(failure)
    return found


def _keeper(path: Path) -> Keeper | str:
    """What ``documents.csv`` beside a file says, or why it cannot be used."""
    from flows.ingest.keeper_file import keeper_beside
    from transforms.identify.keeper import KeeperError

    try:
        return keeper_beside(path)
    except KeeperError as error:
        return str(error)


def _read(path: Path) -> bytes | str:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return "There is no such file. Check its name."
    except IsADirectoryError:
        return "This is a folder. Name the files in it, or run the pipeline on it with `baogao run --seeds`."
    except OSError as error:
        return f"The file cannot be read ({error.strerror})."


def explain_files(files: Sequence[Path], place: str) -> int:
    """Print which rules decided on the numbers of files. The exit code.

    Args:
        files: the documents.
        place: an offset, some words of the text, `identity` for what decided what the document is, or nothing for all numbers.
    """
    from transforms.explain.identity import IDENTITY, explain_identity
    from transforms.explain.report import ExplainError, explain
    from transforms.pipeline import read_document

    where = int(place) if place.isascii() and place.isdigit() else place.strip() or None
    failed = 0
    for path in files:
        data, keeper = _read(path), _keeper(path)
        try:
            if isinstance(data, str):
                text = data
            elif isinstance(keeper, str):
                data = text = keeper
            elif where == IDENTITY:
                text = explain_identity(RawFile(path.name, data), keeper.of(path.name))
            else:
                text = explain(read_document(RawFile(path.name, data), keeper=keeper), where)
        except (DecodeError, ExplainError) as error:
            data = text = str(error)
        if isinstance(data, str):
            failed += 1
            click.secho(f"{printable(str(path))}: {printable(text)}", fg="red", err=True)
        else:
            click.echo("\n".join(map(printable, text.splitlines())))
    return 1 if failed else 0


def _jsonl(rows: Iterable[Row], out: TextIO) -> None:
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")


def _csv(rows: Iterable[Row], out: TextIO) -> None:
    from transforms.schema import table

    writer = csv.DictWriter(out, ["file", *(name for name in table("metrics").column_names if name != "run_id")], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: for_spreadsheet(value) for name, value in row.items()})


def _table(rows: Iterable[Row], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(header_style="bold", row_styles=["", "dim"])
    for name in TABLE_COLUMNS:
        shown.add_column(name, justify="right" if name in ("value", "period_start", "period_end") else "left", overflow="fold")
    count = 0
    for row in rows:
        shown.add_row(*(Text(printable(_cell(row[name]))) for name in TABLE_COLUMNS))
        count += 1
    console = Console(file=out, width=None if out.isatty() else 160)
    console.print(shown)
    console.print(f"{count} metrics", highlight=False)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.15g}" if isinstance(value, float) else str(value)


WRITERS: dict[str, Callable[[Iterable[Row], TextIO], None]] = {"jsonl": _jsonl, "csv": _csv, "table": _table}
