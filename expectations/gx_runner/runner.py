"""Run expectations with Great Expectations: build its suites, evaluate them on frames, and return the failing rows of each."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.frames import Tables
from expectations.inputs import GateError
from expectations.suites import Expectation
from expectations.wording import display_value

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES_KEPT = 20
"""Failing rows kept of each expectation in Great Expectations' own results."""
# Failing rows are reported by position. With a column that identifies them, Great Expectations looks up row by row.
RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


@dataclass
class Outcome:
    """The result of one expectation: the number of rows checked and the positions of those that failed."""

    expectation: Expectation
    rows_checked: int
    rows_failed: int
    failing: list[int]
    error: str | None = None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence the log messages, warnings and progress bars of Great Expectations."""
    import warnings

    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.ERROR)
    os.environ.setdefault("TQDM_DISABLE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)


def import_great_expectations() -> None:
    """Import Great Expectations ahead of the first evaluation; the import takes seconds."""
    with quiet():
        import great_expectations  # noqa: F401


def grouped(wanted: Iterable[Expectation]) -> list[tuple[tuple[str, str], list[Expectation]]]:
    """Group the expectations by table and suite, sorted."""
    groups: dict[tuple[str, str], list[Expectation]] = {}
    for each in wanted:
        groups.setdefault((each.table, each.suite), []).append(each)
    return sorted(groups.items())


def evaluate(tables: Tables, wanted: Iterable[Expectation], results: list[dict[str, Any]]) -> Iterator[Outcome]:
    """Evaluate every expectation with Great Expectations, suite by suite; append its own results to ``results``.

    Raises:
        GateError: Great Expectations dropped an expectation.
    """
    with quiet():
        import great_expectations as gx  # eight seconds: here and nowhere else
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source = context.data_sources.add_pandas("candidate")
        for (table, suite), group in grouped(wanted):
            frame = tables.frame(table)
            definition = source.add_dataframe_asset(f"{suite}.{table}").add_batch_definition_whole_dataframe("whole")
            batch = definition.get_batch(batch_parameters={"dataframe": view_of(frame, group)})
            result = batch.validate(build_suite(suite, table, group), result_format=RESULT_FORMAT)
            outcomes = list(_outcomes(group, result, len(frame)))
            results.append(_as_json(suite, table, frame, result))
            yield from outcomes


def view_of(frame: pd.DataFrame, group: list[Expectation]) -> pd.DataFrame:
    """Select the columns that the expectations need: Great Expectations hashes every cell of a batch twice."""
    wanted = {each.column for each in group}
    view = frame[[column for column in frame.columns if column in wanted]].reset_index(drop=True)
    for each in group:
        if each.type == "expect_column_values_to_be_between" and each.column in view:
            # Great Expectations compares floats as a whole, but nullable integers one by one.
            view[each.column] = view[each.column].astype("float64")
    return view


def build_suite(suite: str, table: str, group: list[Expectation]) -> Any:
    """Build the Great Expectations suite of these expectations.

    Raises:
        GateError: the suite has fewer expectations than were given (Great Expectations only logs an unknown type).
    """
    import great_expectations as gx

    made = gx.ExpectationSuite(
        name=f"{suite}.{table}",
        expectations=[
            {"type": each.type, "kwargs": each.kwargs, "severity": each.severity, "description": each.en, "meta": {"id": each.id}}
            for each in group
        ],
    )
    lost = {each.id for each in group} - {(each.meta or {}).get("id") for each in made.expectations}
    if lost or len(made.expectations) != len(group):
        raise GateError(f"suite {suite} of {table}: expectations are missing from the suite: {', '.join(sorted(lost)) or 'duplicates'}")
    return made


def _outcomes(group: list[Expectation], result: Any, rows: int) -> Iterator[Outcome]:
    by_id = {(each.expectation_config.meta or {}).get("id"): each for each in result.results}
    lost = [each.id for each in group if each.id not in by_id]
    if lost or not by_id:
        raise GateError(f"expectations were not evaluated: {', '.join(lost)}")
    for each in group:
        yield _outcome(each, by_id[each.id], rows)


def _outcome(expectation: Expectation, found: Any, rows: int) -> Outcome:
    details = found.result or {}
    message = _exception(found.exception_info)
    if message:
        return Outcome(expectation, 0, 0, [], message)
    if expectation.column is None:
        return Outcome(expectation, rows, 0 if found.success else max(rows, 1), [])
    checked = int(details.get("element_count", rows)) - int(details.get("missing_count", 0) or 0)
    failing = [int(row) for row in details.get("unexpected_index_list") or []]
    failed = int(details.get("unexpected_count", 0))
    if failed != len(failing):
        raise GateError(f"{expectation.id}: {failed} rows failed, but Great Expectations names {len(failing)}")
    return Outcome(expectation, checked, failed, failing)


def _exception(info: Any) -> str | None:
    """The message of an exception inside an expectation, however deep Great Expectations has put it."""
    if not isinstance(info, dict):
        return None
    if info.get("raised_exception"):
        return str(info.get("exception_message") or "unknown error")
    nested = [_exception(value) for value in info.values() if isinstance(value, dict)]
    return next((message for message in nested if message), None)


def _as_json(suite: str, table: str, frame: pd.DataFrame, result: Any) -> dict[str, Any]:
    """Great Expectations' result as JSON values, with at most twenty failing rows for each expectation, and their ids."""
    names = [name for name in ("metric_id", "document_id") if name in frame.columns][:1]
    for each in result.results:
        found, column = each.result or {}, each.expectation_config.kwargs.get("column")
        if "unexpected_list" in found:
            found["unexpected_list"] = found["unexpected_list"][:EXAMPLES_KEPT]
        if "unexpected_index_list" in found:
            found["unexpected_index_column_names"] = ["row", *names]
        for key in ("unexpected_index_list", "partial_unexpected_index_list"):
            if key in found:
                rows = [int(row) for row in (found[key] or [])[:EXAMPLES_KEPT]]
                found[key] = [
                    {column: frame[column].iloc[row], "row": row, **{name: display_value(frame[name].iloc[row]) for name in names}}
                    for row in rows
                ]
    return {"suite": suite, "table": table, "result": result.to_json_dict()}
