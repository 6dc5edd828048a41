"""The clues of ``lexicon/identity.yml``: typed, validated, and looked for in the zones of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transforms.identify.evidence import STATED, Evidence, quoted
from transforms.identify.zones import ZONES, Zones
from transforms.lexicon import LexiconError, check_keys, derived, load

FILE = "identity.yml"
WEIGHTS = "identity_weights.yml"
FIELDS = ("kind", "region", "year")
READS = (
    "year", "last_year", "plan_first", "plan_last", "plan_next", "since",
    "congress", "congress_term", "congress_next", "party_congress", "meeting",
)  # fmt: skip
_KEYS = frozenset(
    {"id", "field", "prior", "zone", "pattern", "unless", "for", "reads", "offset", "base", "first", "kinds", "counts", "en", "yes", "no"}
)
# What stands for a year and a five-year plan.
MACROS = {"year": r"(?:19[4-9]|20\d)\d", "plan": r"十?[一二三四五六七八九]|十|二十"}


@dataclass(frozen=True, slots=True)
class Clue:
    """One entry of the lexicon. ``pattern`` is None for what is counted in the code."""

    id: str
    field: str
    prior: float
    sentence: str
    zone: str = ""
    pattern: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    target: str = ""
    reads: str = ""
    offset: int = 0
    base: int = 0
    first: bool = False
    kinds: frozenset[str] = frozenset()
    counts: int = 1

    def finds(self, zones: Zones) -> Iterator[re.Match[str]]:
        """Its finds in a document."""
        text = zones.zone(self.zone)
        if self.pattern is None or not text or (self.unless and self.unless.search(text)):
            return
        if self.first:
            found = self.pattern.search(text)
            if found:
                yield found
            return
        yield from self.pattern.finditer(text)


def group(found: re.Match[str], name: str) -> str:
    """What a find has for a macro (year, plan), whichever of its places in the pattern took part."""
    return next(text for key, text in found.groupdict().items() if key.rstrip("0123456789") == name and text)


def _expression(entry: dict[str, Any], key: str) -> re.Pattern[str] | None:
    text = entry.get(key)
    if text is None:
        return None
    for name, expression in MACROS.items():
        first, *rest = text.split(f"<{name.upper()}>")
        text = first + "".join(f"(?P<{name}{turn}>{expression}){part}" for turn, part in enumerate(rest))
    try:
        return re.compile(text)
    except re.error as error:
        raise LexiconError(f"transforms/lexicon/{FILE}: {entry['id']}: {key}: {error}") from error


def _clue(entry: dict[str, Any]) -> Clue:
    check_keys(FILE, entry, _KEYS, frozenset({"id", "field", "prior", "en"}))
    for key, allowed in (("field", FIELDS), ("zone", ZONES), ("reads", READS)):
        if key in entry and entry[key] not in allowed:
            raise LexiconError(f"transforms/lexicon/{FILE}: {entry['id']}: {key} {entry[key]!r} is not one of {', '.join(allowed)}")
    if "pattern" in entry and "zone" not in entry:
        raise LexiconError(f"transforms/lexicon/{FILE}: {entry['id']}: needs a zone, one of {', '.join(ZONES)}")
    return Clue(
        entry["id"],
        entry["field"],
        float(entry["prior"]),
        entry["en"],
        entry.get("zone", ""),
        _expression(entry, "pattern"),
        _expression(entry, "unless"),
        entry.get("for", ""),
        entry.get("reads", ""),
        int(entry.get("offset", 0)),
        int(entry.get("base", 0)),
        bool(entry.get("first", False)),
        frozenset(entry.get("kinds", ())),
        int(entry.get("counts", 1)),
    )


@derived
def clues() -> dict[str, Clue]:
    """All clues by their ids."""
    found: dict[str, Clue] = {}
    for entry in load(FILE):
        clue = _clue(entry)
        if clue.id in found:
            raise LexiconError(f"transforms/lexicon/{FILE}: id {clue.id!r} is there twice")
        found[clue.id] = clue
    return found


def sentence(evidence: Evidence) -> str:
    """A piece of evidence, as a person reads it."""
    if evidence.clue == STATED:
        return "its keeper says so"
    return clues()[evidence.clue].sentence.replace("{found}", f"«{evidence.quote}»")


@derived
def of_field(name: str) -> tuple[Clue, ...]:
    """The clues of a field that have a pattern."""
    return tuple(clue for clue in clues().values() if clue.field == name and clue.pattern is not None)


@derived
def weights() -> dict[str, float]:
    """The weight of each clue: the fitted one, else its prior."""
    fitted: dict[str, float] = load(WEIGHTS) or {}
    if unknown := set(fitted) - set(clues()):
        raise LexiconError(f"transforms/lexicon/{WEIGHTS}: {sorted(unknown)} are no clues of {FILE}; run the fit again")
    return {name: float(fitted.get(name, clue.prior)) for name, clue in clues().items()}


def kind_evidence(zones: Zones) -> Iterator[Evidence]:
    """The evidence for each kind of document."""
    for clue in of_field("kind"):
        finds = 0
        words = ""
        for found in clue.finds(zones):
            words = words or quoted(found.string, *found.span())
            finds += 1
            if finds >= clue.counts:
                break
        if finds:
            yield Evidence(clue.id, clue.target, min(1.0, finds / clue.counts), words)
