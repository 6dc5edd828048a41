"""Zip archives of reports: each member is a file of its own, read within limits and never written to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from transforms.decode.limits import DEFAULT, Limits, check_size, megabytes
from transforms.decode.sniff import is_zip, zip_kind
from transforms.text.sanitize import visible
from transforms.types import DecodeError, RawFile

_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, KeyError, OverflowError)
_CHUNK = 1024 * 1024


def is_archive(raw: RawFile) -> bool:
    """Whether the file is a zip archive of other files (an office document is none)."""
    if not is_zip(raw.data):
        return False
    try:
        return zip_kind(raw.data)[0] == "zip"
    except DecodeError:
        return False


class _Budget:
    """What an archive may still unpack to, archives inside it included."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.unpacked_bytes
        self.members = 0


def members(raw: RawFile, limits: Limits = DEFAULT) -> Iterator[RawFile]:
    """The files of a zip archive, in the order of their names, archives inside it opened.

    A member's place is ``archive.zip!/folder/name``. Folders and the litter of operating systems are left out; links are not
    followed, paths that lead out of the archive are refused. What has come before an error stays valid.

    Raises:
        DecodeError: ``broken``, ``encrypted``, ``too_large``, or ``unsupported`` for a path or link that leads elsewhere.
    """
    check_size(len(raw.data), limits.container_bytes, "The archive", "Split it.")
    try:
        yield from _members(raw, _Budget(limits), 1)
    except (DecodeError, MemoryError):
        raise
    except Exception as error:  # zipfile has no common error for what is damaged
        raise DecodeError("broken", f"The archive is damaged ({type(error).__name__}: {error}). Fetch or pack it again.") from error


def _members(raw: RawFile, budget: _Budget, depth: int) -> Iterator[RawFile]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw.data))
        entries = sorted((info for info in archive.infolist() if not info.filename.endswith("/")), key=_name)
    except _FAULTS as error:
        raise DecodeError("broken", f"The archive is cut off or damaged ({error}). Fetch or pack it again.") from error
    seen: set[str] = set()
    for info in entries:
        name = _name(info)
        if _is_litter(name):
            continue
        _check_entry(info, name, budget)
        shown = visible(name)
        if shown in seen:
            raise DecodeError("unsupported", f"The archive has two files of the name {name!r}. Pack it again with different names.")
        seen.add(shown)
        member = RawFile(f"{raw.source_path}!/{shown}", _read(archive, info, name, budget))
        if is_archive(member):
            if depth >= budget.limits.depth:
                raise DecodeError(
                    "too_large", f"The archive holds archives more than {budget.limits.depth} deep ({name!r}). Unpack them first."
                )
            yield from _members(member, budget, depth + 1)
        else:
            yield member


def _name(info: zipfile.ZipInfo) -> str:
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


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini") or parts[-1].startswith("._")


def _check_entry(info: zipfile.ZipInfo, name: str, budget: _Budget) -> None:
    limits = budget.limits
    budget.members += 1
    if budget.members > limits.members:
        raise DecodeError("too_large", f"The archive holds more than {limits.members:,} files. Split it.")
    if not name or name.startswith("/") or ":" in name.split("/")[0][:2] or ".." in name.split("/") or "\x00" in name:
        raise DecodeError("unsupported", f"The archive has a file whose path leads out of it ({name!r}); it is not opened. Pack it again.")
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        raise DecodeError("unsupported", f"The archive has a link ({name!r}), which is not followed. Pack the file itself.")
    if info.flag_bits & 1:
        raise DecodeError("encrypted", f"The archive is protected by a password ({name!r}). Pack it without one.")
    if info.file_size > budget.left:
        raise DecodeError("too_large", f"The archive unpacks to more than {megabytes(limits.unpacked_bytes)}. Split it.")
    if info.file_size > _CHUNK and info.file_size > limits.ratio * max(1, info.compress_size):
        raise DecodeError(
            "too_large",
            f"{name!r} in the archive unpacks to {megabytes(info.file_size)}, more than {limits.ratio} times "
            "its packed size, as only bombs do; it is not unpacked.",
        )
    check_size(info.file_size, limits.container_bytes, f"{name!r} in the archive", "Split it.")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: _Budget) -> bytes:
    try:
        with archive.open(info) as stream:
            data = stream.read(info.file_size + 1)
    except _FAULTS as error:
        raise DecodeError("broken", f"{name!r} in the archive is damaged ({error}). Fetch or pack it again.") from error
    if len(data) > info.file_size:
        raise DecodeError("broken", f"{name!r} in the archive is larger than the archive says. Pack it again.")
    budget.left -= len(data)
    return data
