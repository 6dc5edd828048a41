"""Documents that were found, before anything is read from them: their names, hashes, and those that could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.rows import document_id


class NoDocuments(Exception):
    """There is nothing to read; the message says where it was looked for and what to do."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the seeds folder: its name in the tables, where it is, and what it holds."""

    source_path: str
    path: str
    sha256: str
    size: int

    @property
    def shard(self) -> str:
        return document_id(self.source_path)[:2]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not even be read."""

    source_path: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What the seeds folder and the sources hold, in the order of the names."""

    files: tuple[SourceFile, ...]
    unreadable: tuple[Unreadable, ...]
    kept: tuple[Unreadable, ...] = ()
    """Sources that are gone; their last documents stand and are among ``files``."""

    @property
    def seen(self) -> int:
        return len(self.files) + len(self.unreadable)


@dataclass(frozen=True, slots=True)
class Found:
    """Files that were found, not read yet: their names in the tables and where they are; and what could not be had."""

    files: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    kept: tuple[Unreadable, ...] = ()
    """Sources that are gone, of which ``files`` has what they gave before."""
