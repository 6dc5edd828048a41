"""A user's own rules over those of the project: they hold while they are in force, and not a moment longer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from transforms.extract import extract
from transforms.lexicon import FOLDER, Lexicon, LexiconError, load, pattern, using
from transforms.lexicon.merging import merge
from transforms.pipeline import read_document
from transforms.types import Metric, RawFile

REPOSITORY = Path(__file__).parents[2]
TEXT = "某区2023年政府工作报告\n一、2022年工作回顾\n2022年，发放赞助款3亿第纳尔。\n"


def _metric() -> Metric | None:
    return next(iter(extract(read_document(RawFile("report.txt", TEXT.encode()))).metrics), None)


def _overlay(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf8")
    return folder


def test_a_unit_of_an_overlay_is_read_while_it_is_in_force(tmp_path: Path) -> None:
    units = "- {dimension: currency, unit_std: DZD, en: dinar, words: [第纳尔], yes: {3亿第纳尔: [300000000, 第纳尔]}}"
    assert (before := _metric()) is None or before.unit != "第纳尔"
    with using(Lexicon.load(overlay=_overlay(tmp_path, units=units))):
        found = _metric()
        assert found is not None
        assert (found.value, found.unit) == (300_000_000, "第纳尔")
    assert _metric() == before


def test_an_entry_with_an_id_of_ours_replaces_it(tmp_path: Path) -> None:
    wording = "- {id: medal, en: anything, pattern: '^铁$', yes: [铁]}"
    name = pattern("medal")
    assert name.match("金")
    with using(Lexicon.load(overlay=_overlay(tmp_path, wording=wording))):
        assert not name.match("金")
        assert name.match("铁")
    assert name.match("金")


def test_words_of_an_overlay_join_ours(tmp_path: Path) -> None:
    with using(Lexicon.load(overlay=_overlay(tmp_path, cues="rise: 猛涨"))):
        assert {"猛涨", "增长"} <= set(load("cues.yml")["rise"].split())


@pytest.mark.parametrize(
    ("ours", "theirs", "both"),
    [
        ([{"id": "a", "x": 1}, {"id": "b"}], [{"id": "a", "x": 2}], [{"id": "a", "x": 2}, {"id": "b"}]),
        ([{"id": "a"}], [{"id": "new"}], [{"id": "new"}, {"id": "a"}]),
        ([{"bound": "upper"}], [{"bound": "lower"}], [{"bound": "lower"}, {"bound": "upper"}]),
        ({"k": "a b"}, {"k": "c", "l": "d"}, {"k": "c a b", "l": "d"}),
        ({"k": ["a"]}, {"k": ["b", "a"]}, {"k": ["b", "a"]}),
        (1, 2, 2),
    ],
)
def test_merging(ours: object, theirs: object, both: object) -> None:
    assert merge(ours, theirs) == both


def test_an_overlay_with_a_misspelt_file_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"unit\.yml.*near are .*units\.yml"):
        Lexicon.load(overlay=_overlay(tmp_path, unit="[]"))
    with pytest.raises(LexiconError, match="is no folder"):
        Lexicon.load(overlay=tmp_path / "absent")


def test_a_macro_is_written_out_and_an_unknown_one_refused() -> None:
    lexicon = Lexicon.load()
    assert "{YEAR}" not in lexicon.expand("{YEAR}年")
    with pytest.raises(LexiconError, match=r"no macro 'YAER'; near are YEAR"):
        lexicon.expand("{YAER}年")


@pytest.mark.parametrize("name", load("macros.yml"))
def test_a_macro_matches_what_its_examples_say_and_is_used(name: str) -> None:
    import re

    entry = load("macros.yml")[name]
    found = re.compile(Lexicon.load().expand(entry["pattern"]))
    assert [text for text in entry["yes"] if not found.fullmatch(text)] == []
    assert [text for text in entry["no"] if found.fullmatch(text)] == []
    used = [path for path in FOLDER.glob("*.yml") if f"{{{name}}}" in path.read_text(encoding="utf8")]
    assert used, f"no pattern uses {{{name}}}: delete it"


def _names_called(function: str) -> set[str]:
    """The texts that the code gives to a function as arguments."""
    found: set[str] = set()
    for path in (REPOSITORY / "transforms").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == function:
                found |= {each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found


def test_every_pattern_of_wording_is_used_by_the_code() -> None:
    assert sorted({entry["id"] for entry in load("wording.yml")} - _names_called("pattern")) == [], "delete what nothing uses"


def test_every_list_of_cues_is_used_by_the_code() -> None:
    used = _names_called("words") | _names_called("any_of") | _names_called("word_set")
    assert sorted(set(load("cues.yml")) - used - {"examples"}) == [], "delete what nothing uses"
