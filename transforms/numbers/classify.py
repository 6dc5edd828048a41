"""Which class a numeral has that is no metric, by the rules of ``lexicon/numbers.yml`` and the words of ``lexicon/words.yml``.

Patterns are bounded and are tried at one place each, so that time is linear in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.lexicon import LexiconError, check_keys, derived, derived_up_to, load
from transforms.numbers.numerals import Numeral

CLASSES = ("metric", "date", "duration", "ordinal", "heading", "name", "specification", "reference", "lexical")
QUANTITY = "quantity"
"""Class of a rule that says the numeral is one to be read as a quantity, whatever its words."""
LOOK_BEHIND = 32
"""Characters before a numeral that a rule may look at."""

_KEYS = frozenset({"id", "class", "en", "number", "before", "after", "unless_before", "unless_after", "yes", "no"})
_WORD_REACH = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of ``numbers.yml``; a pattern that is None is not asked."""

    id: str
    number_class: str
    number: re.Pattern[str] | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None
    en: str = ""
    """What the rule looks for, in words."""
    yes: tuple[str, ...] = ()

    def fits(self, text: str, numeral: Numeral, before: str) -> bool:
        """Whether the rule decides a numeral that its ``number`` allows; ``before`` is the text that stands before it."""
        if self.after and not self.after.match(text, numeral.end):
            return False
        if self.before and not self.before.search(before):
            return False
        if self.unless_after and self.unless_after.match(text, numeral.end):
            return False
        return not (self.unless_before and self.unless_before.search(before))

    def conditions(self, text: str, numeral: Numeral) -> dict[str, re.Match[str] | None]:
        """What each pattern of the rule finds at a numeral: for people, where ``fits`` stops at the first that decides."""
        before = text[max(0, numeral.start - LOOK_BEHIND) : numeral.start]
        return {
            name: pattern.match(text, numeral.end) if name.endswith("after") else pattern.search(before)
            for name in ("before", "after", "unless_before", "unless_after")
            if (pattern := getattr(self, name)) is not None
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The class of a numeral and the rule that gave it."""

    number_class: str
    rule: str


def _compiled(entry: dict[str, str], key: str, end: bool = False) -> re.Pattern[str] | None:
    text = entry.get(key)
    if text is None:
        return None
    try:
        return re.compile(f"(?:{text})$" if end else f"(?:{text})")
    except re.error as error:
        raise LexiconError(f"transforms/lexicon/numbers.yml: rule {entry['id']}: {key}: {error}") from error


@derived
def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which they are tried."""
    found = []
    for entry in load("numbers.yml"):
        check_keys("numbers.yml", entry, _KEYS, frozenset({"id", "class"}))
        if entry["class"] not in (*CLASSES, QUANTITY):
            raise LexiconError(
                f"transforms/lexicon/numbers.yml: rule {entry['id']}: class {entry['class']!r} is none of {', '.join(CLASSES)}"
            )
        found.append(
            Rule(
                entry["id"],
                entry["class"],
                _compiled(entry, "number"),
                _compiled(entry, "before", end=True),
                _compiled(entry, "after"),
                _compiled(entry, "unless_before", end=True),
                _compiled(entry, "unless_after"),
                entry.get("en", ""),
                tuple(entry.get("yes", ())),
            )
        )
    return tuple(found)


@derived_up_to(4096)
def _rules_for(numeral: str) -> tuple[Rule, ...]:
    """The rules that may decide this numeral, in order."""
    return tuple(rule for rule in rules() if rule.number is None or rule.number.fullmatch(numeral))


@derived
def _words() -> dict[str, str]:
    return {word: number_class for number_class, entry in load("words.yml").items() for word in entry["words"].split()}


def _word_around(text: str, numeral: Numeral) -> tuple[str, str] | None:
    """The longest word of the lexicon that the numeral is a part of, and its class."""
    words = _words()
    low = max(0, numeral.start - _WORD_REACH)
    best = None
    for start in range(low, numeral.start + 1):
        for end in range(numeral.end, min(len(text), start + _WORD_REACH) + 1):
            if (best is None or end - start > len(best[0])) and text[start:end] in words:
                best = text[start:end], words[text[start:end]]
    return best


def rules_tried(text: str, numeral: Numeral) -> list[tuple[Rule, bool]]:
    """Every rule that may decide a numeral, in the order in which they are tried, and whether it fits; the first that does decides."""
    before = text[max(0, numeral.start - LOOK_BEHIND) : numeral.start]
    return [(rule, rule.fits(text, numeral, before)) for rule in _rules_for(text[numeral.start : numeral.end])]


def classify(text: str, numeral: Numeral) -> Decision | None:
    """The class of a numeral of a sentence that is no metric; None where it may be one."""
    before = text[max(0, numeral.start - LOOK_BEHIND) : numeral.start]
    for rule in _rules_for(text[numeral.start : numeral.end]):
        if rule.fits(text, numeral, before):
            return Decision(rule.number_class, rule.id)
    word = _word_around(text, numeral) if numeral.kind == "chinese" else None
    return Decision(word[1], f"word.{word[0]}") if word else None
