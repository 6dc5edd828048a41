"""Names are chosen among candidates by weights: what speaks for a candidate, what against it, and that the data are well formed."""

from __future__ import annotations

import pytest

from tests.extract.support import document
from tests.reading.fit_names import Choice, fit, right_share
from transforms.extract import Trace, extract
from transforms.lexicon import load
from transforms.reading.name_choice import defects, known_names, weight
from transforms.reading.noun_phrases import says_nothing


@pytest.mark.parametrize("phrase", ["基本建成", "依法取缔", "在1979到1983", "10年前", "比上年", "第四季度", "达到", ""])
def test_phrases_that_name_nothing(phrase: str) -> None:
    assert says_nothing(phrase)


@pytest.mark.parametrize("phrase", ["出口", "税收收入", "农民的纯收入", "再融资债券", "就业岗位", "钢产量"])
def test_phrases_that_are_names(phrase: str) -> None:
    assert not says_nothing(phrase)
    assert "defect.says_nothing" not in defects(phrase)


@pytest.mark.parametrize(
    ("name", "defect"), [("在调整初期", "function_word"), ("产值达到", "verb_last"), ("新局面。粮食", "no_name"), ("就", "one_character")]
)
def test_defects_are_told(name: str, defect: str) -> None:
    assert {f"defect.{defect}", "defect.says_nothing"} & set(defects(name))


CONTEXTS = [
    ("城乡居民的平均消费水平，由三百元提高到五百元。", ["城乡居民的平均消费水平"] * 2),
    ("全年社会商品零售总额，比上年增长17%。", ["社会商品零售总额"]),
    ("乡镇企业保持旺盛势头，产值增长2倍。", ["乡镇企业产值"]),
    ("经营主体稳中培优。总量达46万户，新登记7万户。", ["经营主体总量", "新登记经营主体"]),
    ("推进保障性住房建设，基本建成500套。", ["保障性住房建设"]),
    ("强力整治小作坊等散乱污企业，依法取缔35家。", ["取缔散乱污企业"]),
    ("安排资金1.9亿元，支持稳外贸。", ["稳外贸资金"]),
    ("累计投入2亿元用于中小学校舍建设。", ["中小学校舍建设投入"]),
    ("新设立经营主体1487户，其中企业727户。", ["新设立经营主体", "新设立企业"]),
    ("办好12类45件民生实事。", ["民生实事", "民生实事"]),
    ("万元GDP能耗和水耗分别下降4.25%和5%。", ["万元GDP能耗", "万元GDP水耗"]),
    ("全部财政收入7.7亿元，其中一般预算收入2.7亿元，分别是2005年的2.7和2.4倍。", ["全部财政收入", "一般预算收入"] * 2),
    ("文明城市、文化名城分别增至37座、14座，6部作品获奖。", ["文明城市", "文化名城", "作品获奖"]),
]


@pytest.mark.parametrize(("text", "names"), CONTEXTS, ids=[text for text, _ in CONTEXTS])
def test_names_made_with_the_clauses_around(text: str, names: list[str]) -> None:
    assert [metric.indicator for metric in extract(document(text)).metrics] == names


def test_the_candidates_are_there_to_be_explained() -> None:
    trace: list[Trace] = []
    extract(document("乡镇企业保持旺盛势头，产值增长2倍。"), trace)
    considered = trace[0].derivations[0].name.considered
    assert {name.rule for _, name in considered} >= {"indicator.owned", "indicator.subject"}
    assert max(considered, key=lambda pair: pair[0])[1].rule == "indicator.owned"


def test_weights_are_of_features_that_exist() -> None:
    kinds = {"rule", "known", "head", "defect"}
    assert {feature.split(".")[0] for feature in load("name_weights.yml")["weights"]} <= kinds
    assert weight(("rule.subject",)) > weight(("rule.carried",))


def test_known_names_are_names() -> None:
    names = known_names()
    assert len(names) > 500
    assert [name for name in names if says_nothing(name)] == []


def test_a_fit_moves_weights_to_what_is_right_and_no_further_than_evidence() -> None:
    telling = Choice("a", (("rule.one",), ("rule.two",)), (False, True))
    fitted = fit([telling] * 20, {"rule.one": 1.0, "rule.two": 0.0})
    assert right_share([telling], fitted) == (1, 1)
    assert fit([Choice("a", (("rule.one",), ("rule.two",)), (True, True))], {"rule.one": 1.0}) == {"rule.one": 1.0}
