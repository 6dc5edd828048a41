"""Merge Great Expectations' results of the parts of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from expectations.gx_runner.runner import EXAMPLES_KEPT

LISTS = ("unexpected_list", "partial_unexpected_list", "unexpected_index_list", "partial_unexpected_index_list")
COUNTS = ("element_count", "missing_count", "unexpected_count")


def merge_results(results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Merge results of parts into one for each suite and table: counts are added up, the first few failing rows kept."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in results:
        key = (each["suite"], each["table"])
        if key in found:
            _add(found[key]["result"], each["result"])
        else:
            found[key] = json.loads(json.dumps(each))
    return list(found.values())


def _add(whole: dict[str, Any], part: dict[str, Any]) -> None:
    by_id = {each["expectation_config"]["meta"]["id"]: each for each in part["results"]}
    for each in whole["results"]:
        other = by_id[each["expectation_config"]["meta"]["id"]]
        each["success"] = each["success"] and other["success"]
        if other["exception_info"].get("raised_exception"):
            each["exception_info"] = other["exception_info"]
        _add_counts(each["result"], other["result"])
    passed = sum(each["success"] for each in whole["results"])
    whole["success"] = passed == len(whole["results"])
    whole["statistics"] |= {
        "successful_expectations": passed,
        "unsuccessful_expectations": len(whole["results"]) - passed,
        "success_percent": 100.0 * passed / len(whole["results"]),
    }


def _add_counts(whole: dict[str, Any], part: dict[str, Any]) -> None:
    for name in (*COUNTS, "observed_value"):
        if isinstance(whole.get(name), int | float) and isinstance(part.get(name), int | float):
            whole[name] += part[name]
    for name in LISTS:
        if name in whole:
            whole[name] = [*whole[name], *part.get(name, [])][:EXAMPLES_KEPT]
    if "element_count" not in whole:
        return
    rows, missing, failed = (whole.get(name) or 0 for name in COUNTS)
    present = rows - missing
    whole |= {
        "missing_percent": 100.0 * missing / rows if rows else None,
        "unexpected_percent": 100.0 * failed / present if present else None,
        "unexpected_percent_nonmissing": 100.0 * failed / present if present else None,
        "unexpected_percent_total": 100.0 * failed / rows if rows else None,
        "partial_unexpected_counts": [],
    }
