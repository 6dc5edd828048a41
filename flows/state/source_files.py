"""Documents that were found, before anything is read from them: their names, hashes, and those that could not be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from transforms.identify.keeper import Entry, fingerprint
from transforms.rows import Row, document_id


class NoDocuments(Exception):
    """There is nothing to read; the message says where documents were looked for and what to do."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: its name in the tables, where it lies (a path or an address), its hash and its size in bytes."""

    source_path: str
    path: str
    sha256: str
    size: int
    described_by: tuple[Entry, ...] = ()
    """What the keeper of the documents says of it, or of documents in it."""

    @property
    def version(self) -> str:
        """What decides that the file is read anew: its hash, and one of what its keeper says, if anything."""
        said = fingerprint(self.described_by)
        return f"{self.sha256}+{said}" if said else self.sha256

    @property
    def shard(self) -> str:
        """The shard of the file: the first two digits of its document's id."""
        return document_id(self.source_path)[:2]


@dataclass(frozen=True, slots=True)
class IngestFailure:
    """A file, folder or source that could not be ingested: its name in the tables, the class of the error, and what to do."""

    source_path: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class FileListing:
    """Files that were found and not read yet, as pairs of name in the tables and place; and what could not be had."""

    files: tuple[tuple[str, str], ...] = ()
    failures: tuple[IngestFailure, ...] = ()
    stale: tuple[IngestFailure, ...] = ()
    """Sources that gave nothing this time; ``files`` has the documents that they gave before."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """By source path, the address that a document is fetched from."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All files of the seeds folder and the other sources, with their hashes, in the order of their names."""

    files: tuple[SourceFile, ...]
    failures: tuple[IngestFailure, ...]
    stale: tuple[IngestFailure, ...] = ()
    """Sources that gave nothing this time; their earlier documents are among ``files``."""

    @property
    def file_count(self) -> int:
        """How many files were seen, with those that could not be had."""
        return len(self.files) + len(self.failures)


def failure_row(source_path: str, sha256: str | None, error: str, message: str, run_id: str) -> Row:
    """A row of the table ``failures``."""
    return {"source_path": source_path, "sha256": sha256, "error": error, "message": message, "run_id": run_id}
