"""The store of finished shards that several machines share: a folder that all of them see, or shared storage.

A shard appears under its key with all its files or not at all: in a folder by renaming, on shared storage as one object, a ZIP archive
of its files. The first one stays: two machines that read the same documents made the same bytes.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import socket
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from flows.util import object_storage
from flows.util.object_storage import Remote
from warehouse.storage.atomic_files import UNFINISHED, link_or_copy, remove, sync

KEY = re.compile(r"[0-9a-f]{32}")


class ShardFolder:
    """A folder of finished shards, each a folder named by its key."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))

    def __str__(self) -> str:
        return str(self.root)

    def has(self, key: str) -> bool:
        """Whether the shard is there."""
        return (self.root / key).is_dir()

    def keys(self) -> set[str]:
        """The shards that are there."""
        with contextlib.suppress(FileNotFoundError):
            return {path.name for path in self.root.iterdir() if KEY.fullmatch(path.name)}
        return set()

    def get(self, key: str, store: Path) -> None:
        """Copy the shard into another store folder.

        Raises:
            FileNotFoundError: it is not there.
        """
        if store != self.root:
            files = list((self.root / key).iterdir())
            with _new_shard(store, key) as folder:
                for file in files:
                    link_or_copy(file, folder / file.name)

    def put(self, key: str, store: Path) -> None:
        """Store the shard that is in another store folder."""
        ShardFolder(store).get(key, self.root)

    def remove(self, key: str) -> None:
        """Remove the shard, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            remove(self.root / key)

    @contextlib.contextmanager
    def workshop(self) -> Iterator[Path]:
        """A folder to make shards in, beside the finished ones, so that storing them copies nothing."""
        self.root.mkdir(parents=True, exist_ok=True)
        with _workshop(f"{UNFINISHED}{socket.gethostname()}-{os.getpid()}-", self.root) as folder:
            yield folder


class ShardBucket:
    """Finished shards on shared storage, each an object ``KEY.zip``."""

    def __init__(self, remote: Remote) -> None:
        self.remote = remote

    def __str__(self) -> str:
        return str(self.remote)

    def has(self, key: str) -> bool:
        """As in :class:`ShardFolder`, and so are the other methods. All raise StorageError if the storage cannot be used."""
        return self.remote.has(f"{key}.zip")

    def keys(self) -> set[str]:
        """The shards that are there."""
        return {name[:-4] for name, _ in self.remote.files() if name.endswith(".zip") and KEY.fullmatch(name[:-4])}

    def get(self, key: str, store: Path) -> None:
        """Copy the shard into a store folder.

        Raises:
            FileNotFoundError: it is not there.
            zipfile.BadZipFile: the object is no shard.
        """
        if (store / key).is_dir():
            return
        with (
            zipfile.ZipFile(io.BytesIO(object_storage.read(self.remote.address(f"{key}.zip")))) as packed,
            _new_shard(store, key) as folder,
        ):
            for name in packed.namelist():
                (folder / Path(name).name).write_bytes(packed.read(name))

    def put(self, key: str, store: Path) -> None:
        """Store the shard that is in a store folder."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:  # Parquet is compressed already
            for file in sorted((store / key).iterdir()):
                packed.write(file, file.name)
        self.remote.write(f"{key}.zip", archive.getvalue())

    def remove(self, key: str) -> None:
        """Remove the shard, if it is there."""
        self.remote.delete(f"{key}.zip")

    @contextlib.contextmanager
    def workshop(self) -> Iterator[Path]:
        """A folder of this machine to make shards in."""
        with _workshop(f"baogao-{os.getpid()}-", None) as folder:
            yield folder


Shards = ShardFolder | ShardBucket


def shards_at(text: str) -> Shards:
    """The finished shards at a path or an address.

    Raises:
        StorageError: the address cannot be used.
    """
    place = object_storage.place(text)
    return ShardBucket(place) if isinstance(place, Remote) else ShardFolder(place)


def fetch_shards(shards: Shards, keys: Iterable[str], store: Path) -> set[str]:
    """Copy those of the shards that are there into a data folder's store; their keys. A damaged one is removed."""
    there = shards.keys() & set(keys)
    for key in sorted(there):
        try:
            shards.get(key, store)
        except (zipfile.BadZipFile, FileNotFoundError):
            shards.remove(key)
            there.discard(key)
    return there


def mirror(shards: Shards, store: Path) -> None:
    """Make the shared store hold the shards of a data folder's store and no others."""
    if isinstance(shards, ShardFolder) and shards.root == store:
        return
    wanted, there = ShardFolder(store).keys(), shards.keys()
    for key in sorted(wanted - there):
        shards.put(key, store)
    for key in there - wanted:
        shards.remove(key)
    if isinstance(shards, ShardFolder):
        for left in shards.root.glob(f"{UNFINISHED}*"):  # by machines that died
            shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _workshop(prefix: str, parent: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _new_shard(store: Path, key: str) -> Iterator[Path]:
    """A folder that becomes the shard of that key, unless another one has appeared meanwhile."""
    store.mkdir(parents=True, exist_ok=True)
    with _workshop(UNFINISHED, store) as unfinished:
        yield unfinished
        unfinished.chmod(0o755)
        for path in (*unfinished.iterdir(), unfinished):  # the name says that the shard is complete, which must hold after a power cut too
            sync(path)
        try:
            os.rename(unfinished, store / key)
        except OSError:
            if not (store / key).is_dir():
                raise
