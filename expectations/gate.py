"""The gate: what a run wants to publish is held against the expectations, and a verdict comes out.

Rows that fail a critical expectation are quarantined, rows that fail a warning are marked, and a broken table stops
the publication. The checking is done by Great Expectations, on frames in which every rule is a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from expectations.claims import CLAIM_TEXT
from expectations.evaluate import GateError, Outcome, Tables, add_rules, build_suite, evaluate, say
from expectations.merging import merged
from expectations.suites import RUN_TABLES, Expectation, expectations
from transforms import schema

if TYPE_CHECKING:
    import pyarrow as pa

    from expectations.frames import GateInput, RunInput

__all__ = ["GateError", "Verdict", "build_suite", "combine", "validate", "validate_run"]

EXAMPLES = 3
"""Failing rows named in a reason that stops the publication."""


@dataclass
class Verdict:
    """What the gate found.

    Attributes:
        checks: rows of ``checks``, one per expectation.
        quarantine: rows of ``quarantine``: whole metrics, once for each critical expectation they failed.
        flags: rows of ``flags``: a metric, a warning that it failed, and why.
        stop_reasons: why nothing may be published; empty if it may.
        warnings: what people should know although it does not stop the publication.
        results: Great Expectations' own results, one for each suite and table, as JSON values.
    """

    run_id: str
    checks: list[dict[str, Any]]
    quarantine: pa.Table
    flags: list[dict[str, Any]] = field(default_factory=list)
    stop_reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def publishable(self) -> bool:
        """Whether nothing stops the publication."""
        return not self.stop_reasons

    @property
    def marks(self) -> dict[str, str]:
        """``quality_flags`` of the metrics that are marked: the names of the warnings, joined by ``; ``."""
        names: dict[str, list[str]] = {}
        for flag in self.flags:
            names.setdefault(flag["metric_id"], []).append(flag["expectation"])
        return {metric: "; ".join(dict.fromkeys(found)) for metric, found in names.items()}

    def cleaning(self) -> Cleaning:
        """What turns candidate metrics into those that may be published."""
        import pyarrow as pa

        marks = self.marks
        held = self.quarantine.column("metric_id").combine_chunks().unique()
        return Cleaning(held, pa.array(list(marks), pa.string()), pa.array(list(marks.values()), pa.string()))


@dataclass(frozen=True)
class Cleaning:
    """The metrics that a verdict holds back, and the names of the warnings (``quality_flags``) of those that it marks."""

    held: pa.Array
    marked: pa.Array
    names: pa.Array

    def said_of(self, metrics: Sequence[pa.ChunkedArray]) -> list[str]:
        """Everything that is said of each of several lots of metrics (ids), as one text; empty where they may be published as they are."""
        import pyarrow as pa
        import pyarrow.compute as pc

        # All lots at once: each lookup takes the marks of a whole run apart.
        ids = pa.chunked_array([chunk for lot in metrics for chunk in lot.chunks], pa.string())
        names, held = self._names(ids), pc.is_in(ids, value_set=self.held).combine_chunks()
        said, start = [], 0
        for lot in metrics:
            said.append(_said(lot, names.slice(start, len(lot)), held.slice(start, len(lot))))
            start += len(lot)
        return said

    def _names(self, ids: pa.ChunkedArray) -> pa.Array:
        import pyarrow.compute as pc

        return self.names.take(pc.index_in(ids.combine_chunks(), value_set=self.marked))

    def __call__(self, metrics: pa.Table) -> pa.Table:
        """The metrics that may be published: without quarantined rows, ``quality_flags`` set on those marked."""
        import pyarrow.compute as pc

        kept = metrics.filter(pc.invert(pc.is_in(metrics.column("metric_id"), value_set=self.held)))
        place = kept.schema.get_field_index("quality_flags")
        return kept.set_column(place, kept.schema.field(place), self._names(kept.column("metric_id")))


def _said(ids: pa.ChunkedArray, names: pa.Array, held: pa.Array) -> str:
    import pyarrow.compute as pc

    if names.null_count == len(names) and not pc.any(held).as_py():
        return ""
    told = zip(ids.to_pylist(), names.to_pylist(), held.to_pylist(), strict=True)
    return "\n".join(f"{metric} {'held' if is_held else name}" for metric, name, is_held in told if is_held or name)


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
    verdict = Verdict(inputs.run_id, checks, _no_rows())
    held = _hold(tables, [each for each in expectations() if each.table not in RUN_TABLES], verdict)
    verdict.quarantine = _quarantine(inputs, held)
    return verdict


def validate_run(inputs: RunInput) -> Verdict:
    """Hold a run as a whole against the expectations between reports and between runs.

    Returns:
        A verdict to be combined with those on the parts. It holds no quarantine: reports that disagree are marked.

    Raises:
        GateError: an expectation was lost on the way or could not be evaluated for a reason of its own.
    """
    from expectations.frames import run_frames

    verdict = Verdict(inputs.run_id, [], _no_rows())
    _hold(run_frames(inputs), [each for each in expectations() if each.table in RUN_TABLES], verdict)
    return verdict


def _hold(tables: Tables, wanted: list[Expectation], verdict: Verdict) -> list[tuple[int, str, str]]:
    """Evaluate the expectations and enter what follows into the verdict; the rows to quarantine with expectation and reason."""
    add_rules(tables, wanted)
    held: list[tuple[int, str, str]] = []
    for outcome in evaluate(tables, wanted, verdict.results):
        _judge(outcome, tables, verdict, held)
    verdict.flags.sort(key=lambda flag: (flag["document_id"] or "", flag["metric_id"], flag["expectation"]))
    return held


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
        rows[key]["details"] = "\n".join(filter(None, (rows[key]["details"], check["details"]))) or None
    return Verdict(
        parts[0].run_id,
        list(rows.values()),
        pa.concat_tables([part.quarantine for part in parts]),
        [flag for part in parts for flag in part.flags],
        list(dict.fromkeys(reason for part in parts for reason in part.stop_reasons)),
        list(dict.fromkeys(warning for part in parts for warning in part.warnings)),
        merged(result for part in parts for result in part.results),
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
        "details": "; ".join(faults) or None,
    }  # fmt: skip


def _no_rows() -> pa.Table:
    return schema.arrow_schema("quarantine").empty_table()


# judgement ---------------------------------------------------------------------------------------------------------


def _judge(outcome: Outcome, tables: Tables, verdict: Verdict, held: list[tuple[int, str, str]]) -> None:
    """What follows from one outcome: a row of checks, and quarantine, marks, a warning or a stop."""
    each = outcome.expectation
    passed = outcome.rows_failed == 0 and outcome.error is None
    verdict.checks.append(
        {
            "run_id": verdict.run_id, "suite": each.suite, "expectation": each.id, "severity": each.severity, "scope": each.scope,
            "description": each.description, "description_zh": each.zh,
            "rows_checked": outcome.rows_checked, "rows_failed": outcome.rows_failed, "passed": passed,
            "details": _table_reason(outcome, tables) if each.scope == "table" and not passed and outcome.error is None else outcome.error,
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
        _mark(outcome, tables, verdict)


def _mark(outcome: Outcome, tables: Tables, verdict: Verdict) -> None:
    frame = tables.frame(outcome.expectation.table)
    ids, documents = frame["metric_id"].iloc[outcome.failing], frame["document_id"].iloc[outcome.failing]
    reasons = (reason for _, reason in _row_reasons(outcome, tables, outcome.failing))
    for metric, document, reason in zip(ids, documents, reasons, strict=True):
        verdict.flags.append(
            {
                "metric_id": metric,
                "document_id": document,
                "expectation": outcome.expectation.id,
                "reason": reason,
                "run_id": verdict.run_id,
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
        yield row, template.format_map({str(column): say(value, _length(str(column))) for column, value in record.items()})


def _length(column: str) -> int:
    """Characters of a column's value in a reason: what a rule says itself is told in full, a document's own words are cut short."""
    return 400 if column.endswith(CLAIM_TEXT.format("")) else 80


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
