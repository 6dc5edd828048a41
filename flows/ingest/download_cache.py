"""The download cache: documents as they were fetched, and a log of where and when they came from.

raw/ab/abcdef…      the bytes, named by their SHA-256
raw/ledger.jsonl    the fetch log: one line each time an address was fetched; its last line on an address is the current state.
                    A line that a crash cut off is skipped.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from warehouse.storage.atomic_files import atomic_write

VERSIONS_KEPT = 10
"""How many versions of one document are kept."""


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """The state of an address: the document that it last gave, if any, and the outcome of the last fetch."""

    url: str
    checked_at: str
    sha256: str | None = None
    size: int | None = None
    fetched_at: str | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    media_type: str | None = None
    problem: str | None = None
    """Why the last fetch gave nothing."""


class DownloadCache:
    """The folder ``raw`` of a data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._log = root / "ledger.jsonl"
        self._lock = threading.Lock()
        self._history: defaultdict[str, list[FetchRecord]] = defaultdict(list)
        self._lines = 0
        for entry in self._read():
            self._remember(entry)

    def entry(self, url: str) -> FetchRecord | None:
        """The state of an address; None if it was never fetched. It names a document only if its bytes are in the cache."""
        with self._lock:
            entries = self._history.get(url)
        if not entries:
            return None
        last = entries[-1]
        if last.sha256 is not None and not self.path(last.sha256).is_file():
            return FetchRecord(url, last.checked_at, problem=last.problem)
        return last

    def path(self, sha256: str) -> Path:
        """The path of the document with that hash."""
        return self.root / sha256[:2] / sha256

    def store(self, data: bytes) -> str:
        """Store a document; its SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, data)
        return digest

    def record(self, entry: FetchRecord) -> None:
        """Log the outcome of a fetch."""
        line = json.dumps(dataclasses.asdict(entry), ensure_ascii=False).encode("utf8", "backslashreplace") + b"\n"
        with self._lock:
            self.root.mkdir(parents=True, exist_ok=True)
            with open(self._log, "ab+") as log:
                if log.seek(0, os.SEEK_END):
                    log.seek(-1, os.SEEK_END)
                    line = line if log.read(1) == b"\n" else b"\n" + line
                log.write(line)
                log.flush()
                os.fsync(log.fileno())
            self._remember(entry)

    def remove_old_versions(self) -> None:
        """Remove versions that are no longer kept, and shorten a log that is much longer than needed."""
        with self._lock:
            kept = [entry for entries in self._history.values() for entry in _worth_keeping(entries)]
            if self._lines > 2 * len(kept) + 1000:
                lines = (json.dumps(dataclasses.asdict(entry), ensure_ascii=False) + "\n" for entry in kept)
                atomic_write(self._log, "".join(lines).encode("utf8", "backslashreplace"))
                self._history.clear()
                self._lines = 0
                for entry in kept:
                    self._remember(entry)
            wanted = {entry.sha256 for entry in kept}
        for path in self.root.glob("??/*"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def _read(self) -> Iterable[FetchRecord]:
        try:
            lines = self._log.read_bytes().splitlines()
        except FileNotFoundError:
            return
        names = {item.name for item in dataclasses.fields(FetchRecord)}
        for line in lines:
            try:
                entry = FetchRecord(**{name: value for name, value in json.loads(line).items() if name in names})
            except (ValueError, TypeError, AttributeError):
                continue
            yield entry

    def _remember(self, entry: FetchRecord) -> None:
        self._history[entry.url].append(entry)
        self._lines += 1


def _worth_keeping(entries: list[FetchRecord]) -> list[FetchRecord]:
    """The last line of each of the last versions, the last of all at the end."""
    versions = {entry.sha256: entry for entry in entries if entry.sha256}
    last = sorted(versions.values(), key=entries.index)[-VERSIONS_KEPT:]
    return [entry for entry in last if entry != entries[-1]] + entries[-1:]
