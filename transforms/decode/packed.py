"""What zip, 7-Zip and RAR archives hold: their entries with sizes, and a way to unpack them, in one form for the three."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from transforms.types import DecodeError

SEVEN_ZIP, RAR = b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, KeyError, OverflowError)
_WORTH_A_LOOK, _RATIO = 64 * 1024 * 1024, 250
"""Bytes unpacked, and their multiple of the packed ones, from which on a 7-Zip archive is taken for a bomb."""
_LINK, _KIND = 0o120000, 0o170000
_NO_RAR = (
    "The RAR archive cannot be opened on this machine, for which there is no unpacker (the package unrar2-cffi). Unpack it and put the "
    "reports themselves in its place, or pack them as .zip or .7z."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive, as the archive's directory has it."""

    name: str
    size: int
    """Bytes unpacked."""
    packed: int | None
    """Bytes packed; None where entries are packed together."""
    is_link: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Archive:
    """The entries of an archive, folders left out, and what unpacks one of them.

    ``read`` takes the index of an entry. Of a 7-Zip archive the first call unpacks all entries, since they are packed together.
    """

    entries: tuple[Entry, ...]
    read: Callable[[int], bytes]


def broken(why: object) -> DecodeError:
    """The refusal of an archive that is damaged."""
    return DecodeError("broken", f"The archive is cut off or damaged ({str(why)[:200]}). Fetch or pack it again.")


def locked(name: str = "") -> DecodeError:
    """The refusal of an archive with a password."""
    what = f" ({name!r})" if name else ""
    return DecodeError("encrypted", f"The archive is protected by a password{what}. Pack it without one.")


def is_packed(data: bytes) -> bool:
    """Whether the bytes begin a 7-Zip or RAR archive."""
    return data.startswith((SEVEN_ZIP, RAR))


@contextmanager
def opened(data: bytes, most: int) -> Iterator[Archive]:
    """An archive of any of the three kinds; ``most`` is how many bytes it may unpack to.

    Raises:
        DecodeError: ``broken``, ``encrypted``, ``too_large`` or ``unsupported``.
    """
    if data.startswith(SEVEN_ZIP):
        yield _seven_zip(data, most)
    elif data.startswith(RAR):
        with _as_file(data) as path:
            yield _rar(path)
    else:
        yield _zip(data)


# zip -----------------------------------------------------------------------------------------------------------------


def _zip(data: bytes) -> Archive:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    except _FAULTS as error:
        raise broken(error) from error

    def read(index: int) -> bytes:
        info = infos[index]
        try:
            with archive.open(info) as stream:
                return stream.read(info.file_size + 1)
        except _FAULTS as error:
            raise broken(f"{_zip_name(info)!r}: {error}") from error

    entries = (
        Entry(_zip_name(info), info.file_size, info.compress_size, (info.external_attr >> 16) & _KIND == _LINK, bool(info.flag_bits & 1))
        for info in infos
    )
    return Archive(tuple(entries), read)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name; old Windows programs write it in GBK without saying so, which zipfile reads as code page 437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name.replace("\\", "/")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


# 7-Zip ---------------------------------------------------------------------------------------------------------------


def _seven_zip(data: bytes, most: int) -> Archive:
    import py7zr
    from py7zr.exceptions import ArchiveError

    try:
        archive = py7zr.SevenZipFile(io.BytesIO(data))
        if archive.needs_password():
            raise locked()
        infos = [info for info in archive.list() if not info.is_directory]
    except py7zr.PasswordRequired as error:
        raise locked() from error
    except (ArchiveError, *_FAULTS, AttributeError, TypeError, IndexError, AssertionError) as error:
        raise broken(f"{type(error).__name__}: {error}") from error
    size = sum(info.uncompressed or 0 for info in infos)
    if size > _WORTH_A_LOOK and size > _RATIO * len(data):
        raise DecodeError("too_large", f"The archive unpacks to more than {_RATIO} times its size, as only bombs do; it is not unpacked.")
    unpacked: list[Mapping[str, bytes]] = []

    def read(index: int) -> bytes:
        if not unpacked:
            unpacked.append(_unpack(archive, most))
        name = infos[index].filename
        if name not in unpacked[0]:
            raise broken(f"{name!r} is not in it")
        return unpacked[0][name]

    return Archive(
        tuple(Entry(info.filename.replace("\\", "/"), info.uncompressed or 0, info.compressed, info.is_symlink) for info in infos), read
    )


def _unpack(archive: Any, most: int) -> dict[str, bytes]:
    """All files of a 7-Zip archive; what unpacks to more than it may is refused while it does."""
    import py7zr
    from py7zr.exceptions import ArchiveError

    found: dict[str, Any] = {}
    try:
        archive.extractall(factory=_collector(found, most))
    except DecodeError:
        raise
    except py7zr.UnsupportedCompressionMethodError as error:
        raise DecodeError(
            "unsupported", f"The archive is packed in a way that is not read ({error}). Pack it again with the usual settings."
        ) from error
    except (ArchiveError, *_FAULTS, AttributeError, TypeError, IndexError, AssertionError) as error:
        raise broken(f"{type(error).__name__}: {error}") from error
    return {name: member.getvalue() for name, member in found.items()}


def _collector(found: dict[str, Any], most: int) -> Any:
    """What py7zr writes members to: buffers in memory, all of them together of ``most`` bytes."""
    from py7zr.io import Py7zIO, WriterFactory

    left = [most]

    class _Member(io.BytesIO):
        def write(self, data: Any) -> int:
            left[0] -= len(data)
            if left[0] < 0:
                raise DecodeError("too_large", "The archive unpacks to more than it says. Pack it again.")
            return super().write(data)

        def close(self) -> None:
            """What was written is still wanted."""

        def size(self) -> int:
            return self.getbuffer().nbytes

    Py7zIO.register(_Member)

    class _Members(WriterFactory):
        def create(self, filename: str) -> Any:
            found[filename] = _Member()
            return found[filename]

    return _Members()


# RAR -----------------------------------------------------------------------------------------------------------------


@contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """A path under which the unpacker, which takes no bytes, finds them: a file in memory where there is such a thing."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("archive")
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(number, view) :]
            yield f"/proc/self/fd/{number}"
        finally:
            os.close(number)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "archive.rar")
            number = os.open(path, os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(number, "wb") as file:
                file.write(data)
            yield path


def _rar(path: str) -> Archive:
    try:
        from unrar.cffi.unrarlib import BadRarFile, RarArchive
    except ImportError as error:
        raise DecodeError("unsupported", _NO_RAR) from error
    found: list[tuple[int, Entry]] = []
    try:
        with RarArchive.open_for_metadata(path) as archive:
            for position, header in enumerate(archive.iterate_headers()):
                if not header.Flags & 0x20:
                    found.append((position, _rar_entry(header)))
                if position > 100_000:
                    raise DecodeError("too_large", "The archive holds more than 100,000 files. Split it.")
                header.skip()
    except (BadRarFile, *_FAULTS, AssertionError) as error:
        raise _rar_fault(error) from error

    def read(index: int) -> bytes:
        position, entry = found[index]
        parts: list[bytes] = []
        left = [entry.size + 1]

        def take(chunk: bytes) -> None:
            if left[0] > 0:
                parts.append(chunk[: left[0]])
                left[0] -= len(chunk)

        try:
            with RarArchive.open_for_processing(path) as archive:
                for at, header in enumerate(archive.iterate_headers()):
                    if at == position:
                        header.test(take)
                        break
                    header.skip()
        except (BadRarFile, *_FAULTS, AssertionError) as error:
            raise _rar_fault(error, entry.name) from error
        return b"".join(parts)

    return Archive(tuple(entry for _, entry in found), read)


def _rar_entry(header: Any) -> Entry:
    attributes = header.headerDataEx.FileAttr
    is_unix = attributes >> 16 == 0 and attributes & _KIND == _LINK
    link = is_unix or bool(getattr(header.headerDataEx, "RedirType", 0))
    return Entry(
        header.FileNameW.replace("\\", "/"),
        header.UnpSize + (header.UnpSizeHigh << 32),
        header.PackSize + (header.PackSizeHigh << 32),
        link,
        bool(header.Flags & 0x04),
    )


def _rar_fault(error: Exception, name: str = "") -> DecodeError:
    code = getattr(error, "code", None)
    if code in (22, 24):  # the password is missing or wrong
        return locked(name)
    return broken(f"{name!r}: {error}" if name else str(error).rpartition(":")[2])
