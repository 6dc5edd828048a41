"""Evidence against itself: what a text says that cannot be true of the year that is taken for its own."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.identify.decide import Dossier
from transforms.identify.evidence import Candidate

LATER = 3
"""Sentences that look back on later years than the document's own from which on it cannot be of that year."""
SHARE = 0.2
"""Share of all that a text looks back on which they must have: a misprint or two is no contradiction, nor are years that a plan
names as if they were past, where the year before is looked back on as often."""


PLAN_YEARS = 5
"""Five-year plans end in years divisible by five: reports name those years' targets as if they were reached."""
DATED = "year.session"
"""The clue of a day that is the document's own; a collector's title or a page's day may be wrong without a contradiction."""


def contradictions(dossier: Dossier, year: int | None) -> Iterator[str]:
    """What contradicts the year of a document, a sentence each: later years that the text looks back on or reviews in a heading."""
    if year is None:
        return
    dated = {int(c.name) for c in dossier.year.candidates for item in c.evidence if item.evidence.clue == DATED}
    for own in sorted({year} | ({max(dated)} if dated else set())):
        past = dossier.years.past
        later = {named: times for named, times in past.items() if named > own and named % PLAN_YEARS}
        often = max(LATER, SHARE * past.total(), past[own] + past[own - 1] + 1)
        if sum(later.values()) >= often:
            named = ", ".join(f"{name} ({times} times)" for name, times in sorted(later.items()))
            yield f"The text looks back on {named}, but it is dated {own}."
        elif any(int(c.name) > own + 1 and _reviews(c) for c in dossier.year.candidates):
            yield f"A heading looks back on a later year, but the text is dated {own}."


def _reviews(candidate: Candidate) -> bool:
    return any(item.evidence.clue == "year.review_heading" for item in candidate.evidence)
