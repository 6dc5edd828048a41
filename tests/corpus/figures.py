"""The figures of each document: identity, prose, tables, headline figures, targets of growth; and which small cases hold."""

from __future__ import annotations

import contextlib
import csv
import functools
import importlib.util
import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tests.corpus.reading import REPORTS, SHARED, Read, Row, read, warehouse

FRESH = Path(__file__).with_name("fresh")
"""Annotations of documents that no rule had been made with."""
Figures = dict[str, dict[str, float]]
"""By document, or case: the name of a measure and its value, from 0 to 1."""
BOUNDS = {"以上": "lower", "左右": "approx", "区间": "range"}
"""What a wording of the target says of its bound; others say nothing."""


@functools.cache
def scorer(name: str) -> Any:
    """One of the scorers beside the repository, as a module."""
    folder = SHARED / "score"
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(folder))


@functools.cache
def truth() -> dict[str, dict[str, str]]:
    """What each document is, by file name."""
    with (REPORTS / "truth.csv").open(encoding="utf8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def identity(found: list[Read]) -> Figures:
    """Share of what is known of each document that is told right; a file to be refused: whether it is."""
    out: Figures = {}
    for one in found:
        known = truth().get(one.path.name)
        if known is None:
            continue
        document, failure = next(iter(one.rows["documents"]), None), next(iter(one.rows["failures"]), None)
        outcome = "ok" if document else failure["error"] if failure else ""
        if known["expect"] != "ok" or document is None:
            out[one.path.name] = {"refusal": float(outcome in known["expect"].split("|"))}
            continue
        out[one.path.name] = {name: float(right) for name, right in _identity(known, document).items()}
    return out


def _identity(known: dict[str, str], document: Row) -> dict[str, bool]:
    region, right = document["region"] or "?", {}
    if known["region"]:
        right["region"] = any(region.endswith(name) or name.endswith(region) for name in known["region"].split("|"))
    if known["region"] or known["region_level"] == "nation":
        right["region_level"] = document["region_level"] == known["region_level"]
    for name in ("report_year", "doc_type"):
        if known[name]:
            right[name] = str(document[name]) == known[name]
    return right


def prose(connection: duckdb.DuckDBPyConnection, gold: Path = REPORTS / "gold") -> Figures:
    """F1 of mention, fact and full, the shares core and ledger, of each annotated report that was read."""
    score, out = scorer("score"), {}
    documents = {
        Path(name).stem: (key, text) for key, name, text in connection.sql("SELECT document_id, file_name, text FROM documents").fetchall()
    }
    for path in sorted(gold.glob("*.jsonl")):
        if path.stem not in documents:
            continue
        rows = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines() if line.strip()]
        end = path.with_suffix(".end")
        counted = score.score_document(connection, *documents[path.stem], rows, int(end.read_text()) if end.exists() else None, False)
        out[path.stem] = measures([counted])
    return out


def measures(of: list[dict[str, Any]]) -> dict[str, float]:
    """The five measures of some reports together, from what the scorer counts in each."""
    total = {key: sum(one[key] for one in of) for key in ("gold", "got", "mention", "fact", "full", "core", "core_gold", "digits", "held")}
    f1 = {key: scorer("score").prf(total[key], total["gold"], total["got"])[2] for key in ("mention", "fact", "full")}
    core = total["core"] / total["core_gold"] if total["core_gold"] else 1.0
    return {**f1, "core": core, "ledger": total["held"] / total["digits"] if total["digits"] else 1.0}


def tables(warehouse: Path, gold: Path = REPORTS / "tables") -> Figures:
    """Share of the annotated cells found, right in fact and in full; value: of the found."""
    printed, before = io.StringIO(), sys.argv
    sys.argv = ["tables.py", str(warehouse), str(gold), "--json"]
    try:
        with contextlib.redirect_stdout(printed):
            scorer("tables").main()
    finally:
        sys.argv = before
    counted: dict[str, Counter[str]] = json.loads(printed.getvalue())
    out: Figures = {}
    for name, c in counted.items():
        if name != "TOTAL" and c.get("found"):
            out[name] = {key: c.get(key, 0) / c["cells"] for key in ("found", "fact", "full")} | {"value": c.get("value", 0) / c["found"]}
    return out


def headlines(found: list[Read]) -> Figures:
    """Share of the known headline figures of each national report that are read with value and bound."""
    with (REPORTS / "headline_national.csv").open(encoding="utf8", newline="") as file:
        wanted = list(csv.DictReader(file))
    out: Figures = {}
    for one in found:
        rows = [row for row in wanted if one.path.stem == f"national_{row['report_year']}"]
        if rows:
            out[one.path.name] = {"headline": sum(any(_is_headline(row, got) for got in one.rows["metrics"]) for row in rows) / len(rows)}
    return out


def _is_headline(wanted: dict[str, str], got: Row) -> bool:
    near = scorer("score").near
    same = all(got[key] == wanted[key] for key in ("indicator_id", "statistic", "modality", "bound"))
    years = (got["period_start"], got["period_end"]) == (int(wanted["period_start"]), int(wanted["period_end"]))
    high = float(wanted["value_high"]) if wanted["value_high"] else None
    return same and years and near(float(wanted["value"]), got["value"]) and near(high, got["value_high"])


def growth_targets(found: list[Read]) -> Figures:
    """Whether the target of growth of each work report, where it is known, is read with its bound."""
    out: Figures = {}
    for one in found:
        known = truth().get(one.path.name, {})
        if known.get("gdp_target"):
            out[one.path.name] = {"growth_target": float(any(_is_target(known, row) for row in one.rows["metrics"]))}
    return out


def _is_target(known: dict[str, str], row: Row) -> bool:
    wanted = {"indicator_id": "gdp", "statistic": "growth_rate", "modality": "target", "period_end": int(known["report_year"])}
    high = float(known["gdp_target_high"]) if known["gdp_target_high"] else None
    same = all(row[key] == value for key, value in wanted.items()) and float(row["value"]) == float(known["gdp_target"])
    bound = BOUNDS.get(known["gdp_target_wording"])
    return same and (None if row["value_high"] is None else float(row["value_high"])) == high and bound in (None, row["bound"])


def cases(folder: Path) -> Figures:
    """Which of the small inputs that were once read wrong are read right; ``folder`` is for their files."""
    out: Figures = {}
    for at, case in enumerate(yaml.safe_load((SHARED / "cases" / "cases.yml").read_text(encoding="utf8"))):
        path = folder / f"c{at:03d}.{case.get('ext', 'txt')}"
        path.write_text(case["text"], encoding="utf8")
        out[case["id"]] = {"holds": float(_holds(case, read(path)))}
    return out


def _holds(case: dict[str, Any], found: Read) -> bool:
    fits, rows = scorer("cases").fits, found.rows["metrics"]
    document = next(iter(found.rows["documents"]), {})
    wanted = all(any(fits(want, row) for row in rows) for want in case.get("want", []))
    none = not any(fits(never, row) for never in case.get("no", []) for row in rows)
    return wanted and none and all(document.get(key) == value for key, value in case.get("document", {}).items())


def every_group(found: list[Read], folder: Path) -> dict[str, Figures]:
    """All figures of some documents, by group; ``folder`` is for the files that scorers and cases need."""
    path = folder / "corpus.duckdb"
    with warehouse(found, path) as connection:
        of_prose, of_fresh = prose(connection), prose(connection, FRESH)
    return {
        "identity": identity(found),
        "prose": of_prose,
        "fresh": of_fresh,
        "tables": tables(path),
        "headlines": headlines(found),
        "growth_targets": growth_targets(found),
        "cases": cases(folder),
    }
