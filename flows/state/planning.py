"""What to read: shards, the keys of their finished work, and what changed since the last publication.

Documents are spread over 256 shards by the first two digits of their id. A shard's key is a hash of its files, of what their keeper
says of them, and of the engine (code, rules, libraries) that reads them; finished work is stored under its key in ``data/store`` and
reused while the key is the same.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.state.source_files import Inventory, SourceFile

RETRY_MARK = "again"
"""A file of that name in finished work tells the next run to read it anew."""


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard: its files, the key of its finished work, and the earlier work from which some rows can be taken."""

    shard: str
    key: str
    files: tuple[SourceFile, ...]
    earlier: str | None
    """Key of the published work on this shard, if any of its files are unchanged since."""
    unchanged: frozenset[str]
    """Source paths whose rows are taken from ``earlier``."""

    @property
    def work_bytes(self) -> int:
        """The bytes of the files that must be read."""
        return sum(file.size for file in self.files if file.source_path not in self.unchanged)


@dataclass(frozen=True, slots=True)
class Plan:
    """The shards of the new warehouse, and what changed against the published one."""

    engine: str
    shards: tuple[ShardPlan, ...]
    todo: tuple[ShardPlan, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    published_engine: str = ""
    """The engine that read the published documents."""

    @property
    def is_unchanged(self) -> bool:
        """Whether the published warehouse was made from the same documents by the same engine."""
        return self.engine == self.published_engine and not (self.new or self.changed or self.removed or self.todo)


def shard_key(files: Iterable[SourceFile], engine: str) -> str:
    """The key under which the finished work on these files is stored."""
    lines = sorted(f"{file.source_path}\0{file.version}" for file in files)
    return hashlib.sha256("\n".join([engine, *lines]).encode()).hexdigest()[:32]


def make_plan(
    inventory: Inventory, manifest: Mapping[str, Any] | None, shard_store: Path, *, engine: str, full_refresh: bool = False
) -> Plan:
    """Plan what must be read so that the warehouse holds what the inventory lists.

    Args:
        inventory: the files of the seeds folder and the other sources.
        manifest: the manifest of the published generation; None if nothing is published.
        shard_store: the folder of finished shards.
        engine: what decides the rows of a document (:func:`flows.state.fingerprints.engine`).
        full_refresh: reuse no finished work.
    """
    published = manifest or {}
    before: Mapping[str, str] = published.get("documents", {})
    reusable = before if published.get("engine") == engine and not full_refresh else {}
    by_shard: defaultdict[str, list[SourceFile]] = defaultdict(list)
    for file in inventory.files:
        by_shard[file.shard].append(file)
    shards = tuple(
        _shard_plan(shard, files, engine, reusable, published.get("shards", {}).get(shard), shard_store)
        for shard, files in sorted(by_shard.items())
    )
    now = {file.source_path: file.version for file in inventory.files}
    seen = now.keys() | {item.source_path for item in inventory.failures}
    return Plan(
        engine=engine,
        shards=shards,
        todo=tuple(item for item in shards if full_refresh or not is_complete(shard_store, item.key)),
        new=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(path for path in now.keys() & before.keys() if now[path] != before[path])),
        removed=tuple(sorted(before.keys() - seen)),
        published_engine=published.get("engine", ""),
    )


def _shard_plan(
    shard: str, files: Sequence[SourceFile], engine: str, reusable: Mapping[str, str], published_key: str | None, shard_store: Path
) -> ShardPlan:
    same = frozenset(file.source_path for file in files if reusable.get(file.source_path) == file.version)
    earlier = published_key if same and is_complete(shard_store, published_key) else None
    return ShardPlan(shard, shard_key(files, engine), tuple(files), earlier, same if earlier else frozenset())


def is_complete(shard_store: Path, key: str | None) -> bool:
    """Whether finished work is stored under that key. (A folder gets its key as its name when it is complete.)

    Work in which a file could not be read for a reason that may pass is not complete.
    """
    return key is not None and (shard_store / key).is_dir() and not (shard_store / key / RETRY_MARK).exists()
