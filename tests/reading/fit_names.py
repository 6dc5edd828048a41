"""The weights of the features by which names are chosen: ``python -m tests.reading.fit_names GOLD DOCUMENTS [--write]``.

GOLD holds annotated reports as the scorer reads them, DOCUMENTS the reports themselves. For each number whose candidates are
not all right or all wrong, the weights are moved so that a right one is the heaviest (a logistic choice model; the weights
that are there are the prior, from which only evidence moves them). Printed is the share of right names, and the same with
each report left out of the fit. ``--write`` writes name_weights.yml.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from tests.corpus.figures import scorer
from transforms.extract import Trace, extract
from transforms.lexicon import FOLDER, load
from transforms.pipeline import read_document
from transforms.reading.name_choice import features, kind_of
from transforms.types import RawFile

PRIOR = 3.0
"""How strongly the weights are drawn to those that are there."""
STEPS = 120
RATE = 0.5
WEIGHTS = FOLDER / "name_weights.yml"


@dataclass(frozen=True, slots=True)
class Choice:
    """One number: the features of its candidates, and which of them are right."""

    report: str
    candidates: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


def choices(gold: Path, documents: Sequence[Path]) -> list[Choice]:
    """The numbers of an annotated report whose name was chosen among candidates."""
    score = scorer("score")
    path = next(path for path in documents if path.stem == gold.stem)
    document = read_document(RawFile(f"unnamed{path.suffix}", path.read_bytes()))
    trace: list[Trace] = []
    extract(document, trace)
    squeezed, at = score.squeeze_map(document.text)
    annotated = score.resolve(squeezed, [json.loads(line) for line in gold.read_text(encoding="utf8").splitlines() if line.strip()])
    spans, found = [], []
    for part in trace:
        for derivation in part.derivations:
            quantity = derivation.mention.quantity
            start, end = part.sentence.view.span(quantity.start, quantity.end)
            spans.append({"start": at[start], "end": at[end]})
            found.append(derivation)
    out = []
    for i, j in score.pair(annotated, spans):
        considered = found[j].name.considered
        kind = kind_of(found[j].mention)
        right = tuple(bool(score.same_indicator(annotated[i], {"indicator": name.names[0]})) for _, name in considered)
        if considered:
            out.append(Choice(gold.stem, tuple(features(name, kind) for _, name in considered), right))
    return out


def fit(known: Sequence[Choice], prior: dict[str, float]) -> dict[str, float]:
    """The weights that make right candidates heavy, drawn to ``prior``."""
    telling = [choice for choice in known if any(choice.right) and not all(choice.right)]
    names = sorted({feature for choice in telling for candidate in choice.candidates for feature in candidate} | set(prior))
    column = {name: n for n, name in enumerate(names)}
    start = np.array([prior.get(name, 0.0) for name in names])
    tables = []
    for choice in telling:
        table = np.zeros((len(choice.candidates), len(names)))
        for row, candidate in enumerate(choice.candidates):
            table[row, [column[feature] for feature in candidate]] = 1
        tables.append((table, np.array(choice.right)))
    weights = start.copy()
    for _ in range(STEPS):
        slope = -PRIOR * (weights - start)
        for table, right in tables:
            heavy = table @ weights
            likely = np.exp(heavy - heavy.max())
            among_right = likely * right / max(1e-12, (likely * right).sum())
            slope += (among_right - likely / likely.sum()) @ table
        weights += RATE * slope / (len(tables) / 10 + PRIOR)
    return {name: round(float(weights[n]), 2) for name, n in column.items() if abs(weights[n]) >= 0.005}


def right_share(choices_: Sequence[Choice], weights: dict[str, float]) -> tuple[int, int]:
    """How many numbers get a right name, of those that have a right candidate."""
    able = [choice for choice in choices_ if any(choice.right)]
    hits = 0
    for choice in able:
        heavy = [sum(weights.get(feature, 0.0) for feature in candidate) for candidate in choice.candidates]
        hits += choice.right[heavy.index(max(heavy))]
    return hits, len(able)


def write(weights: dict[str, float]) -> None:
    """Put the weights into name_weights.yml, below its comment."""
    text = WEIGHTS.read_text(encoding="utf8")
    head = re.split(r"(?m)^weights:", text)[0]
    body = yaml.safe_dump({"weights": weights}, allow_unicode=True, sort_keys=True)
    WEIGHTS.write_text(head + body, encoding="utf8")


def main() -> None:
    """Fit, print how it holds, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("documents", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    documents = [path for folder in asked.documents for path in folder.iterdir()]
    known = [choice for gold in sorted(asked.gold.glob("*.jsonl")) for choice in choices(gold, documents)]
    prior = {str(key): float(value) for key, value in load("name_weights.yml")["weights"].items()}
    print("with the weights that are there: {} of {}".format(*right_share(known, prior)))
    print("without a right candidate:", sum(not any(choice.right) for choice in known))
    fitted = fit(known, prior)
    print("fitted: {} of {}".format(*right_share(known, fitted)))
    hits = 0
    for report in sorted({choice.report for choice in known}):
        others = fit([choice for choice in known if choice.report != report], prior)
        hits += right_share([choice for choice in known if choice.report == report], others)[0]
    print("each report by weights fitted without it:", hits)
    if asked.write:
        write(fitted)


if __name__ == "__main__":
    main()
