"""Publish the generation that was built."""

from __future__ import annotations

import json
from pathlib import Path

from flows.run import Run
from flows.state import fingerprints
from flows.state.data_folder import DataFolderError
from flows.state.manifest import manifest_of
from flows.state.shard_store import mirror, shards_at
from flows.state.source_files import Scan
from flows.util.moments import json_value


def publish(run: Run, found: Scan, built: Path) -> None:
    """Publish the generation, enter the run in the ledger as published, and tidy up."""
    assert run.plan is not None
    if built.exists():
        extra = {"code": fingerprints.code_hash(), "cleaned": run.cleaned, "renewals": run.renewals, "run": run.row("published")}
        manifest = manifest_of(run.run_id, run.plan, found) | extra
        (built / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, default=json_value), encoding="utf8")
    run.published = run.folder.publish(built, run.run_id)
    try:
        run.folder.record(run.row("published"))
        run.folder.collect_garbage(run.settings.keep_generations)
        run.folder.trim_ledger(run.settings.keep_runs)
    except (OSError, DataFolderError) as error:  # readers have the new warehouse: no reason to call the run failed
        run.problems.append(f"published, but not all was tidied up behind it, which the next run does: {error}")
    try:
        mirror(shards_at(run.shard_place), run.folder.store)
    except OSError as error:  # the run is published: what is left behind costs room, or work that is done already
        run.problems.append(f"{run.shard_place} was not tidied up: {error}")
