"""Every pattern of wording.yml and every cue of modality.yml does what its examples say."""

from __future__ import annotations

import pytest

from tests.extract.support import document, unmarked
from transforms.extract import extract
from transforms.lexicon import LexiconError, load, pattern

WORDING = load("wording.yml")
MODALITY = [(group, entry) for group, entries in load("modality.yml").items() for entry in entries]


@pytest.mark.parametrize("entry", WORDING, ids=lambda entry: entry["id"])
def test_a_pattern_finds_what_its_examples_say(entry: dict[str, object]) -> None:
    found = pattern(str(entry["id"]))
    yes, no = entry["yes"], entry.get("no", [])
    assert isinstance(yes, list)
    assert yes, "each pattern shows at least one wording that it finds"
    assert isinstance(no, list)
    assert [words for words in yes if not found.search(words)] == []
    assert [words for words in no if found.search(words)] == []


def test_an_unknown_pattern_is_named_with_those_that_are_near() -> None:
    with pytest.raises(LexiconError, match=r"no pattern 'shares'; near are share"):
        pattern("shares").search("")


def _told(sentence: str, group: str) -> tuple[str, bool]:
    """How the marked number of a sentence is told: in a plan for what is done, else in a review."""
    opening = "今年主要预期目标任务是推动发展。" if group == "done" else "过去一年，工作进展顺利。"
    text, places = unmarked(opening + sentence + "。")
    (metric,) = [m for m in extract(document(text)).metrics if m.char_start == places[0][0]]
    return metric.modality, metric.is_preliminary


@pytest.mark.parametrize(("group", "entry"), MODALITY, ids=[f"{group}.{entry['id']}" for group, entry in MODALITY])
def test_a_number_is_told_as_its_examples_say(group: str, entry: dict[str, list[str]]) -> None:
    for kind, sentences in (("yes", entry["yes"]), ("no", entry.get("no", []))):
        for sentence in sentences:
            modality, preliminary = _told(sentence, group)
            if group == "preliminary":
                assert preliminary == (kind == "yes"), sentence
            else:
                expected = "target" if group == "target" else "actual"
                assert (modality == expected) == (kind == "yes"), sentence
