"""The data folder: one run at a time, a new warehouse built aside, published in one step, and what was before kept a while.

published -> generations/run-000007-1a2b3c4d     replaced by os.replace of a new symbolic link: the one step
warehouse.duckdb -> published/warehouse.duckdb   fixed links, likewise parquet, quality and site; there before the first step
generations/RUN_ID/                              a warehouse and its reports, never touched once published
store/KEY/                                       finished work, used from run to run
runs.jsonl                                       every run, the failed ones too: a line as it starts, a line as it ends
.lock                                            held by the run at work; the system lets go of it whatever becomes of that run

Nothing here depends on the clock: runs follow each other by the number in their ids.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.state.manifest import read_manifest
from flows.util.moments import json_value
from warehouse.storage.atomic_files import atomic_write, remove, sync, sync_all

PUBLISHED_NAMES = ("warehouse.duckdb", "parquet", "quality", "site")
RUN_ID = re.compile(r"run-(\d{6,})-[0-9a-f]{8}")
COUNTS = (
    "documents_seen",
    "documents_new",
    "documents_changed",
    "documents_removed",
    "documents_failed",
    "metrics",
    "numbers",
    "quarantined",
)


class Busy(Exception):
    """Another run is at work on the data folder; the message says which."""


class DataFolderError(Exception):
    """The data folder cannot be used; the message says why and what to do."""


class DataFolder:
    """The folder given with ``--data``."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))
        self.store = self.root / "store"
        self.generations = self.root / "generations"
        self.ledger = self.root / "runs.jsonl"
        self._lock: int | None = None

    @property
    def published(self) -> Path | None:
        """The published generation, None where nothing is published yet."""
        try:
            target = self.root / os.readlink(self.root / "published")
        except OSError:
            return None
        return target if target.is_dir() else None

    def manifest(self) -> dict[str, Any] | None:
        """What the published warehouse was made from."""
        return read_manifest(self.published) if self.published else None

    @contextlib.contextmanager
    def claim(self) -> Iterator[None]:
        """Within it no other run works on the folder.

        Raises:
            Busy: another run does.
            DataFolderError: the folder cannot be made or written to.
        """
        try:
            self.generations.mkdir(parents=True, exist_ok=True)
            self.store.mkdir(exist_ok=True)
            handle = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise DataFolderError(
                f"The data folder {self.root} cannot be written to ({error.strerror}). Name another one with --data."
            ) from error
        try:
            self._require_access()
            self._take(handle)
            self._lock = handle
            self._clear_unfinished()
            self._require_links()
            yield
        finally:
            if self._lock is not None and self.is_held():
                self._clear_unfinished()
            self._lock = None
            os.close(handle)

    def _take(self, handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 200).decode(errors="replace").strip() or "unknown"
            raise Busy(
                f"Another run is at work on {self.root} (process {holder}). Wait for it to end, or name another folder with --data."
            ) from None
        except OSError as error:
            raise DataFolderError(
                f"The file system of {self.root} has no locks ({error.strerror}), which keep two runs apart. Name a folder on another one "
                "with --data."
            ) from error
        with contextlib.suppress(OSError):  # on a full disk the lock holds all the same, without saying whose it is
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)

    def is_held(self) -> bool:
        """Whether the folder is still the one that was claimed: not removed since, nor another one in its place."""
        try:
            there = os.stat(self.root / ".lock")
        except OSError:
            return False
        return self._lock is None or os.path.samestat(os.fstat(self._lock), there)

    def require_held(self) -> None:
        """Stop a run whose folder is no longer its own: another run may be at work in what stands in its place.

        Raises:
            DataFolderError: the folder was removed or replaced.
        """
        if not self.is_held():
            raise DataFolderError(f"The data folder {self.root} was removed or replaced while the run was at work. Run again.")

    def _clear_unfinished(self) -> None:
        """Remove what a killed run left half-made. Finished shards stay: the next run goes on from them."""
        for parent in (self.root, self.generations, self.store, self.root / "raw", self.root / "checks", self.root / "verdicts"):
            for path in [*parent.glob(".unfinished-*"), *parent.glob(".link-*")]:
                remove(path)
        published = self.published
        if published is not None:
            for path in self._generations():
                if turn(path.name) > turn(published.name):  # got its name, but was never published
                    remove(path)

    def _require_access(self) -> None:
        for folder in (self.root, self.generations, self.store):
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise DataFolderError(
                    f"{folder} cannot be written to. Give the pipeline's user access to all of {self.root}, or name another folder "
                    "with --data."
                )

    def _require_links(self) -> None:
        """Find out before hours of work that the warehouse could not be published.

        Raises:
            DataFolderError: the file system has no symbolic links, or something of the user's own stands where ours belong.
        """
        probe = self.root / ".link-probe"
        try:
            probe.symlink_to("published")
            probe.unlink()
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return  # nothing is known of links; the run meets the full disk where it says so
            raise DataFolderError(
                f"The file system of {self.root} has no symbolic links ({error.strerror}), with which a warehouse is published. "
                "Name a folder on another one with --data."
            ) from error
        self._require_names()

    def _require_names(self) -> None:
        for name in ("published", *PUBLISHED_NAMES):
            path = self.root / name
            if path.is_dir() and not path.is_symlink():
                raise DataFolderError(
                    f"{path} is a folder that the pipeline did not make. Move it away, or name another folder with --data."
                )

    def settle(self) -> None:
        """Enter in the ledger what a killed run published and could not enter any more."""
        published = self.published
        if published is None:
            return
        known = next((run for run in self.runs() if run["run_id"] == published.name), {})
        if known.get("status") != "published":
            row = (read_manifest(published) or {}).get("run", {})
            self.record({**row, "run_id": published.name, "status": "published"})

    def next_run_id(self, content: str) -> str:
        """The id of the next run: its turn in this folder, and a hash of what goes into it."""
        ids = [str(run.get("run_id")) for run in self.runs()] + [path.name for path in self._generations()]
        return f"run-{max(map(turn, ids), default=0) + 1:06d}-{content[:8]}"

    def _generations(self) -> list[Path]:
        """The generations that have a name, in the order of their runs."""
        return sorted((path for path in self.generations.glob("run-*") if path.is_dir()), key=lambda path: turn(path.name))

    def runs(self) -> list[dict[str, Any]]:
        """All runs of the ledger, oldest first, each as it was last reported. Lines cut off by a crash are passed over."""
        runs: dict[str, dict[str, Any]] = {}
        try:
            lines = self.ledger.read_text(encoding="utf8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        for line in lines:
            with contextlib.suppress(ValueError):
                record = json.loads(line)
                if isinstance(record, dict) and "run_id" in record:
                    runs[record["run_id"]] = runs.get(record["run_id"], {}) | record
        return sorted(runs.values(), key=lambda run: turn(str(run["run_id"])))

    def record(self, run: dict[str, Any]) -> None:
        """Add a line on a run to the ledger."""
        self.require_held()
        line = json.dumps(run, ensure_ascii=False, default=json_value) + "\n"
        with open(self.ledger, "ab+") as ledger:
            if ledger.tell() and not self._ends_line():
                line = "\n" + line
            ledger.write(line.encode("utf8"))
            ledger.flush()
            os.fsync(ledger.fileno())

    def _ends_line(self) -> bool:
        with open(self.ledger, "rb") as ledger:
            ledger.seek(-1, os.SEEK_END)
            return ledger.read(1) == b"\n"

    def run_rows(self, keep: int) -> list[dict[str, Any]]:
        """The rows of the table ``runs``: the last ``keep`` runs. A run that never ended, and is not at work, has failed."""
        rows = []
        for run in self.runs()[-keep:]:
            row = {"run_id": run["run_id"], "status": run.get("status", "failed"), "pipeline_version": run.get("pipeline_version", "")}
            row |= {name: _moment(run.get(name)) for name in ("started_at", "finished_at")}
            row |= {name: int(run.get(name, 0)) for name in COUNTS}
            rows.append(row | ({"status": "failed"} if row["status"] == "running" else {}))
        return rows

    def trim_ledger(self, keep: int) -> None:
        """Shorten a ledger that holds many more runs than are kept."""
        runs = self.runs()
        if len(runs) > 2 * keep:
            atomic_write(self.ledger, "".join(json.dumps(run, ensure_ascii=False) + "\n" for run in runs[-keep:]).encode("utf8"))

    def new_generation(self) -> Path:
        """An empty folder to build the next generation in; :meth:`publish` gives it its name."""
        self.require_held()
        path = self.generations / f".unfinished-{os.getpid()}"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def publish(self, built: Path, run_id: str) -> Path:
        """Make ``built`` the published generation, in one step.

        Everything in it is on the disk before, and the fixed links lead to ``published`` before, so that even a first warehouse
        is there with all its parts or not at all.

        Raises:
            DataFolderError: the warehouse in it was not closed properly, something of the user's own stands where our links belong, or
                the folder is no longer the one that was claimed.
        """
        self.require_held()
        if (built / "warehouse.duckdb.wal").exists():
            raise DataFolderError(
                f"The new warehouse of {run_id} has a write-ahead log beside it: it was not closed. Nothing was published."
            )
        self._require_names()
        generation = self.generations / run_id
        if not generation.exists():  # there already when this step is tried again
            sync_all(built)
            os.rename(built, generation)
        sync(self.generations)
        for name in PUBLISHED_NAMES:
            if not self._is_link(name, f"published/{name}"):
                self._link(name, f"published/{name}")
        self._link("published", f"generations/{run_id}")
        return generation

    def _is_link(self, name: str, target: str) -> bool:
        path = self.root / name
        return path.is_symlink() and os.readlink(path) == target

    def _link(self, name: str, target: str) -> None:
        fresh = self.root / f".link-{name}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        os.replace(fresh, self.root / name)
        sync(self.root)

    def collect_garbage(self, keep: int, also: Collection[str] = ()) -> None:
        """Remove all but the last ``keep`` published generations, and finished work that none of them uses, nor is among ``also``."""
        self.require_held()
        published = self.published
        generations = [path for path in self._generations() if published is None or turn(path.name) <= turn(published.name)]
        kept = set(generations[-keep:]) | ({published} if published else set())
        for path in generations:
            if path not in kept:
                remove(path)
        used = set(also) | {key for path in kept for key in (read_manifest(path) or {"shards": {}})["shards"].values()}
        for path in self.store.iterdir():
            if path.name not in used:
                remove(path)


def turn(run_id: str) -> int:
    """The number of a run in its folder; 0 for what is no id of a run."""
    match = RUN_ID.fullmatch(run_id)
    return int(match.group(1)) if match else 0


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
