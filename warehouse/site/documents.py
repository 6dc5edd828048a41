"""What the page of a document shows: its text and its numbers, in files of some documents each.

Documents stand in shards by the first two digits of their id. A shard has a file of texts and one of marks for each report year,
so that the search reads the newest first. Files of a shard in which nothing changed are those of the site before, linked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from transforms import schema
from warehouse.site.data import columns_json, literals, write_script
from warehouse.site.words import signature
from warehouse.storage.atomic_files import link_or_copy

KEYS = "data/keys.json"
"""What the shards of a site were made from."""
NO_YEAR = "none"
"""The folder of documents whose year is not known."""
CLASSES = schema.table("numbers")["class"].values

FINGERPRINTS = """
with told as (
    select left(document_id, 2) as shard, hash(d) as said from (select * exclude (run_id, ingested_at, pipeline_version) from documents) d
    union all
    select left(document_id, 2), hash(m) from (select * exclude (run_id) from metrics) m
    union all
    select left(document_id, 2), hash(n) from numbers n
    union all
    select left(document_id, 2), hash(q) from (select * exclude (run_id) from quarantine) q
)

select shard, bit_xor(said)::varchar || '-' || count(*) from told where shard is not null group by shard order by shard
"""
BATCH = 5_000_000
"""Characters of text that are worked on at once: some hundred reports."""
SIZES = "select left(document_id, 2), sum(char_count) from documents group by all"
# Ranges of ids are what DuckDB finds without reading the whole table.
WITHIN = "document_id >= $shards[1] and document_id < $shards[-1] || '~' and list_contains($shards, left(document_id, 2))"
DOCUMENTS = f"""
select d.document_id, coalesce(d.report_year::varchar, '{NO_YEAR}'), coalesce(d.title, d.file_name), d.region_code,
    d.copy_of is not null, d.text,
    to_json({{'title': coalesce(d.title, d.file_name), 'path': d.source_path, 'code': d.region_code, 'region': d.region,
        'year': d.report_year, 'type': d.doc_type, 'delivered': d.delivered_on, 'speaker': d.speaker, 'characters': d.char_count,
        'copy': d.copy_of, 'copy_year': o.report_year, 'warnings': d.warnings}})::varchar
from (select * from documents where {WITHIN}) d left join documents o on o.document_id = d.copy_of
order by d.document_id
"""
NUMBERS = f"""
with told as (
    select document_id, list({{'at': char_start, 'length': char_end - char_start, 'class': class, 'rule': rule}}
            order by char_start, char_end) as rows,
        list(distinct rule order by rule) as rules
    from numbers where {WITHIN} group by document_id
)

select document_id, to_json({{'rules': rules, 'columns': {{
    'at': [n.at for n in rows], 'length': [n.length for n in rows],
    'class': [list_position({literals(CLASSES)}, n.class) - 1 for n in rows], 'rule': [list_position(rules, n.rule) - 1 for n in rows]
}}}})::varchar
from told
"""
METRIC = {
    "at": "char_start", "indicator": "indicator", "indicator_id": "indicator_id", "statistic": "statistic", "value": "value",
    "high": "value_high", "unit": "unit", "standard": "value_std", "standard_high": "value_high_std", "standard_unit": "unit_std",
    "bound": "bound", "modality": "modality", "preliminary": "is_preliminary::integer", "basis": "basis", "from": "period_start",
    "to": "period_end", "page": "page", "confidence": "round(confidence, 3)", "marks": "quality_flags", "metric_id": "metric_id",
}  # fmt: skip
METRICS = f"""
with told as (
    select document_id, list(distinct rule order by rule) as rules, list(distinct section order by section) as sections, list({{
            {", ".join(f"'{name}': {sql}" for name, sql in METRIC.items())}, 'rule': rule, 'section': section
        }} order by char_start, metric_id) as rows
    from metrics where {WITHIN} group by document_id
)

select document_id, to_json({{'rules': rules, 'sections': sections, 'columns': {{
    {columns_json("rows", METRIC)},
    'rule': [list_position(rules, row.rule) - 1 for row in rows], 'section': [list_position(sections, row.section) - 1 for row in rows]
}}}})::varchar
from told
"""
HELD = f"select document_id, char_start, reason from quarantine where {WITHIN} order by document_id, char_start, expectation"


@dataclass(frozen=True, slots=True)
class Shard:
    """Some documents of the site: what their files were made from, and the report years there are files of."""

    name: str
    key: str
    years: tuple[str, ...]

    def files(self) -> Iterator[str]:
        """The files of the shard, relative to the site."""
        for year in self.years:
            yield f"data/text/{year}/{self.name}.js"
            yield f"data/marks/{year}/{self.name}.js"
        yield f"data/words/{self.name}.bin"


def shard_keys(connection: duckdb.DuckDBPyConnection, made_by: str) -> dict[str, str]:
    """A key for each shard that changes with anything its documents' pages show, or with the code that makes them."""
    return {name: f"{made_by}-{fingerprint}" for name, fingerprint in connection.execute(FINGERPRINTS).fetchall()}


def write_shards(
    connection: duckdb.DuckDBPyConnection, folder: Path, keys: dict[str, str], previous: Path | None
) -> tuple[list[Shard], list[Path]]:
    """Write the files of every shard; those of ``previous`` that still hold are linked.

    Returns:
        The shards by name, and the files that were made anew.
    """
    earlier = _earlier(previous)
    kept = [shard for shard in earlier if previous and keys.get(shard.name) == shard.key and linked(previous, folder, shard.files())]
    names = {shard.name for shard in kept}
    todo = [(name, key) for name, key in keys.items() if name not in names]
    batches = _batches(todo, dict(connection.execute(SIZES).fetchall()))
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as threads:  # DuckDB and writing let go of the interpreter
        made = [shard for batch in threads.map(lambda keys: _write_batch(connection.cursor(), folder, keys), batches) for shard in batch]
    shards = sorted([*kept, *made], key=lambda shard: shard.name)
    path = folder / KEYS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([[shard.name, shard.key, shard.years] for shard in shards], separators=(",", ":")), encoding="utf8")
    return shards, [folder / file for shard in made for file in shard.files()]


def _batches(todo: list[tuple[str, str]], sizes: dict[str, int]) -> list[dict[str, str]]:
    """Shards in a row, with at most :data:`BATCH` characters or one shard."""
    found: list[dict[str, str]] = []
    filled = BATCH
    for name, key in todo:
        if filled + sizes.get(name, 0) > BATCH:
            found.append({})
            filled = 0
        found[-1][name] = key
        filled += sizes.get(name, 0)
    return found


def _earlier(previous: Path | None) -> list[Shard]:
    try:
        found = json.loads((previous / KEYS).read_text(encoding="utf8")) if previous else []
        return [Shard(str(name), str(key), tuple(map(str, years))) for name, key, years in found]
    except (OSError, ValueError, TypeError):
        return []


def linked(previous: Path, folder: Path, files: Iterator[str]) -> bool:
    """Whether the files are in the site before; they are in this one then, without their bytes being written again."""
    for file in files:
        if not (previous / file).is_file():
            return False
        link_or_copy(previous / file, folder / file)
    return True


def _write_batch(connection: duckdb.DuckDBPyConnection, folder: Path, keys: dict[str, str]) -> list[Shard]:
    ask = {"shards": sorted(keys)}
    numbers = dict(connection.execute(NUMBERS, ask).fetchall())
    metrics = dict(connection.execute(METRICS, ask).fetchall())
    held: dict[str, list[list[Any]]] = {}
    for document, at, reason in connection.execute(HELD, ask).fetchall():
        held.setdefault(document, []).append([at, reason])
    files: dict[tuple[str, str], _Files] = {}
    for document, year, title, region, is_copy, text, head in connection.execute(DOCUMENTS, ask).fetchall():
        own = files.setdefault((document[:2], year), _Files([], [], []))
        entry = json.dumps([title, region, int(is_copy), text], ensure_ascii=False, separators=(",", ":"))
        own.texts.append(f"{json.dumps(document)}:{entry}")
        said = json.dumps(held.get(document, []), ensure_ascii=False)
        # A function for each document: only what is shown is ever worked out.
        own.marks.append(
            f'{json.dumps(document)}:()=>({{"document":{head},"held":{said},"numbers":{numbers.get(document, "null")},'
            f'"metrics":{metrics.get(document, "null")}}})'
        )
        own.searched.extend([] if is_copy else [text])
    for (shard, year), own in files.items():
        write_script(folder / f"data/text/{year}/{shard}.js", f"text/{year}/{shard}", "{" + ",\n".join(own.texts) + "}")
        write_script(folder / f"data/marks/{year}/{shard}.js", f"marks/{year}/{shard}", "{" + ",\n".join(own.marks) + "}")
    return [_finish(folder, name, key, {year: own for (shard, year), own in files.items() if shard == name}) for name, key in keys.items()]


@dataclass(frozen=True, slots=True)
class _Files:
    """What goes into the files of a shard and a year."""

    texts: list[str]
    marks: list[str]
    searched: list[str]


def _finish(folder: Path, name: str, key: str, files: dict[str, _Files]) -> Shard:
    years = tuple(sorted(files))
    path = folder / f"data/words/{name}.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # never write through a link
    path.write_bytes(b"".join(signature(files[year].searched) for year in years))
    return Shard(name, key, years)
