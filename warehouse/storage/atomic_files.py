"""Write, link and remove files atomically and durably: readers see all of a file or none of it, also after a power cut."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".unfinished-"
"""Prefix of the names of files and folders that are being made or removed."""


def link_or_copy(source: Path, target: Path) -> None:
    """Link a file to another name; copy it where the file system has no hard links.

    An existing ``target`` is replaced, never written into: it may be a file of the published generation. A failed copy leaves
    nothing behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system, one without hard links, or too many of them
        fresh = target.with_name(f".{target.name}.copy")
        try:
            shutil.copyfile(source, fresh)
            os.replace(fresh, target)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def atomic_stream(path: Path) -> Iterator[BinaryIO]:
    """Open a stream for the file at ``path``. The file appears, synced to disk, when the block ends; after an error it does not."""
    handle, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def atomic_write(path: Path, data: bytes) -> None:
    """Write a file atomically and sync it to disk."""
    with atomic_stream(path) as stream:
        stream.write(data)


def remove(path: Path) -> None:
    """Remove a file or a folder. A folder is renamed first, so that nobody takes the rest of it for all of it."""
    if path.is_dir() and not path.is_symlink():
        gone = path if path.name.startswith(UNFINISHED) else path.with_name(f"{UNFINISHED}{path.name}")
        if gone != path:
            os.rename(path, gone)
        shutil.rmtree(gone, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Sync a file, or the entries of a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Sync everything below a folder to disk, with one call for the file system instead of one for each file.

    Raises:
        OSError: the disk could not take all of it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(AttributeError):  # not Linux: all file systems are asked
            if ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(folder))
            return
        os.sync()
    finally:
        os.close(handle)
