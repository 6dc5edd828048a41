"""Store validation results of parts of a run, so that an unchanged part is not validated again under the same expectations.

A stored result is a folder with verdict.json (checks, flags, reasons, Great Expectations' results) and quarantine.parquet.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from expectations.result import ValidationResult


def save_result(result: ValidationResult, folder: Path) -> None:
    """Store a result in ``folder``, completely or not at all."""
    import pyarrow.parquet as pq

    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
    stored = {name: getattr(result, name) for name in ("checks", "flags", "stop_reasons", "warnings", "results")}
    (unfinished / "verdict.json").write_text(json.dumps(stored, ensure_ascii=False), encoding="utf8")
    pq.write_table(result.quarantine, unfinished / "quarantine.parquet")
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(unfinished, folder)


def load_result(folder: Path, run_id: str) -> ValidationResult | None:
    """Load the result stored in ``folder`` as one of the run ``run_id``; None where none can be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        stored = json.loads((folder / "verdict.json").read_text(encoding="utf8"))
        quarantine = pq.read_table(folder / "quarantine.parquet")
        rows = [*stored["checks"], *stored["flags"]]
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
    for row in rows:
        row["run_id"] = run_id
    place = quarantine.schema.get_field_index("run_id")
    ids = pa.array([run_id] * quarantine.num_rows, pa.string())
    return ValidationResult(run_id, quarantine=quarantine.set_column(place, quarantine.schema.field(place), ids), **stored)
