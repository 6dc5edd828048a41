"""The reading site: charts, tables, and every document with its numbers marked. Static, and made from the warehouse alone.

Pages are frames that the scripts of ``warehouse/assets`` fill from data files, which they load as they need them: one page shows every
document, one every region. So a site of ten thousand documents is a few thousand files that are written in seconds. Nothing is
loaded from a network.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

import duckdb

from warehouse.reports.report_data import TEMPLATES
from warehouse.site import data, documents, pages, words
from warehouse.storage.connections import connect

ASSETS = Path(__file__).parents[1] / "assets"
MEMORY = "700MB"
"""What DuckDB may hold of the warehouse while it is at work here."""
FIGURES = "data/figures.json"
"""The key of the files that many shards go into, and their names."""


def write_site(warehouse: Path, folder: Path, previous: Path | None = None) -> list[Path]:
    """Write the site into ``folder``; its start is ``index.html``.

    Args:
        previous: the site of the generation before; its files that still hold are linked, not made again.

    Returns:
        The files that were made anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = previous if previous and previous.is_dir() else None
    with connect(warehouse) as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        keys = documents.shard_keys(connection, _made_by())
        shards, written = documents.write_shards(connection, folder, keys, before)
        regions = data.region_rows(connection)
        written += _write_common(connection, folder, shards, before, _common_key(connection, keys))
        written += pages.write_pages(connection, folder, regions)
    _write_assets(folder / "assets")
    return written


def _write_common(
    connection: duckdb.DuckDBPyConnection, folder: Path, shards: list[documents.Shard], previous: Path | None, key: str
) -> list[Path]:
    """The files that many documents go into: figures by indicator and region, lists, the index of words. Linked if nothing changed."""
    earlier_key, files = _figures(previous)
    if previous and earlier_key == key and documents.linked(previous, folder, iter(files)):
        made = []
    else:
        regions = data.region_rows(connection)
        data.write_figures(connection, folder, regions)
        texts = search_order(shards)
        words.write_words(folder, texts)
        data.write_index(connection, folder, regions, texts, {"buckets": words.BUCKETS, "factor": words.FACTOR, "parts": words.PARTS})
        made = [path for path in sorted((folder / "data").rglob("*.js")) if path.parts[len(folder.parts) + 1] not in ("text", "marks")]
        files = [path.relative_to(folder).as_posix() for path in made]
    (folder / FIGURES).write_text(json.dumps({"key": key, "files": files}, separators=(",", ":")), encoding="utf8")
    return made


def _figures(previous: Path | None) -> tuple[str, list[str]]:
    """The key of those files in the site before, and their names."""
    try:
        found = json.loads((previous / FIGURES).read_text(encoding="utf8")) if previous else {}
        return str(found["key"]), list(map(str, found["files"]))
    except (OSError, ValueError, TypeError, KeyError):
        return "", []


def search_order(shards: list[documents.Shard]) -> list[tuple[str, str]]:
    """The files of texts as the search reads them: the newest reports first."""
    files = [(year, shard.name) for shard in shards for year in shard.years]
    return sorted(files, key=lambda file: (0 if file[0] == documents.NO_YEAR else -int(file[0]), file[1]))


def _common_key(connection: duckdb.DuckDBPyConnection, keys: dict[str, str]) -> str:
    dimensions = connection.execute("""
        select (select bit_xor(hash(i)) from indicators i), (select bit_xor(hash(u)) from units u), (select bit_xor(hash(r)) from regions r)
    """).fetchone()
    return hashlib.sha256(json.dumps([sorted(keys.items()), list(map(str, dimensions or ()))]).encode()).hexdigest()


def _write_assets(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for source in sorted(ASSETS.iterdir()):
        if source.is_file():
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "style.css").write_bytes((TEMPLATES / "style.css").read_bytes())


@functools.cache
def _made_by() -> str:
    """A hash of the code that makes the data files, and of the views that they come from."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in [*sorted(package.glob("*.py")), *sorted((package.parent / "views").iterdir()), package.parent / "build/view_files.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
