"""Evidence for what a document is: what it speaks for, how strongly, and what the sum of it decides.

Each piece of evidence names a clue (``lexicon/identity.yml``), the candidate it speaks for, a value (1 for a clue that is there, a share
for what is counted) and the words it was found in. The score of a candidate is the sum of weight times value over the clues; a clue counts
once for a candidate, with its greatest value. The shares of the exponentials of the scores are the candidates' probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

STATED = "stated"
"""Stands for a clue where the keeper of the document says so."""
QUOTE = 40
"""Characters of the words that a piece of evidence quotes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: ``clue`` speaks for ``candidate`` with ``value`` (negative weights speak against it)."""

    clue: str
    candidate: str
    value: float
    quote: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A piece of evidence with its share in the candidate's score."""

    evidence: Evidence
    points: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer: its score, its probability among the candidates, and the evidence for and against it, strongest first."""

    name: str
    score: float
    probability: float
    evidence: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The candidates of one field, best first, and the best one where it is far enough ahead."""

    field: str
    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    overruled: Candidate | None = None
    """What the evidence chooses, where the keeper of the document says something else."""

    @property
    def name(self) -> str | None:
        """The chosen candidate's name; None where the evidence does not decide."""
        return self.chosen.name if self.chosen else None


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a decision needs: the least score of the best candidate and its least lead over the second."""

    least: float
    margin: float


def weigh(field: str, found: Iterable[Evidence], weights: Mapping[str, float], threshold: Threshold) -> Decision:
    """Add up the evidence of one field and decide, or leave it open where the best candidate is weak or hardly ahead.

    Raises:
        KeyError: a clue has no weight.
    """
    strongest: dict[str, dict[str, Evidence]] = {}
    for item in found:
        clues = strongest.setdefault(item.candidate, {})
        if item.clue not in clues or item.value > clues[item.clue].value:
            clues[item.clue] = item
    weighed = {
        name: sorted((Weighed(e, weights[e.clue] * e.value) for e in clues.values()), key=lambda w: -abs(w.points))
        for name, clues in strongest.items()
    }
    scores = {name: math.fsum(w.points for w in items) for name, items in weighed.items()}
    ranked = sorted(scores, key=lambda name: (-scores[name], name))
    shares = softmax([scores[name] for name in ranked])
    candidates = tuple(Candidate(name, scores[name], share, tuple(weighed[name])) for name, share in zip(ranked, shares, strict=True))
    return Decision(field, candidates, _best(candidates, threshold))


def as_stated(decision: Decision, name: str | None) -> Decision:
    """The decision where the keeper of the document says what is right: it is certain, whatever the evidence chooses."""
    if name is None:
        return decision
    same = [candidate for candidate in decision.candidates if candidate.name == name]
    rivals = tuple(candidate for candidate in decision.candidates if candidate.name != name)
    evidence = (Weighed(Evidence(STATED, name, 1.0, ""), math.inf), *(same[0].evidence if same else ()))
    chosen = Candidate(name, math.inf, 1.0, evidence)
    overruled = decision.chosen if decision.chosen and decision.chosen.name != name else None
    return Decision(decision.field, (chosen, *rivals), chosen, overruled)


def _best(candidates: Sequence[Candidate], threshold: Threshold) -> Candidate | None:
    if not candidates or candidates[0].score < threshold.least:
        return None
    ahead = candidates[0].score - (candidates[1].score if len(candidates) > 1 else 0.0)
    return candidates[0] if ahead >= threshold.margin else None


def softmax(scores: Sequence[float]) -> list[float]:
    """Probabilities of candidates by their scores, with one more candidate of score 0: that none of them is right."""
    if not scores:
        return []
    top = max(*scores, 0.0)
    exponentials = [math.exp(score - top) for score in scores]
    total = math.fsum(exponentials) + math.exp(-top)
    return [value / total for value in exponentials]


def quoted(text: str, start: int, end: int) -> str:
    """The words around a find, short enough for a table."""
    words = text[start:end]
    return words if len(words) <= QUOTE else words[: QUOTE - 1] + "…"
