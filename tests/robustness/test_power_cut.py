"""A power cut loses what was not on the disk: at the step that publishes, everything that the warehouse needs is.

What is on the disk is known by watching what is asked of the system: a file is there as it was when it was last synced, a folder
has the names that it had then. What is asked of a whole file system holds for all that is below the folder at that moment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import flows.pipeline
import flows.state.data_folder
import flows.state.shard_store
import flows.workers.reading
import flows.workers.worker
import warehouse.storage.atomic_files
from flows.state.shard_store import ShardFolder
from flows.workers.pool import WorkerPool
from tests.conftest import report
from tests.robustness.zygote import Order, run_here

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what a handle leads to is asked of Linux")
NOT_NEEDED = {".lock", ".link-published"}
"""The lock holds nothing; the link that is about to become ``published`` is on the disk once its folder is, after the step."""


class Disk:
    """What below a folder is on the disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[int, tuple[int, ...]] = {}
        """Time of the last write, size and mode at the last sync, by inode."""
        self._names: dict[int, dict[str, int]] = {}
        """The names in a folder at its last sync, and what they led to, by the folder's inode."""

    def synced(self, path: Path) -> None:
        """A file or a folder was synced."""
        there = path.stat()
        if path.is_dir():
            self._names[there.st_ino] = _names(path)
        else:
            self._files[there.st_ino] = (there.st_mtime_ns, there.st_size, there.st_mode)

    def all_synced(self) -> None:
        """The whole file system was synced."""
        for folder, _, files in os.walk(self.root):
            self.synced(Path(folder))
            for name in files:
                if not Path(folder, name).is_symlink():
                    self.synced(Path(folder, name))

    def lost(self, place: Path) -> Iterator[str]:
        """What a power cut now would lose of a file or folder and all below it."""
        there = place.lstat()
        if place.is_symlink():
            return
        if place.is_file():
            if self._files.get(there.st_ino) != (there.st_mtime_ns, there.st_size, there.st_mode):
                yield f"what is in {place.relative_to(self.root)}"
            return
        yield from self.lost_names(place)
        for name in _names(place):
            yield from self.lost(place / name)

    def lost_names(self, folder: Path) -> Iterator[str]:
        """The names in a folder that a power cut now would lose."""
        kept = self._names.get(folder.stat().st_ino, {})
        for name, inode in _names(folder).items():
            if kept.get(name) != inode:
                yield f"the name {(folder / name).relative_to(self.root)}"


def _names(folder: Path) -> dict[str, int]:
    return {entry.name: entry.inode() for entry in os.scandir(folder) if entry.name not in NOT_NEEDED}


@dataclass
class Watch:
    """The steps that say of something that it is whole, and what a power cut would have lost at each."""

    root: Path
    disk: Disk
    lost: dict[str, list[str]] = field(default_factory=dict)
    """By step: ``published`` (all), ``shard`` (that shard gets its key), ``tidied`` (the links, as an old generation is removed)."""

    def step(self, name: str, *places: Path) -> None:
        """A step is about to be taken that needs these places on the disk."""
        self.lost.setdefault(name, []).extend(line for place in places for line in self.disk.lost(place))


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """What this process does in the data folder, from now on."""
    root = tmp_path / "data"
    watch = Watch(root, Disk(root))
    real = {name: getattr(os, name) for name in ("fsync", "replace", "rename")}

    def fsync(handle: int) -> None:
        real["fsync"](handle)
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        if path.is_relative_to(root):
            watch.disk.synced(path)

    def replace(source: Any, target: Any) -> None:
        if Path(target) == root / "published":
            watch.step("published", root)
        real["replace"](source, target)

    def rename(source: Any, target: Any) -> None:
        place, target = Path(source), Path(target)
        if target.parent == root / "store" and flows.state.shard_store.KEY.fullmatch(target.name):
            watch.step("shard", place)
        if place.parent == root / "generations" and place.name.startswith("run-"):
            watch.lost.setdefault("tidied", []).extend(watch.disk.lost_names(root))
        real["rename"](source, target)

    def sync_all(folder: Path) -> None:
        warehouse.storage.atomic_files.sync_all(folder)
        watch.disk.all_synced()

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(flows.state.data_folder, "sync_all", sync_all)
    return watch


@pytest.fixture
def publish(seeds: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Watch]:
    """Run the pipeline so many times, all of it in this process, with changes and without; what was watched."""
    monkeypatch.setattr(WorkerPool, "start", lambda workers: None)
    monkeypatch.setattr(WorkerPool, "work", lambda workers, job, on_begin=None: flows.workers.worker.work(job))

    def runs(count: int) -> Watch:
        for number in range(count):
            if number % 2 == 0:
                (seeds / "a.txt").write_text(report(f"地区生产总值增长 {number}.2%"), encoding="utf8")
            with monkeypatch.context() as put_back:
                for module in (flows.pipeline, flows.workers.reading):
                    for name, value in list(vars(module).items()):
                        put_back.setattr(module, name, value)
                run_here(Order(str(seeds), str(watch.root), ""))
            assert not list(watch.disk.lost(watch.root / "runs.jsonl")), "the run ended before the ledger had it"
        return watch

    return runs


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "copies"])
def test_all_that_is_published_is_on_the_disk(publish: Callable[[int], Watch], monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    assert publish(3).lost == {"shard": [], "published": [], "tidied": []}


@pytest.mark.parametrize("left_out", [False, True], ids=["synced", "a sync left out"])
def test_a_shard_from_another_place_is_on_the_disk_before_it_counts_as_finished(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: bool
) -> None:
    if left_out:
        monkeypatch.setattr(flows.state.shard_store, "sync", lambda path: None)
    monkeypatch.setattr(os, "link", refuse)
    key = "0" * 32
    (tmp_path / "elsewhere" / key).mkdir(parents=True)
    (tmp_path / "elsewhere" / key / "metrics.parquet").write_bytes(b"rows")
    watch.root.mkdir()
    ShardFolder(tmp_path / "elsewhere").get(key, watch.root / "store")
    assert (watch.root / "store" / key / "metrics.parquet").read_bytes() == b"rows"
    assert bool(watch.lost["shard"]) == left_out


@pytest.mark.parametrize(
    ("module", "name", "runs", "lost"),
    [
        (flows.state.data_folder, "sync_all", 1, {"published": "what is in generations/"}),
        (flows.state.data_folder, "sync", 3, {"published": "the name generations/run-", "tidied": "the name published"}),
        (flows.workers.worker, "sync", 1, {"shard": "the name store/"}),
    ],
    ids=["all that was built", "names", "a shard"],
)
def test_a_sync_that_is_left_out_is_noticed(
    publish: Callable[[int], Watch], monkeypatch: pytest.MonkeyPatch, module: Any, name: str, runs: int, lost: dict[str, str]
) -> None:
    monkeypatch.setattr(module, name, lambda path: None)
    found = publish(runs).lost
    for step, what in lost.items():
        assert any(line.startswith(what) for line in found[step]), found[step]


def refuse(*_: Any, **__: Any) -> None:
    raise OSError(1, os.strerror(1))
