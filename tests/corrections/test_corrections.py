"""Corrections are applied where they fit, leave a trace in the row, and are loud where they no longer fit."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.gate import validate
from flows.state import fingerprints
from flows.state.fingerprints import tree_hash
from tests.conftest import REPOSITORY
from tests.expectations.test_gate import SENTENCE, failed, metric, tables
from tests.extract.support import document
from tests.made_rows import row
from transforms import corrections
from transforms.corrections import APPLIED, CORRECTED, IN_DOUBT, NEEDLESS, UNFIT, Corrected, CorrectionError, correct, read_corrections
from transforms.extract import extract
from transforms.pipeline import process
from transforms.types import RawFile

TEXT = "一、2022年工作回顾\n全年实现旅游收入3.5亿元，\n增长8%。出口3.5亿元。统筹三本预算。\n粮食、棉花产量均增长２％。\n"
BASE = {"document": "d.txt", "quote": "旅游收入[3.5亿元]", "field": "unit", "expect": "元", "value": "美元", "reason": "The table says so."}


def planted(folder: Path, *entries: dict[str, Any]) -> tuple[corrections.Correction, ...]:
    """The corrections of a file with these entries, each on top of ``BASE``; a value of ``...`` leaves the key out."""
    whole = [{key: value for key, value in (BASE | entry).items() if value is not ...} for entry in entries]
    (folder / "corrections.yml").write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf8")
    return read_corrections(folder / "corrections.yml")


def corrected(folder: Path, *entries: dict[str, Any]) -> Corrected:
    """The text's extraction after corrections."""
    read = document(TEXT)
    return correct(read, extract(read), planted(folder, *entries))


def kinds(found: Corrected) -> list[str]:
    return [note.kind for note in found.notes]


def test_a_field_is_set_where_the_words_are_found_across_a_line_break_and_in_full_width(tmp_path: Path) -> None:
    found = corrected(tmp_path, {}, {"quote": "3.5亿元，增长[8%]", "field": "value", "expect": "8.0", "value": -8})
    assert kinds(found) == [APPLIED, APPLIED]
    first, second, third = found.extraction.metrics[:3]
    assert (first.unit, first.confidence) == ("美元", 1.0)
    assert first.rule.endswith(CORRECTED)
    assert second.value == Decimal(-8)
    assert third == extract(document(TEXT)).metrics[2]
    assert "元 → 美元 (The table says so.)" in found.extraction.warnings[0]


def test_the_number_that_is_marked_is_the_one_that_is_changed(tmp_path: Path) -> None:
    found = corrected(tmp_path, {"quote": "3.5亿元，增长8%。出口[3.5亿元]"})
    assert [m.unit for m in found.extraction.metrics[:3]] == ["元", "%", "美元"]


def test_entries_are_applied_in_order_and_mark_a_row_once(tmp_path: Path) -> None:
    found = corrected(tmp_path, {}, {"expect": "美元", "value": "港元"})
    assert found.extraction.metrics[0].unit == "港元"
    assert found.extraction.metrics[0].rule.count(CORRECTED) == 1


def test_of_indicators_that_share_a_number_one_can_be_meant(tmp_path: Path) -> None:
    shared = {"quote": "均增长[2%]", "field": "value", "expect": 2, "value": 3}
    names = [m.indicator for m in extract(document(TEXT)).metrics[-2:]]
    assert len(set(names)) == 2
    found = corrected(tmp_path, shared | {"indicator": names[1]})
    assert [m.value for m in found.extraction.metrics[-2:]] == [2, 3]
    both = corrected(tmp_path, shared)
    assert [m.value for m in both.extraction.metrics[-2:]] == [3, 3]


def test_a_metric_is_dropped_and_its_number_classed(tmp_path: Path) -> None:
    found = corrected(tmp_path, {"action": "drop", "field": ..., "expect": 350000000, "value": "specification"})
    assert kinds(found) == [APPLIED]
    assert len(found.extraction.metrics) == len(extract(document(TEXT)).metrics) - 1
    start = TEXT.index("3.5亿元")
    (number,) = [n for n in found.extraction.numbers if n.char_start == start]
    assert (number.number_class, number.rule) == ("specification", f"correction.drop{CORRECTED}")


def test_a_metric_is_added_at_its_place(tmp_path: Path) -> None:
    before = extract(document(TEXT))
    place = TEXT.index("2022")
    (had,) = [n.number_class for n in before.numbers if n.char_start == place]
    fields = {"indicator": "年份", "value": 2022, "period_start": 2022, "period_end": 2022}
    found = corrected(tmp_path, {"quote": "一、[2022]年工作", "action": "add", "field": ..., "expect": had, "value": fields})
    assert kinds(found) == [APPLIED]
    added = found.extraction.metrics[0]
    assert (added.indicator, added.value, added.statistic, added.confidence) == ("年份", 2022, "level", 1.0)
    assert TEXT[added.char_start : added.char_end] == "2022"
    assert "2022年工作回顾" in added.sentence
    assert [n.number_class for n in found.extraction.numbers if n.char_start == place] == ["metric"]
    assert [n.char_start for n in found.extraction.numbers] == sorted(n.char_start for n in found.extraction.numbers)


@pytest.mark.parametrize(
    ("entry", "problem", "is_held"),
    [
        ({"expect": "吨"}, "unit is 元 there, where 吨 is expected", True),
        ({"quote": "没有的话[3.5亿元]"}, "no such words", False),
        ({"quote": "[3.5亿元]"}, "2 times", False),
        ({"quote": "全年[实现]旅游收入"}, "no metric is read there", False),
        ({"indicator": "外汇收入"}, "no metric is read there of 外汇收入", True),
        ({"action": "drop", "field": ..., "expect": 3, "value": "name"}, "value is 350000000 there, where 3 is expected", True),
        ({"action": "add", "field": ..., "expect": "name", "value": {"indicator": "收入", "value": 1}}, "a metric is read there", True),
        ({"quote": "工作[回顾]", "action": "drop", "field": ..., "expect": 3, "value": "name"}, "but no number", False),
    ],
)
def test_a_correction_that_no_longer_fits_is_not_applied_and_its_metric_is_in_doubt(
    tmp_path: Path, entry: dict[str, Any], problem: str, is_held: bool
) -> None:
    found = corrected(tmp_path, entry)
    assert kinds(found) == [UNFIT]
    assert problem in str(found.notes[0])
    before = extract(document(TEXT))
    assert [m.value for m in found.extraction.metrics] == [m.value for m in before.metrics]
    assert [m.unit for m in found.extraction.metrics] == [m.unit for m in before.metrics]
    assert [m.rule.endswith(IN_DOUBT) for m in found.extraction.metrics] == [is_held] + [False] * (len(before.metrics) - 1)
    assert found.extraction.numbers == before.numbers


@pytest.mark.parametrize(
    "entry",
    [{"value": "元", "expect": "吨"}, {"quote": "一、[2022]年", "action": "drop", "field": ..., "expect": 2022, "value": "date"}],
)
def test_a_correction_that_is_no_longer_needed_is_told_and_leaves_the_row_alone(tmp_path: Path, entry: dict[str, Any]) -> None:
    found = corrected(tmp_path, entry)
    assert kinds(found) == [NEEDLESS]
    assert found.extraction.metrics == extract(document(TEXT)).metrics


@pytest.mark.parametrize("name", ["d.txt", "*.txt", "sha256:00000000", "00000000", "0" * 64])
def test_a_document_is_named_by_file_path_or_hash(tmp_path: Path, name: str) -> None:
    assert kinds(corrected(tmp_path, {"document": name})) == [APPLIED]


@pytest.mark.parametrize("name", ["other.txt", "in/*.txt", "11111111", "000"])
def test_a_correction_of_another_document_is_no_concern(tmp_path: Path, name: str) -> None:
    found = corrected(tmp_path, {"document": name})
    assert found.notes == ()
    assert found.extraction == extract(document(TEXT))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"field": "colour"}, "field is 'colour'; it can be indicator"),
        ({"quote": "旅游收入3.5亿元"}, r"one pair of \[ \]"),
        ({"quote": "旅[游]收入[3.5]亿元"}, r"one pair of \[ \]"),
        ({"reason": ...}, r"it needs \['reason'\]"),
        ({"reason": " "}, "reason must be a text"),
        ({"expect": ...}, r"it needs \['expect'\]"),
        ({"document": 12345678}, "quotation marks"),
        ({"action": "mend"}, "action is 'mend'; write set, drop or add"),
        ({"colour": "red"}, r"unknown keys \['colour'\]"),
        ({"field": "value", "expect": 3, "value": "much"}, "value must be a number"),
        ({"field": "value", "expect": 3, "value": None}, "value cannot be empty"),
        ({"field": "modality", "expect": "actual", "value": "hope"}, "it can be actual, target"),
        ({"field": "period_start", "expect": 2022, "value": "2021"}, "period_start must be a year"),
        ({"field": "indicator_id", "expect": None, "value": "gdpp"}, "the catalogue has no indicator 'gdpp'"),
        ({"action": "drop", "expect": 3, "value": "metric"}, "the class of a number that is no metric"),
        ({"action": "add", "expect": "name", "value": {"indicator": "收入"}}, "indicator and value at least"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused_with_its_number(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    with pytest.raises(CorrectionError, match=f"corrections.yml: entry 2: .*{message}"):
        planted(tmp_path, {}, entry)


@pytest.mark.parametrize("content", ["a: [", "document: d.txt", "- just words"])
def test_a_file_that_is_no_list_of_entries_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "corrections.yml").write_text(content, encoding="utf8")
    with pytest.raises(CorrectionError, match=r"corrections\.yml"):
        read_corrections(tmp_path / "corrections.yml")


def test_a_document_says_in_its_row_what_was_corrected_and_what_does_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = planted(tmp_path, {"quote": "出口[3.5亿元]"}, {"expect": "吨"})
    monkeypatch.setattr(corrections, "corrections", lambda: entries)
    made = process(RawFile("d.txt", TEXT.encode()), run_id="r", ingested_at=datetime(2023, 1, 1, tzinfo=UTC), pipeline_version="0")
    assert made.failure is None
    assert made.document is not None
    notes = made.document["warnings"].splitlines()
    assert sum(note.startswith(APPLIED) for note in notes) == 1
    assert sum(note.startswith(UNFIT) for note in notes) == 1
    assert notes[0].startswith(UNFIT)
    rows = {found["number_text"] + found["indicator"]: found for found in made.metrics}
    assert rows["3.5亿元出口"]["unit_std"] == "USD"
    assert rows["3.5亿元出口"]["rule"].endswith(CORRECTED)
    assert rows["3.5亿元旅游收入"]["rule"].endswith(IN_DOUBT)


@pytest.mark.parametrize("kind", [UNFIT, NEEDLESS])
def test_a_correction_that_does_not_fit_fails_a_check_that_is_seen(kind: str) -> None:
    noted = row("documents", document_id="a", source_path="a.txt", text=SENTENCE, warnings=f"encoding: guessed\n{kind}«[2.5]%»: gone")
    found = validate(tables([metric("a", {})], documents=[noted]))
    assert failed(found)["corrections_fit"]["rows_failed"] == 1
    assert failed(found)["corrections_fit"]["severity"] == "warning"
    assert any("a.txt" in warning and "gone" in warning for warning in found.warnings)
    assert found.publishable


def test_notes_of_other_kinds_fail_no_check() -> None:
    noted = row("documents", document_id="a", text=SENTENCE, warnings=f"{APPLIED}«[2.5]%»: value 3 → 2.5 (a slip)")
    assert "corrections_fit" not in failed(validate(tables([metric("a", {})], documents=[noted])))


def test_corrections_are_part_of_what_decides_whether_a_document_is_worked_on_anew(tmp_path: Path) -> None:
    assert corrections.FILE.parent == REPOSITORY / "transforms"
    assert len(fingerprints.engine_hash()) == 64
    (tmp_path / "corrections.yml").write_text("[]", encoding="utf8")
    before = tree_hash(tmp_path)
    (tmp_path / "corrections.yml").write_text("[] # more", encoding="utf8")
    assert tree_hash(tmp_path) != before


def test_the_shipped_corrections_fit_the_shipped_documents() -> None:
    assert isinstance(corrections.corrections(), tuple)
    for path in sorted((REPOSITORY / "seeds").iterdir()):
        made = process(
            RawFile(path.name, path.read_bytes()), run_id="r", ingested_at=datetime(2023, 1, 1, tzinfo=UTC), pipeline_version="0"
        )
        notes = ((made.document or {}).get("warnings") or "").splitlines()
        assert not [note for note in notes if note.startswith((UNFIT, NEEDLESS))]


def test_the_commented_example_of_the_shipped_file_can_be_meant(tmp_path: Path) -> None:
    text = corrections.FILE.read_text(encoding="utf8")
    example = text[text.index("# - document") :].replace("\n# ", "\n").removeprefix("# ").replace("[]\n", "")
    (tmp_path / "corrections.yml").write_text(example, encoding="utf8")
    assert [entry.action for entry in read_corrections(tmp_path / "corrections.yml")] == ["set", "drop", "add"]
