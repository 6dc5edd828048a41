"""From the decisions to the identity of a document: its fields, how sure they are, what decided them, and what a reader should know."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from transforms.identify.clues import sentence
from transforms.identify.contradictions import contradictions
from transforms.identify.dates import find_date
from transforms.identify.decide import Dossier
from transforms.identify.evidence import STATED, Decision, Weighed
from transforms.identify.levels import level_of_word, word_of_text
from transforms.identify.named_places import level_of_name
from transforms.identify.region_evidence import COUNTED, UNKNOWN, as_called, same_named
from transforms.identify.regions import FOREVER, Region, at, province_of
from transforms.identify.speaker import find_speaker
from transforms.types import Decoded, Identity, Statement

DECIDING = 2
"""Pieces of evidence that are named as what decided a field."""
INFERRED = frozenset(
    f"year.{name}" for name in ("looked_back", "looked_ahead", "told_as_past", "first_year", "meeting", "term_target", "first_heading")
)
"""Clues from which a year is inferred, rather than read."""
CLEAR = 0.9
"""Probability from which on what the text says is clear enough to be held against what the keeper of the document says."""
REPORT_LIKE = ("报告", "公报", "纲要", "预算", "决算")


def identity_of(dossier: Dossier, decoded: Decoded) -> Identity:
    """The identity that the decisions give."""
    zones, year = dossier.zones, dossier.decided_year
    kind = dossier.kind.name or "other"
    region, name = _place(dossier)
    then = as_called(region.code, (zones.front,), year) if region else None
    day, is_own = find_date(zones.lines, zones.opens_at)
    title = zones.title
    if title is None and decoded.title and any(word in decoded.title for word in REPORT_LIKE):
        title = decoded.title
    return Identity(
        doc_type=kind,
        title=title,
        region_code=region.code if region else None,
        region=region.name if region else name,
        province=province_of(region.code) if region else None,
        region_level=_level(dossier, region, name),
        report_year=year,
        delivered_on=day if _tells_day(kind, is_own, day, year) else None,
        speaker=find_speaker(zones.lines, zones.opens_at),
        confidence=confidence(dossier),
        identified_by=identified_by(dossier),
        contradictions=tuple(contradictions(dossier, year)),
        warnings=tuple(_warnings(dossier, kind, region, name, then)),
    )


def with_statement(identity: Identity, says: Statement) -> Identity:
    """The identity with what else its keeper says: the title, and where the document is from.

    The keeper has the last word on the year, so that what the text says against it is a warning.
    """
    against = identity.contradictions if says.report_year is not None else ()
    return replace(
        identity,
        title=says.title or identity.title,
        url=says.url,
        publisher=says.publisher,
        published_on=says.published_on,
        identified_by=f"{identity.identified_by} Title: its keeper says so." if says.title else identity.identified_by,
        contradictions=() if against else identity.contradictions,
        warnings=(*identity.warnings, *against),
    )


def _place(dossier: Dossier) -> tuple[Region | None, str | None]:
    """The division decided on, or the name of a place that the list does not have."""
    chosen = dossier.region.name
    if chosen is None:
        return None, None
    return (None, chosen[1:]) if chosen.startswith(UNKNOWN) else (at(chosen), None)


def _level(dossier: Dossier, region: Region | None, name: str | None) -> str | None:
    if region is not None:
        return region.level
    word = dossier.spoken.level_word
    own = level_of_name(name) if name else None
    return own or level_of_word(word) or level_of_word(word_of_text(dossier.zones.running[:COUNTED]))


def _tells_day(kind: str, is_own: bool, day: date | None, year: int | None) -> bool:
    """A page's own date is the day of publication of a communiqué, but says nothing of the day on which a report was given."""
    return day is not None and (is_own or kind == "statistical_communique") and (year is None or abs(day.year - year) <= 1)


def _warnings(dossier: Dossier, kind: str, region: Region | None, name: str | None, then: Region | None) -> list[str]:
    """What a reader should know of the decisions."""
    out = list(_overruled(dossier))
    if dossier.kind.name in (None, "other") and not _is_stated(dossier.kind):
        out.append(f"The text does not say what kind of document it is; taken for {kind}.")
    if dossier.year.name is None:
        out.append(f"The year of the report cannot be told from the text{_rivals(dossier.year)}.")
    elif all(item.evidence.clue in INFERRED for item in _chosen(dossier.year)):
        out.append(f"The text gives no date: the year {dossier.year.name} is inferred from the years it speaks of.")
    if dossier.region.name is None:
        out.append(_open_region(dossier))
    elif name is not None:
        out.append(f"{name} is no division of the list of counties and above (GB/T 2260): it has no code.")
    elif region is not None and then is not None and then.name != region.name:
        out.append(f"The report is of {then.name} ({then.code}), which is {region.name} ({region.code}) today.")
    elif region is not None and region.until != FOREVER:
        successor = at(region.successor)
        went = f" and then went into {successor.name} ({successor.code})" if successor else ""
        out.append(f"{region.name} ({region.code}) existed until {region.until}{went}.")
    return out


def _overruled(dossier: Dossier) -> Iterator[str]:
    """What the text clearly says against what the keeper of the document says."""
    for label, decision in (("kind", dossier.kind), ("region", dossier.region), ("year", dossier.year)):
        other = decision.overruled
        if other is None or other.probability < CLEAR or other.name == "other":
            continue
        said, found = (_called(name) if label == "region" else name for name in (decision.name or "", other.name))
        why = reasons(Decision(decision.field, decision.candidates, other))
        yield f"The keeper of the document says that its {label} is {said}, but the text speaks for {found}: {why}."


def _called(name: str) -> str:
    region = at(name)
    return f"{region.name} ({region.code})" if region else name.removeprefix(UNKNOWN)


def _is_stated(decision: Decision) -> bool:
    return any(item.evidence.clue == STATED for item in _chosen(decision))


def _chosen(decision: Decision) -> list[Weighed]:
    return list(decision.chosen.evidence) if decision.chosen else []


def _rivals(decision: Decision) -> str:
    names = [candidate.name for candidate in decision.candidates[:3]]
    return f" (it may be {' or '.join(names)})" if len(names) > 1 else ""


def _open_region(dossier: Dossier) -> str:
    codes = [candidate.name for candidate in dossier.region.candidates if candidate.score > 0]
    for name, same in same_named(codes).items():
        places = ", ".join(sorted(f"{name} {code}" for code in same)[:6])
        return f"There are several places of the name {name} and the text does not say which: {places}; the region is left open."
    return "The text does not name the place it reports on clearly enough; the region is left open."


def confidence(dossier: Dossier) -> float:
    """How sure kind, year and region are together: the product of their probabilities, 0 where one of them is left open."""
    chosen = [decision.chosen for decision in (dossier.kind, dossier.year, dossier.region)]
    return round(math.prod(candidate.probability if candidate else 0.0 for candidate in chosen), 4)


def identified_by(dossier: Dossier) -> str:
    """What decided kind, region and year, a sentence each."""
    fields = (("Kind", dossier.kind), ("Region", dossier.region), ("Year", dossier.year))
    return " ".join(f"{label}: {reasons(decision)}." for label, decision in fields)


def reasons(decision: Decision) -> str:
    """What decided a field, as a person reads it."""
    if decision.chosen is None:
        return "not decided"
    strongest = [item for item in decision.chosen.evidence if item.points > 0][:DECIDING]
    if strongest and strongest[0].evidence.clue == STATED:
        strongest = strongest[:1]
    return "; ".join(sentence(item.evidence) for item in strongest)
