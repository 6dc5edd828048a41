"""The run log of a data folder: ``runs.jsonl``, every run with its figures, the failed ones too.

A run writes a line when it starts, when it ends, and with its times; the lines of one run id are merged. A line that a crash
cut off is skipped.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.util.moments import json_value
from warehouse.storage.atomic_files import atomic_write

RUN_ID = re.compile(r"run-(\d{6,})-[0-9a-f]{8}")
COUNTS = (
    "documents_seen",
    "documents_new",
    "documents_changed",
    "documents_removed",
    "documents_failed",
    "metrics",
    "numbers",
    "quarantined",
)


class RunLog:
    """The file ``runs.jsonl``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def runs(self) -> list[dict[str, Any]]:
        """All runs, oldest first, each as it was last reported."""
        runs: dict[str, dict[str, Any]] = {}
        try:
            lines = self.path.read_text(encoding="utf8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        for line in lines:
            with contextlib.suppress(ValueError):
                record = json.loads(line)
                if isinstance(record, dict) and "run_id" in record:
                    runs[record["run_id"]] = runs.get(record["run_id"], {}) | record
        return sorted(runs.values(), key=lambda run: run_number(str(run["run_id"])))

    def last_published(self) -> dict[str, Any] | None:
        """The latest run that was published; None if there is none."""
        return next((run for run in reversed(self.runs()) if run.get("status") == "published"), None)

    def append(self, run: Mapping[str, Any]) -> None:
        """Add a line on a run, and make sure that it is on the disk."""
        line = json.dumps(run, ensure_ascii=False, default=json_value) + "\n"
        with open(self.path, "ab+") as log:
            if log.tell() and not self._ends_with_newline():
                line = "\n" + line
            log.write(line.encode("utf8"))
            log.flush()
            os.fsync(log.fileno())

    def _ends_with_newline(self) -> bool:
        with open(self.path, "rb") as log:
            log.seek(-1, os.SEEK_END)
            return log.read(1) == b"\n"

    def table_rows(self, keep: int) -> list[dict[str, Any]]:
        """The rows of the table ``runs``: the last ``keep`` runs. A run that never ended, and is not at work, has failed."""
        rows = []
        for run in self.runs()[-keep:]:
            row = {"run_id": run["run_id"], "status": run.get("status", "failed"), "pipeline_version": run.get("pipeline_version", "")}
            row |= {name: _moment(run.get(name)) for name in ("started_at", "finished_at")}
            row |= {name: int(run.get(name, 0)) for name in COUNTS}
            rows.append(row | ({"status": "failed"} if row["status"] == "running" else {}))
        return rows

    def trim(self, keep: int) -> None:
        """Shorten a log that holds more than twice as many runs as are kept."""
        runs = self.runs()
        if len(runs) > 2 * keep:
            atomic_write(self.path, "".join(json.dumps(run, ensure_ascii=False) + "\n" for run in runs[-keep:]).encode("utf8"))


def run_number(run_id: str) -> int:
    """The number of a run in its data folder; 0 for what is not the id of a run."""
    match = RUN_ID.fullmatch(run_id)
    return int(match.group(1)) if match else 0


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
