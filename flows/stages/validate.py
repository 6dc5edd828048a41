"""Validate the candidate tables, or reuse the result of the published generation where nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.run import PlannedRun, Rejected
from flows.stages.check_history import save_checks
from flows.stages.deduplicate import Copies, find_copies_in

if TYPE_CHECKING:
    from expectations.result import ValidationResult


@dataclass(frozen=True, slots=True)
class Validated:
    """The result of this run's validation, and the copies among its documents."""

    result: ValidationResult
    copies: Copies


@dataclass(frozen=True, slots=True)
class ReusedResult:
    """The published generation, whose documents, rules and code are those of this run: its result is the same."""

    generation: Path
    run_id: str


Validation = Validated | ReusedResult


def validate(run: PlannedRun) -> Validation:
    """Validate the candidate tables against the expectations, in partitions that fit into memory.

    If nothing changed since the last publication, its result is reused: the same rows under the same checks.

    Raises:
        Rejected: a check stops the publication.
    """
    run.folder.require_held()
    published, manifest = run.folder.published, run.folder.manifest()
    if published and manifest and run.plan.is_unchanged and not run.context.full_refresh and manifest.get("code") == run.code:
        return ReusedResult(published, manifest["run_id"])
    from flows.stages.partitions import validate_in_partitions, validation_pool

    with validation_pool(run) as pool:
        copies = find_copies_in({item.shard: run.folder.shard_store / item.key for item in run.plan.shards})
        result = validate_in_partitions(run, copies, pool)
    save_checks(run, result.checks)
    if not result.publishable:
        raise Rejected("A check stopped the publication:\n" + "\n".join(f"  {reason}" for reason in result.stop_reasons))
    return Validated(result, copies)
