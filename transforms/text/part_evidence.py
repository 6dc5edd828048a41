"""What in a paragraph speaks for a part of the report: its heading, its first words, its tense. Data: ``parts.yml``.

Each piece of evidence has a weight for some roles, in units of log odds. Tense is one number for a paragraph: above zero
for what was done, below for what is to be done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from transforms.lexicon import LexiconError, check_keys, derived, derived_up_to, expand, load, pattern
from transforms.text.headings import CHAPTER, PLAIN, numbering
from transforms.text.parts import ROLES, plan_span

PLACES = ("heading", "opening", "line", "body")
"""heading: in a heading; opening: at the start of a paragraph of sentences; line: in a paragraph without a sentence's
end; body: anywhere in a paragraph of sentences."""
_OPENING = 40
"""Characters of a paragraph that can open a part."""
_READ = 600
"""Characters of a paragraph whose tense is read."""
_KEYS = frozenset({"id", "where", "pattern", "unless", "weights", "reason", "yes", "no"})
_TENSE_KEYS = frozenset({"id", "pattern", "weight", "reason", "yes", "no"})
_NAMES_A_PART = pattern("names_a_part")
_CHINESE_YEAR = re.compile(r"([12一二])([09〇零O○九])([0-9〇零O○一二三四五六七八九])([0-9〇零O○一二三四五六七八九])(?=年)")
_DIGITS = str.maketrans("一二三四五六七八九〇零O○", "1234567890000")
_SECTION, _LOWER_HEADING = 0.6, 0.3
"""How much the heading of a section below a chapter weighs where it names a year or a term, and where it does not."""
_BEHIND_HEADING = 0.5
"""How much the first words of a paragraph weigh behind a heading on its own line: they begin a sentence rather than a part."""
_TENSE = 0.6
"""How much tense weighs: its words are not independent of each other."""
_STRONGEST_TENSE = 2.5
"""No paragraph's tense says more than this."""

Weights = dict[str, float]
Said = tuple[str, str, float]
"""A piece of evidence as it is explained: its id, the words, its greatest weight."""


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    where: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    weights: Weights

    def fits(self, text: str) -> bool:
        """Whether a heading or opening says this; years are in Arabic numerals."""
        return self.pattern.search(text) is not None and (self.unless is None or self.unless.search(text) is None)


@dataclass(frozen=True, slots=True)
class _Tense:
    id: str
    pattern: re.Pattern[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the roles in one paragraph, and what of it names the part (its heading or first words)."""

    weights: Weights
    said: tuple[Said, ...] = ()
    names: str = ""
    tense: float = 0.0
    opens_chapter: bool = False
    """It is a heading that may open another part: of a chapter, or with a year or a term in it."""


NONE = Evidence({})


def western_years(text: str) -> str:
    """The text with years in Chinese numerals written in Arabic ones, character for character."""
    return _CHINESE_YEAR.sub(lambda found: found.group().translate(_DIGITS), text)


def _plans(report: int | None, wanted: str) -> str:
    """A pattern for the five-year plans that are over (``old``), begun and not over (``now``), or new in a report's year."""
    if report is None:
        return r"(?!)"
    numerals = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六", "十七")
    names = sorted((name for name in numerals if _stage(name, report) == wanted), key=len, reverse=True)
    return rf"(?:(?<![一二三四五六七八九十])(?:{'|'.join(names)})五(?![年个])|第(?:{'|'.join(names)})个五年)" if names else r"(?!)"


def _stage(name: str, report: int) -> str:
    first, last = plan_span(name)
    return "old" if last < report else "new" if first >= report - 1 else "now"


@derived_up_to(1024)
def _of_year(report: int | None) -> dict[str, str]:
    """What the placeholders of a pattern stand for in a report of that year."""
    years = {"{report}": str(report or "0000"), "{last}": str((report or 1) - 1), "{next}": str((report or -1) + 1)}
    return years | {f"{{{wanted}_plan}}": _plans(report, wanted) for wanted in ("old", "now", "new")}


def _compile(name: str, text: str, report: int | None) -> re.Pattern[str]:
    """A pattern with the years of a report in it; a pattern that names no year is compiled once for all years."""
    for placeholder, meant in _of_year(report).items():
        text = text.replace(placeholder, meant)
    return _compiled(name, text)


@derived_up_to(4096)
def _compiled(name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(expand(text))
    except re.error as error:
        raise LexiconError(f"transforms/lexicon/parts.yml: {name}: {error}") from error


def _checked(entry: dict[str, Any]) -> None:
    check_keys("parts.yml", entry, _KEYS, frozenset({"id", "where", "pattern", "weights", "reason"}))
    if entry["where"] not in PLACES:
        raise LexiconError(f"transforms/lexicon/parts.yml: {entry['id']}: where is {entry['where']!r}; allowed are {', '.join(PLACES)}")
    odd = set(entry["weights"]) - set(ROLES)
    if odd:
        raise LexiconError(f"transforms/lexicon/parts.yml: {entry['id']}: unknown role {sorted(odd)}; allowed are {', '.join(ROLES)}")


@derived_up_to(256)
def rules(report: int | None) -> dict[str, tuple[_Rule, ...]]:
    """The rules of ``parts.yml`` for a report of that year, by the place they look at."""
    found: dict[str, list[_Rule]] = {where: [] for where in PLACES}
    for entry in load("parts.yml")["evidence"]:
        _checked(entry)
        unless = _compile(entry["id"], entry["unless"], report) if "unless" in entry else None
        compiled = _compile(entry["id"], entry["pattern"], report)
        found[entry["where"]].append(_Rule(entry["id"], entry["where"], compiled, unless, entry["weights"]))
    return {where: tuple(of_place) for where, of_place in found.items()}


@derived
def tenses() -> tuple[_Tense, ...]:
    """The words of tense."""
    found = []
    for entry in load("parts.yml")["tense"]:
        check_keys("parts.yml", entry, _TENSE_KEYS, frozenset({"id", "pattern", "weight", "reason"}))
        found.append(_Tense(entry["id"], _compile(entry["id"], entry["pattern"], None), float(entry["weight"])))
    return tuple(found)


def tense_of(text: str) -> float:
    """How much a text speaks of what was done (above 0) or of what is to be done (below 0), each cue counted once."""
    total = float(load("parts.yml")["tense_prior"])
    return total + sum(cue.weight for cue in tenses() if cue.pattern.search(text))


def _add(found: tuple[_Rule, ...], text: str, factor: float, weights: Weights, said: list[Said]) -> None:
    for rule in found:
        if not rule.fits(text):
            continue
        for role, weight in rule.weights.items():
            weights[role] = weights.get(role, 0.0) + factor * weight
        said.append((rule.id, text[:_OPENING], factor * max(rule.weights.values())))


def evidence_of(heading: str, level: int, body: str, report: int | None) -> Evidence:
    """What speaks for the roles in a paragraph: ``heading`` is the heading it is or begins with, ``body`` the rest."""
    weights: Weights = {}
    said: list[Said] = []
    known = rules(report)
    names = ""
    chapter = False
    if heading:
        heading = western_years(heading)
        chapter = level <= CHAPTER or _NAMES_A_PART.search(heading) is not None
        factor = _LOWER_HEADING if not chapter else 1.0 if level <= CHAPTER or level == PLAIN else _SECTION
        _add(known["heading"], heading, factor, weights, said)
        names = heading if said and chapter else ""
        if level == PLAIN:
            _add(known["line"], heading, 1.0, weights, said)
    tense = 0.0
    if body:
        mark = numbering(body)
        opening = western_years(body[mark[1] :][:_OPENING] if mark and mark[0] > CHAPTER and not heading else body[:_OPENING])
        ends = any(stop in body for stop in "。！？")
        before = len(said)
        _add(known["opening" if ends else "line"], opening, _BEHIND_HEADING if heading else 1.0, weights, said)
        names = names or (opening if ends and len(said) > before else "")
        if ends:
            _add(known["body"], body[:_READ], 1.0, weights, said)
        if len(body) > 15:
            tense = max(-_STRONGEST_TENSE, min(_STRONGEST_TENSE, _TENSE * tense_of(body[:_READ])))
    for role in ROLES if tense else ():
        speaks = tense if role.startswith("review") else -tense if role.startswith("plan") else -abs(tense)
        weights[role] = weights.get(role, 0.0) + speaks / 2
    return Evidence(weights, tuple(said), names, tense, chapter and bool(weights)) if weights else NONE
