"""Publish the generation that was built."""

from __future__ import annotations

import json

from flows.run import BuiltGeneration, PlannedRun, PublishedRun
from flows.state.data_folder import DataFolderError
from flows.state.manifest import manifest_of
from flows.state.shard_store import mirror, shards_at
from flows.util.moments import json_value


def publish_generation(run: PlannedRun, built: BuiltGeneration) -> PublishedRun:
    """Publish the generation, log the run as published, and remove old files."""
    row = run.context.row(run.run_id, "published", built.counts, built.finished_at)
    if built.path.exists():
        extra = {"code": run.code, "cleaned": dict(built.shard_digests), "renewals": built.incremental_builds, "run": row}
        manifest = manifest_of(run.run_id, run.plan, run.inventory) | extra
        (built.path / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, default=json_value), encoding="utf8")
    published = PublishedRun(run, built, run.folder.publish(built.path, run.run_id))
    run.context.journal.published = published
    try:
        run.folder.log_run(row)
        run.folder.collect_garbage(run.settings.keep_generations)
        run.folder.run_log.trim(run.settings.keep_runs)
    except (OSError, DataFolderError) as error:  # readers have the new warehouse: the run has not failed
        published.problems.append(f"published, but old files could not all be removed, which the next run does: {error}")
    try:
        mirror(shards_at(run.context.cluster_store), run.folder.shard_store)
    except OSError as error:  # the run is published: what is left costs disk space, or work done twice
        published.problems.append(f"{run.context.cluster_store} was not brought up to date: {error}")
    return published
