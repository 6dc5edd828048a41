"""The gate: what a run wants to publish is held against the expectations, and a verdict comes out.

Rows that fail a critical expectation are quarantined, rows that fail a warning are marked, and a broken table stops
the publication. The checking is done by Great Expectations, on frames in which every rule of ``derived.py`` is a column.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from expectations.suites import Expectation, expectations
from transforms import schema

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from expectations.frames import Frames, GateInput

EXAMPLES = 3
"""Failing rows named in a reason that stops the publication."""
EXAMPLES_KEPT = 20
"""Failing rows kept of each expectation in Great Expectations' own results."""
RESULT_FORMAT = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"], "return_unexpected_index_query": False}


class GateError(RuntimeError):
    """The gate itself does not work (an expectation was lost, a rule failed): nothing may be published on its word."""


@dataclass
class Verdict:
    """What the gate found.

    Attributes:
        checks: rows of ``checks``, one per expectation.
        quarantine: rows of ``quarantine``: whole metrics, once for each critical expectation they failed.
        flags: the ids of metrics that are marked, with the names of the warnings joined by ``; ``.
        stop_reasons: why nothing may be published; empty if it may.
        warnings: what people should know although it does not stop the publication.
        results: Great Expectations' own results, one for each suite and table, as JSON values.
    """

    run_id: str
    checks: list[dict[str, Any]]
    quarantine: pa.Table
    flags: dict[str, str] = field(default_factory=dict)
    stop_reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def publishable(self) -> bool:
        return not self.stop_reasons

    def clean(self, metrics: pa.Table) -> pa.Table:
        """The metrics that may be published: without quarantined rows, ``quality_flags`` set on those marked."""
        import pyarrow as pa
        import pyarrow.compute as pc

        held = self.quarantine.column("metric_id").unique()
        kept = metrics.filter(pc.invert(pc.is_in(metrics.column("metric_id"), value_set=held)))
        flags = [self.flags.get(metric) for metric in kept.column("metric_id").to_pylist()]
        place = kept.schema.get_field_index("quality_flags")
        return kept.set_column(place, kept.schema.field(place), pa.array(flags, pa.string()))


def validate(inputs: GateInput) -> Verdict:
    """Hold the candidate tables of a run, or of a part of it, against every expectation.

    Returns:
        The verdict. Bad data never raises.

    Raises:
        GateError: an expectation was lost on the way or could not be evaluated for a reason of its own.
    """
    broken = list(_schema_faults(inputs))
    checks = [_schema_check(inputs.run_id, name, [fault for table, fault in broken if table == name]) for name in inputs.TABLES]
    if broken:
        return Verdict(inputs.run_id, checks, _no_rows(), stop_reasons=[fault for _, fault in broken])
    from expectations.frames import frames

    tables = frames(inputs)
    _add_rules(tables)
    verdict = Verdict(inputs.run_id, checks, _no_rows())
    marks: dict[int, list[str]] = {}
    held: list[tuple[int, str, str]] = []
    for outcome in _evaluate(tables, verdict):
        _judge(outcome, tables, verdict, held, marks)
    verdict.quarantine = _quarantine(inputs, held)
    ids = tables.metrics["metric_id"]
    verdict.flags = {ids.iloc[row]: "; ".join(names) for row, names in sorted(marks.items())}
    return verdict


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict on all parts of a run: counts are added up, rows and reasons put together.

    Raises:
        ValueError: there is none.
    """
    import pyarrow as pa

    parts = list(verdicts)
    if not parts:
        raise ValueError("there is no verdict to combine")
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for check in (check for part in parts for check in part.checks):
        key = (check["suite"], check["expectation"])
        if key not in rows:
            rows[key] = dict(check)
            continue
        for column in ("rows_checked", "rows_failed"):
            rows[key][column] += check[column]
        rows[key]["passed"] = rows[key]["passed"] and check["passed"]
    return Verdict(
        parts[0].run_id,
        list(rows.values()),
        pa.concat_tables([part.quarantine for part in parts]),
        {metric: names for part in parts for metric, names in part.flags.items()},
        list(dict.fromkeys(reason for part in parts for reason in part.stop_reasons)),
        list(dict.fromkeys(warning for part in parts for warning in part.warnings)),
        [result for part in parts for result in part.results],
    )


# the tables themselves ---------------------------------------------------------------------------------------------


def _schema_faults(inputs: GateInput) -> Iterator[tuple[str, str]]:
    """Columns that are missing, unknown or of another type; with any of these the rules would not know what they read."""
    for name in inputs.TABLES:
        found, wanted = inputs.table(name).schema, schema.arrow_schema(name)
        for column in wanted:
            if column.name not in found.names:
                yield name, f"{name}: the column {column.name} is missing"
            elif found.field(column.name).type != column.type:
                yield name, f"{name}: the column {column.name} holds {found.field(column.name).type}, not {column.type}"
        for column_name in found.names:
            if column_name not in wanted.names:
                yield name, f"{name}: the column {column_name} is in no description (transforms/tables.yml)"


def _schema_check(run_id: str, table: str, faults: list[str]) -> dict[str, Any]:
    return {
        "run_id": run_id, "suite": "schema", "expectation": f"{table}_has_its_columns", "severity": "critical", "scope": "table",
        "description": f"The table {table} has the columns and types of its description.",
        "description_zh": f"表 {table} 的列名与类型与表描述一致。",
        "rows_checked": len(schema.table(table).columns), "rows_failed": len(faults), "passed": not faults,
    }  # fmt: skip


def _no_rows() -> pa.Table:
    return schema.arrow_schema("quarantine").empty_table()


def _add_rules(tables: Frames) -> None:
    """Make every rule a column of its table."""
    from expectations import derived

    columns: dict[str, dict[str, Any]] = {}
    for each in expectations():
        if each.rule is None:
            continue
        try:
            verdicts = getattr(derived, each.rule)(tables, each.params)
        except Exception as error:
            raise GateError(f"the rule {each.rule} (expectations/derived.py) failed: {error}") from error
        columns.setdefault(each.table, {})[f"ok:{each.id}"] = verdicts.array
    for name, found in columns.items():
        for column, values in found.items():
            tables.frame(name)[column] = values


# Great Expectations ------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """One expectation's result: how many rows it looked at, and the positions of those that failed."""

    expectation: Expectation
    rows_checked: int
    rows_failed: int
    failing: list[int]
    error: str | None = None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations speaks to the log and draws progress bars; a run's screen is not the place for either."""
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


def _evaluate(tables: Frames, verdict: Verdict) -> Iterator[Outcome]:
    """Run every expectation through Great Expectations, one suite and table after the other."""
    groups: dict[tuple[str, str], list[Expectation]] = {}
    for each in expectations():
        groups.setdefault((each.table, each.suite), []).append(each)
    with _quiet():
        import great_expectations as gx  # eight seconds: here and nowhere else
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source = context.data_sources.add_pandas("candidate")
        for (table, suite), group in sorted(groups.items()):
            frame = tables.frame(table)
            batch = _batch(source, f"{suite}.{table}", frame, group)
            result = batch.validate(build_suite(suite, table, group), result_format=RESULT_FORMAT)
            outcomes = list(_outcomes(group, result, len(frame)))
            verdict.results.append(_as_json(suite, table, frame, result))
            yield from outcomes


def _batch(source: Any, name: str, frame: pd.DataFrame, group: list[Expectation]) -> Any:
    """The columns that the expectations look at, and no more: Great Expectations hashes every cell of a batch, twice."""
    wanted = {each.column for each in group}
    view = frame[[column for column in frame.columns if column in wanted]].assign(row=range(len(frame)))
    for each in group:
        if each.type == "expect_column_values_to_be_between" and each.column in view:
            # Great Expectations compares floats as a whole, but nullable integers one by one.
            view[each.column] = view[each.column].astype("float64")
    definition = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
    return definition.get_batch(batch_parameters={"dataframe": view})


def build_suite(suite: str, table: str, group: list[Expectation]) -> Any:
    """The Great Expectations suite of these expectations.

    Raises:
        GateError: it holds fewer than it was given (an unknown type is only logged by Great Expectations).
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
        raise GateError(f"suite {suite} of {table}: expectations were lost on the way: {', '.join(sorted(lost)) or 'duplicates'}")
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
    failing = [int(entry["row"]) for entry in details.get("unexpected_index_list") or []]
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
    name = next((column for column in ("metric_id", "document_id") if column in frame.columns), None)
    for found in (each.result for each in result.results if each.result):
        for key in ("unexpected_list", "unexpected_index_list", "partial_unexpected_index_list"):
            found[key] = (found.get(key) or [])[:EXAMPLES_KEPT]
        if name and found.get("unexpected_index_column_names"):
            found["unexpected_index_column_names"] = ["row", name]
            for entry in [*found["unexpected_index_list"], *found["partial_unexpected_index_list"]]:
                entry[name] = _say(frame[name].iloc[int(entry["row"])])
    return {"suite": suite, "table": table, "result": result.to_json_dict()}


# judgement ---------------------------------------------------------------------------------------------------------


def _judge(outcome: Outcome, tables: Frames, verdict: Verdict, held: list[tuple[int, str, str]], marks: dict[int, list[str]]) -> None:
    """What follows from one outcome: a row of checks, and quarantine, marks, a warning or a stop."""
    each = outcome.expectation
    passed = outcome.rows_failed == 0 and outcome.error is None
    verdict.checks.append(
        {
            "run_id": verdict.run_id, "suite": each.suite, "expectation": each.id, "severity": each.severity, "scope": each.scope,
            "description": each.description, "description_zh": each.zh,
            "rows_checked": outcome.rows_checked, "rows_failed": outcome.rows_failed, "passed": passed,
        }
    )  # fmt: skip
    if passed:
        return
    if outcome.error is not None:
        verdict.stop_reasons.append(f"{each.id} could not be evaluated: {outcome.error}")
    elif each.scope == "table":
        reasons = verdict.stop_reasons if each.severity == "critical" else verdict.warnings
        reasons.append(_table_reason(outcome, tables))
    elif each.severity == "critical":
        held.extend((row, each.id, f"{each.en} Here {reason}.") for row, reason in _row_reasons(outcome, tables, outcome.failing))
    else:
        for row in outcome.failing:
            marks.setdefault(row, []).append(each.id)


def _table_reason(outcome: Outcome, tables: Frames) -> str:
    each = outcome.expectation
    if each.column is None:
        return f"{each.id}: {each.en} It has {outcome.rows_checked} rows."
    examples = [reason for _, reason in _row_reasons(outcome, tables, outcome.failing[:EXAMPLES])]
    more = f" and {outcome.rows_failed - EXAMPLES} more" if outcome.rows_failed > EXAMPLES else ""
    return f"{each.id}: {each.en} Failed by {outcome.rows_failed} of {outcome.rows_checked} rows: {'; '.join(examples)}{more}"


def _row_reasons(outcome: Outcome, tables: Frames, rows: list[int]) -> Iterator[tuple[int, str]]:
    frame = tables.frame(outcome.expectation.table)
    template = outcome.expectation.reason or "the row fails"
    columns = [column for column in frame.columns if f"{{{column}}}" in template]
    records = frame.iloc[rows][columns].astype(object).to_dict("records") if columns else [{} for _ in rows]
    for row, record in zip(rows, records, strict=True):
        yield row, template.format_map({str(column): _say(value) for column, value in record.items()})


def _say(value: Any) -> str:
    if value is None or value != value or str(value) == "<NA>":
        return "nothing"
    if isinstance(value, float):
        return f"{value:.15g}"
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _quarantine(inputs: GateInput, held: list[tuple[int, str, str]]) -> pa.Table:
    import pyarrow as pa

    held = sorted(held)
    target = schema.arrow_schema("quarantine")
    rows = inputs.metrics.take(pa.array([row for row, _, _ in held], pa.int64()))
    columns = {name: rows.column(name) for name in rows.column_names}
    columns["run_id"] = pa.array([inputs.run_id] * len(held), pa.string())
    columns["expectation"] = pa.array([name for _, name, _ in held], pa.string())
    columns["reason"] = pa.array([reason for _, _, reason in held], pa.string())
    return pa.Table.from_arrays([columns[field.name] for field in target], schema=target)
