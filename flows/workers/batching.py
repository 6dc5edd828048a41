"""Batches: the shards to be read, grouped into units of work of about equal size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.state.planning import ShardPlan
from flows.workers.worker import Job


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What is the same for all jobs of a run."""

    shard_store: str
    run_id: str
    ingested_at: datetime
    pipeline_version: str
    ocr: bool = False
    """Whether the text of scans is recognised."""
    rules: str = ""
    """Folder of the user's own rules, if any."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Shards that one task reads, one after the other."""

    number: int
    jobs: tuple[Job, ...]
    documents: int


def make_batches(shards: Sequence[ShardPlan], options: JobOptions, *, batch_bytes: int, workers: int) -> list[Batch]:
    """Group the shards that must be read into batches of about equal bytes.

    A batch has at most ``batch_bytes`` bytes, but at least one shard; it has fewer where some of the ``workers`` would get no batch.
    """
    total = sum(shard.work_bytes for shard in shards)
    limit = min(batch_bytes, max(1, total // (workers * 3)))
    groups: list[list[ShardPlan]] = []
    filled = limit
    for shard in shards:
        if filled >= limit or filled + shard.work_bytes > batch_bytes:
            groups.append([])
            filled = 0
        groups[-1].append(shard)
        filled += shard.work_bytes
    return [_batch(number, group, options) for number, group in enumerate(groups, 1)]


def _batch(number: int, shards: Sequence[ShardPlan], options: JobOptions) -> Batch:
    documents = sum(len(shard.files) - len(shard.unchanged) for shard in shards)
    return Batch(number, tuple(_job(shard, options) for shard in shards), documents)


def _job(shard: ShardPlan, options: JobOptions) -> Job:
    return Job(
        key=shard.key,
        files=tuple((file.source_path, file.path, file.sha256) for file in shard.files if file.source_path not in shard.unchanged),
        earlier=shard.earlier,
        unchanged=shard.unchanged,
        shard_store=options.shard_store,
        run_id=options.run_id,
        ingested_at=options.ingested_at,
        pipeline_version=options.pipeline_version,
        ocr=options.ocr,
        rules=options.rules,
        described_by={f.source_path: f.described_by for f in shard.files if f.described_by and f.source_path not in shard.unchanged},
    )
