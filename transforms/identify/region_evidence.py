"""The evidence for the place that a document reports on.

A candidate is a division of the list under its code of today, or ``?`` and the name of a place that the list does not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from transforms.identify.clues import clues, of_field
from transforms.identify.evidence import Evidence, quoted
from transforms.identify.levels import agrees, level_of_word, word_of_speaker, word_of_text
from transforms.identify.named_places import Named, ancestors, fitting, level_of_name, named_place, usual_names
from transforms.identify.places import mentions
from transforms.identify.regions import NATION, Region, at, current, earlier_names, parent_code, short_name
from transforms.identify.zones import Zones
from transforms.lexicon import load, pattern

UNKNOWN = "?"
MOST_NAMED = 8
"""Places of the text that become candidates by how often it names them."""
COUNTED = 12_000
"""Characters of the text in which names are counted."""
LEAST_NAMED = 3
_NOT_INCLUDED = pattern("not_included")
_NATION_WORDS, _PLACE_WORDS = pattern("of_whole_nation"), pattern("of_whole_place")
# Clues whose short names count wherever they stand: what a speaker speaks for is a place.
_LENIENT = frozenset({"region.speaks_for", "region.session", "region.office"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """For whom the speaker reports: the words, and the word for the level of that government."""

    phrase: str
    level_word: str | None


def spoken_for(zones: Zones) -> Spoken:
    """For whom the speaker reports, from the beginning of the text."""
    found = next(clues()["region.speaks_for"].finds(zones), None)
    phrase = found.group("place") if found else ""
    return Spoken(phrase, word_of_speaker(phrase) if phrase else None)


def head_evidence(zones: Zones, year: int | None) -> Iterator[Evidence]:
    """The evidence of what names a place: title, session, speaker, offices, the page, the file."""
    for clue in of_field("region"):
        for found in clue.finds(zones):
            if clue.target:
                yield Evidence(clue.id, clue.target, 1.0, quoted(found.string, *found.span()).strip())
                continue
            words = found.group("place").strip()
            named = named_place(words, year, strict=clue.id not in _LENIENT) if words else None
            if named is not None:
                yield from _of_named(clue.id, named, words)


def _of_named(clue: str, named: Named, words: str) -> Iterator[Evidence]:
    if named.is_unknown:
        yield Evidence(clue, UNKNOWN + named.name, 1.0, quoted(words, 0, len(words)))
    for region in named.regions:
        yield Evidence(clue, current(region).code, 1.0, quoted(words, 0, len(words)))


def level_evidence(candidates: Iterable[str], spoken: Spoken, zones: Zones) -> Iterator[Evidence]:
    """Whether each candidate is of the level that the speaker reports for, or else that the text speaks of as its own."""
    word = None if spoken.level_word else word_of_text(zones.running[:COUNTED])
    for name in candidates:
        if spoken.level_word:
            clue = "region.speaker_level" if _is_of_level(name, spoken.level_word) else "region.not_speaker_level"
            yield Evidence(clue, name, 1.0, spoken.phrase)
        if word:
            yield Evidence("region.text_level" if _is_of_level(name, word) else "region.not_text_level", name, 1.0, word)


def _is_of_level(candidate: str, word: str) -> bool:
    if candidate.startswith(UNKNOWN):
        level = level_of_name(candidate[1:])
        return candidate.endswith(word) or (level == "township" and level == level_of_word(word))
    region = at(candidate)
    return region is not None and agrees(region, word)


def counted_evidence(zones: Zones, year: int | None) -> Iterator[Evidence]:
    """The places that the text names most, and for how much each counts beside the one named most."""
    scores: Counter[str] = Counter()
    text = _NOT_INCLUDED.sub("", zones.running[:COUNTED])
    for mention in mentions(text):
        is_full = mention.is_full or text[mention.start : mention.end + 1] in usual_names()
        for code in sorted({current(r).code for r in fitting(mention.regions, year)}):
            scores[code] += 3 if is_full else 1
    scores.update(_zones_named(zones.running[:COUNTED]))
    ranked = scores.most_common(MOST_NAMED)
    for code, times in ranked:
        if times >= LEAST_NAMED and code != NATION:
            yield Evidence("region.named", code, (times - _most_of_siblings(code, scores)) / ranked[0][1], str(times))
    yield from _inside(scores)


def _most_of_siblings(code: str, scores: Counter[str]) -> int:
    """How often another division of the same parent is named, at most as often: a text of the parent names several alike."""
    if code.startswith(UNKNOWN):
        return 0
    parent, times = parent_code(code), scores[code]
    siblings = (other for other in scores if other != code and other[:2] == code[:2] and parent_code(other) == parent)
    return max((min(scores[other], times) for other in siblings), default=0)


def _zones_named(text: str) -> dict[str, int]:
    """How often the text names the zones that are no divisions, by their full and short names."""
    names: list[str] = load("zones.yml")
    return {UNKNOWN + name: times for name in names if (times := text.count(name[:2])) and name in text}


def _inside(scores: Counter[str]) -> Iterator[Evidence]:
    """The divisions within which several of the places lie that the text names."""
    within: dict[str, set[str]] = {}
    for code in scores:
        for above in ancestors(code) if not code.startswith(UNKNOWN) else ():
            within.setdefault(above, set()).add(code)
    most = max((len(codes) for above, codes in within.items() if above != NATION), default=0)
    for above, codes in within.items():
        if above != NATION and len(codes) >= LEAST_NAMED:
            yield Evidence("region.inside", above, len(codes) / most, str(len(codes)))


def nation_evidence(zones: Zones) -> Iterator[Evidence]:
    """That a text which names no place of its own speaks of the whole nation."""
    nation = len(_NATION_WORDS.findall(zones.running[:COUNTED]))
    places = len(_PLACE_WORDS.findall(zones.running[:COUNTED]))
    titled = zones.title is not None and named_place(zones.title, None, strict=True) is not None
    if nation and not titled:
        yield Evidence("region.whole_nation", NATION, nation / (nation + 4 * places), str(nation))


def context_evidence(codes: Iterable[str], zones: Zones) -> Iterator[Evidence]:
    """Which of several divisions of one name the text means: the one whose divisions above it are named most."""
    above = {code: {short_name(region.name) for c in ancestors(code) - {NATION} if (region := at(c))} for code in codes}
    common = set.intersection(*above.values()) if above else set()
    counts = {code: sum(zones.running.count(word) for word in words - common if len(word) > 1) for code, words in above.items()}
    most = max(counts.values(), default=0)
    for code, times in counts.items():
        if most:
            yield Evidence("region.context", code, times / most, str(times))


def listed_names(found: list[Evidence]) -> list[Evidence]:
    """The evidence with generic names (城关区) that alone are not taken for a division counted for the one that other evidence names so."""
    listed = {region.name: code for code in sorted({e.candidate for e in found}) if (region := at(code)) is not None}
    return [replace(e, candidate=listed.get(e.candidate.removeprefix(UNKNOWN), e.candidate)) for e in found]


def same_named(codes: Iterable[str]) -> dict[str, list[str]]:
    """Candidates by their names, of those names that several bear."""
    names: dict[str, list[str]] = {}
    for code in codes:
        region = None if code.startswith(UNKNOWN) else at(code)
        if region is not None:
            names.setdefault(region.name, []).append(code)
    return {name: found for name, found in names.items() if len(found) > 1}


def as_called(code: str, words: Iterable[str], year: int | None) -> Region | None:
    """The division as it was called in the year of the report, where the text calls it otherwise than today or the list says so."""
    today = at(code)
    if today is None:
        return None
    known = earlier_names(today.code)
    held = [r for r in known if year is not None and r.since <= year <= r.until]
    named = [r for r in known if any(r.name in text for text in words)]
    return next((r for r in named if r in held), None) or (held[0] if held else None) or (named[0] if named else None)
