"""The level of government that a text speaks for: from whose government the speaker reports, and how the text speaks of itself."""

from __future__ import annotations

from collections import Counter

from transforms.identify.regions import NATION, Region, earlier_names
from transforms.lexicon import load, pattern

_SELF = pattern("speaks_of_itself")
_OF_GOVERNMENT = pattern("level_of_a_government")
LEAST = 2
"""How often a text must speak of itself by a word for the word to tell its level."""


def level_words() -> dict[str, str]:
    """The words for levels of government and the level of each: 县 is county."""
    words: dict[str, str] = load("levels.yml")
    return words


def word_of_speaker(phrase: str) -> str | None:
    """The word for the level in the name of a government: 市人民政府 gives 市."""
    found = _OF_GOVERNMENT.search(phrase)
    return found.group(1) if found else None


def word_of_text(body: str) -> str | None:
    """The word by which a text speaks of its own place (全省, 我县, 区委 …); None where it hardly does."""
    counts: Counter[str] = Counter()
    for found in _SELF.finditer(body):
        counts[next(group for group in found.groups() if group)] += 1
    if not counts:
        return None
    if counts["自治区"] >= LEAST + 1 and counts["自治区"] >= counts["市"] / 2:
        return "自治区"
    word, times = counts.most_common(1)[0]
    # A county or district speaks of 全市 above it as well; a prefecture hardly of 县委 or 区委.
    if word in ("市", "省") and counts["县"] + counts["区"] >= 0.4 * times:
        word = "县" if counts["县"] >= counts["区"] else "区"
    return word if times >= LEAST else None


def level_of_word(word: str | None) -> str | None:
    """The level that a word says; 市 is a prefecture where nothing else is known."""
    return level_words().get(word) if word else None


def agrees(region: Region, word: str) -> bool:
    """Whether a place can be the one of which a text speaks by a word: 市 is said of municipalities, prefectures and counties."""
    if region.code == NATION:
        return word == "国"
    if word == "地区":
        return region.name.endswith(("地区", "盟", "市", "州"))
    if word == "自治区":
        return region.level == "province"
    if any(earlier.name.endswith(word) for earlier in earlier_names(region.code)):
        return True
    return word in "县旗" and region.level == "county" and not region.name.endswith("市")
