"""The manifest of a generation: what a published warehouse was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flows.state.planning import Plan
from flows.state.source_files import Scan


def manifest_of(run_id: str, work: Plan, found: Scan) -> dict[str, Any]:
    """What a published warehouse was made from: enough to tell next time what changed."""
    return {
        "run_id": run_id,
        "engine": work.engine,
        "shards": {item.shard: item.key for item in work.shards},
        "documents": {file.source_path: file.sha256 for file in found.files},
    }


def read_manifest(generation: Path) -> dict[str, Any] | None:
    """The manifest of a published generation, None where there is none."""
    try:
        manifest: dict[str, Any] = json.loads((generation / "manifest.json").read_text(encoding="utf8"))
    except (OSError, ValueError):
        return None
    return manifest
