"""The data folder: one run at a time, a new warehouse built aside and published in one step, the last generations kept.

published -> generations/run-000007-1a2b3c4d     replaced by os.replace of a new symbolic link: the one step
warehouse.duckdb -> published/warehouse.duckdb   fixed links, likewise parquet, quality and site; made before the first publication
generations/RUN_ID/                              a warehouse and its reports, never changed once published
store/KEY/                                       finished shards, reused from run to run
runs.jsonl                                       the run log (:mod:`flows.state.run_log`)
.lock                                            locked by the run at work; the system releases it when the process ends

Nothing here depends on the clock: the number in a run's id gives the order.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from flows.state.manifest import read_manifest
from flows.state.run_log import RunLog, run_number
from warehouse.storage.atomic_files import remove, sync, sync_all

PUBLISHED_NAMES = ("warehouse.duckdb", "parquet", "quality", "site")
UNFINISHED_IN = ("", "generations", "store", "raw", "checks", "verdicts")
"""The folders in which a killed run may leave unfinished files."""


class Busy(Exception):
    """Another run is at work on the data folder; the message says which."""


class DataFolderError(Exception):
    """The data folder cannot be used; the message says why and what to do."""


class DataFolder:
    """The folder given with ``--data``."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))
        self.shard_store = self.root / "store"
        self.generations = self.root / "generations"
        self.run_log = RunLog(self.root / "runs.jsonl")
        self._lock: int | None = None

    @property
    def published(self) -> Path | None:
        """The published generation; None if nothing is published yet."""
        try:
            target = self.root / os.readlink(self.root / "published")
        except OSError:
            return None
        return target if target.is_dir() else None

    def manifest(self) -> dict[str, Any] | None:
        """The manifest of the published generation (:mod:`flows.state.manifest`)."""
        return read_manifest(self.published) if self.published else None

    # locking ---------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def claim(self) -> Iterator[None]:
        """Lock the folder for one run.

        Raises:
            Busy: another run is at work on it.
            DataFolderError: the folder cannot be made or written to.
        """
        try:
            self.generations.mkdir(parents=True, exist_ok=True)
            self.shard_store.mkdir(exist_ok=True)
            handle = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise DataFolderError(
                f"The data folder {self.root} cannot be written to ({error.strerror}). Name another one with --data."
            ) from error
        try:
            self._require_access()
            self._acquire(handle)
            self._lock = handle
            self._remove_unfinished()
            self._require_links()
            yield
        finally:
            if self._lock is not None and self.is_held():
                self._remove_unfinished()
            self._lock = None
            os.close(handle)

    def _acquire(self, handle: int) -> None:
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
        with contextlib.suppress(OSError):  # on a full disk the lock works all the same, without naming its process
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)

    def is_held(self) -> bool:
        """Whether the folder is still the one that was claimed: neither removed since, nor replaced by another."""
        try:
            there = os.stat(self.root / ".lock")
        except OSError:
            return False
        return self._lock is None or os.path.samestat(os.fstat(self._lock), there)

    def require_held(self) -> None:
        """Stop a run whose folder is no longer its own: another run may be at work in its place.

        Raises:
            DataFolderError: the folder was removed or replaced.
        """
        if not self.is_held():
            raise DataFolderError(f"The data folder {self.root} was removed or replaced while the run was at work. Run again.")

    def _remove_unfinished(self) -> None:
        """Remove the unfinished files of a killed run. Finished shards stay: the next run continues from them."""
        for parent in (self.root / name for name in UNFINISHED_IN):
            for path in [*parent.glob(".unfinished-*"), *parent.glob(".link-*")]:
                remove(path)
        published = self.published
        if published is not None:
            for path in self._generations():
                if run_number(path.name) > run_number(published.name):  # it was named but never published
                    remove(path)

    def _require_access(self) -> None:
        for folder in (self.root, self.generations, self.shard_store):
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                raise DataFolderError(
                    f"{folder} cannot be written to. Give the pipeline's user access to all of {self.root}, or name another folder "
                    "with --data."
                )

    def _require_links(self) -> None:
        """Find out before hours of work that the warehouse could not be published.

        Raises:
            DataFolderError: the file system has no symbolic links, or a folder of the user's stands where a link must be.
        """
        probe = self.root / ".link-probe"
        try:
            probe.symlink_to("published")
            probe.unlink()
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return  # the probe says nothing about links; the run will report the full disk
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

    # runs ------------------------------------------------------------------------------------------------------------

    def log_run(self, run: Mapping[str, Any]) -> None:
        """Add a line on a run to the run log.

        Raises:
            DataFolderError: the folder is no longer the one that was claimed.
        """
        self.require_held()
        self.run_log.append(run)

    def log_unlogged_publication(self) -> None:
        """Log the publication of a run that was killed after it had published and before it could log it."""
        published = self.published
        if published is None:
            return
        known = next((run for run in self.run_log.runs() if run["run_id"] == published.name), {})
        if known.get("status") != "published":
            row = (read_manifest(published) or {}).get("run", {})
            self.log_run({**row, "run_id": published.name, "status": "published"})

    def next_run_id(self, content_hash: str) -> str:
        """The id of the next run: its number in this folder, and the first digits of a hash of its input."""
        ids = [str(run.get("run_id")) for run in self.run_log.runs()] + [path.name for path in self._generations()]
        return f"run-{max(map(run_number, ids), default=0) + 1:06d}-{content_hash[:8]}"

    # generations -----------------------------------------------------------------------------------------------------

    def _generations(self) -> list[Path]:
        """The generations that have a name, in the order of their runs."""
        return sorted((path for path in self.generations.glob("run-*") if path.is_dir()), key=lambda path: run_number(path.name))

    def new_generation(self) -> Path:
        """An empty folder in which to build the next generation; :meth:`publish` names it."""
        self.require_held()
        path = self.generations / f".unfinished-{os.getpid()}"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def publish(self, built: Path, run_id: str) -> Path:
        """Make ``built`` the published generation, in one step.

        All its files are on the disk before, and the fixed links lead to ``published`` before, so that even a first warehouse
        appears with all its parts or not at all.

        Raises:
            DataFolderError: its warehouse was not closed properly, a folder of the user's stands where a link must be, or the
                folder is no longer the one that was claimed.
        """
        self.require_held()
        if (built / "warehouse.duckdb.wal").exists():
            raise DataFolderError(
                f"The new warehouse of {run_id} has a write-ahead log beside it: it was not closed. Nothing was published."
            )
        self._require_names()
        generation = self.generations / run_id
        if not generation.exists():  # it exists when this step is tried again
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
        new = self.root / f".link-{name}"
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        os.replace(new, self.root / name)
        sync(self.root)

    def collect_garbage(self, keep: int, in_use: Collection[str] = ()) -> None:
        """Remove all but the last ``keep`` published generations, and the shards that neither they use nor are ``in_use``."""
        self.require_held()
        published = self.published
        generations = [path for path in self._generations() if published is None or run_number(path.name) <= run_number(published.name)]
        kept = set(generations[-keep:]) | ({published} if published else set())
        for path in generations:
            if path not in kept:
                remove(path)
        used = set(in_use) | {key for path in kept for key in (read_manifest(path) or {"shards": {}})["shards"].values()}
        for path in self.shard_store.iterdir():
            if path.name not in used:
                remove(path)
