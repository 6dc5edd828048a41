"""What the keeper of a collection says of its documents: the entries of ``documents.csv`` or ``documents.yml``, typed and validated.

An entry names a file, or files by a glob, and says of them what it knows: kind, region, year, title, and where they come from. What
it says beats what is inferred from the text. This module takes the text of such a file; ``flows.ingest.keeper_file`` finds it.
"""

from __future__ import annotations

import csv
import fnmatch
import functools
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date

import yaml

from transforms import schema
from transforms.identify.regions import NATION, Region, at, by_name, current, parent_code
from transforms.types import Statement

COLUMNS = ("file", "region", "report_year", "doc_type", "title", "url", "publisher", "published_on")
_WILD = re.compile(r"[*?\[]")
_ADDRESS = re.compile(r"https?://(?:[^\s/@]*@)?[^\s/?#@:]+[^\s]*", re.IGNORECASE)


class KeeperError(ValueError):
    """A description of documents is not valid; the message names file and line and says what is allowed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``file`` is a source path, a base name, or a glob for either; ``line`` is where it stands (0: in no file)."""

    file: str
    line: int
    says: Statement

    @property
    def is_glob(self) -> bool:
        """Whether its file has a wildcard."""
        return bool(_WILD.search(self.file))


@dataclass(frozen=True)
class Keeper:
    """All entries, and what they say of a file."""

    entries: tuple[Entry, ...] = ()

    def of(self, source_path: str) -> Statement | None:
        """What is said of a file; None if nothing is.

        Where several entries match, each field is from the most specific one that says it: the source path, then the base name, then a
        glob; of two that are alike from the later one.
        """
        found = self.matching(source_path)
        values = {f.name: value for entry in found for f in fields(Statement) if (value := getattr(entry.says, f.name)) is not None}
        return Statement(**values) if found else None

    def matching(self, source_path: str) -> list[Entry]:
        """The entries that match a file, the most specific last; what is said of an archive holds for its members."""
        path = _normal(source_path)
        name = base_name(path)
        archive = path.rpartition("!/")[0]
        outer = self.matching(archive) if archive else []
        globs = [entry for entry, pattern in self._globs if pattern.match(path) or pattern.match(name)]
        named = self._named.get(name, []) if name != path else []
        return [*outer, *globs, *named, *self._named.get(path, [])]

    @functools.cached_property
    def _named(self) -> dict[str, list[Entry]]:
        """The entries by their file. A name in brackets may be both a name and a glob."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(_normal(entry.file), []).append(entry)
        return found

    @functools.cached_property
    def _globs(self) -> list[tuple[Entry, re.Pattern[str]]]:
        return [(entry, re.compile(fnmatch.translate(_normal(entry.file)))) for entry in self.entries if entry.is_glob]


def fingerprint(entries: Iterable[Entry]) -> str:
    """A hash of what entries say, wherever they stand; empty if there are none."""
    said = [f"{entry.file}\0{entry.says!r}" for entry in entries]
    return hashlib.sha256("\n".join(said).encode("utf8", "surrogatepass")).hexdigest()[:16] if said else ""


def base_name(source_path: str) -> str:
    """The base name of a file or of a member of an archive."""
    return source_path.rsplit("!/", 1)[-1].rsplit("/", 1)[-1]


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def read_keeper(text: str, name: str) -> Keeper:
    """The entries of the text of ``documents.csv`` or ``documents.yml``; ``name`` is the file's, whose ending decides how it is read.

    Raises:
        KeeperError: the file or an entry is not valid.
    """
    rows = _yaml_rows(text, name) if name.endswith((".yml", ".yaml")) else _csv_rows(text, name)
    return Keeper(tuple(_entry(f"{name}, line {line}", line, row) for line, row in rows))


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            where = f"{name}, line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() for cell in cells]
                _require_columns(where, header)
            elif len(cells) > len(header):
                raise KeeperError(f"{where}: {len(cells)} cells for {len(header)} columns. Put a text with commas in quotes.")
            else:
                yield reader.line_num, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise KeeperError(f"{name}, line {reader.line_num}: not valid CSV ({error}).") from None


def _yaml_rows(text: str, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise KeeperError(f"{name} is not valid YAML: {' '.join(str(error).split())}") from None
    if root is None:
        return
    top = root.value[0] if isinstance(root, yaml.MappingNode) and len(root.value) == 1 else None
    if top is None or top[0].value != "documents" or not isinstance(top[1], yaml.SequenceNode):
        raise KeeperError(f"{name}, line 1: the file holds one list, `documents:`, with an entry (`- file: …`) for each file or glob.")
    for node in top[1].value:
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode) or not all(isinstance(v, yaml.ScalarNode) for pair in node.value for v in pair):
            raise KeeperError(f"{name}, line {line}: an entry has keys with one value each; allowed are {', '.join(COLUMNS)}.")
        _require_columns(f"{name}, line {line}", [key.value for key, _ in node.value])
        yield line, {key.value: "" if value.tag.endswith(":null") else value.value for key, value in node.value}


def _require_columns(where: str, names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise KeeperError(f"{where}: unknown column {', '.join(map(repr, unknown))}; allowed are {', '.join(COLUMNS)}.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise KeeperError(f"{where}: column {', '.join(twice)} is there twice. Remove one of the two.")
    if "file" not in names:
        raise KeeperError(f"{where}: the column `file` is missing: the name of a file, or a glob.")


def _entry(where: str, line: int, row: Mapping[str, str]) -> Entry:
    cells = {name: cell.strip() for name, cell in row.items()}
    if not cells.get("file"):
        raise KeeperError(f"{where}: `file` is empty. Give the name of a file, or a glob.")
    doc_type = cells.get("doc_type") or None
    kinds = schema.table("documents")["doc_type"].values
    if doc_type and doc_type not in kinds:
        raise KeeperError(f"{where}: unknown doc_type {doc_type!r}; allowed are {', '.join(kinds)}.")
    url = cells.get("url") or None
    if url and not _ADDRESS.fullmatch(url):
        raise KeeperError(f"{where}: url {url!r} is no address; it must begin with http:// or https:// and name a host.")
    says = Statement(
        region_code=_region(where, cells["region"]) if cells.get("region") else None,
        report_year=_year(where, cells["report_year"]) if cells.get("report_year") else None,
        doc_type=doc_type,
        title=cells.get("title") or None,
        url=url,
        publisher=cells.get("publisher") or None,
        published_on=_day(where, cells["published_on"]) if cells.get("published_on") else None,
    )
    return Entry(cells["file"], line, says)


def _year(where: str, text: str) -> int:
    column = schema.table("documents")["report_year"]
    assert column.minimum is not None
    assert column.maximum is not None
    if not (text.isascii() and text.isdigit() and column.minimum <= int(text) <= column.maximum):
        raise KeeperError(f"{where}: report_year {text!r} is no year from {column.minimum:.0f} to {column.maximum:.0f}.")
    return int(text)


def _day(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise KeeperError(f"{where}: published_on {text!r} is no day; write it as 2023-01-15.") from None


def _region(where: str, text: str) -> str:
    """The code of today of a place that is given by code or name; the names of the divisions above may precede its own."""
    if text.isascii() and text.isdigit():
        region = at(text)
        if region is None:
            raise KeeperError(
                f"{where}: region {text!r} is no code of GB/T 2260. Give six digits or a name; both are in the table regions."
            )
        return current(region).code
    found = sorted({current(region).code for region in _named_so(text)})
    if not found:
        raise KeeperError(
            f"{where}: region {text!r} is no division of the list of counties and above. Give its full name (密云区) or six-digit "
            "code; both are in the table regions."
        )
    if len(found) > 1:
        raise KeeperError(
            f"{where}: there are several places of the name {text}: {', '.join(found)}. Give the code of the one that is meant."
        )
    return found[0]


def _named_so(text: str) -> list[Region]:
    """The divisions of a full name, those of today before those of the past."""
    name = "".join(text.split())
    starts = (name[start:] for start in range(len(name)))
    found = [region for own in starts for region in by_name().get(own, ()) if name in _names_of(region)]
    today = [region for region in found if current(region) == region]
    return today or found


def _names_of(region: Region) -> set[str]:
    """The names by which a division may be given: its own, alone or after those of the divisions above it."""
    names = {region.name}
    code = parent_code(region.code)
    while code is not None and code != NATION and (above := at(code)) is not None:
        names |= {above.name + name for name in names}
        code = parent_code(code)
    return names
