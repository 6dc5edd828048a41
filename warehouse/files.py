"""Files that are there whole or not at all, and that a power cut leaves as they were published."""

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
"""What begins the names of files and folders that are being made or removed."""


def link_or_copy(source: Path, target: Path) -> None:
    """The same file under another name, without its bytes being written again where the file system allows it.

    What ``target`` was before is replaced, never written into: it may be the file of a published generation. A copy that fails
    leaves nothing behind.
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
def whole(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file at ``path`` as the block ends: whole and on the disk, or, after an error, not at all."""
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


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and have it on the disk when this returns."""
    with whole(path) as stream:
        stream.write(data)


def remove(path: Path) -> None:
    """Remove a file or a folder. A folder loses its name first: a part of it must never be taken for the whole."""
    if path.is_dir() and not path.is_symlink():
        gone = path if path.name.startswith(UNFINISHED) else path.with_name(f"{UNFINISHED}{path.name}")
        if gone != path:
            os.rename(path, gone)
        shutil.rmtree(gone, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Have everything below a folder on the disk, whatever wrote it: the file system is asked once, not for each of many files.

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
