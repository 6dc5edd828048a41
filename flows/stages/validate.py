"""Validate the candidate tables, or reuse the result of the published generation where nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from expectations.result import ValidationResult
from flows.run import Rejected, Run
from flows.stages.check_history import keep_checks
from flows.stages.deduplicate import find
from flows.state import fingerprints
from flows.state.source_files import Scan


@dataclass(frozen=True, slots=True)
class Carried:
    """The verdict of the published generation, whose documents, rules and code are those of this run."""

    generation: Path
    run_id: str


def check(run: Run, found: Scan) -> ValidationResult | Carried:
    """Hold the candidate tables against the expectations, in parts that fit into memory.

    Where nothing at all changed since the last publication its verdict holds: the same rows under the same checks.

    Raises:
        Rejected: a check stops the publication.
    """
    assert run.plan is not None
    run.folder.require_held()
    earlier = run.folder.manifest()
    if run.folder.published and earlier and run.plan.is_unchanged and not run.fresh and earlier.get("code") == fingerprints.code_hash():
        return Carried(run.folder.published, earlier["run_id"])
    from flows.stages import partitions

    with partitions.judging(run) as judges:
        run.copies = find({item.shard: run.folder.store / item.key for item in run.plan.shards})
        verdict = partitions.check(run, judges)
    keep_checks(run, verdict.checks)
    if not verdict.publishable:
        raise Rejected("A check stopped the publication:\n" + "\n".join(f"  {reason}" for reason in verdict.stop_reasons))
    return verdict
