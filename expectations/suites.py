"""The expectations, read from ``suites/*.yml`` and derived from the description of the tables."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from expectations.rules.registry import rules
from transforms import schema
from transforms.schema import Column

FOLDER = Path(__file__).with_name("suites")
FILE_KEYS = {"suite", "table", "en", "zh", "expectations"}
KEYS = {"id", "table", "rule", "params", "type", "kwargs", "scope", "severity", "en", "zh", "because", "reason"}
SCHEMA_SUITE = "schema"
SCHEMA_TABLES = ("documents", "metrics", "numbers")
ROW_TABLES = ("metrics", "figures")
"""Tables whose rows are metrics, which can be marked."""
RUN_TABLES = ("figures", "kinds", "kept", "run_summary")
"""Tables that are made of a whole run, whatever the parts it is checked in."""
# A metric without these cannot be quarantined either: nobody could say which row it is.
IDENTITY = ("metric_id", "document_id")


class SuiteError(ValueError):
    """A file of expectations is not valid; the message names file, expectation and the way out."""


@dataclass(frozen=True)
class Expectation:
    """One expectation: a demand on a table, its severity, and the reason for it."""

    id: str
    suite: str
    table: str
    severity: str
    scope: str
    """``row``: a critical failure quarantines the row; ``table``: it stops the publication."""
    en: str
    zh: str
    because: str = ""
    reason: str = ""
    """A template for the sentence about a failing row; ``{column}`` is replaced by the value."""
    type: str = "expect_column_values_to_be_in_set"
    kwargs: dict[str, Any] = field(default_factory=dict)
    rule: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def description(self) -> str:
        return f"{self.en} {self.because}".strip()

    @property
    def column(self) -> str | None:
        """The column that is checked; None where the table as a whole is."""
        return self.kwargs.get("column")


@functools.cache
def expectations() -> tuple[Expectation, ...]:
    """All expectations, in the order in which they are reported.

    Raises:
        SuiteError: a file is not valid.
    """
    found = [*_from_schema(), *(each for file in sorted(FOLDER.glob("*.yml")) for each in read_file(file))]
    twice = [name for name, count in Counter(each.id for each in found).items() if count > 1]
    if twice:
        raise SuiteError(f"two expectations have the same id: {', '.join(twice)}")
    return tuple(found)


def read_file(file: Path) -> list[Expectation]:
    """The expectations of one file.

    Raises:
        SuiteError: it is not valid.
    """
    content = yaml.safe_load(file.read_text(encoding="utf8"))
    if not isinstance(content, dict) or set(content) != FILE_KEYS:
        raise SuiteError(f"{file.name}: must have exactly the keys {', '.join(sorted(FILE_KEYS))}")
    if content["suite"] != file.stem:
        raise SuiteError(f"{file.name}: the suite is called {content['suite']}; name it as the file")
    if not content["expectations"]:
        raise SuiteError(f"{file.name}: there are no expectations")
    return [_read(file, content, spec) for spec in content["expectations"]]


def _read(file: Path, content: dict[str, Any], spec: dict[str, Any]) -> Expectation:
    where = f"{file.name}: {spec.get('id', 'an expectation without id')}"
    unknown, missing = set(spec) - KEYS, {"id", "severity", "en", "zh", "because"} - set(spec)
    if unknown or missing:
        raise SuiteError(f"{where}: unknown keys {sorted(unknown)}, missing keys {sorted(missing)}; allowed are {sorted(KEYS)}")
    if ("rule" in spec) == ("type" in spec):
        raise SuiteError(f"{where}: give either rule (a function, see expectations/rules/) or type (an expectation of Great Expectations)")
    table, scope = spec.get("table", content["table"]), spec.get("scope", "row")
    if spec["severity"] not in ("critical", "warning") or scope not in ("row", "table"):
        raise SuiteError(f"{where}: severity is critical or warning, scope is row or table")
    if scope == "row" and table not in ROW_TABLES:
        raise SuiteError(f"{where}: only metrics can be quarantined or marked row by row; give scope: table")
    if scope == "row" and table != "metrics" and spec["severity"] == "critical":
        raise SuiteError(f"{where}: what several reports say can only be marked; give severity: warning")
    if "rule" in spec and spec["rule"] not in rules():
        raise SuiteError(f"{where}: there is no rule {spec['rule']}; a rule is a function of expectations/rules/ with the decorator @rule")
    kwargs = spec.get("kwargs", {}) if "type" in spec else {"column": f"ok:{spec['id']}", "value_set": [True]}
    given = {key: spec[key] for key in ("id", "severity", "en", "zh", "because", "reason", "type", "rule", "params") if key in spec}
    return Expectation(suite=content["suite"], table=table, scope=scope, kwargs=kwargs, **given)


def _from_schema() -> Iterator[Expectation]:
    """Derive expectations from the description of the tables: required values, allowed values, ranges."""
    for name in SCHEMA_TABLES:
        for column in schema.table(name).columns:
            yield from _of_column(name, column)


def _of_column(table: str, column: Column) -> Iterator[Expectation]:
    scope = "row" if table == "metrics" and column.name not in IDENTITY else "table"
    subject = f"{table}.{column.name}"

    def expectation(what: str, kind: str, en: str, zh: str, **kwargs: Any) -> Expectation:
        return Expectation(
            id=f"{table}_{column.name}_{what}", suite=SCHEMA_SUITE, table=table, severity="critical", scope=scope, type=kind,
            en=en, zh=zh, because="The description of the tables says so.", reason=f"{column.name} is {{{column.name}}}",
            kwargs={"column": column.name, **kwargs},
        )  # fmt: skip

    if not column.nullable:
        yield expectation("is_there", "expect_column_values_to_not_be_null", f"{subject} is never missing.",
                          f"{subject}（{column.zh}）不得缺失。")  # fmt: skip
    if column.values:
        allowed = ", ".join(column.values)
        yield expectation("is_allowed", "expect_column_values_to_be_in_set", f"{subject} is one of {allowed}.",
                          f"{subject}（{column.zh}）须为规定取值。", value_set=list(column.values))  # fmt: skip
    if column.minimum is not None or column.maximum is not None:
        limits = {"min_value": column.minimum, "max_value": column.maximum}
        given = {key: value for key, value in limits.items() if value is not None}
        ends = [f"at least {column.minimum}"] * (column.minimum is not None) + [f"at most {column.maximum}"] * (column.maximum is not None)
        yield expectation("is_in_range", "expect_column_values_to_be_between", f"{subject} is {' and '.join(ends)}.",
                          f"{subject}（{column.zh}）须在规定范围内。", **given)  # fmt: skip
