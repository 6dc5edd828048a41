"""Batches: the shards to be read, grouped into units of work of about equal size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.state.planning import ShardPlan
from flows.workers.worker import Job


@dataclass(frozen=True, slots=True)
class Batch:
    """Shards that one task works on, one after the other."""

    number: int
    jobs: tuple[Job, ...]
    documents: int


def batches(
    shards: Sequence[ShardPlan],
    *,
    store: Path,
    run_id: str,
    ingested_at: datetime,
    version: str,
    batch_bytes: int,
    workers: int,
    ocr: bool = False,
) -> list[Batch]:
    """The shards that need work, in batches of about equal bytes.

    A batch holds at most ``batch_bytes`` (but one shard at least), and less where there is so little to do that some
    workers would have none.
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
    return [
        Batch(
            number,
            tuple(_job(shard, store, run_id, ingested_at, version, ocr) for shard in group),
            sum(len(shard.files) - len(shard.unchanged) for shard in group),
        )
        for number, group in enumerate(groups, 1)
    ]


def _job(shard: ShardPlan, store: Path, run_id: str, ingested_at: datetime, version: str, ocr: bool) -> Job:
    return Job(
        key=shard.key,
        files=tuple((file.source_path, file.path, file.sha256) for file in shard.files if file.source_path not in shard.unchanged),
        earlier=shard.earlier,
        unchanged=shard.unchanged,
        store=str(store),
        run_id=run_id,
        ingested_at=ingested_at,
        pipeline_version=version,
        ocr=ocr,
    )
