"""From the evidence to the decisions on kind, year and region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from transforms.identify.clues import kind_evidence, weights
from transforms.identify.evidence import Decision, Evidence, Threshold, as_stated, weigh
from transforms.identify.region_evidence import (
    Spoken,
    context_evidence,
    counted_evidence,
    head_evidence,
    level_evidence,
    listed_names,
    nation_evidence,
    same_named,
    spoken_for,
)
from transforms.identify.year_evidence import told_as_past, year_evidence
from transforms.identify.years_named import YearsNamed, years_named
from transforms.identify.zones import Zones
from transforms.types import Statement

KIND = Threshold(least=1.0, margin=0.5)
YEAR = Threshold(least=1.2, margin=0.7)
REGION = Threshold(least=2.0, margin=0.7)
CLEAR = Threshold(least=6.0, margin=4.0)
"""What the head must say of the region for the names in the text not to be counted."""


COUNTED_CLUES = frozenset({"region.named", "region.inside"})
"""Clues that many places have, not only those that the head names."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that speaks for what a document is, and what it decides."""

    zones: Zones
    kind: Decision
    year: Decision
    region: Decision
    spoken: Spoken
    years: YearsNamed

    @property
    def decided_year(self) -> int | None:
        """The year that the evidence decides."""
        return int(self.year.name) if self.year.name else None


def decide(zones: Zones, says: Statement) -> Dossier:
    """Weigh the evidence: the kind first, then the year of a document of that kind, then the region in that year.

    What the keeper of the document ``says`` takes the place of a decision, also for those that follow from it.
    """
    kind = as_stated(weigh("kind", kind_evidence(zones), weights(), KIND), says.doc_type)
    years = years_named(zones.running, zones.review_end)
    year = weigh("year", all_year_evidence(zones, kind.name or "other", years), weights(), YEAR)
    year = as_stated(year, None if says.report_year is None else str(says.report_year))
    spoken = spoken_for(zones)
    region = as_stated(_region(zones, int(year.name) if year.name else None, spoken), says.region_code)
    return Dossier(zones, kind, year, region, spoken, years)


def all_year_evidence(zones: Zones, kind: str, years: YearsNamed) -> Iterator[Evidence]:
    """The evidence for each year, and against those that the text tells of as past."""
    found = list(year_evidence(zones, kind, years))
    yield from found
    for candidate in sorted({item.candidate for item in found}):
        against = told_as_past(years, int(candidate))
        if against is not None:
            yield against


def _region(zones: Zones, year: int | None, spoken: Spoken) -> Decision:
    """The names in the text are counted only where the head does not decide clearly: it takes time."""
    decision = weigh("region", all_region_evidence(zones, year, spoken, counted=False), weights(), CLEAR)
    if decision.chosen is not None:
        return decision
    return weigh("region", all_region_evidence(zones, year, spoken, counted=True), weights(), REGION)


def all_region_evidence(zones: Zones, year: int | None, spoken: Spoken, *, counted: bool) -> list[Evidence]:
    """The evidence for each place; ``counted``: with how often the text names it."""
    found = [*head_evidence(zones, year), *nation_evidence(zones)]
    if counted:
        found.extend(counted_evidence(zones, year))
    found = listed_names(found)
    for codes in same_named({item.candidate for item in found if item.clue not in COUNTED_CLUES}).values():
        found.extend(context_evidence(codes, zones))
    return [*found, *level_evidence(sorted({item.candidate for item in found}), spoken, zones)]
