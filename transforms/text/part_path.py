"""Parts of a report as one decision over the whole document: the best path of roles over its paragraphs (Viterbi).

A path is worth the sum of its evidence (:mod:`transforms.text.part_evidence`) and of its transitions: a change of part
costs, more where the order is unusual and less at a chapter's heading. So a heading is strong evidence but not law, and one
paragraph that looks back within a plan stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transforms.lexicon import LexiconError, check_keys, derived, load, pattern
from transforms.text.document_titles import other_documents
from transforms.text.headings import CHAPTER, PLAIN
from transforms.text.normalized_view import View
from transforms.text.part_evidence import Evidence, Said, evidence_of
from transforms.text.parts import ROLES, Part, counts_years_anew, part_of

_NOTE = pattern("note_paragraph")
_TRANSITION_KEYS = frozenset({"from", "to", "weight", "reason"})
_AT_CHAPTER, _AT_HEADING = 0.4, 0.7
"""What part of its cost a change has at a chapter's heading, and at another heading."""
_HOME, _TO_HOME = 0.4, 0.1
"""What the direction of a chapter's heading is worth in each of its paragraphs, and what part of its cost the way back has."""
_LATE = 1e-6
"""What decides between equal paths: the later change, which comes with the words that speak for it."""
_IN_GLOSSARY = 2.5
"""What the heading of a glossary is worth in each of its paragraphs."""
_SURE = 3.0
"""Evidence from which a chapter's heading says the direction of the chapter."""
_NO_PLANS = ("statistical_communique",)
"""Kinds of documents that tell of one year and plan nothing."""
_OF_NO_PLANS = ("review_year", "glossary")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with words: ``view.text[:heading]`` is the heading of ``level`` that it is or begins with."""

    view: View
    level: int
    heading: int
    is_table: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """The part that a paragraph stands in, with what decided it.

    ``report`` is the year that the report around it plans, ``opened_by`` the words that opened the part, ``said`` what the
    paragraph itself says for a role, ``tense`` how much it speaks of what was done (above 0) or is to be done.
    """

    part: Part
    report: int | None = None
    opened_by: str = ""
    said: tuple[Said, ...] = ()
    tense: float = 0.0


DEFAULT = Decided(Part("review_year", None, None))


@derived
def _transitions() -> tuple[tuple[float, ...], ...]:
    """The weight of each change of role, by the numbers of the roles; the first entry that fits counts."""
    weights = [[0.0] * len(ROLES) for _ in ROLES]
    entries = load("parts.yml")["transitions"]
    for entry in entries:
        check_keys("parts.yml", entry, _TRANSITION_KEYS, _TRANSITION_KEYS)
        odd = {*entry["from"], *entry["to"]} - set(ROLES)
        if odd:
            raise LexiconError(f"transforms/lexicon/parts.yml: transitions: unknown role {sorted(odd)}; allowed are {', '.join(ROLES)}")
    for a, before in enumerate(ROLES):
        for b, after in enumerate(ROLES):
            if a != b:
                weights[a][b] = next((e["weight"] for e in entries if before in e["from"] and after in e["to"]), -3.0)
    return tuple(tuple(row) for row in weights)


@dataclass(frozen=True, slots=True)
class Step:
    """A paragraph on the path: its evidence, what part of its cost a change of role has before it, whether its chapter plans or reviews."""

    evidence: Evidence
    factor: float = 1.0
    home: str | None = None


def best_path(steps: Sequence[Step], roles: tuple[str, ...] = ROLES) -> list[str]:
    """The role of each paragraph on the best path."""
    scores = [0.0 if role in ("front", "review_year") else -2.0 for role in roles]
    back: list[list[int] | None] = []
    for step in steps:
        weights = step.evidence.weights
        if not weights and step.factor == 1.0 and step.home is None:  # nothing speaks for a change
            back.append(None)
            continue
        came, reached = [], []
        for role in roles:
            at_home = step.home is not None and role.startswith(step.home)
            costs = _costs_of(role, roles, step.home if at_home else None)
            options = [score + step.factor * cost for score, cost in zip(scores, costs, strict=True)]
            best = max(range(len(options)), key=options.__getitem__)
            came.append(best)
            now = options[best] if roles[best] == role else options[best] - step.factor * _LATE
            reached.append(now + weights.get(role, 0.0) + ((_IN_GLOSSARY if role == "glossary" else _HOME) if at_home else 0.0))
        back.append(came)
        scores = reached
    state = max(range(len(scores)), key=scores.__getitem__)
    path: list[str] = []
    for arrived in reversed(back):
        path.append(roles[state])
        state = arrived[state] if arrived is not None else state
    return path[::-1]


@derived
def _costs_of(role: str, roles: tuple[str, ...], home: str | None) -> tuple[float, ...]:
    """The weights of the changes from each of ``roles`` to ``role``; ``home``: the direction it brings back to, if it does."""
    costs = _transitions()
    weights = [costs[ROLES.index(before)][ROLES.index(role)] + (_LATE if before != role else 0.0) for before in roles]
    return tuple(cost if home is None or before.startswith(home) else _TO_HOME * cost for before, cost in zip(roles, weights, strict=True))


def decide_parts(paragraphs: Sequence[Paragraph], report: int | None, doc_type: str) -> Iterator[Decided]:
    """The part of each paragraph, in order; a document within the document (a second communiqué) is decided on its own."""
    starts = other_documents([paragraph.view.text for paragraph in paragraphs], report, doc_type)
    for number, (start, year) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(paragraphs)
        yield from _decide(paragraphs[start:end], year, doc_type)


def _decide(paragraphs: Sequence[Paragraph], report: int | None, doc_type: str) -> Iterator[Decided]:
    evidence = [_evidence(paragraph, report) for paragraph in paragraphs]
    roles = best_path(list(_steps(paragraphs, evidence)), _OF_NO_PLANS if doc_type in _NO_PLANS else ROLES)
    notes = [_NOTE.match(paragraph.view.text) is not None for paragraph in paragraphs]
    roles = ["glossary" if note else role for note, role in zip(notes, roles, strict=True)]
    part: Part | None = None
    opened_by = ""
    known: dict[str, tuple[Part, str]] = {}
    for paragraph, piece, role in zip(paragraphs, evidence, roles, strict=True):
        names = piece.names if _supports(piece, role) else ""
        if names and (part is None or part.role != role or paragraph.heading or counts_years_anew(part, opened_by, names)):
            part, opened_by = part_of(role, names, report), names
        elif part is None or part.role != role:
            part, opened_by = known.get(role, (part_of(role, "", report), ""))
        known[role] = (part, opened_by)
        yield Decided(part, report, opened_by, piece.said, piece.tense)


def _steps(paragraphs: Sequence[Paragraph], evidence: Sequence[Evidence]) -> Iterator[Step]:
    home = None
    for paragraph, piece in zip(paragraphs, evidence, strict=True):
        if piece.opens_chapter:
            role = max(piece.weights, key=piece.weights.__getitem__)
            sure = piece.weights[role] >= _SURE
            home = role.split("_")[0] if sure else home if paragraph.level > CHAPTER else None
        yield Step(piece, _factor(paragraph), home)


def _evidence(paragraph: Paragraph, report: int | None) -> Evidence:
    if paragraph.is_table or _NOTE.match(paragraph.view.text):
        return Evidence({})
    text = paragraph.view.text
    return evidence_of(text[: paragraph.heading], paragraph.level, text[paragraph.heading :], report)


def _supports(piece: Evidence, role: str) -> bool:
    """Whether the words that open a paragraph speak for its role."""
    own = piece.weights.get(role, 0.0)
    return bool(piece.names) and own > 0 and own >= max(piece.weights.values()) - 4.0


def _factor(paragraph: Paragraph) -> float:
    if not paragraph.heading:
        return 1.0
    return _AT_CHAPTER if paragraph.level <= CHAPTER else _AT_HEADING if paragraph.level == PLAIN else 0.9
