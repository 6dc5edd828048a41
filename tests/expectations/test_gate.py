"""Every fault planted in otherwise good tables is caught by the expectation meant for it, with its row and a reason."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest

from expectations.gate import combine, validate
from expectations.gx_runner.runner import build_suite
from expectations.inputs import GateError, GateInput
from expectations.result import ValidationResult
from expectations.rules import registry
from expectations.suites import RUN_TABLES, expectations
from tests.made_rows import GROWTH, INDICATORS, UNITS, Row, row, table
from transforms import schema

pytestmark = pytest.mark.xdist_group("great_expectations")  # its import takes eight seconds: once

SENTENCE = "增长2.5%。"
POINTS: Row = {
    "statistic": "change", "unit": "百分点", "dimension": "percentage points", "unit_std": "pp", "indicator_id": None, "basis": None,
}  # fmt: skip
TARGET: Row = {"modality": "target", "period_start": 2023, "period_end": 2023}

# name: (fields of the one metric of a document, the expectation that must catch it)
CRITICAL: dict[str, tuple[Row, str]] = {
    "value missing": ({"value": None, "value_std": None}, "metrics_value_is_there"),
    "value infinite": ({"value": float("inf"), "value_std": float("inf")}, "value_is_finite"),
    "value not a number": ({"value": float("nan"), "value_std": float("nan")}, "metrics_value_is_there"),
    "upper end infinite": ({"value_high": float("inf"), "value_high_std": float("inf"), "bound": "range"}, "value_is_finite"),
    "range without upper end": ({"bound": "range"}, "only_ranges_have_an_upper_end"),
    "upper end without range": ({"value_high": 3.0, "value_high_std": 3.0}, "only_ranges_have_an_upper_end"),
    "range upside down": ({"value_high": 2.0, "value_high_std": 2.0, "bound": "range"}, "range_is_ordered"),
    "range of nothing": ({"value_high": 2.5, "value_high_std": 2.5, "bound": "range"}, "range_is_ordered"),
    "unknown statistic": ({"statistic": "growth"}, "metrics_statistic_is_allowed"),
    "unknown bound": ({"bound": "about"}, "metrics_bound_is_allowed"),
    "unknown modality": ({"modality": "forecast"}, "metrics_modality_is_allowed"),
    "unknown dimension": ({"dimension": "money"}, "metrics_dimension_is_allowed"),
    "unknown basis": ({"basis": "mom"}, "metrics_basis_is_allowed"),
    "unknown level of region": ({"region_level": "city"}, "metrics_region_level_is_allowed"),
    "no indicator": ({"indicator": None}, "metrics_indicator_is_there"),
    "no sentence": ({"sentence": None}, "metrics_sentence_is_there"),
    "no rule": ({"rule": None}, "metrics_rule_is_there"),
    "no bound": ({"bound": None}, "metrics_bound_is_there"),
    "preliminary or not is not said": ({"is_preliminary": None}, "metrics_is_preliminary_is_there"),
    "confidence above 1": ({"confidence": 1.5}, "metrics_confidence_is_in_range"),
    "confidence below 0": ({"confidence": -0.1}, "metrics_confidence_is_in_range"),
    "year of two digits": ({"period_start": 22, "period_end": 2022}, "metrics_period_start_is_in_range"),
    "period before 1900": ({"period_start": 1899, "period_end": 1899}, "metrics_period_end_is_in_range"),
    "report from the future": ({"report_year": 2203}, "metrics_report_year_is_in_range"),
    "growth told in yuan": (
        {"unit": "元", "dimension": "currency", "unit_std": "CNY", "indicator_id": None},
        "growth_rate_is_a_percentage",
    ),
    "growth told in times": ({"unit": "倍", "dimension": "multiple", "unit_std": "times"}, "growth_rate_is_a_percentage"),
    "growth without unit": ({"unit": None, "dimension": None, "unit_std": None}, "growth_rate_is_a_percentage"),
    "points as growth": (POINTS | {"statistic": "growth_rate"}, "percentage_points_are_no_growth_rate"),
    "points as multiple": (POINTS | {"statistic": "multiple"}, "percentage_points_are_no_growth_rate"),
    "points passed off as percent": ({"unit": "百分点"}, "percentage_points_are_no_growth_rate"),
    "yuan called a count": (
        {"statistic": "level", "unit": "元", "dimension": "count", "unit_std": "CNY", "indicator_id": None},
        "unit_belongs_to_its_dimension",
    ),
    "dollars called yuan": (
        {"statistic": "level", "unit": "美元", "dimension": "currency", "unit_std": "CNY", "indicator_id": None},
        "unit_belongs_to_its_dimension",
    ),
    "known unit without dimension": (
        {"statistic": "level", "dimension": None, "unit_std": None, "indicator_id": None},
        "unit_belongs_to_its_dimension",
    ),
    "GDP in percent": ({"statistic": "level"}, "indicator_keeps_its_dimension"),
    "prices in yuan": (
        {"statistic": "level", "indicator_id": "cpi", "unit": "元", "dimension": "currency", "unit_std": "CNY"},
        "indicator_keeps_its_dimension",
    ),
    "change of GDP in percent": ({"statistic": "change"}, "indicator_keeps_its_dimension"),
    "mu converted wrongly": (
        {"statistic": "level", "indicator_id": None, "unit": "亩", "dimension": "area", "unit_std": "m2", "value_std": 2.5 * 666.0},
        "standard_value_is_value_times_factor",
    ),
    "standard value missing": ({"value_std": None}, "standard_value_is_value_times_factor"),
    "upper end not converted": ({"bound": "range", "value_high": 3.0, "value_high_std": 4.0}, "standard_value_is_value_times_factor"),
    "half a period": ({"period_end": None}, "period_has_both_ends"),
    "period upside down": ({"period_start": 2022, "period_end": 2018}, "period_is_ordered"),
    "actual of the future": ({"period_start": 2024, "period_end": 2024}, "actual_is_not_in_the_future"),
    "target beyond the horizon": (TARGET | {"period_end": 2054}, "target_is_within_the_horizon"),
    "indicator of no catalogue": ({"indicator_id": "gdpp"}, "indicator_is_in_the_catalogue"),
    "quote of another number": ({"number_text": "25%"}, "quote_is_what_the_text_says"),
    "offset slipped by one": ({"char_start": 3, "char_end": 7}, "quote_is_what_the_text_says"),
    "offset behind the text": ({"char_start": 100, "char_end": 104}, "quote_is_what_the_text_says"),
    "place upside down": ({"char_start": 6, "char_end": 2}, "place_is_ordered"),
    "place before the text": ({"char_start": -4, "char_end": 6}, "metrics_char_start_is_in_range"),
    "correction that no longer fits": ({"rule": "indicator.subject+unfit_correction"}, "no_correction_is_in_doubt"),
    "not in the ledger": ({"char_end": 5, "number_text": "2.5"}, "metric_has_its_number"),
}
WARNINGS: dict[str, tuple[Row, str]] = {
    "points as a level": (POINTS | {"statistic": "level"}, "percentage_points_are_a_change"),
    "multiple in percent": ({"statistic": "multiple", "indicator_id": None}, "multiple_is_in_times"),
    "unknown unit": (
        {"statistic": "level", "indicator_id": None, "unit": "匝", "dimension": "count", "unit_std": "count"},
        "unit_is_known",
    ),
    "catalogue level without unit": (
        {"statistic": "level", "unit": None, "dimension": None, "unit_std": None},
        "catalogue_indicator_has_a_dimension",
    ),
    "target of long ago": (TARGET | {"period_start": 2001, "period_end": 2001}, "target_is_not_long_past"),
    "GDP grows by 250%": ({"value": 250.0, "value_std": 250.0}, "growth_is_credible"),
    "shrinks by more than all": ({"value": -150.0, "value_std": -150.0, "indicator_id": None}, "growth_is_credible"),
    "county GDP in 万亿": (
        {"statistic": "level", "value": 3.67e13, "value_std": 3.67e13, "unit": "元", "dimension": "currency", "unit_std": "CNY"},
        "level_is_credible",
    ),
    "unemployment of 45%": (
        {"statistic": "level", "indicator_id": "urban_surveyed_unemployment_rate", "value": 45.0, "value_std": 45.0},
        "level_is_credible",
    ),
    "coverage of 250%": (
        {"statistic": "level", "indicator_id": None, "indicator": "养老保险覆盖率", "value": 250.0, "value_std": 250.0},
        "share_is_at_most_the_whole",
    ),
    "cell that contradicts its row": ({"rule": "table.broken"}, "table_agrees_with_itself"),
    "minus three schools": (
        {
            "statistic": "level",
            "indicator_id": None,
            "value": -2.5,
            "value_std": -2.5,
            "unit": "所",
            "dimension": "count",
            "unit_std": "count",
        },
        "count_is_not_negative",
    ),
    "half a school": (
        {
            "statistic": "level",
            "indicator_id": None,
            "basis": None,
            "value": 2.5,
            "value_std": 2.5,
            "unit": "所",
            "dimension": "count",
            "unit_std": "count",
        },
        "count_is_whole",
    ),
    "hardly sure": ({"confidence": 0.3}, "reading_is_sure"),
}
GOOD: dict[str, Row] = {
    "companies of the catalogue in 户": {
        "statistic": "level",
        "indicator_id": "market_entities",
        "value": 250_000.0,
        "value_std": 250_000.0,
        "unit": "户",
        "dimension": "households",
        "unit_std": "household",
    },
    "growth": {},
    "range": {"bound": "range", "value_high": 3.0, "value_high_std": 3.0},
    "points": POINTS,
    "points of a catalogue rate": POINTS | {"indicator_id": "cpi"},
    "number over two lines": {"number_text": "2.\n5%"},
    "target": TARGET,
    "target of 2035": TARGET | {"period_start": 2035, "period_end": 2035},
    "no period": {"period_start": None, "period_end": None},
    "company counted in 户": {
        "statistic": "level",
        "value": 25.0,
        "value_std": 25.0,
        "indicator_id": None,
        "unit": "户",
        "dimension": "count",
        "unit_std": "count",
    },
    "compound unit": {"statistic": "level", "indicator_id": None, "unit": "元/平方米", "dimension": "compound", "unit_std": "元/平方米"},
    "mu": {"statistic": "level", "indicator_id": None, "unit": "亩", "dimension": "area", "unit_std": "m2", "value_std": 2.5 * 10000 / 15},
}


OF_PARTS = [each for each in expectations() if each.table not in RUN_TABLES]


def metric(name: str, fields: Row) -> Row:
    return row("metrics", GROWTH, {"metric_id": name, "document_id": name, "char_start": 2, "char_end": 6}, fields)


def tables(metrics: list[Row], *, documents: list[Row] | None = None, numbers: list[Row] | None = None, **others: Any) -> GateInput:
    """One document of one sentence for every metric, and its number; whatever a test gives takes their place."""
    names = [each["document_id"] for each in metrics]
    if documents is None:
        documents = [row("documents", document_id=name, source_path=f"{name}.txt", text=SENTENCE) for name in names]
    if numbers is None:
        numbers = [row("numbers", document_id=n, char_start=2, char_end=6, text="2.5%", metric_id=n) for n in names]
    return GateInput(
        run_id="run-000001-00000000",
        documents=table("documents", documents),
        metrics=table("metrics", metrics),
        numbers=table("numbers", numbers),
        indicators=table("indicators", others.get("indicators", INDICATORS)),
        units=table("units", others.get("units", UNITS)),
    )


@pytest.fixture(scope="module")
def verdict() -> ValidationResult:
    planted = {name: fields for name, (fields, _) in (CRITICAL | WARNINGS).items()}
    # A number row cannot agree with a metric at a shifted place: such a metric has lost its number, not its table.
    metrics = [metric(name, fields) for name, fields in (planted | GOOD).items()]
    here = [each["metric_id"] for each in metrics]
    numbers = [row("numbers", document_id=n, char_start=2, char_end=6, text="2.5%", metric_id=n) for n in here]
    return validate(tables(metrics, numbers=numbers))


def failed(verdict: ValidationResult) -> dict[str, Row]:
    return {check["expectation"]: check for check in verdict.checks if not check["passed"]}


@pytest.mark.parametrize("name", CRITICAL)
def test_critical_fault_is_quarantined_with_its_reason(verdict: ValidationResult, name: str) -> None:
    fields, expectation = CRITICAL[name]
    rows = [r for r in verdict.quarantine.to_pylist() if r["metric_id"] == name]
    assert expectation in {r["expectation"] for r in rows}
    assert all(r["reason"].endswith(".") and len(r["reason"]) > 20 and "{" not in r["reason"] for r in rows)
    for column, value in fields.items():
        if value == value:
            assert rows[0][column] == value
    assert rows[0]["run_id"] == "run-000001-00000000"


@pytest.mark.parametrize("name", WARNINGS)
def test_warning_marks_the_row_and_leaves_it(verdict: ValidationResult, name: str) -> None:
    assert WARNINGS[name][1] in verdict.marks[name].split("; ")
    assert name not in verdict.quarantine.column("metric_id").to_pylist()


@pytest.mark.parametrize("name", GOOD)
def test_good_row_passes(verdict: ValidationResult, name: str) -> None:
    assert name not in verdict.quarantine.column("metric_id").to_pylist()
    assert name not in verdict.marks


def test_cleaned_table_holds_what_may_be_published(verdict: ValidationResult) -> None:
    metrics = table("metrics", [metric(name, {}) for name in ("value missing", "hardly sure", "growth")])
    clean = verdict.quarantine_filter()(metrics)
    assert clean.column("metric_id").to_pylist() == ["hardly sure", "growth"]
    assert clean.column("quality_flags").to_pylist() == ["reading_is_sure", None]
    assert clean.schema == metrics.schema


def test_checks_count_rows_and_fit_their_table(verdict: ValidationResult) -> None:
    checks = {check["expectation"]: check for check in verdict.checks}
    assert len(checks) == len(verdict.checks) == len(OF_PARTS) + len(GateInput.TABLES)
    assert set(verdict.checks[-1]) == set(schema.table("checks").column_names)
    assert checks["range_is_ordered"]["rows_checked"] == 6
    assert checks["range_is_ordered"]["rows_failed"] == 2
    held: dict[str, set[str]] = defaultdict(set)
    for r in verdict.quarantine.to_pylist():
        held[r["expectation"]].add(r["metric_id"])
    for name, ids in held.items():
        assert checks[name]["rows_failed"] == len(ids)
        assert not checks[name]["passed"]


def test_every_expectation_on_metrics_has_a_fault_planted_for_it() -> None:
    tested = {expectation for _, expectation in (CRITICAL | WARNINGS).values()} | {"identity_fits_the_text"}
    assert not {each.id for each in OF_PARTS if each.scope == "row" and each.rule and each.suite != "arithmetic"} - tested


def test_the_metrics_of_a_document_that_its_text_contradicts_are_quarantined() -> None:
    contradicted = row("documents", document_id="a", text=SENTENCE, contradictions="The text looks back on 2022, but it is dated 2018.")
    found = validate(tables([metric("a", {})], documents=[contradicted]))
    assert found.quarantine.num_rows == 1
    assert found.quarantine["expectation"].to_pylist() == ["identity_fits_the_text"]


def test_good_tables_pass_every_check() -> None:
    found = validate(tables([metric("a", {})]))
    assert not failed(found)
    assert found.publishable
    assert not found.warnings
    assert found.quarantine.num_rows == 0
    assert not found.flags


# broken tables stop the publication ---------------------------------------------------------------------------------

TWO = [metric("a", {}), metric("b", {})]
BROKEN: dict[str, tuple[GateInput, str]] = {
    "duplicate metric": (tables([TWO[0], TWO[0]], documents=[row("documents", document_id="a", text=SENTENCE)],
                                numbers=[row("numbers", document_id="a", char_start=2, char_end=6, text="2.5%", metric_id="a")]),
                         "metric_ids_are_unique"),
    "metric without id": (tables([TWO[0] | {"metric_id": None}]), "metrics_metric_id_is_there"),
    "duplicate document": (tables([TWO[0]], documents=[row("documents", document_id="a", text=SENTENCE)] * 2), "document_ids_are_unique"),
    "document of unknown format": (tables([TWO[0]], documents=[row("documents", document_id="a", text=SENTENCE, format="exe")]),
                                   "documents_format_is_allowed"),
    "document without text": (tables([TWO[0]], documents=[row("documents", document_id="a", text=None)]), "documents_text_is_there"),
    "metric of no document": (tables([TWO[0], TWO[1]], documents=[row("documents", document_id="a", text=SENTENCE)],
                                     numbers=[row("numbers", document_id="a", char_start=2, char_end=6, text="2.5%", metric_id="a")]),
                              "metric_has_its_document"),
    "number of no document": (tables([TWO[0]], numbers=[
        row("numbers", document_id=d, char_start=2, char_end=6, text="2.5%", metric_id="a") for d in ("a", "z")]),
        "number_has_its_document"),
    "no numbers at all": (tables([TWO[0]], numbers=[]), "every_numeral_is_in_the_ledger"),
    "half a number": (tables([TWO[0]], numbers=[row("numbers", document_id="a", char_start=2, char_end=4, text="2.", metric_id="a")]),
                      "every_numeral_is_in_the_ledger"),
    "Chinese numeral left out": (tables([TWO[0]], documents=[row("documents", document_id="a", text=SENTENCE + "三")]),
                                 "every_numeral_is_in_the_ledger"),
    "full-width digit left out": (tables([TWO[0]], documents=[row("documents", document_id="a", text=SENTENCE + "８")]),
                                  "every_numeral_is_in_the_ledger"),
    "number counted twice": (tables([TWO[0]], numbers=[
        row("numbers", document_id="a", char_start=2, char_end=6, text="2.5%", metric_id="a"),
        row("numbers", {"document_id": "a", "char_start": 4, "char_end": 5, "text": "5", "class": "lexical", "metric_id": None})]),
        "no_numeral_is_in_the_ledger_twice"),
    "number says something else": (tables([TWO[0]], numbers=[
        row("numbers", document_id="a", char_start=2, char_end=6, text="2.6%", metric_id="a")]), "number_is_what_the_text_says"),
    "number names no metric": (tables([TWO[0]], numbers=[
        row("numbers", document_id="a", char_start=2, char_end=6, text="2.5%", metric_id=None)]), "number_row_agrees_with_its_metric"),
    "number names a metric that is not there": (tables([TWO[0]], numbers=[
        row("numbers", document_id="a", char_start=2, char_end=6, text="2.5%", metric_id="zz")]), "number_row_agrees_with_its_metric"),
    "date names a metric": (tables([TWO[0]], numbers=[
        row("numbers", {"document_id": "a", "char_start": 2, "char_end": 6, "text": "2.5%", "metric_id": "a", "class": "date"})]),
        "number_row_agrees_with_its_metric"),
    "class unknown": (tables([TWO[0]], numbers=[
        row("numbers", {"document_id": "a", "char_start": 2, "char_end": 6, "text": "2.5%", "metric_id": None, "class": "year"})]),
        "numbers_class_is_allowed"),
    "no documents": (tables([], documents=[], numbers=[]), "there_are_documents"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_table_stops_the_publication(name: str) -> None:
    inputs, expectation = BROKEN[name]
    found = validate(inputs)
    assert not found.publishable
    assert any(reason.startswith(f"{expectation}: ") for reason in found.stop_reasons), found.stop_reasons
    assert failed(found)[expectation]["severity"] == "critical"


def test_reason_to_stop_says_where() -> None:
    found = validate(BROKEN["Chinese numeral left out"][0])
    assert "1 of 3 numerals are in no row, the first is 三 at 7" in " ".join(found.stop_reasons)


def test_missing_column_and_wrong_type_stop_the_publication() -> None:
    good = tables([metric("a", {})])
    place = good.metrics.schema.get_field_index("value")
    typed = good.metrics.set_column(place, "value", pa.array(["2.5"]))
    for metrics, message in ((good.metrics.drop_columns(["bound"]), "metrics: the column bound is missing"),
                             (typed, "metrics: the column value holds string, not double"),
                             (good.metrics.append_column("extra", pa.array([1])),
                              "metrics: the column extra is in no description")):  # fmt: skip
        found = validate(dataclasses.replace(good, metrics=metrics))
        assert found.stop_reasons == [message] or found.stop_reasons[0].startswith(message)
        assert failed(found)["metrics_has_its_columns"]["rows_failed"] == 1


# nothing passes because it is not there ------------------------------------------------------------------------------


def numbers_without_metrics(count: int) -> GateInput:
    numbers = [
        row("numbers", {"char_start": i, "char_end": i + 1, "text": "三", "class": "lexical", "metric_id": None}) for i in range(count)
    ]
    return tables([], documents=[row("documents", text="三" * count)], numbers=numbers)


def test_many_numbers_and_no_metric_stop_the_publication() -> None:
    found = validate(numbers_without_metrics(50))
    assert [reason.split(":")[0] for reason in found.stop_reasons] == ["many_numbers_make_some_metrics"]


def test_documents_without_numbers_are_published_with_a_warning() -> None:
    found = validate(numbers_without_metrics(0))
    assert found.publishable
    assert [warning.split(":")[0] for warning in found.warnings] == ["document_has_metrics", "there_are_metrics"]


def test_expectation_that_great_expectations_does_not_know_is_missed() -> None:
    lost = dataclasses.replace(expectations()[0], id="nonsense", type="expect_nonsense")
    with pytest.raises(GateError, match=r"expectations are missing from the suite: .*nonsense"):
        build_suite("form", "documents", [lost])


def test_expectation_that_cannot_be_evaluated_stops_the_publication(monkeypatch: pytest.MonkeyPatch) -> None:
    astray = dataclasses.replace(expectations()[0], id="astray", kwargs={"column": "no_such_column"})
    monkeypatch.setattr("expectations.gate.expectations", lambda: (astray,))
    found = validate(tables([metric("a", {})]))
    assert found.stop_reasons
    assert "astray could not be evaluated" in "".join(found.stop_reasons)


def test_rule_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def rule(*_: Any) -> None:
        raise KeyError("valeu")

    monkeypatch.setitem(registry._RULES, "value_is_finite", rule)
    with pytest.raises(GateError, match=r"the rule value_is_finite .* failed: 'valeu'"):
        validate(tables([metric("a", {})]))


# several parts ------------------------------------------------------------------------------------------------------


def test_parts_of_a_run_make_one_verdict() -> None:
    parts = [validate(tables([metric("a", {"confidence": 0.1})])), validate(tables([metric("b", {"bound": "range"}), metric("c", {})]))]
    whole = combine(parts)
    checks = {check["expectation"]: check for check in whole.checks}
    assert checks["only_ranges_have_an_upper_end"]["rows_checked"] == 3
    assert checks["only_ranges_have_an_upper_end"]["rows_failed"] == 1
    assert not checks["only_ranges_have_an_upper_end"]["passed"]
    assert set(whole.quarantine.column("metric_id").to_pylist()) == {"b"}
    assert whole.marks == {"a": "reading_is_sure"}
