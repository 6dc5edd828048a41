"""What to read: shards, the keys of their finished work, and what changed since the last publication.

Documents are spread over 256 shards by the first two digits of their id. A shard's key is a hash of its files and of the code and
rules that read them; finished work is stored under its key in ``data/store`` and reused as long as the key is the same.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.state import fingerprints
from flows.state.source_files import Scan, SourceFile

SHARD_TABLES = ("documents", "metrics", "numbers", "failures")
TO_BE_READ_AGAIN = "again"
"""A file of that name in finished work says that the next run reads it anew."""


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard: its files, the key of its finished work, and the earlier work that some of it can be taken from."""

    shard: str
    key: str
    files: tuple[SourceFile, ...]
    earlier: str | None
    """Key of the published work on this shard, if any of its files are unchanged since."""
    unchanged: frozenset[str]
    """Source paths whose rows are taken from ``earlier``."""

    @property
    def work_bytes(self) -> int:
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

    @property
    def is_unchanged(self) -> bool:
        return not (self.new or self.changed or self.removed or self.todo)


def shard_key(files: Iterable[SourceFile], engine: str) -> str:
    """The key under which the finished work on these files is kept."""
    lines = sorted(f"{file.source_path}\0{file.sha256}" for file in files)
    return hashlib.sha256("\n".join([engine, *lines]).encode()).hexdigest()[:32]


def plan(found: Scan, manifest: Mapping[str, Any] | None, store: Path, *, fresh: bool = False, ocr: str = "") -> Plan:
    """What to do so that the warehouse holds what the folder holds.

    Args:
        found: what the seeds folder holds.
        manifest: the published warehouse's manifest (:func:`manifest_of`), None if nothing is published.
        store: folder of finished work.
        fresh: use no finished work.
        ocr: what recognises the text of scans; empty where nothing does.
    """
    engine = fingerprints.engine_hash() + (f"+{ocr}" if ocr else "")
    before: Mapping[str, str] = manifest["documents"] if manifest else {}
    reusable = before if manifest and manifest["engine"] == engine and not fresh else {}
    keys: Mapping[str, str] = manifest["shards"] if manifest else {}
    by_shard: defaultdict[str, list[SourceFile]] = defaultdict(list)
    for file in found.files:
        by_shard[file.shard].append(file)
    shards = []
    for shard, files in sorted(by_shard.items()):
        key = shard_key(files, engine)
        same = frozenset(file.source_path for file in files if reusable.get(file.source_path) == file.sha256)
        earlier = keys.get(shard) if same and is_stored(store, keys.get(shard)) else None
        shards.append(ShardPlan(shard, key, tuple(files), earlier, same if earlier else frozenset()))
    now = {file.source_path: file.sha256 for file in found.files}
    seen = now.keys() | {item.source_path for item in found.unreadable}
    return Plan(
        engine=engine,
        shards=tuple(shards),
        todo=tuple(item for item in shards if fresh or not is_stored(store, item.key)),
        new=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(path for path in now.keys() & before.keys() if now[path] != before[path])),
        removed=tuple(sorted(before.keys() - seen)),
    )


def is_stored(store: Path, key: str | None) -> bool:
    """Whether finished work is kept under that key. (A folder gets its key as its name once it is whole.)

    Work in which a file could not be read for a reason that may have passed is not finished.
    """
    return key is not None and (store / key).is_dir() and not (store / key / TO_BE_READ_AGAIN).exists()
