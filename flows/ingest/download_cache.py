"""What was fetched, as it came: bytes under their hash, and a ledger of where and when they came from.

raw/ab/abcdef…      the bytes, named by their SHA-256
raw/ledger.jsonl    one line each time an address gave something new, nothing new, or nothing at all; the last line on an
                    address tells how it stands. A line cut off by a crash is passed over.
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
"""Versions of one document whose bytes are kept."""


@dataclass(frozen=True, slots=True)
class Entry:
    """How an address stands: the document it last gave, if ever, and what came of asking it last."""

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
    """Why it gave nothing when it was last asked."""


class RawStore:
    """The folder ``raw`` of a data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ledger = root / "ledger.jsonl"
        self._lock = threading.Lock()
        self._history: defaultdict[str, list[Entry]] = defaultdict(list)
        self._lines = 0
        for entry in self._read():
            self._remember(entry)

    def entry(self, url: str) -> Entry | None:
        """How the address stands; None where it was never asked. Its document is only told where its bytes are there."""
        with self._lock:
            entries = self._history.get(url)
        if not entries:
            return None
        last = entries[-1]
        if last.sha256 is not None and not self.path(last.sha256).is_file():
            return Entry(url, last.checked_at, problem=last.problem)
        return last

    def path(self, sha256: str) -> Path:
        """Where bytes of that hash are kept."""
        return self.root / sha256[:2] / sha256

    def keep(self, data: bytes) -> str:
        """Keep bytes; their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, data)
        return digest

    def record(self, entry: Entry) -> None:
        """Enter in the ledger what came of asking an address."""
        line = json.dumps(dataclasses.asdict(entry), ensure_ascii=False).encode("utf8", "backslashreplace") + b"\n"
        with self._lock:
            self.root.mkdir(parents=True, exist_ok=True)
            with open(self._ledger, "ab+") as ledger:
                if ledger.seek(0, os.SEEK_END):
                    ledger.seek(-1, os.SEEK_END)
                    line = line if ledger.read(1) == b"\n" else b"\n" + line
                ledger.write(line)
                ledger.flush()
                os.fsync(ledger.fileno())
            self._remember(entry)

    def tidy(self) -> None:
        """Remove versions that are no longer kept, and shorten a ledger that says much more than it needs to."""
        with self._lock:
            kept = [entry for entries in self._history.values() for entry in _worth_keeping(entries)]
            if self._lines > 2 * len(kept) + 1000:
                lines = (json.dumps(dataclasses.asdict(entry), ensure_ascii=False) + "\n" for entry in kept)
                atomic_write(self._ledger, "".join(lines).encode("utf8", "backslashreplace"))
                self._history.clear()
                self._lines = 0
                for entry in kept:
                    self._remember(entry)
            wanted = {entry.sha256 for entry in kept}
        for path in self.root.glob("??/*"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def _read(self) -> Iterable[Entry]:
        try:
            lines = self._ledger.read_bytes().splitlines()
        except FileNotFoundError:
            return
        names = {item.name for item in dataclasses.fields(Entry)}
        for line in lines:
            try:
                entry = Entry(**{name: value for name, value in json.loads(line).items() if name in names})
            except (ValueError, TypeError, AttributeError):
                continue
            yield entry

    def _remember(self, entry: Entry) -> None:
        self._history[entry.url].append(entry)
        self._lines += 1


def _worth_keeping(entries: list[Entry]) -> list[Entry]:
    """The last line of each of the last versions, the last of all at the end."""
    versions = {entry.sha256: entry for entry in entries if entry.sha256}
    last = sorted(versions.values(), key=entries.index)[-VERSIONS_KEPT:]
    return [entry for entry in last if entry != entries[-1]] + entries[-1:]
