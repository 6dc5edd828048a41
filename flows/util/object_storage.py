"""Folders on shared storage (``s3://bucket/reports``), and folders of the file system.

Credentials and endpoint are taken from the environment, as AWS's own programs do (``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``; ``AWS_ENDPOINT_URL`` for storage that is compatible with S3).
"""

from __future__ import annotations

import functools
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit


class StorageError(OSError):
    """Shared storage cannot be used, or an address is not valid; the message says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A folder of objects on shared storage. An object cannot be renamed; it appears completely or not at all."""

    url: str

    def __str__(self) -> str:
        return self.url

    def address(self, name: str) -> str:
        """The address of the object of that name in the folder, for :func:`read`."""
        parts = urlsplit(self.url)
        return parts._replace(path=f"{parts.path.rstrip('/')}/{quote(name)}").geturl()

    def files(self) -> Iterator[tuple[str, int]]:
        """Name (its folders included) and size in bytes of every object in the folder and its subfolders.

        Raises:
            StorageError: the folder cannot be listed.
        """
        from pyarrow import fs

        system, folder = _resolve(self.url)
        try:
            found = system.get_file_info(fs.FileSelector(folder, recursive=True, allow_not_found=True))
            bucket = folder.partition("/")[0]
            if not found and system.get_file_info(bucket).type == fs.FileType.NotFound:
                raise FileNotFoundError(f"there is no bucket {bucket}.")
        except OSError as error:
            raise _unavailable(self.url, error) from error
        for item in found:
            if item.is_file:
                yield item.path[len(folder) :].lstrip("/"), item.size

    def has(self, name: str) -> bool:
        """Whether there is an object of that name."""
        system, path = _resolve(self.address(name))
        try:
            return bool(system.get_file_info(path).is_file)
        except OSError as error:
            raise _unavailable(self.url, error) from error

    def write(self, name: str, data: bytes) -> None:
        """Write an object, replacing one of the same name; whoever reads it meanwhile gets the old or the new one."""
        system, path = _resolve(self.address(name))
        try:
            with system.open_output_stream(path) as stream:
                stream.write(data)
        except OSError as error:
            raise _unavailable(self.url, error) from error

    def delete(self, name: str) -> None:
        """Remove an object; it may be gone already."""
        system, path = _resolve(self.address(name))
        try:
            system.delete_file(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unavailable(self.url, error) from error


def is_remote(path: str) -> bool:
    """Whether a path is the address of an object on shared storage."""
    return path.startswith("s3://")


def place(text: str) -> Path | Remote:
    """The folder at a path or an address; ``file://`` addresses are paths.

    Raises:
        StorageError: it is an address that cannot be used.
    """
    if "://" not in text:
        return Path(text)
    parts = urlsplit(text)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    if parts.username or parts.password:
        raise StorageError(
            f"The address of {parts.hostname} holds a key, which would show in the records. Put it into AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, and name the folder as s3://BUCKET/FOLDER."
        )
    if parts.scheme != "s3" or not parts.netloc:
        raise StorageError(f"{text} is no folder that can be used. Name a path, or s3://BUCKET/FOLDER.")
    return Remote(quote(text, safe=string.punctuation).rstrip("/"))


def read(address: str) -> bytes:
    """An object's bytes.

    Raises:
        FileNotFoundError: there is none.
        StorageError: it cannot be read.
    """
    system, path = _resolve(address)
    try:
        with system.open_input_file(path) as stream:
            return bytes(stream.read())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unavailable(address, error) from error


def size(address: str) -> int:
    """An object's size in bytes. Raises as :func:`read`."""
    system, path = _resolve(address)
    try:
        found = system.get_file_info(path)
    except OSError as error:
        raise _unavailable(address, error) from error
    if not found.is_file:
        raise FileNotFoundError(2, "No such file", address)
    return int(found.size)


def _resolve(address: str) -> tuple[Any, str]:
    parts = urlsplit(address)
    system, bucket = _system(parts.netloc, parts.query)
    return system, f"{bucket}/{unquote(parts.path).strip('/')}".rstrip("/")


@functools.cache
def _system(bucket: str, query: str) -> tuple[Any, str]:
    """The file system of a bucket, and the bucket; cached, since finding its region takes a request."""
    import pyarrow as pa
    from pyarrow import fs

    url = f"s3://{bucket}" + (f"?{query}" if query else "")
    try:
        found: tuple[Any, str] = fs.FileSystem.from_uri(url)
    except (OSError, pa.ArrowInvalid) as error:
        raise _unavailable(url, error) from error
    return found


def _unavailable(address: str, error: Exception) -> StorageError:
    bucket = urlsplit(address)
    return StorageError(
        f"The shared storage s3://{bucket.netloc}{bucket.path} cannot be used: {' '.join(str(error).split())} "
        "Its keys and place are taken from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL."
    )
