"""The checkpoints run by themselves on published data: ``python -m expectations.gx_runner.checkpoint DATA [SUITE.TABLE …]``.

Great Expectations keeps the results, by run, in the project ``DATA/great_expectations`` (the one in ``expectations/gx``, with the
results beside it); ``gx.get_context(mode="file", project_root_dir="DATA/great_expectations")`` opens it. Nothing that is
published changes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations import published
from expectations.frames import build_frames
from expectations.gx_runner import project
from expectations.gx_runner.runner import grouped, quiet, view_of
from expectations.inputs import GateInput, RunInput
from expectations.rule_columns import add_rule_columns
from expectations.run_tables import build_run_frames
from expectations.suites import RUN_TABLES, expectations

if TYPE_CHECKING:
    import pandas as pd

PROJECT = "great_expectations"


class NothingPublished(ValueError):
    """The folder holds no published data."""


def views(data: Path) -> dict[str, pd.DataFrame]:
    """What each checkpoint looks at, by its name (``units.metrics``): a table's columns, and a column for each rule.

    Raises:
        NothingPublished: there is no published data in the folder.
    """
    if not (data / "parquet").is_dir():
        raise NothingPublished(f"There is no published data in {data}. Run the pipeline first: baogao run --data {data}")
    tables = published.candidates(data)
    run_id = last_run(data)
    parts = build_frames(GateInput(run_id, **tables))
    documents, metrics = tables["documents"].select(RunInput.DOCUMENTS), tables["metrics"].select(RunInput.METRICS)
    whole = build_run_frames(RunInput(run_id, documents, metrics))
    for held, of_run in ((parts, False), (whole, True)):
        add_rule_columns(held, [each for each in expectations() if (each.table in RUN_TABLES) is of_run])
    return {
        f"{suite}.{table}": view_of((whole if table in RUN_TABLES else parts).frame(table), group)
        for (table, suite), group in grouped(expectations())
    }


def frame(data: Path | str, name: str) -> pd.DataFrame:
    """What the checkpoint ``name`` looks at, to give it to Great Expectations as ``dataframe``.

    Raises:
        NothingPublished: there is no published data in the folder.
        KeyError: there is no such checkpoint.
    """
    return views(Path(data))[name]


def last_run(data: Path) -> str:
    """The id of the published run."""
    return max(published.read_table(data, "runs", ["run_id"]).column("run_id").to_pylist(), default="")


def run(data: Path, names: list[str] | None = None) -> list[dict[str, Any]]:
    """Run the checkpoints (all without ``names``), and keep their results.

    Returns:
        For each its ``name``, whether it is a ``success``, the ``evaluated`` expectations and those that ``failed`` by severity.

    Raises:
        NothingPublished: there is no published data in the folder.
        KeyError: there is no such checkpoint.
    """
    shown = views(data)
    wanted = names or sorted(shown)
    unknown = [name for name in wanted if name not in shown]
    if unknown:
        raise KeyError(f"no checkpoint {', '.join(unknown)}; there are {', '.join(sorted(shown))}")
    project.write(data / PROJECT)
    done = []
    with quiet():
        import great_expectations as gx

        context = gx.get_context(mode="file", project_root_dir=str(data / PROJECT))
        run_id = gx.RunIdentifier(run_name=last_run(data))
        for name in wanted:
            result = context.checkpoints.get(name).run(batch_parameters={"dataframe": shown[name]}, run_id=run_id)
            (validated,) = result.run_results.values()
            failed: list[Any] = [each.expectation_config for each in validated.results if not each.success]
            by_severity = {
                severity: [each.meta["id"] for each in failed if each.severity == severity] for severity in ("critical", "warning")
            }
            done.append({"name": name, "success": validated.success, "evaluated": len(validated.results), "failed": by_severity})
    return done


def main(arguments: list[str]) -> int:
    """Run the checkpoints and say how they ended: 1 where a critical expectation failed, 2 where they cannot be run."""
    if not arguments or arguments[0].startswith("-"):
        print("usage: python -m expectations.gx_runner.checkpoint DATA [SUITE.TABLE ...]", file=sys.stderr)  # noqa: T201
        return 2
    try:
        done = run(Path(arguments[0]), arguments[1:])
    except (NothingPublished, KeyError) as error:
        print(error.args[0], file=sys.stderr)  # noqa: T201
        return 2
    for each in done:
        bad = [f"{severity}: {', '.join(names)}" for severity, names in each["failed"].items() if names]
        count = each["evaluated"] - sum(map(len, each["failed"].values()))
        print(f"{'ok' if each['success'] else 'failed':7} {each['name']:28} {count}/{each['evaluated']}  {'; '.join(bad)}".rstrip())  # noqa: T201
    print(f"results: {Path(arguments[0]) / PROJECT / project.FOLDER / 'uncommitted' / 'validations'}")  # noqa: T201
    return 1 if any(each["failed"]["critical"] for each in done) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
