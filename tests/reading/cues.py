"""One made sentence for each cue word and what it is read as: ``python -m tests.reading.cues`` writes the file that the test holds.

Each list of ``cues.yml`` has a sentence in which its words decide something. A word that is lost or moved changes a reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.extract.support import document
from transforms.extract import extract
from transforms.lexicon import load

FILE = Path(__file__).with_name("cues.jsonl")
SENTENCES = {
    "rise": "某项产值{}5%",
    "fall": "某项产值{}5%",
    "filler": "某项产值增长{}5%",
    "to": "某项产值增加{}5亿元",
    "level": "某项产值{}5亿元",
    "keep": "各地{}公园5个",
    "object": "各地{}公园5个",
    "object_or_noun": "各地{}公园5个",
    "transitive": "某地{}5个公园",
    "lead": "{}粮食产量5万吨",
    "empty": "粮食产量5万吨，{}增长5%",
    "not_noun": "建成公园5个{}设施",
    "noun_ends": "有5个公园{}设施",
    "rate_nouns": "入园{}5%",
    "growth_nouns": "某项产值{}5%",
    "generic": "有5个{}通过验收",
    "adverbs": "某项产值{}增长5%",
    "manner": "{}建成公园5个",
    "hollow": "推进安居工程建设，{}建成50套",
}


def sentences() -> Iterator[tuple[str, str, str]]:
    """List, word and sentence of each cue."""
    for name, words in load("cues.yml").items():
        if name in SENTENCES:
            for word in dict.fromkeys(words.split()):
                yield name, word, SENTENCES[name].format(word)


def read(sentence: str) -> list[list[str]]:
    """Indicator, statistic, value, unit, bound and modality of each metric of a sentence that looks back."""
    found = extract(document(f"一、2022年工作回顾\n2022年，{sentence}。\n")).metrics
    return [[m.indicator, m.statistic, format(m.value, "f"), m.unit or "", m.bound, m.modality] for m in found]


def main() -> None:
    """Write the readings of today."""
    lines = [json.dumps([name, word, read(sentence)], ensure_ascii=False) for name, word, sentence in sentences()]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
