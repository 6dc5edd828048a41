"""The evidence for what a document is, as a table for people (``baogao extract FILE --explain identity``)."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.decode import decode
from transforms.identify import dossier
from transforms.identify.clues import sentence
from transforms.identify.decide import Dossier
from transforms.identify.evidence import Candidate, Decision
from transforms.identify.region_evidence import UNKNOWN
from transforms.identify.regions import at
from transforms.types import RawFile, Statement

IDENTITY = "identity"
"""What stands for this table where otherwise an offset or words of the text are given."""
CANDIDATES = 3
"""Candidates of a field that are shown, best first."""


def explain_identity(raw: RawFile, says: Statement | None = None) -> str:
    """The candidates for kind, region and year with each piece of evidence, its points and its words.

    Raises:
        DecodeError: the file cannot become a document.
    """
    return evidence_table(dossier(decode(raw), raw.source_path, says))


def evidence_table(weighed: Dossier) -> str:
    """The table of one dossier, a piece of evidence a line."""
    return "\n".join(line for decision in (weighed.kind, weighed.region, weighed.year) for line in _field(decision))


def _field(decision: Decision) -> Iterator[str]:
    if not decision.candidates:
        yield f"{decision.field}: nothing speaks for any"
        return
    best = decision.candidates[0]
    outcome = (
        f"{_called(best)}, {best.probability:.1%} sure" if decision.chosen else "left open: the best candidate is not far enough ahead"
    )
    yield f"{decision.field}: {outcome}"
    for candidate in decision.candidates[:CANDIDATES]:
        yield f"  {_called(candidate)}: {candidate.score:+.1f}"
        for item in candidate.evidence:
            yield f"    {item.points:+5.1f}  {sentence(item.evidence)}  ({item.evidence.clue})"


def _called(candidate: Candidate) -> str:
    """A candidate by the name that a person knows it by."""
    if candidate.name.startswith(UNKNOWN):
        return f"{candidate.name[1:]} (not in the list of divisions)"
    region = at(candidate.name)
    return f"{region.name} ({region.code})" if region else candidate.name
