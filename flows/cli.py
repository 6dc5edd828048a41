"""The program ``baogao``. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from flows.commands.console import print_line
from flows.settings import RUNNERS, Settings, SettingsError

FOLDER = click.Path(path_type=Path)
PLACE = click.Path()
"""A folder or the address of one, as text: a Path would turn ``s3://`` into ``s3:/``."""


class _Group(click.Group):
    """Commands in the order in which one meets them, and errors as one clear line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="baogao", message="%(prog)s %(version)s")
def main() -> None:
    """Every number in Chinese government reports, in a warehouse, with its source.

    \b
    baogao run                                   reports in seeds/ to a warehouse in data/
    baogao query "SELECT * FROM headline"        query it
    baogao quality                               how good the data is
    baogao extract report.pdf --format table     the metrics of one file, no warehouse
    baogao serve --cron "0 6 * * *"              keep the warehouse up to date

    `baogao COMMAND --help` explains each with examples.
    """


def _data_option(command: Any) -> Any:
    return click.option("--data", type=PLACE, help="Folder of the warehouse and the reports.  [default: data]")(command)


def _seeds_option(command: Any) -> Any:
    return click.option("--seeds", type=PLACE, help="Folder with the documents, or s3://BUCKET/FOLDER.  [default: seeds]")(command)


def _rules_option(command: Any) -> Any:
    option = click.option("--rules", type=FOLDER, metavar="DIR", help="Folder of your own rules, merged over those of the program.")
    return option(command)


def _settings(**options: Any) -> Settings:
    try:
        return Settings.load(**options)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None


def _apply_rules(settings: Settings) -> None:
    from flows.state.own_rules import use_rules
    from transforms.lexicon import RulesError

    try:
        use_rules(settings.rules)
    except RulesError as error:
        raise click.UsageError(str(error)) from None


@main.command()
@_seeds_option
@_data_option
@_rules_option
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes.  [default: one for each processor]")
@click.option("--runner", type=click.Choice(RUNNERS), help="Where documents are read: here, or on a Dask cluster.  [default: local]")
@click.option("--address", "dask_address", metavar="tcp://HOST:PORT", help="Scheduler of the Dask cluster.")
@click.option("--ocr", is_flag=True, default=None, help="Recognise the text of scans; needs the extra ocr (make setup-ocr) or Tesseract.")
@click.option("--fresh", is_flag=True, help="Read every document anew, reusing no finished work of earlier runs.")
@click.option("--verbose", "-v", is_flag=True, help="Show the output of Prefect and the workers, and complete tracebacks.")
def run(fresh: bool, verbose: bool, **options: Any) -> None:
    """Run the pipeline once: read, extract, check, publish the warehouse and the reports.

    Documents that did not change since the last run are not read again. A document that cannot be read is named and
    recorded in the table `failures`, and stops nothing. The new warehouse replaces the old one in one step.

    \b
    baogao run                                   seeds/ into data/
    baogao run --seeds reports --data out        another folder
    baogao run --fresh                           everything from the beginning
    baogao run --runner dask --address tcp://10.0.0.1:8786        read on a cluster

    \b
    Exit code  0  published
               1  not published; the warehouse that was there stays
               2  wrong usage
    """
    settings = _settings(**options)
    from flows.commands.run import run_once

    sys.exit(run_once(settings, fresh=fresh, verbose=verbose))


@main.command()
@click.option("--cron", required=True, metavar="CRON", help='When to run: minute hour day month weekday, such as "0 6 * * *".')
@_seeds_option
@_data_option
@click.option("--timezone", help="Time zone of the schedule, such as Asia/Shanghai.  [default: UTC]")
@click.option("--verbose", "-v", is_flag=True, help="Show the output of Prefect.")
def serve(cron: str, seeds: str | None, data: str | None, timezone: str | None, verbose: bool) -> None:
    """Keep the warehouse up to date: a Prefect deployment of the same flow, run on a schedule.

    Runs until it is stopped (Ctrl-C). Uses the Prefect server that is configured; where none is, it starts one on this
    machine and says where its pages are.

    \b
    baogao serve --cron "0 6 * * *"                             each day at six
    baogao serve --cron "*/30 * * * *" --seeds in --data out    each half hour
    PREFECT_API_URL=http://prefect:4200/api baogao serve --cron "0 6 * * *"
    """
    settings = _settings(seeds=seeds, data=data)
    from flows.commands.serve import keep_running

    sys.exit(keep_running(settings, cron=cron, timezone=timezone, verbose=verbose))


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv", "table"]), help="How to write them.  [default: table on a terminal, else jsonl]"
)
@click.option(
    "--explain",
    is_flag=False,
    flag_value="",
    metavar="[OFFSET]",
    help="Show which rules decided, and which lost: for all numbers, or those at an offset or at words of the text.",
)
@_rules_option
def extract(files: Sequence[Path], form: str | None, explain: str | None, rules: Path | None) -> None:
    """The metrics of files, without a warehouse.

    \b
    baogao extract report.txt                              a table on the terminal
    baogao extract *.pdf --format csv > metrics.csv        for a spreadsheet
    baogao extract report.txt --format jsonl | head        one JSON object a line
    baogao extract report.txt --explain 284                why the number at this offset was read so
    baogao extract report.txt --explain "公共预算收入"      the same for the sentences with these words
    baogao extract report.txt --explain identity           what decided its kind, region and year

    Exit code 1 when a file could not be read; the others are written all the same.
    """
    _apply_rules(_settings(rules=rules))
    from flows.commands.extract import explain_files, extract_files

    if explain is not None:
        sys.exit(explain_files(files, explain))
    sys.exit(extract_files(files, form or ("table" if sys.stdout.isatty() else "jsonl")))


@main.command("rules")
@_rules_option
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="FOLDER…")
def show_rules(folders: Sequence[Path], rules: Path | None) -> None:
    """What each rule did over documents: uses, documents, an example; rules never used, and those of one document only.

    \b
    baogao rules seeds
    """
    from flows.commands.rules import print_report

    _apply_rules(_settings(rules=rules))
    sys.exit(print_report(folders))


@main.command()
@click.argument("sql")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet", "xlsx", "dta"]),
    default="table",
    show_default=True,
    help="How to write the rows; dta is a file of Stata.",
)
@click.option("--output", type=FOLDER, help="File to write to; parquet, xlsx and dta need one.")
@click.option("--bom", is_flag=True, help="Begin csv with the mark by which Excel knows that it is UTF-8.")
@_data_option
def query(sql: str, form: str, output: Path | None, bom: bool, data: str | None) -> None:
    """Read-only SQL on the published warehouse.

    \b
    baogao query "SELECT indicator, value, unit FROM metrics LIMIT 5"
    baogao query "SELECT * FROM headline WHERE report_year = 2023" --format csv
    baogao query "FROM targets_vs_actuals" --format xlsx --output targets.xlsx
    baogao query "SHOW TABLES"
    """
    from flows.commands.query import run_query_command

    if form in ("parquet", "xlsx", "dta") and output is None:
        raise click.UsageError(f"--format {form} needs a file to write to: add --output FILE.{form}")
    sys.exit(run_query_command(_settings(data=data), sql, form, output, bom))


@main.command()
@_data_option
def quality(data: str | None) -> None:
    """The last run's data-quality summary.

    \b
    baogao quality
    baogao quality --data out
    """
    from flows.commands.query import print_quality

    sys.exit(print_quality(_settings(data=data)))


@main.command("settings")
def show_settings() -> None:
    """Every setting: its environment variable, value and meaning."""
    for name, value, help_text in Settings.describe():
        print_line("title", f"{name}={value}")
        click.echo(f"    {help_text}")


if __name__ == "__main__":
    main()
