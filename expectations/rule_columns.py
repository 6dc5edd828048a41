"""Evaluate rules: each becomes a boolean column of its table, which Great Expectations then expects to be true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from expectations.frames import Tables
from expectations.inputs import GateError
from expectations.rules.registry import rules
from expectations.suites import Expectation


def add_rule_columns(tables: Tables, wanted: Iterable[Expectation]) -> None:
    """Add a column ``ok:ID`` for every expectation that names a rule.

    Raises:
        GateError: a rule fails on these tables.
    """
    columns: dict[str, dict[str, Any]] = {}
    known = rules()
    for each in wanted:
        if each.rule is None:
            continue
        rule = known[each.rule]
        try:
            result = rule(tables, each.params)
        except Exception as error:
            raise GateError(f"the rule {each.rule} ({rule.__module__}) failed: {error}") from error
        columns.setdefault(each.table, {})[f"ok:{each.id}"] = result.array
    for name, found in columns.items():
        for column, values in found.items():
            tables.frame(name)[column] = values
