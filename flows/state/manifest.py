"""The manifest of a generation: what a published warehouse was made from, so that the next run can tell what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flows.state.planning import Plan
from flows.state.source_files import Inventory


def manifest_of(run_id: str, plan: Plan, inventory: Inventory) -> dict[str, Any]:
    """The manifest of a run: the engine, the key of each shard, and the version of each file by its name in the tables."""
    return {
        "run_id": run_id,
        "engine": plan.engine,
        "shards": {item.shard: item.key for item in plan.shards},
        "documents": {file.source_path: file.version for file in inventory.files},
    }


def read_manifest(generation: Path) -> dict[str, Any] | None:
    """The manifest of a published generation; None if there is none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads((generation / "manifest.json").read_text(encoding="utf8"))
    except (OSError, ValueError):
        return None
    return manifest
