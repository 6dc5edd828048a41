"""The files of expectations, and the rules that they may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.rules.registry import rule, rules
from expectations.suites import SuiteError, expectations, read_file

FILE = "suite: x\ntable: metrics\nen: e\nzh: z\nexpectations:\n  - {id: a, %s, en: e, zh: z, because: b}\n"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("rule: no_such_rule, severity: critical", r"x\.yml: a: there is no rule no_such_rule"),
        ("rule: value_is_finite, severity: fatal", r"x\.yml: a: severity is critical or warning"),
        ("rule: value_is_finite, severity: critical, sevrity: x", r"x\.yml: a: unknown keys \['sevrity'\]"),
        ("severity: critical", r"x\.yml: a: give either rule"),
        ("rule: document_has_metrics, severity: critical, table: documents", r"x\.yml: a: only metrics can be quarantined"),
    ],
)
def test_mistake_in_a_file_is_named(tmp_path: Path, spec: str, message: str) -> None:
    (tmp_path / "x.yml").write_text(FILE % spec, encoding="utf8")
    with pytest.raises(SuiteError, match=message):
        read_file(tmp_path / "x.yml")


def test_every_expectation_explains_itself() -> None:
    for each in expectations():
        assert (each.en[-1], each.zh[-1], each.because[-1]) == (".", "。", "."), each.id


def test_only_a_decorated_function_is_a_rule(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(FILE % "rule: neighbours, severity: critical", encoding="utf8")  # a helper of rules/consistency.py
    with pytest.raises(SuiteError, match="there is no rule neighbours"):
        read_file(tmp_path / "x.yml")


def test_two_rules_of_one_name_are_refused() -> None:
    def value_is_finite(*_: object) -> None:
        """Not the rule of this name."""

    with pytest.raises(ValueError, match=r"two rules have the name value_is_finite: in expectations\.rules\.row_rules and in tests"):
        rule(value_is_finite)  # type: ignore[type-var]


def test_every_rule_is_in_use() -> None:
    assert set(rules()) == {each.rule for each in expectations() if each.rule}
