"""Fit the weights of the evidence on documents whose identity is known, and check them on sources that had no part in the fit.

    python -m tests.identify.fit_weights [--write]

The model is the one that decides (transforms/identify/evidence.py): the score of a candidate is the sum of weight times value, its
probability the softmax over the candidates and "none of them". The weights maximise the log-likelihood of the right candidates minus a
penalty for leaving the prior of ``lexicon/identity.yml`` (L2) and never change its sign, so that a clue which few documents have keeps
about the weight that a person gave it. ``--write`` stores them in ``lexicon/identity_weights.yml``. Documents and answers are read from
``../shared/reports``, where that is present.
"""

from __future__ import annotations

import csv
import functools
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transforms.decode import decode
from transforms.identify.clues import clues, kind_evidence
from transforms.identify.decide import KIND, REGION, YEAR, all_region_evidence, all_year_evidence
from transforms.identify.evidence import Evidence, Threshold, weigh
from transforms.identify.named_places import ancestors
from transforms.identify.region_evidence import UNKNOWN, spoken_for
from transforms.identify.regions import NATION, at, earlier_names, level_of
from transforms.identify.years_named import years_named
from transforms.identify.zones import Zones, plain
from transforms.types import DecodeError, RawFile

REPORTS = Path(__file__).resolve().parents[3] / "shared" / "reports"
WEIGHTS = Path(__file__).resolve().parents[2] / "transforms" / "lexicon" / "identity_weights.yml"
PENALTY = 0.15
"""Cost of one squared unit away from the prior, beside the log-likelihood of one document."""
STEPS, STEPS_LEFT_OUT, RATE, LEAST = 300, 40, 0.5, 0.05
THRESHOLDS = {"kind": KIND, "year": YEAR, "region": REGION}
Weights = dict[str, float]


@dataclass(frozen=True)
class Example:
    """One field of one document: its evidence and the right candidate."""

    file: str
    source: str
    field: str
    evidence: tuple[Evidence, ...]
    right: str | None


def answers() -> list[dict[str, str]]:
    """The rows of ``truth.csv`` of the documents that are to be read; empty where the documents are not beside the repository."""
    path = REPORTS / "truth.csv"
    return [row for row in csv.DictReader(path.open(encoding="utf8")) if "ok" in row["expect"].split("|")] if path.exists() else []


def source(row: dict[str, str], text: str) -> str:
    """Where a document comes from: the site that collected it, else the place that published it."""
    if "中国县域" in text[:300]:
        return "collector of counties"
    if "选择区域" in text[:300]:
        return "collector of communiqués"
    if row["region_level"] == "nation":
        return "nation"
    return "深圳市" if row["region"].startswith("深圳市") else row["region"] or row["file"]


@functools.cache
def examples() -> tuple[Example, ...]:
    """The evidence of all fields of all documents, under file names that say nothing."""
    out: list[Example] = []
    for row in answers():
        try:
            decoded = decode(RawFile("d", (REPORTS / "documents" / row["file"]).read_bytes()))
        except DecodeError:
            continue
        zones = Zones(decoded.text, plain(decoded.title or ""), "d")
        of = source(row, decoded.text)
        year = int(row["report_year"]) if row["report_year"] else None
        if row["doc_type"]:
            out.append(Example(row["file"], of, "kind", tuple(kind_evidence(zones)), row["doc_type"]))
        if year:
            found = tuple(all_year_evidence(zones, row["doc_type"] or "other", years_named(zones.running, zones.review_end)))
            out.append(Example(row["file"], of, "year", found, str(year)))
        if row["region"] or row["region_level"] == "nation":
            found = tuple(all_region_evidence(zones, year, spoken_for(zones), counted=True))
            out.append(Example(row["file"], of, "region", found, _right_region(row, found)))
    return tuple(out)


def _right_region(row: dict[str, str], found: Sequence[Evidence]) -> str | None:
    if row["region_level"] == "nation":
        return NATION
    wanted = row["region"].split("|")
    best: tuple[int, str] | None = None
    for candidate in sorted({item.candidate for item in found}):
        called = [candidate[1:]] if candidate.startswith(UNKNOWN) else [region.name for region in earlier_names(candidate)]
        above = "" if candidate.startswith(UNKNOWN) else "".join(region.name for code in ancestors(candidate) if (region := at(code)))
        for name in called:
            for other in wanted:
                if name.endswith(other) or other.endswith(name):
                    before = other.removesuffix(name)
                    likeness = len(name) + len(other) * (name == other) + 10 * bool(before and before in above)
                    likeness += 5 * (not candidate.startswith(UNKNOWN) and level_of(candidate) == row["region_level"])
                    best = max(best or (0, ""), (likeness, candidate))
    return best[1] if best else None


def fit(chosen: Sequence[Example], start: Weights | None = None, steps: int = STEPS) -> Weights:
    """The weights that these examples and the priors give, by gradient ascent, each field on its own."""
    fitted: Weights = {}
    for field in THRESHOLDS:
        names = sorted(name for name, clue in clues().items() if clue.field == field)
        prior = np.array([clues()[name].prior for name in names])
        weights = np.array([start[name] for name in names]) if start else prior.copy()
        values, right, is_candidate = _features([example for example in chosen if example.field == field], names)
        rows = np.arange(len(right))
        for _ in range(steps):
            scores = np.where(is_candidate, values @ weights, -np.inf)
            top = np.maximum(scores.max(axis=1), 0.0)
            shares = np.exp(scores - top[:, None])
            shares /= (shares.sum(axis=1) + np.exp(-top))[:, None]
            gradient = values[rows, right].sum(axis=0) - np.einsum("nc,ncf->f", shares, values) - PENALTY * (weights - prior)
            weights = weights + RATE / len(right) * gradient
            weights = np.where(prior >= 0, np.maximum(weights, LEAST), np.minimum(weights, -LEAST))
        fitted.update({name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)})
    return fitted


def _features(chosen: Sequence[Example], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The values by example, candidate and clue, the place of the right candidate, and which places are candidates."""
    place = {name: at for at, name in enumerate(names)}
    candidates = [sorted({item.candidate for item in example.evidence} | {example.right or ""}) for example in chosen]
    most = max(map(len, candidates))
    values = np.zeros((len(chosen), most, len(names)))
    for row, example in enumerate(chosen):
        seen: dict[tuple[int, int], float] = {}
        for item in example.evidence:
            at = candidates[row].index(item.candidate), place[item.clue]
            seen[at] = max(seen.get(at, -np.inf), item.value)
        for (candidate, clue), value in seen.items():
            values[row, candidate, clue] = value
    right = np.array([found.index(example.right or "") for found, example in zip(candidates, chosen, strict=True)])
    return values, right, np.arange(most)[None, :] < np.array([len(found) for found in candidates])[:, None]


def decided(example: Example, weights: Weights, threshold: Threshold) -> str | None:
    """What the evidence of an example decides with these weights."""
    return weigh(example.field, example.evidence, weights, threshold).name


def mistakes(chosen: Sequence[Example], weights: Weights) -> list[str]:
    """The examples that are decided wrongly or left open."""
    out = []
    for example in chosen:
        got = decided(example, weights, THRESHOLDS[example.field])
        if got != example.right and not (example.field == "kind" and example.right == "other" and got is None):
            out.append(f"{example.field} of {example.file}: {got} for {example.right}")
    return out


def left_out() -> tuple[dict[str, float], list[str]]:
    """The share of right decisions for each field with weights fitted without the document's source, and the mistakes."""
    by_source: dict[str, list[Example]] = defaultdict(list)
    for example in examples():
        by_source[example.source].append(example)
    wrong: list[str] = []
    start = fit(examples())
    for of, held_out in by_source.items():
        weights = fit([example for example in examples() if example.source != of], start, STEPS_LEFT_OUT)
        wrong.extend(mistakes(held_out, weights))
    totals = {field: sum(example.field == field for example in examples()) for field in THRESHOLDS}
    return {field: 1 - sum(text.startswith(field) for text in wrong) / totals[field] for field in totals if totals[field]}, wrong


def main() -> None:
    """Print the mistakes with all documents in the fit and with each source left out; store the weights if asked to."""
    if not examples():
        sys.exit(f"There are no documents to fit on: {REPORTS} is not here.")
    weights = fit(examples())
    print(*mistakes(examples(), weights), f"fitted on all {len(examples())} answers", sep="\n")
    if "--write" in sys.argv:
        head = "# Weights of the clues of identity.yml, written by: python -m tests.identify.fit_weights --write\n"
        WEIGHTS.write_text(head + "".join(f"{name}: {weight}\n" for name, weight in weights.items()), encoding="utf8")
    shares, wrong = left_out()
    print(*wrong, *(f"{field}: {share:.4f} with the source left out" for field, share in shares.items()), sep="\n")


if __name__ == "__main__":
    main()
