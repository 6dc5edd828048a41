"""The evidence for the year of a document: what names a year, and what the text looks back on and ahead to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transforms.identify.clues import Clue, group, of_field
from transforms.identify.congresses import congress_year, number, party_congress_year, year_citing
from transforms.identify.evidence import Evidence, quoted
from transforms.identify.years_named import YearsNamed
from transforms.identify.zones import Zones
from transforms.lexicon import pattern
from transforms.text.parts import plan_span

_REVIEWS_TERM = pattern("reviews_a_term")
TERM_AHEAD = 4
"""Years from a report that reviews a term of five years to the last year of the next one."""
SHORT = 2_000
"""Characters up to which a text is short: one year looked back on counts fully."""
OFTEN = 4
"""How often a year must be looked back on or ahead to for that to count fully."""
LATER = 3
"""How many sentences that tell of a later year as past speak fully against a year."""
LATER_SHARE = 0.25
"""In a text that looks back often, the share of what it looks back on that speaks fully against a year."""
FIRST_YEAR, LAST_YEAR = 1949, 2100


def year_evidence(zones: Zones, kind: str, years: YearsNamed) -> Iterator[Evidence]:
    """The evidence for each year in which a document of this kind may have been given or published."""
    for clue in of_field("year"):
        if not clue.kinds or kind in clue.kinds:
            yield from _of_clue(clue, zones)
    yield from _counted(zones, years, kind)


def _of_clue(clue: Clue, zones: Zones) -> Iterator[Evidence]:
    read: dict[int, str] = {}
    for found in clue.finds(zones):
        year = _year(clue, found)
        if year is not None and FIRST_YEAR <= year <= LAST_YEAR:
            read.setdefault(year, quoted(found.string, *found.span()))
    if clue.reads in ("last_year", "meeting") and read:
        read = {max(read): read[max(read)]}
    for year, words in read.items():
        yield Evidence(clue.id, str(year), 1.0, words.strip())


def _year(clue: Clue, found: re.Match[str]) -> int | None:
    """The year that a find speaks for."""
    groups = found.groupdict()
    if clue.reads in ("year", "last_year"):
        return int(group(found, "year")) + clue.offset
    if clue.reads.startswith("plan_"):
        first, last = plan_span(group(found, "plan"))
        return {"plan_first": first, "plan_last": last, "plan_next": last + 1}[clue.reads]
    if clue.reads == "since":
        return clue.base + int(groups["n"])
    if clue.reads == "party_congress":
        return party_congress_year(number(groups["party"]))
    if clue.reads == "meeting":
        return year_citing(number(groups["term"]), re.sub("[^一二三四五六七]", "", groups["meetings"] or ""))
    term, session = number(groups["term"]), number(groups["session"])
    held = congress_year(term, session)
    if held is None or clue.reads == "congress":
        return held
    return held + 1 if clue.reads == "congress_next" else congress_year(term + 1, 1) or held + 5


def _counted(zones: Zones, named: YearsNamed, kind: str) -> Iterator[Evidence]:
    """What the years that the text names say: the last one that it looks back on, and those that it cannot be of."""
    is_short = len(zones.running) <= SHORT
    often = 1 if is_short else OFTEN
    last, ahead = named.last_past(1 if is_short else 2), named.most_ahead()
    if last is not None:
        yield Evidence("year.looked_back", str(last + 1), min(1.0, named.past[last] / often), f"{last}, {named.past[last]} times")
    if ahead is not None and kind == "work_report" and _REVIEWS_TERM.search(zones.front):
        yield Evidence("year.term_target", str(ahead - TERM_AHEAD), 1.0, str(ahead))
    if ahead is not None and kind != "statistical_communique":
        yield Evidence("year.looked_ahead", str(ahead), min(1.0, named.future[ahead] / often), f"{ahead}, {named.future[ahead]} times")


def told_as_past(named: YearsNamed, candidate: int) -> Evidence | None:
    """The evidence against a year: that the text tells of it or of later ones as past (half a year or a December may be told of)."""
    later = sum(times for year, times in named.past.items() if year > candidate)
    same = max(0, named.past[candidate] - 2 - named.future[candidate])
    value = min(1.0, (later + same / 4) / max(LATER, LATER_SHARE * named.past.total()))
    return Evidence("year.told_as_past", str(candidate), value, f"{later + same} times") if value > 0 else None
