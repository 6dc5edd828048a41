"""Analysts who ask all the time: ``python -m tests.robustness.readers DATA REPORT`` reads until its standard input closes.

One pass takes the published generation by its link, once, and looks whether all that is in it is of one run; another opens
``warehouse.duckdb`` and the pages by their fixed names, as people do. What they find wrong is an error, whatever the reason.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from flows.state.data_folder import PUBLISHED_NAMES
from flows.state.run_log import run_number
from transforms.schema import tables
from warehouse.storage.parquet import read_table

PAUSE = 0.4
"""Seconds between two passes, at least; on a busy machine three times what one took, which leaves the runs some of the processor."""
KEPT = 2
"""Generations that the pipeline promises to keep."""


class Wrong(AssertionError):
    """What a reader must never see."""


def published(data: Path) -> Path | None:
    """The published generation, None where nothing is published yet, which then goes for all its parts."""
    seen = [name for name in PUBLISHED_NAMES if (data / name).exists()]
    try:
        generation = Path(os.path.realpath(data / "published", strict=True))
    except OSError as error:
        if seen:
            raise Wrong(f"nothing is published, but {seen} can be seen") from error
        return None
    return generation


def check_generation(generation: Path) -> str:
    """Hold every part of a generation against the run that it is named for.

    Raises:
        Wrong: something is missing, half there, or of another run.
    """
    run_id = generation.name
    counts = check_warehouse(generation / "warehouse.duckdb", run_id)
    for name, count in counts.items():
        files = sorted((generation / "parquet" / name).rglob("*.parquet"))
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        _require(rows == count, f"{run_id}: {name} has {count} rows in the warehouse and {rows} in Parquet")
    _require(len(read_table("metrics", generation / "parquet/metrics")) == counts["metrics"], f"{run_id}: metrics cannot all be read")
    described = json.loads((generation / "parquet/datapackage.json").read_text(encoding="utf8"))
    for resource in described["resources"]:
        paths = [resource["path"]] if isinstance(resource["path"], str) else resource["path"]
        _require(all((generation / "parquet" / path).is_file() for path in paths), f"{run_id}: {resource['name']} is described and missing")
    for page in ("quality/index.html", "site/index.html"):
        check_page(generation / page, run_id)
    check_page(generation / "quality/gx/index.html")
    for script in (generation / "site/data").rglob("*.js"):
        _require(script.read_bytes().endswith(b";\n"), f"{script} is cut off")
    return run_id


def check_warehouse(path: Path, run_id: str | None = None) -> dict[str, int]:
    """Look whether the tables of a warehouse are of one run; the rows of each."""
    with duckdb.connect(str(path), read_only=True) as connection:
        last, status = connection.execute("select run_id, status from runs order by run_id desc limit 1").fetchall()[0]
        _require(run_id in (None, last) and status == "published", f"the warehouse of {run_id} says {last} {status}")
        checked = connection.execute("select max(run_id) from checks").fetchall()[0][0]
        _require(checked == last, f"the checks of {last} are those of {checked}")
        strays = connection.execute(
            "select count(*) from (select run_id from documents union all select run_id from metrics) where run_id > ?", [last]
        ).fetchall()[0][0]
        _require(strays == 0, f"{strays} rows in {last} are of a later run")
        told = connection.execute("select metrics, numbers from runs where run_id = ?", [last]).fetchall()[0]
        counts = {name: connection.execute(f'select count(*) from "{name}"').fetchall()[0][0] for name in tables()}
    _require(told == (counts["metrics"], counts["numbers"]), f"{last} says {told} metrics and numbers and has {counts}")
    return counts


def check_page(path: Path, run_id: str = "") -> None:
    """Look whether a page is whole and names its run."""
    text = path.read_text(encoding="utf8")
    _require(text.rstrip().endswith("</html>"), f"{path} is cut off")
    _require(run_id in text, f"{path} does not name {run_id}")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Wrong(otherwise)


def by_link(data: Path) -> str:
    """One pass over the published generation; what came of it."""
    generation = published(data)
    if generation is None:
        return "nothing yet"
    try:
        check_generation(generation)
    except (Wrong, OSError, duckdb.Error, ValueError):
        newest = published(data)
        # Who needs longer for one pass than two publications take was told to be quicker.
        if newest and not generation.exists() and run_number(newest.name) >= run_number(generation.name) + KEPT:
            return "overtaken"
        raise
    return "by link"


def by_name(data: Path) -> str:
    """One pass by the fixed names."""
    if not (data / "warehouse.duckdb").exists():
        return "nothing yet"
    check_warehouse(data / "warehouse.duckdb")
    check_page(data / "quality/index.html")
    check_page(data / "site/index.html")
    _require((data / "parquet/datapackage.json").is_file(), "there is no parquet/datapackage.json")
    return "by name"


def main() -> None:
    """Read until nobody listens any more, and write down what was seen."""
    data, report = Path(sys.argv[1]), Path(sys.argv[2])
    passes: Counter[str] = Counter()
    errors: list[str] = []
    while not select.select([0], [], [], 0)[0]:
        began = time.monotonic()
        for look in (by_link, by_name):
            try:
                passes[look(data)] += 1
            except Exception as error:  # whatever it is, a reader met it
                errors.append(f"{time.strftime('%H:%M:%S')} {look.__name__}: {type(error).__name__}: {error}"[:500])
                passes["wrong"] += 1
        time.sleep(max(PAUSE, 3 * (time.monotonic() - began)))
    report.write_text(json.dumps({"passes": passes, "errors": errors}), encoding="utf8")


if __name__ == "__main__":
    main()
