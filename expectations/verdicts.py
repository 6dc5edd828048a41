"""Verdicts on parts of a run, kept: what was judged once under the same expectations need not be judged again.

A kept verdict is a folder: verdict.json (checks, flags, reasons, Great Expectations' results) and quarantine.parquet.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from expectations.gate import Verdict


def keep(verdict: Verdict, folder: Path) -> None:
    """Keep a verdict under the name of ``folder``, whole or not at all."""
    import pyarrow.parquet as pq

    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
    told = {name: getattr(verdict, name) for name in ("checks", "flags", "stop_reasons", "warnings", "results")}
    (unfinished / "verdict.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf8")
    pq.write_table(verdict.quarantine, unfinished / "quarantine.parquet")
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(unfinished, folder)


def kept(folder: Path, run_id: str) -> Verdict | None:
    """The verdict kept there, as one of the run ``run_id``; None where there is none that can be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        told = json.loads((folder / "verdict.json").read_text(encoding="utf8"))
        quarantine = pq.read_table(folder / "quarantine.parquet")
        rows = [*told["checks"], *told["flags"]]
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
    for row in rows:
        row["run_id"] = run_id
    place = quarantine.schema.get_field_index("run_id")
    ids = pa.array([run_id] * quarantine.num_rows, pa.string())
    return Verdict(run_id, quarantine=quarantine.set_column(place, quarantine.schema.field(place), ids), **told)
