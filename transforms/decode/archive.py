"""Archives of reports (zip, 7-Zip, RAR) and tables with a column of texts: each member is a file of its own.

Members are read within limits and never written to a folder.
"""

from __future__ import annotations

from collections.abc import Iterator

from transforms.decode import packed
from transforms.decode.limits import DEFAULT, Limits, check_size, megabytes
from transforms.decode.packed import Archive, Entry
from transforms.decode.sniff import is_zip, zip_kind
from transforms.decode.text_tables import texts_of
from transforms.text.sanitize import visible
from transforms.types import DecodeError, RawFile

_CHUNK = 1024 * 1024


def is_archive(raw: RawFile) -> bool:
    """Whether the file holds other files: a zip, 7-Zip or RAR archive, or a table with a text in each row (an office document is none)."""
    if packed.is_packed(raw.data):
        return True
    if is_zip(raw.data):
        try:
            if zip_kind(raw.data) == "zip":
                return True
        except DecodeError:
            return False
    return bool(texts_of(raw.data))


class _Budget:
    """What an archive may still unpack to, archives inside it included."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.unpacked_bytes
        self.members = 0


def members(raw: RawFile, limits: Limits = DEFAULT) -> Iterator[RawFile]:
    """The files of an archive, in the order of their names, archives inside it opened.

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
    except Exception as error:  # the unpackers have no common error for what is damaged
        raise DecodeError("broken", f"The archive is damaged ({type(error).__name__}: {error}). Fetch or pack it again.") from error


def _members(raw: RawFile, budget: _Budget, depth: int) -> Iterator[RawFile]:
    if not (packed.is_packed(raw.data) or is_zip(raw.data)) or texts_of(raw.data):
        for name, text in texts_of(raw.data):
            yield RawFile(f"{raw.source_path}!/{visible(name)}", text.encode())
        return
    with packed.opened(raw.data, budget.left) as archive:
        yield from _entries(raw, archive, budget, depth)


def _entries(raw: RawFile, archive: Archive, budget: _Budget, depth: int) -> Iterator[RawFile]:
    seen: set[str] = set()
    total = 0
    for index, entry in sorted(enumerate(archive.entries), key=lambda item: item[1].name):
        if _is_litter(entry.name):
            continue
        total += entry.size
        _check_entry(entry, total, budget)
        shown = visible(entry.name)
        if shown in seen:
            raise DecodeError("unsupported", f"The archive has two files of the name {entry.name!r}. Pack it again with different names.")
        seen.add(shown)
        data = archive.read(index)
        if len(data) > entry.size:
            raise DecodeError("broken", f"{entry.name!r} in the archive is larger than the archive says. Pack it again.")
        budget.left -= len(data)
        total -= entry.size
        member = RawFile(f"{raw.source_path}!/{shown}", data)
        if not is_archive(member):
            yield member
            continue
        if depth >= budget.limits.depth:
            raise DecodeError(
                "too_large", f"The archive holds archives more than {budget.limits.depth} deep ({entry.name!r}). Unpack them first."
            )
        yield from _members(member, budget, depth + 1)


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini") or parts[-1].startswith("._")


def _check_entry(entry: Entry, total: int, budget: _Budget) -> None:
    limits, name = budget.limits, entry.name
    budget.members += 1
    if budget.members > limits.members:
        raise DecodeError("too_large", f"The archive holds more than {limits.members:,} files. Split it.")
    if not name or name.startswith("/") or ":" in name.split("/")[0][:2] or ".." in name.split("/") or "\x00" in name:
        raise DecodeError("unsupported", f"The archive has a file whose path leads out of it ({name!r}); it is not opened. Pack it again.")
    if entry.is_link:
        raise DecodeError("unsupported", f"The archive has a link ({name!r}), which is not followed. Pack the file itself.")
    if entry.is_locked:
        raise packed.locked(name)
    if total > budget.left:
        raise DecodeError("too_large", f"The archive unpacks to more than {megabytes(limits.unpacked_bytes)}. Split it.")
    if entry.packed is not None and entry.size > _CHUNK and entry.size > limits.ratio * max(1, entry.packed):
        raise DecodeError(
            "too_large",
            f"{name!r} in the archive unpacks to {megabytes(entry.size)}, more than {limits.ratio} times "
            "its packed size, as only bombs do; it is not unpacked.",
        )
    check_size(entry.size, limits.container_bytes, f"{name!r} in the archive", "Split it.")
