"""Every cue word decides what it decided: a made sentence for each, with its reading beside it in cues.jsonl."""

from __future__ import annotations

import json

from tests.reading.cues import FILE, SENTENCES, read, sentences
from transforms.lexicon import load


def test_every_list_of_cues_has_a_sentence() -> None:
    assert sorted(set(load("cues.yml")) - set(SENTENCES) - {"examples"}) == []


def test_every_cue_word_is_read_as_before() -> None:
    known = {(name, word): reading for name, word, reading in map(json.loads, FILE.read_text(encoding="utf8").splitlines())}
    found = {(name, word): read(sentence) for name, word, sentence in sentences()}
    changed = {key: (reading, found.get(key)) for key, reading in known.items() if found.get(key) != reading}
    assert changed == {}, "if the new readings are right: python -m tests.reading.cues"
    assert found.keys() == known.keys()
