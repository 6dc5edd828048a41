"""Reports that disagree on a figure, and runs that hold less than the one before or than runs usually do."""

from __future__ import annotations

import dataclasses
from typing import Any

import pyarrow.compute as pc
import pytest

from expectations import baselines, run_tables, suggest_baselines
from expectations.baselines import Baseline, BaselineError
from expectations.gate import combine, validate_run
from expectations.inputs import RunInput
from expectations.result import ValidationResult
from expectations.suites import expectations
from tests.expectations.planted import RUN_ID, growth, level
from tests.made_rows import Row, row, table

pytestmark = pytest.mark.xdist_group("great_expectations")

# Each case is a county of its own, so that the faults do not meet.
Report = tuple[int, list[Row]]


def revenue(text: str, value: float, year: int, **fields: Any) -> Row:
    return level(text, value, "元", indicator_id="fiscal_revenue", period_start=year, period_end=year, **fields)


def revenue_growth(text: str, value: float, year: int, **fields: Any) -> Row:
    return growth(text, value, indicator_id="fiscal_revenue", period_start=year, period_end=year, **fields)


def jobless(text: str, value: float, year: int) -> Row:
    return level(text, value, "%", indicator_id="urban_registered_unemployment_rate", period_start=year, period_end=year)


AIM: Row = {"modality": "target"}
FAULTS: dict[str, tuple[list[Report], str, int, str]] = {
    "the same year told differently": (
        [(2022, [revenue("36.7亿元", 36.7e8, 2021)]), (2023, [revenue("63.7亿元", 63.7e8, 2021)])],
        "reports_agree_on_a_level", 2, "says 36.7亿元",
    ),
    "a rate of another decimal point": (
        [(2022, [jobless("2.6%", 2.6, 2021)]), (2023, [jobless("26%", 26.0, 2021)])],
        "reports_agree_on_a_level", 2, "2021",
    ),
    "growth told differently": (
        [(2022, [revenue_growth("2.6%", 2.6, 2021)]), (2023, [revenue_growth("6.2%", 6.2, 2021)])],
        "reports_agree_on_growth", 2, "6.2%",
    ),
    "growth without its sign": (
        [(2022, [revenue_growth("8.1%", 8.1, 2021)]), (2023, [revenue_growth("8.1%", -8.1, 2021)])],
        "reports_agree_on_growth", 2, "8.1%",
    ),
    "万 for 亿 in the next year": (
        [(2022, [revenue("36.7亿元", 36.7e8, 2021)]), (2023, [revenue("39.7万元", 39.7e4, 2022)])],
        "units_do_not_slip_between_years", 2, "says 39.7万元 for 2022",
    ),
    "yuan for 亿 in the same year": (
        [(2022, [revenue("36.7亿元", 36.7e8, 2021)]), (2023, [revenue("36.7元", 36.7, 2021)])],
        "units_do_not_slip_between_years", 2, "36.7元",
    ),
    "two years later in 万亿": (
        [(2021, [revenue("36.7亿元", 36.7e8, 2020)]), (2023, [revenue("39.7万亿元", 39.7e12, 2022)])],
        "units_do_not_slip_between_years", 2, "39.7万亿元",
    ),
    "growth that two reports contradict": (
        [(2022, [revenue("36.7亿元", 36.7e8, 2021)]), (2023, [revenue("51.4亿元", 51.4e8, 2022), revenue_growth("4.0%", 4.0, 2022)])],
        "growth_agrees_with_two_reports", 3, "is 40.05%, not 4.0%",
    ),
    "a fall told as growth": (
        [(2022, [revenue("51.4亿元", 51.4e8, 2021)]), (2023, [revenue("36.7亿元", 36.7e8, 2022), revenue_growth("28.6%", 28.6, 2022)])],
        "growth_agrees_with_two_reports", 3, "not 28.6%",
    ),
    "a target recalled as another": (
        [(2022, [revenue_growth("6.5%", 6.5, 2022, **AIM)]), (2023, [revenue_growth("5.6%", 5.6, 2022, **AIM)])],
        "target_is_what_last_report_aimed_at", 2, "recalls 5.6%",
    ),
    "a target of another unit": (
        [(2022, [revenue("40亿元", 40e8, 2022, **AIM)]), (2023, [revenue("40万元", 40e4, 2022, **AIM)])],
        "target_is_what_last_report_aimed_at", 2, "aimed at 40亿元 for 2022",
    ),
}  # fmt: skip
GOOD: dict[str, list[Report]] = {
    "a revision": [(2022, [revenue("36.7亿元", 36.7e8, 2021)]), (2023, [revenue("38.2亿元", 38.2e8, 2021)])],
    "rounding": [(2022, [revenue("36.74亿元", 36.74e8, 2021)]), (2023, [revenue("37亿元", 37e8, 2021)])],
    "a settled growth rate": [(2022, [revenue_growth("2.6%", 2.6, 2021)]), (2023, [revenue_growth("3.1%", 3.1, 2021)])],
    "a usual rise": [
        (2022, [revenue("36.7亿元", 36.7e8, 2021)]), (2023, [revenue("39.7亿元", 39.7e8, 2022), revenue_growth("8.2%", 8.2, 2022)]),
    ],
    "half a year": [(2023, [revenue("10亿元", 10e8, 2023)]), (2024, [revenue("37亿元", 37e8, 2023)])],
    "a target kept": [(2022, [revenue_growth("6.5%", 6.5, 2022, **AIM)]), (2023, [revenue_growth("6.5%", 6.5, 2022, **AIM)])],
    "two targets, one recalled": [
        (2022, [revenue_growth("6%", 6.0, 2022, **AIM), revenue_growth("7%", 7.0, 2022, **AIM)]),
        (2023, [revenue_growth("7%", 7.0, 2022, **AIM)]),
    ],
}  # fmt: skip


def whole(cases: dict[str, list[Report]], *, drop: tuple[str, ...] = (), **before: Any) -> RunInput:
    documents, metrics = [], []
    for county, (name, told) in enumerate(cases.items()):
        for year, rows in told:
            key = f"{name}/{year}"
            documents.append(
                row("documents", document_id=key, file_name=f"{key}.txt", source_path=f"{key}.txt", char_count=1000, report_year=year)
            )
            metrics += [
                row(
                    "metrics",
                    {"metric_id": f"{key}/{n}", "document_id": key, "region_code": f"{county:06d}", "report_year": year, "char_start": n},
                    each,
                )
                for n, each in enumerate(rows)
            ]
    kept = [each for each in metrics if each["metric_id"] not in drop]
    return RunInput(
        RUN_ID, table("documents", documents).select(RunInput.DOCUMENTS), table("metrics", kept).select(RunInput.METRICS), **before
    )


@pytest.fixture(scope="module")
def verdict() -> ValidationResult:
    return validate_run(whole({name: spec[0] for name, spec in FAULTS.items()} | GOOD))


@pytest.mark.parametrize("name", FAULTS)
def test_reports_that_disagree_are_marked(verdict: ValidationResult, name: str) -> None:
    _, expectation, count, said = FAULTS[name]
    found = [flag for flag in verdict.flags if flag["document_id"].startswith(f"{name}/") and flag["expectation"] == expectation]
    assert len(found) == count
    assert all(said in flag["reason"] and flag["run_id"] == RUN_ID for flag in found), found[0]["reason"]


@pytest.mark.parametrize("name", GOOD)
def test_reports_that_agree_are_not_marked(verdict: ValidationResult, name: str) -> None:
    assert [flag for flag in verdict.flags if flag["document_id"].startswith(f"{name}/")] == []


def test_every_rule_between_reports_that_marks_rows_has_a_fault_planted_for_it() -> None:
    of_rows = {each.id for each in expectations() if each.suite == "between_reports" and each.scope == "row"}
    assert of_rows == {spec[1] for spec in FAULTS.values()}


def other(indicator: str, value: float) -> Row:
    return level(f"{value}亿元", value * 1e8, "元", indicator_id=indicator, period_start=2021, period_end=2021)


def test_documents_that_contradict_each_other_in_most_figures_are_named_and_their_rows_are_not_marked() -> None:
    names = ("gdp", "exports", "imports", "retail_sales")
    two_places = [(2022, [other(name, 10.0) for name in names]), (2023, [other(name, 30.0) for name in names])]
    one_slip = [(2022, [other(name, 10.0) for name in names]), (2023, [other(name, 30.0 if name == "gdp" else 10.0) for name in names])]
    found = validate_run(whole({"apart": two_places, "slip": one_slip}))
    assert {flag["document_id"].split("/")[0] for flag in found.flags} == {"slip"}
    assert "documents_of_one_region_agree" in "".join(found.warnings)
    assert "apart/2022.txt says 10.0亿元, apart/2023.txt says 30.0亿元 for 2021" in "".join(found.warnings)


# runs ----------------------------------------------------------------------------------------------------------------

MANY: dict[str, list[Report]] = {f"county {n}": [(2022, [revenue(f"{n}.{i}亿元", n * 1e8, 2021) for i in range(10)])] for n in range(1, 26)}


@pytest.fixture(autouse=True)
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Baselines that the small reports of these tests meet."""
    monkeypatch.setattr(run_tables, "baselines", lambda: {("work_report", "metrics_per_1000_characters"): Baseline(1.0, 20.0)})


def again(changes: dict[str, list[Report]], drop: tuple[str, ...] = ()) -> ValidationResult:
    before = whole(MANY)
    metrics = before.metrics.select(RunInput.BEFORE)
    return validate_run(whole(changes, drop=drop, before_documents=before.documents, before_metrics=metrics))


def failed(verdict: ValidationResult) -> dict[str, Row]:
    return {check["expectation"]: check for check in verdict.checks if not check["passed"]}


def test_the_same_run_again_passes() -> None:
    found = again(MANY)
    assert failed(found) == {}
    checked = {check["expectation"]: check["rows_checked"] for check in found.checks}
    assert checked["metrics_of_an_unchanged_document_stay"] == 25
    assert checked["measure_is_that_of_the_last_run"] > 0
    assert checked["measure_reaches_its_minimum"] > 0


def test_a_first_run_has_nothing_to_compare_with() -> None:
    found = validate_run(whole(MANY))
    assert failed(found) == {}
    assert {check["rows_checked"] for check in found.checks if check["expectation"] == "measure_is_that_of_the_last_run"} == {0}


def test_metrics_that_vanish_from_an_unchanged_document_are_named() -> None:
    found = again(MANY, tuple(f"county 3/2022/{n}" for n in range(6)))
    assert set(failed(found)) == {"metrics_of_an_unchanged_document_stay"}
    assert found.publishable
    assert "county 3/2022.txt: 6 of 10 metrics are gone" in found.warnings[0]


def test_metrics_that_moved_or_changed_their_name_have_not_vanished() -> None:
    moved = whole(MANY)
    ids = [f"{each}+" for each in moved.metrics.column("metric_id").to_pylist()]
    before = moved.metrics.set_column(0, "metric_id", [ids]).select(RunInput.BEFORE)
    assert failed(validate_run(dataclasses.replace(moved, before_documents=moved.documents, before_metrics=before))) == {}


def test_documents_that_were_not_read_again_need_not_be_compared() -> None:
    lost = tuple(f"county 3/2022/{n}" for n in range(6))
    before, now = whole(MANY), whole(MANY, drop=lost)
    again = "county 3/2022"
    rows = before.metrics.select(RunInput.BEFORE)
    theirs = rows.filter(pc.equal(rows.column("document_id"), again))
    compared = dataclasses.replace(now, before_documents=before.documents, before_metrics=rows)
    spared = dataclasses.replace(now, before_documents=before.documents, before_metrics=theirs, read_again=frozenset({again}))
    assert validate_run(spared).checks == validate_run(compared).checks
    assert "6 of 10 metrics are gone" in validate_run(spared).warnings[0]


def test_a_run_that_lost_most_metrics_is_not_published() -> None:
    found = again(MANY, tuple(f"county {county}/2022/{n}" for county in range(1, 26) for n in range(6)))
    assert {"unchanged_documents_keep_metrics", "measure_is_that_of_the_last_run"} <= set(failed(found))
    assert [reason.split(":")[0] for reason in found.stop_reasons] == ["unchanged_documents_keep_metrics"]
    assert "150 of 250 metrics of unchanged documents are gone" in found.stop_reasons[0]


def test_documents_that_are_new_or_gone_are_no_loss() -> None:
    fewer = dict(list(MANY.items())[:5])
    assert failed(again(fewer)) == {}


def test_a_kind_below_its_minimum_stops_and_above_its_maximum_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        ("work_report", "metrics_per_1000_characters"): Baseline(minimum=11.0),
        ("work_report", "in_catalogue"): Baseline(maximum=50.0),
    }
    monkeypatch.setattr(run_tables, "baselines", lambda: known)
    found = validate_run(whole(MANY))
    assert set(failed(found)) == {"measure_reaches_its_minimum", "measure_stays_below_its_maximum"}
    assert ["metrics_per_1000_characters of work_report is 10, the least is 11" in reason for reason in found.stop_reasons] == [True]
    assert ["in_catalogue of work_report is 100, the most is 50" in reason for reason in found.warnings] == [True]


def test_a_few_unusual_documents_do_not_stop_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_tables, "baselines", lambda: {("work_report", "metrics_per_1000_characters"): Baseline(minimum=11.0)})
    assert failed(validate_run(whole(dict(list(MANY.items())[:19])))) == {}


def test_marks_of_a_part_and_of_the_whole_are_put_together() -> None:
    flag = {"document_id": "d", "reason": "r", "run_id": RUN_ID}
    one, two = (
        ValidationResult(RUN_ID, [], table("quarantine", []), flags=[{"metric_id": "m", "expectation": each, **flag}]) for each in "ab"
    )
    assert combine([one, two]).marks == {"m": "a; b"}


# baselines -----------------------------------------------------------------------------------------------------------


def test_baselines_are_known_measures_in_order() -> None:
    assert baselines.baselines()["work_report", "metrics_per_1000_characters"].minimum


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"work_report": {"metrics": {"min": 1}}}, "work_report: metrics: measures are"),
        ({"work_report": {"targets": {"least": 1}}}, "each with min, max or both"),
        ({"work_report": {"targets": {"min": 9, "max": 1}}}, "min 9 is above max 1"),
    ],
)
def test_mistake_in_the_baselines_is_named(content: Any, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        baselines.read(content)


def test_proposal_is_a_file_of_baselines() -> None:
    import yaml

    text = suggest_baselines.suggest([{"kind": "work_report", "measure": "targets", "value": 60.0, "documents": 3}])
    assert baselines.read(yaml.safe_load(text)) == {("work_report", "targets"): Baseline(30.0, 100.0)}
