"""A reading is explained in words that follow from what the extractor did, and from nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from flows.cli import main
from tests.conftest import REPOSITORY
from tests.extract.support import document, unmarked
from transforms import corrections
from transforms.corrections import read_corrections
from transforms.decode import decode
from transforms.explain.derivation import amount, factors, known_rules, says
from transforms.explain.report import ExplainError, explain
from transforms.extract import Trace, extract
from transforms.lexicon import load
from transforms.numbers.classify import rules, rules_tried
from transforms.numbers.numerals import numerals
from transforms.schema import table
from transforms.text.parts import ROLES
from transforms.types import Decoded, Document, Identity, Page, RawFile

SEED = (REPOSITORY / "seeds/miyun_2023.txt").read_text(encoding="utf8")
REVIEW = "一、2022年工作回顾\n初步预计，全年实现一般公共预算收入39.7 亿元，同口径增长4.7%以上。优化营商环境，推进一体化。\n"
PLAN = "二、2023年重点工作\n今年，地区生产总值增长6%—6.5%；不少于20家企业上市。在2022年的基础上，旅游收入比2019年增长10%。\n"
TEXT = REVIEW + PLAN


def said(place: int | str | None = None, text: str = TEXT) -> str:
    """The explanation with single spaces, so that its layout does not matter."""
    return re.sub(r"[ ]+", " ", explain(document(text), place))


def at(words: str, text: str = TEXT) -> int:
    return text.index(words)


def block(explained: str, number: str) -> str:
    """What is said of one number."""
    found = re.search(rf"\n \[\d+\] {re.escape(number)}, offset.*?(?=\n \[\d+\] |\n\n──|\Z)", explained, re.DOTALL)
    assert found, f"{number} is not explained in:\n{explained}"
    return found.group()


def test_the_sentence_is_shown_whole_with_its_numbers_marked() -> None:
    shown = said(at("39.7") - 3)
    assert "初步预计，全年实现[1: 一]般公共预算收入[2: 39.7亿元]，同口径增长[3: 4.7%]以上。" in shown
    assert f"offset {at('初步')} to {at('。优化') + 1}" in shown


def test_an_offset_within_a_number_explains_that_number_alone() -> None:
    shown = said(at("4.7%") + 1)
    assert "[3] 4.7%" in shown
    assert "[2] 39.7亿元, offset" not in shown
    assert "[2: 39.7亿元]" in shown


def test_an_offset_elsewhere_in_a_sentence_explains_all_its_numbers() -> None:
    shown = said(at("初步预计"))
    assert "[2] 39.7亿元" in shown
    assert "[3] 4.7%" in shown


def test_words_are_found_whatever_their_white_space_and_width() -> None:
    assert said("39.7亿元，同口径") == said("３９．７ 亿元，\n同口径")
    assert "[2] 39.7亿元" in said("39.7亿元，同口径")


def test_without_a_place_every_sentence_with_numbers_is_explained() -> None:
    shown = said()
    assert shown.count("──\n") == shown.count("── offset")
    traces: list[Trace] = []
    extract(document(TEXT), traces)
    assert shown.count("── offset") == len(traces) > 3


def test_each_number_of_the_ledger_is_explained_once_and_as_it_is_read() -> None:
    text = SEED[:9500]
    read = extract(document(text))
    shown = explain(document(text))
    for number in read.numbers:
        assert shown.count(f", offset {number.char_start} to {number.char_end}\n") == 1
    assert shown.count("  class  ") == sum(n.number_class != "metric" for n in read.numbers)
    places = {(m.char_start, m.char_end) for m in read.metrics}
    assert shown.count("  read as  ") == len(places)
    assert "no explanation is written" not in shown


def test_the_part_of_the_report_and_what_decided_it_are_told() -> None:
    assert "part the review of a year (review_year), 2022; opened by «一、2022年工作回顾»" in said("39.7")
    assert "part the plan of a year (plan_year), 2023; opened by «二、2023年重点工作»" in said("6.5%")
    assert "no heading or opening names it" in said("3个", "建成学校3个。")
    assert "section 一、2022年工作回顾" in said("39.7")


def test_value_unit_and_the_word_of_the_bound_are_told() -> None:
    assert "read as 3,970,000,000 元, level, exact" in block(said("39.7"), "39.7亿元")
    assert "bound exact: no word bounds it" in block(said("39.7"), "39.7亿元")
    assert "bound lower: «以上» behind it" in block(said("4.7"), "4.7%")
    assert "read as 6 to 6.5 %, growth_rate, range" in said("6.5%")
    assert "bound lower: «不少于» before it" in block(said("20家"), "20家")
    assert "bound lower: «余» within it" in said("10余", "建成学校10余所。")
    assert "list or share that it belongs to" in block(said("5家", "不少于20家企业和5家医院。"), "5家")


def test_a_class_is_told_with_its_rule_in_words_and_what_it_found() -> None:
    year = block(said("一、2022"), "2022")
    assert "class date, no metric" in year
    assert f"decided by date.year: {says('date.year')}" in year
    assert "behind it stands «年»" in year


def test_rules_that_came_near_are_told_with_the_reason_why_they_lost() -> None:
    text = "“十四五”时期，审批时限压缩3天。"
    assert "duration.days did not fit: «天» behind it, but «" in said("压缩3天", text)
    assert "rules it out" in said("压缩3天", text)
    later = block(said("一、2022"), "2022")
    assert "fits as well, but is asked later" in later
    assert "specification.size_of_thing did not fit: «收入» before it, but not the right words behind it" in said("39.7")


def test_rules_far_from_fitting_are_not_told() -> None:
    year = block(said("一、2022"), "2022")
    assert "name.pm" not in year
    assert "reference.clause" not in year


def test_words_of_the_lexicon_that_decide_are_named() -> None:
    shown = said("一体化")
    assert re.search(r"decided by (?:lexical\.many|word\.一体化)", shown)


def test_a_subject_is_told_with_the_words_around_its_verb_and_where_it_was_carried_over_from() -> None:
    growth = block(said("39.7"), "4.7%")
    assert "indicator 一般公共预算收入" in growth
    assert "verb «增长», a verb of rise" in growth
    assert "carried over: «一般公共预算收入», the subject of 39.7亿元 in this sentence" in growth
    text = "出口额50亿元。同比下降3%。"
    assert "the subject of 50亿元 in an earlier sentence of the paragraph" in said("下降", text)
    assert "verb «下降», a verb of fall" in said("下降", text)


def test_statistic_and_what_it_is_compared_with_are_told() -> None:
    shown = said("39.7")
    assert "statistic growth_rate: a percentage behind a verb of rise or fall (statistic.growth)" in shown
    assert "compared with: the year before" in shown


def test_the_times_of_a_sentence_are_told_with_their_use() -> None:
    shown = said("旅游收入比")
    assert "«2019年» is 2019; it is only compared with" in shown
    assert "period.base" in shown
    governed = said("5个", "2021年建成学校5个。")
    assert "period 2021: the year named last before it (period.year)" in governed
    assert "«2021年» is 2021, which governs" in governed
    assert "no time is named for it" in said("4.7")


def test_modality_and_preliminary_are_told_with_the_reason() -> None:
    assert "modality actual: this part of the report tells what was done" in said("39.7")
    assert "preliminary: the sentence says so" in said("39.7")
    assert "modality target: this part of the report is a plan" in said("20家")
    assert "preliminary" not in said("20家")


def test_the_catalogue_is_told_and_why_a_number_is_none_of_its_indicators() -> None:
    assert "catalogue general_public_budget_revenue (一般公共预算收入, " in said("39.7")
    assert "none: no indicator of the catalogue is called «新建学校»" in said("5所", "新建学校5所。")


def test_confidence_is_told_as_a_product_that_comes_out_right() -> None:
    for metric in extract(document(TEXT)).metrics:
        shown = said(metric.char_start)
        line = next(line for line in shown.splitlines() if " confidence " in line)
        parts = [float(found) for found in re.findall(r"(?:from|times) ([\d.]+)", line)]
        product = 1.0
        for part in parts:
            product *= part
        assert float(re.search(r"confidence ([\d.]+)", line)[1]) == pytest.approx(product, abs=0.001)  # type: ignore[index]


def test_a_reason_that_is_the_same_as_the_one_before_is_told_in_full() -> None:
    assert "(The same)" not in factors([str(entry["id"]) for entry in load("confidence.yml")["factors"]])


def test_a_number_that_holds_for_several_indicators_names_them_all() -> None:
    shown = said("均增长", "粮食、棉花产量均增长2%。")
    assert "indicator 粮食产量、棉花产量" in shown


def test_a_cell_of_a_table_is_told_by_its_row_and_column() -> None:
    text = "# 2022年主要农产品产量\n\n|产品|产量（万吨）|比上年增长（%）|\n|--|--|--|\n|粮食|211.28|-0.4|\n"
    decoded = decode(RawFile("a.md", text.encode()))
    shown = re.sub(" +", " ", explain(Document("d", "a.md", "a.md", "0" * 64, decoded, Identity(report_year=2023)), "211.28"))
    assert "the row is «粮食», the column «产量（万吨）»" in shown
    assert "read as 2,112,800 吨, level, exact" in shown
    assert "read as -0.4 %, growth_rate, exact" in shown


def test_the_page_is_named_where_there_are_pages() -> None:
    decoded = Decoded("建成学校3所。\n建成医院5所。", "pdf", pages=(Page(1, 0, 8), Page(2, 8, 16)))
    paged = Document("d", "d.pdf", "d.pdf", "0" * 64, decoded, Identity(doc_type="work_report", report_year=2023))
    assert "page 2" in explain(paged, "医院")


def test_a_correction_is_told_beside_the_reading_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        {"document": "d.txt", "quote": "收入[39.7]亿元", "field": "value", "expect": 3.97e9, "value": 3.98e9, "reason": "A slip."},
        {"document": "d.txt", "quote": "增长[4.7]%以上", "field": "unit", "expect": "‰", "value": "%", "reason": "No more."},
        {"document": "d.txt", "quote": "不少于[20]家", "action": "drop", "expect": 20, "value": "name", "reason": "A name."},
    ]
    (tmp_path / "corrections.yml").write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf8")
    found = read_corrections(tmp_path / "corrections.yml")
    monkeypatch.setattr(corrections, "corrections", lambda: found)
    shown = said("39.7")
    assert "corrected: «收入[39.7]亿元»: value 3970000000 → 3980000000 (A slip.)" in shown
    assert "corrected to 一般公共预算收入: 3,980,000,000 元" in shown
    assert "no longer needed" in shown
    dropped = block(said("不少于20"), "20家")
    assert "corrected to name, no metric" in dropped
    assert "read as 20 家, level, lower" in dropped


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (-1, "There is no offset -1: the text has"),
        (len(TEXT), f"There is no offset {len(TEXT)}: the text has {len(TEXT)} characters, 0 to {len(TEXT) - 1}"),
        ("一般公共预算支出", "As far as «一般公共预算» it does; there it goes on: «一般公共预算收入39.7 亿元"),
        ("☃☃", "or anything that begins so"),
        (" ", "no words to look for"),
    ],
)
def test_a_place_that_is_not_there_is_refused_with_a_way_out(place: int | str, message: str) -> None:
    with pytest.raises(ExplainError, match=re.escape(message)):
        explain(document(TEXT), place)


def test_a_sentence_without_numbers_names_the_nearest_with_some() -> None:
    text = "稳中求进工作总基调。建成学校3所。"
    with pytest.raises(ExplainError, match=r"The nearest one begins at 10: «建成学校3所。»"):
        explain(document(text), 2)
    with pytest.raises(ExplainError, match="holds no number at all"):
        explain(document("稳中求进。"), 0)


def test_words_that_stand_at_many_places_are_explained_at_the_first_ones() -> None:
    shown = said("学校", "建成学校3所。" * 8)
    assert shown.count("── offset") == 5
    assert "at 3 more places" in shown


def test_explaining_changes_no_reading() -> None:
    assert extract(document(SEED), []) == extract(document(SEED))


# words for every rule, and rules that say why in agreement with what they do ---------------------------------------------

RULE = re.compile(r'"((?:indicator|period|statistic|modality|name|lexical|section|table|ledger|text|correction)\.[a-z_]+)["{]')
NO_RULES = {"name.long", "name.missing"}
"""Features of a row that lessen its confidence and are no rules."""


def test_every_rule_of_the_code_is_told_in_words() -> None:
    sources = [path.read_text(encoding="utf8") for path in (REPOSITORY / "transforms").rglob("*.py")]
    used = {rule for source in sources for rule in RULE.findall(source) if not rule.endswith((".yml", ".csv"))}
    used |= {f"period.{kind}" for kind in ("year", "span", "run", "now")}
    used |= {f"basis.{value}" for value in table("metrics")["basis"].values}
    used |= {f"role.{role}" for role in ROLES}
    used = {rule for rule in used if not rule.endswith("_") and rule not in NO_RULES}
    assert len(used) > 50
    assert sorted(used - known_rules()) == [], "write what these rules look for into transforms/lexicon/explanations.yml"


def test_no_explanation_is_left_over_from_a_rule_that_is_gone() -> None:
    source = "".join(path.read_text(encoding="utf8") for path in (REPOSITORY / "transforms").rglob("*.py"))
    kinds = ("period.year", "period.span", "period.run", "period.now")
    gone = [
        rule for rule in load("explanations.yml") if rule not in source and not rule.startswith(("basis.", "role.")) and rule not in kinds
    ]
    assert gone == [], "delete these from transforms/lexicon/explanations.yml"


def test_every_rule_on_numbers_says_what_it_looks_for() -> None:
    assert [rule.id for rule in rules() if not rule.en] == [], "give these rules of numbers.yml the key en"


def test_the_conditions_that_are_told_are_those_that_decide() -> None:
    examples = [example for rule in rules() for example in rule.yes]
    asked = 0
    for example in examples:
        text, _ = unmarked(example)
        for numeral in numerals(text):
            for rule, fits in rules_tried(text, numeral):
                seen = rule.conditions(text, numeral)
                needed = all(seen[name] is not None for name in ("before", "after") if name in seen)
                barred = any(seen[name] is not None for name in ("unless_before", "unless_after") if name in seen)
                assert fits == (needed and not barred), (rule.id, example)
                asked += 1
    assert asked > 1000


def test_amounts_are_written_as_people_write_them() -> None:
    from decimal import Decimal

    written = [amount(Decimal(value)) for value in ("3970000000", "-1234.50", "0.5", "-0.25", "100", "1E+3", "0")]
    assert written == ["3,970,000,000", "-1,234.5", "0.5", "-0.25", "100", "1,000", "0"]


# the program ------------------------------------------------------------------------------------------------------------


def test_the_program_explains_by_offset_by_words_and_everything(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf8")
    for place in (str(at("39.7")), "公共预算收入39.7"):
        result = CliRunner().invoke(main, ["extract", str(path), "--explain", place])
        assert result.exit_code == 0, result.output
        assert "39.7亿元" in result.stdout
        assert "6.5%" not in result.stdout
    everything = CliRunner().invoke(main, ["extract", str(path), "--explain"])
    assert everything.exit_code == 0
    assert "6%—6.5%" in everything.stdout


@pytest.mark.parametrize(("place", "message"), [("99999", "There is no offset 99999"), ("没有的话", "does not have «没有的话»")])
def test_the_program_names_what_it_cannot_find_and_ends_with_1(tmp_path: Path, place: str, message: str) -> None:
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf8")
    result = CliRunner().invoke(main, ["extract", str(path), "--explain", place])
    assert result.exit_code == 1
    assert message in result.stderr
    assert "report.txt" in result.stderr
    assert result.stdout == ""


def test_what_a_document_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("建成\x1b[31m学校3所。\n" * 3, encoding="utf8")
    result = CliRunner().invoke(main, ["extract", str(path), "--explain"])
    assert "\x1b" not in result.output
