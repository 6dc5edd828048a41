"""Validate what a run wants to publish.

Rows that fail a critical expectation are quarantined, rows that fail a warning are flagged, and a table-level failure of a critical
expectation stops publication. Great Expectations evaluates the expectations, on frames in which every rule is a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from expectations.frames import Tables, build_frames
from expectations.gx_runner.results import merge_results
from expectations.gx_runner.runner import Outcome, evaluate
from expectations.result import ValidationResult
from expectations.rule_columns import add_rule_columns
from expectations.rules.claims import CLAIM_TEXT
from expectations.run_tables import build_run_frames
from expectations.suites import RUN_TABLES, Expectation, expectations
from expectations.wording import display_value
from transforms import schema

if TYPE_CHECKING:
    import pyarrow as pa

    from expectations.inputs import GateInput, RunInput

EXAMPLES = 3
"""Failing rows named in a reason that stops the publication."""


def validate(inputs: GateInput) -> ValidationResult:
    """Validate the candidate tables of a run, or of a part of it.

    Returns:
        The result. Bad data never raises.

    Raises:
        GateError: an expectation was dropped or could not be evaluated.
    """
    broken = list(_schema_faults(inputs))
    checks = [_schema_check(inputs.run_id, name, [fault for table, fault in broken if table == name]) for name in inputs.TABLES]
    if broken:
        return ValidationResult(inputs.run_id, checks, _no_rows(), stop_reasons=[fault for _, fault in broken])
    tables = build_frames(inputs)
    result = ValidationResult(inputs.run_id, checks, _no_rows())
    quarantined = _evaluate(tables, [each for each in expectations() if each.table not in RUN_TABLES], result)
    result.quarantine = _quarantine(inputs, quarantined)
    return result


def validate_run(inputs: RunInput) -> ValidationResult:
    """Validate a whole run against the expectations between reports and between runs.

    Returns:
        A result to combine with those of the parts. It quarantines nothing: reports that disagree are flagged.

    Raises:
        GateError: an expectation was dropped or could not be evaluated.
    """
    result = ValidationResult(inputs.run_id, [], _no_rows())
    _evaluate(build_run_frames(inputs), [each for each in expectations() if each.table in RUN_TABLES], result)
    return result


def _evaluate(tables: Tables, wanted: list[Expectation], result: ValidationResult) -> list[tuple[int, str, str]]:
    """Evaluate the expectations and record the outcomes in ``result``; return the rows to quarantine with expectation and reason."""
    add_rule_columns(tables, wanted)
    quarantined: list[tuple[int, str, str]] = []
    for outcome in evaluate(tables, wanted, result.results):
        _record(outcome, tables, result, quarantined)
    result.flags.sort(key=lambda flag: (flag["document_id"] or "", flag["metric_id"], flag["expectation"]))
    return quarantined


def combine(results: Iterable[ValidationResult]) -> ValidationResult:
    """Combine the results of the parts of a run: add up counts, concatenate rows and reasons.

    Raises:
        ValueError: there is no result to combine.
    """
    import pyarrow as pa

    parts = list(results)
    if not parts:
        raise ValueError("there is no result to combine")
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for check in (check for part in parts for check in part.checks):
        key = (check["suite"], check["expectation"])
        if key not in rows:
            rows[key] = dict(check)
            continue
        for column in ("rows_checked", "rows_failed"):
            rows[key][column] += check[column]
        rows[key]["passed"] = rows[key]["passed"] and check["passed"]
        rows[key]["details"] = "\n".join(filter(None, (rows[key]["details"], check["details"]))) or None
    return ValidationResult(
        parts[0].run_id,
        list(rows.values()),
        pa.concat_tables([part.quarantine for part in parts]),
        [flag for part in parts for flag in part.flags],
        list(dict.fromkeys(reason for part in parts for reason in part.stop_reasons)),
        list(dict.fromkeys(warning for part in parts for warning in part.warnings)),
        merge_results(result for part in parts for result in part.results),
    )


# the tables themselves ---------------------------------------------------------------------------------------------


def _schema_faults(inputs: GateInput) -> Iterator[tuple[str, str]]:
    """Columns that are missing, unknown or of another type, with which no rule can be evaluated."""
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
        "details": "; ".join(faults) or None,
    }  # fmt: skip


def _no_rows() -> pa.Table:
    return schema.arrow_schema("quarantine").empty_table()


# what follows from an outcome ---------------------------------------------------------------------------------------------------------


def _record(outcome: Outcome, tables: Tables, result: ValidationResult, quarantined: list[tuple[int, str, str]]) -> None:
    """Record one outcome: a row of checks, and quarantine, flags, a warning or a reason to stop."""
    each = outcome.expectation
    passed = outcome.rows_failed == 0 and outcome.error is None
    result.checks.append(
        {
            "run_id": result.run_id, "suite": each.suite, "expectation": each.id, "severity": each.severity, "scope": each.scope,
            "description": each.description, "description_zh": each.zh,
            "rows_checked": outcome.rows_checked, "rows_failed": outcome.rows_failed, "passed": passed,
            "details": _table_reason(outcome, tables) if each.scope == "table" and not passed and outcome.error is None else outcome.error,
        }
    )  # fmt: skip
    if passed:
        return
    if outcome.error is not None:
        result.stop_reasons.append(f"{each.id} could not be evaluated: {outcome.error}")
    elif each.scope == "table":
        reasons = result.stop_reasons if each.severity == "critical" else result.warnings
        reasons.append(_table_reason(outcome, tables))
    elif each.severity == "critical":
        quarantined.extend((row, each.id, f"{each.en} Here {reason}.") for row, reason in _row_reasons(outcome, tables, outcome.failing))
    else:
        _mark(outcome, tables, result)


def _mark(outcome: Outcome, tables: Tables, result: ValidationResult) -> None:
    frame = tables.frame(outcome.expectation.table)
    ids, documents = frame["metric_id"].iloc[outcome.failing], frame["document_id"].iloc[outcome.failing]
    reasons = (reason for _, reason in _row_reasons(outcome, tables, outcome.failing))
    for metric, document, reason in zip(ids, documents, reasons, strict=True):
        result.flags.append(
            {
                "metric_id": metric,
                "document_id": document,
                "expectation": outcome.expectation.id,
                "reason": reason,
                "run_id": result.run_id,
            }
        )


def _table_reason(outcome: Outcome, tables: Tables) -> str:
    each = outcome.expectation
    if each.column is None:
        return f"{each.id}: {each.en} It has {outcome.rows_checked} rows."
    examples = [reason for _, reason in _row_reasons(outcome, tables, outcome.failing[:EXAMPLES])]
    more = f" and {outcome.rows_failed - EXAMPLES} more" if outcome.rows_failed > EXAMPLES else ""
    return f"{each.id}: {each.en} Failed by {outcome.rows_failed} of {outcome.rows_checked} rows: {'; '.join(examples)}{more}"


def _row_reasons(outcome: Outcome, tables: Tables, rows: list[int]) -> Iterator[tuple[int, str]]:
    frame = tables.frame(outcome.expectation.table)
    template = outcome.expectation.reason or "the row fails"
    columns = [column for column in frame.columns if f"{{{column}}}" in template]
    records = frame.iloc[rows][columns].astype(object).to_dict("records") if columns else [{} for _ in rows]
    for row, record in zip(rows, records, strict=True):
        yield row, template.format_map({str(column): display_value(value, _length(str(column))) for column, value in record.items()})


def _length(column: str) -> int:
    """Characters of a column's value in a reason: more for a rule's own sentence than for a document's words."""
    return 400 if column.endswith(CLAIM_TEXT.format("")) else 80


def _quarantine(inputs: GateInput, quarantined: list[tuple[int, str, str]]) -> pa.Table:
    import pyarrow as pa

    quarantined = sorted(quarantined)
    target = schema.arrow_schema("quarantine")
    rows = inputs.metrics.take(pa.array([row for row, _, _ in quarantined], pa.int64()))
    columns = {name: rows.column(name) for name in rows.column_names}
    columns["run_id"] = pa.array([inputs.run_id] * len(quarantined), pa.string())
    columns["expectation"] = pa.array([name for _, name, _ in quarantined], pa.string())
    columns["reason"] = pa.array([reason for _, _, reason in quarantined], pa.string())
    return pa.Table.from_arrays([columns[field.name] for field in target], schema=target)
