"""The file ``documents.csv`` (or ``documents.yml``) in the seeds folder: what the keeper of the documents says of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from flows.state.source_files import Inventory, SourceFile
from flows.util import object_storage
from flows.util.object_storage import Remote
from transforms.identify.keeper import Entry, Keeper, KeeperError, read_keeper
from transforms.types import Statement

NAMES = ("documents.csv", "documents.yml", "documents.yaml")
HOLD_OTHERS = frozenset({".zip", ".7z", ".rar", ".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet", ".dta", ".json", ".jsonl"})
"""Endings of files that may hold several documents, whose names are known only when they are read."""


def load_keeper(folder: Path | Remote) -> Keeper:
    """The entries of ``documents.csv`` in a folder; none if there is no such file.

    Raises:
        KeeperError: the file or an entry is not valid, or there are two such files.
        StorageError: shared storage cannot be used.
    """
    found = {name: data for name in NAMES if (data := _read(folder, name)) is not None}
    if len(found) > 1:
        raise KeeperError(f"There are {' and '.join(found)} in {folder}. Put all entries into one of them and remove the other.")
    for name, data in found.items():
        try:
            return read_keeper(data.decode("utf-8-sig"), name)
        except UnicodeDecodeError:
            raise KeeperError(f"{name} is not in UTF-8. Save it as such (in Excel: CSV UTF-8).") from None
    return Keeper()


def _read(folder: Path | Remote, name: str) -> bytes | None:
    try:
        if isinstance(folder, Remote):
            return object_storage.read(folder.address(name))
        return (folder / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if isinstance(folder, Path) and not os.access(folder, os.R_OK | os.X_OK):
            return None  # the folder itself cannot be read: the search for documents says so
        raise KeeperError(f"{name} cannot be read ({error.strerror or error}). Give the pipeline's user access to it.") from error


def keeper_beside(file: Path) -> Keeper:
    """The entries of ``documents.csv`` in the folder of a file; none for such a file itself.

    Raises:
        KeeperError: the file or an entry is not valid.
    """
    return Keeper() if file.name in NAMES else load_keeper(file.parent)


def with_addresses(keeper: Keeper, addresses: Mapping[str, str]) -> Keeper:
    """The entries, and before them the address of each document that was fetched from one, by its source path."""
    return Keeper((*(Entry(name, 0, Statement(url=url)) for name, url in addresses.items()), *keeper.entries))


def described(found: Inventory, keeper: Keeper) -> Inventory:
    """The inventory with what the keeper says of each file; of one that may hold others, with all that is said."""
    if not keeper.entries:
        return found
    return replace(found, files=tuple(_described(file, keeper) for file in found.files))


def _described(file: SourceFile, keeper: Keeper) -> SourceFile:
    if _may_hold_others(file.source_path):
        return replace(file, described_by=keeper.entries)
    says = keeper.of(file.source_path)
    return replace(file, described_by=(Entry(file.source_path, 0, says),)) if says else file


def _may_hold_others(source_path: str) -> bool:
    return PurePosixPath(source_path).suffix.lower() in HOLD_OTHERS


def unmatched(keeper: Keeper, found: Inventory, documents: Path) -> Iterator[str]:
    """A warning for each entry that matches no file, and no document in one (``documents``: the folder of that table)."""
    from warehouse.storage.parquet import read_table

    written = [entry for entry in keeper.entries if entry.line]
    if not written:
        return
    paths = {file.source_path for file in found.files} | {item.source_path for item in found.failures}
    if any(_may_hold_others(path) for path in paths):
        paths |= set(read_table("documents", sorted(documents.glob("*.parquet")), ["source_path"]).column("source_path").to_pylist())
    matched = {id(entry) for path in paths for entry in keeper.matching(path)}
    for entry in written:
        if id(entry) not in matched:
            yield f"The description of documents, line {entry.line}: no file matches {entry.file!r}. Correct or remove the entry."
