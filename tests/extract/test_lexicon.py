"""Each rule, unit, bound, indicator and cue does what its examples say, and what cannot be meant is refused."""

from __future__ import annotations

import collections
import re
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.extract.support import document, unmarked
from transforms import lexicon
from transforms.extract import extract
from transforms.lexicon import Lexicon, LexiconError, load, using
from transforms.numbers import classify, units
from transforms.numbers.quantities import Quantity, Token, read, unit_of_subject
from transforms.reading import catalogue
from transforms.text import part_evidence
from transforms.text.normalized_view import view

NUMBER_RULES: list[dict[str, Any]] = load("numbers.yml")


def found_at(example: str) -> list[Quantity | Token]:
    """What is read at the marked numerals of an example."""
    text, places = unmarked(example)
    return [item for item in read(view(text, 0, len(text)).text) if any(item.start < end and start < item.end for start, end in places)]


def quantities(text: str) -> list[Quantity]:
    return [item for item in read(view(text, 0, len(text)).text) if isinstance(item, Quantity)]


def examples(name: str, entries: list[dict[str, Any]], label: Callable[[dict[str, Any]], str]) -> Iterator[Any]:
    for entry in entries:
        for said in ("yes", "no"):
            for example in entry.get(said) or ():
                yield pytest.param(entry, example, said == "yes", id=f"{name}-{label(entry)}-{said}-{example}")


@pytest.mark.parametrize(("rule", "example", "meant"), examples("numbers", NUMBER_RULES, lambda rule: rule["id"]))
def test_number_rule(rule: dict[str, Any], example: str, meant: bool) -> None:
    items = found_at(example)
    assert items, f"no numeral is marked in {example!r}"
    for item in items:
        if not meant:
            assert isinstance(item, Quantity) or item.decision.rule != rule["id"]
        elif rule["class"] == classify.QUANTITY:
            assert isinstance(item, Quantity)
        else:
            assert isinstance(item, Token), f"read as the quantity {item}"
            assert item.decision.number_class == rule["class"]
            assert item.decision.rule == rule["id"]


@pytest.mark.parametrize(
    ("group", "example", "meant"),
    examples("words", [{"class": name} | entry for name, entry in load("words.yml").items()], lambda e: e["class"]),
)
def test_words(group: dict[str, Any], example: str, meant: bool) -> None:
    items = found_at(example)
    assert items
    for item in items:
        number_class = "metric" if isinstance(item, Quantity) else item.decision.number_class
        assert (number_class == group["class"]) is meant


@pytest.mark.parametrize(("group", "example", "meant"), examples("units", load("units.yml"), lambda group: group["unit_std"]))
def test_unit(group: dict[str, Any], example: str, meant: bool) -> None:
    of_dimension = [quantity for quantity in quantities(example) if quantity.dimension == group["dimension"]]
    if not meant:
        assert not of_dimension
        return
    value, unit = group["yes"][example]
    assert [(quantity.value, quantity.unit) for quantity in of_dimension] == [(Decimal(str(value)), unit)]


@pytest.mark.parametrize(("example", "bound"), load("bounds.yml")["yes"].items())
def test_bound(example: str, bound: str) -> None:
    assert [quantity.bound for quantity in quantities(example)] == [bound]


@pytest.mark.parametrize(("example", "bound"), load("bounds.yml")["no"].items())
def test_no_bound(example: str, bound: str) -> None:
    found = quantities(example)
    assert found
    assert all(quantity.bound != bound for quantity in found)


@pytest.mark.parametrize(
    ("entry", "example", "meant"), examples("parts", load("parts.yml")["evidence"], lambda entry: f"{entry['id']} {entry['where']}")
)
def test_evidence_of_a_part_in_a_report_of_2023(entry: dict[str, Any], example: str, meant: bool) -> None:
    (rule,) = [rule for rule in part_evidence.rules(2023)[entry["where"]] if rule.id == entry["id"]]
    assert rule.fits(part_evidence.western_years(example)) is meant


@pytest.mark.parametrize(("entry", "example", "meant"), examples("tense", load("parts.yml")["tense"], lambda entry: entry["id"]))
def test_tense_of_a_paragraph(entry: dict[str, Any], example: str, meant: bool) -> None:
    (cue,) = [cue for cue in part_evidence.tenses() if cue.id == entry["id"]]
    assert (cue.pattern.search(example) is not None) is meant


@pytest.mark.parametrize(("indicator", "name", "meant"), examples("indicators", load("indicators.yml"), lambda entry: entry["id"]))
def test_indicator(indicator: dict[str, Any], name: str, meant: bool) -> None:
    statistic = "growth_rate" if indicator["id"] == "cpi" else "level"
    assert (catalogue.match(name, statistic, indicator["dimension"]) == indicator["id"]) is meant


@pytest.mark.parametrize(("entry", "example", "meant"), examples("implied", load("implied_units.yml"), lambda entry: str(entry["unit"])))
def test_implied_unit(entry: dict[str, Any], example: str, meant: bool) -> None:
    (quantity,) = quantities(example)
    unit = quantity.unit or unit_of_subject(example[: quantity.bound_start])
    assert (unit == entry["unit"]) is meant


CUES = [(name, sentence, told) for name, of_list in load("cues.yml")["examples"].items() for sentence, told in of_list.items()]


@pytest.mark.parametrize(("name", "sentence", "told"), CUES)
def test_cue(name: str, sentence: str, told: list[Any]) -> None:
    metric = extract(document(sentence)).metrics[-1]
    assert [metric.statistic, metric.value, metric.indicator] == [told[0], Decimal(str(told[1])), told[2]]


@pytest.mark.parametrize("name", ["numbers.yml", "units.yml", "indicators.yml", "implied_units.yml"])
def test_each_entry_has_an_example(name: str) -> None:
    assert [entry for entry in load(name) if not entry.get("yes") and not entry.get("no")] == []


def test_each_list_has_an_example() -> None:
    assert set(load("cues.yml")["examples"]) == set(load("cues.yml")) - {"examples"}
    assert [name for name, entry in load("words.yml").items() if not entry.get("yes")] == []
    bounds = load("bounds.yml")
    for side in ("before", "behind"):
        for entry in bounds[side]:
            assert any(word in example for word in entry["words"] for example in bounds["yes"]), entry


@pytest.mark.parametrize("name", ["numbers.yml", "indicators.yml"])
def test_ids_are_unique(name: str) -> None:
    counted = collections.Counter(entry["id"] for entry in load(name))
    assert [identifier for identifier, times in counted.items() if times > 1] == []


def test_no_name_belongs_to_two_indicators() -> None:
    owners = collections.defaultdict(set)
    for entry in load("indicators.yml"):
        for name in (*entry["names"], *entry.get("growth_names", ())):
            owners[catalogue.plain(name)].add(entry["id"])
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_rules_are_of_known_classes() -> None:
    assert {entry["class"] for entry in NUMBER_RULES} <= {*classify.CLASSES, classify.QUANTITY}


READERS: dict[str, tuple[Callable[[], Any], str]] = {
    "numbers.yml": (classify.rules, "- {id: date.odd, class: date, nubmer: x}"),
    "units.yml": (units.units, "- {dimension: odd, unit_std: odd, en: odd, factor: {x: 1}}"),
    "parts.yml": (lambda: part_evidence.rules(2023), "evidence: [{id: odd, wehre: x}]"),
    "indicators.yml": (catalogue.indicators, "- {id: odd, en: odd, dimension: ratio, names: [x], alias: [y]}"),
    "bounds.yml": (lambda: load("bounds.yml"), "before: [{bound: odd, word: [x]}]"),
    "words.yml": (lambda: load("words.yml"), "name: {words: odd, yess: [x]}"),
    "implied_units.yml": (lambda: load("implied_units.yml"), "- {unit: odd, noun: x}"),
    "cues.yml": (lambda: load("cues.yml"), "odd: x y"),
    "confidence.yml": (lambda: load("confidence.yml"), "factors: [{id: odd, faktor: 1}]"),
}


@pytest.fixture
def own_lexicon(tmp_path: Path) -> Iterator[Path]:
    """A copy of the lexicon that a test may spoil."""
    shutil.copytree(lexicon.FOLDER, tmp_path / "lexicon")
    with using(Lexicon.load(tmp_path / "lexicon")):
        yield tmp_path / "lexicon"


@pytest.mark.parametrize("name", READERS)
def test_an_unknown_key_is_refused_with_file_and_entry(name: str, own_lexicon: Path) -> None:
    reader, spoilt = READERS[name]
    (own_lexicon / name).write_text(spoilt, encoding="utf8")
    with pytest.raises(LexiconError, match=rf"(?s)transforms/lexicon/{re.escape(name)}.*(odd.*unknown key|unknown key.*odd)"):
        reader()


def test_broken_yaml_and_patterns_are_refused_with_the_place(own_lexicon: Path) -> None:
    (own_lexicon / "units.yml").write_text("- {dimension: [", encoding="utf8")
    with pytest.raises(LexiconError, match=r"units\.yml is not valid YAML"):
        load("units.yml")
    (own_lexicon / "numbers.yml").write_text("- {id: odd, class: date, after: '(('}", encoding="utf8")
    with pytest.raises(LexiconError, match=r"numbers\.yml: rule odd: after"):
        classify.rules()
    (own_lexicon / "numbers.yml").unlink()
    shutil.copy(Path(lexicon.__file__).parent / "numbers.yml", own_lexicon / "numbers.yml")
