"""Find and hash the documents of the seeds folder."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flows.ingest.keeper_file import NAMES as KEEPER_NAMES
from flows.state.source_files import FileListing, IngestFailure, Inventory, NoDocuments, SourceFile
from flows.util import object_storage
from flows.util.object_storage import Remote
from transforms.text.sanitize import visible

SOURCES_NAMES = {"sources.yml", "sources.yaml"}
CONTROL_NAMES = {*SOURCES_NAMES, "readme", "readme.md", "readme.txt", "readme.rst", "license", "thumbs.db", "desktop.ini"}
FILES_AT_ONCE = 64
"""What a thread is given: handing over each file by itself takes longer than reading it."""


def scan(seeds: Path | Remote, max_file_bytes: int, listing: FileListing | None = None) -> Inventory:
    """Every document file under the seeds folder, and those of other sources (``listing``), with their hashes.

    Hidden files, control files (``sources.yml``, ``documents.csv``, README) and empty folders are skipped. A file that cannot be read, is
    no regular file, is too large, or is a link out of the folder becomes a failure, and stops nothing.

    Raises:
        NoDocuments: the folder does not exist, is no folder, or has no file, and no other source has one.
    """
    listing = listing or FileListing()
    found = _objects_in(seeds) if isinstance(seeds, Remote) else files_in(_existing(seeds))
    here = (item for item in found.files if item[0] not in KEEPER_NAMES)
    candidates, refused = _well_named(sorted([*here, *listing.files]))
    # Hashing and reading both release the interpreter; shared storage needs time for each object.
    many, at_once = (32, 1) if isinstance(seeds, Remote) else (4, FILES_AT_ONCE)
    parts = [candidates[start : start + at_once] for start in range(0, len(candidates), at_once)]
    with ThreadPoolExecutor(max_workers=many) as threads:
        done = threads.map(lambda part: [_read(source_path, path, max_file_bytes) for source_path, path in part], parts)
        results = list(itertools.chain.from_iterable(done))
    files = tuple(item for item in results if isinstance(item, SourceFile))
    failures = (*found.failures, *listing.failures, *refused, *(item for item in results if isinstance(item, IngestFailure)))
    if not files and not failures:
        raise NoDocuments(f"There is no document in {seeds}. Put reports there (txt, md, html, docx, pdf), in subfolders if you like.")
    return Inventory(files, tuple(sorted(failures, key=lambda item: item.source_path)), listing.stale)


def _existing(seeds: Path) -> Path:
    if not seeds.exists():
        raise NoDocuments(f"The seeds folder {seeds} does not exist. Create it and put the reports in, or name another one with --seeds.")
    if not seeds.is_dir():
        raise NoDocuments(f"{seeds} is no folder. --seeds takes the folder in which the reports are; for one file use `baogao extract`.")
    if not os.access(seeds, os.R_OK | os.X_OK):
        raise NoDocuments(
            f"The seeds folder {seeds} cannot be read. Give the pipeline's user access to it, or name another one with --seeds."
        )
    return Path(os.path.realpath(seeds))


def _objects_in(remote: Remote) -> FileListing:
    """The documents in a folder on shared storage, named as the same files in a folder of the file system would be.

    Raises:
        NoDocuments: it has a ``sources.yml``, whose folders would lie on no particular machine.
        StorageError: the folder cannot be listed.
    """
    names = sorted(name for name, _ in remote.files())
    if SOURCES_NAMES & set(names):
        raise NoDocuments(f"{remote} holds a sources.yml. Other sources need a seeds folder on the file system; remove the file there.")
    hidden = re.compile(r"(^|/)\.[^/]*/")
    wanted = [name for name in names if not _is_control(name.rpartition("/")[2]) and not hidden.search(name)]
    return FileListing(tuple((printable_path(os.fsencode(name)), remote.address(name)) for name in wanted))


def _well_named(found: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[IngestFailure]]:
    """The files, each name once; and failures for names that occur twice, or that look like members of archives."""
    kept: dict[str, str] = {}
    refused = []
    for source_path, path in found:
        if "!/" in source_path:
            refused.append(IngestFailure(source_path, "unreadable", _LIKE_A_MEMBER))
        elif kept.setdefault(source_path, path) != path:
            refused.append(IngestFailure(source_path, "unreadable", _SAME_NAME))
    return list(kept.items()), refused


def files_in(root: Path, prefix: str = "") -> FileListing:
    """The document files in a folder and its subfolders, with their names in the tables, each beginning with ``prefix``."""
    refused: list[IngestFailure] = []
    found = sorted(_walk(root, refused), key=lambda item: item[0])
    return FileListing(
        tuple((prefix + source_path, path) for source_path, path in found),
        tuple(IngestFailure(prefix + item.source_path, item.error, item.message) for item in refused),
    )


def modified_since(folder: Path, file: Path) -> bool:
    """Whether a folder, or anything in it, was modified after ``file`` was, by the times of the file system."""
    when = file.stat().st_mtime
    for parent, _, names in os.walk(folder):
        if any(os.stat(os.path.join(parent, name), follow_symlinks=False).st_ctime > when for name in (os.curdir, *names)):
            return True
    return False


def printable_path(path: bytes) -> str:
    """A path as the tables have it: bytes that are not UTF-8, and control characters, are written ``\\xNN``."""
    return visible(path.decode("utf8", "backslashreplace"))


_LIKE_A_MEMBER = "A folder on its path ends in «!», which marks the members of archives. Rename the folder."
_SAME_NAME = "Another file has the same name when characters that cannot be printed are escaped. Rename one of the two."


def _is_control(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in CONTROL_NAMES


def _walk(root: Path, refused: list[IngestFailure]) -> Iterator[tuple[str, str]]:
    def unreadable_folder(error: OSError) -> None:
        name = printable_path(os.fsencode(os.path.relpath(error.filename, root)))
        refused.append(
            IngestFailure(name, "unreadable", f"The folder cannot be read ({error.strerror}). Give the pipeline's user access to it.")
        )

    for folder, subfolders, names in os.walk(root, onerror=unreadable_folder):
        inside = os.path.relpath(folder, root)
        links = [name for name in subfolders if os.path.islink(os.path.join(folder, name))]
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".") and name not in links)
        for name in [*names, *links]:
            if _is_control(name):
                continue
            path = os.path.join(folder, name)
            relative = name if inside == os.curdir else os.path.join(inside, name)
            source_path = printable_path(os.fsencode(relative).replace(os.sep.encode(), b"/"))
            if os.path.islink(path) and not _is_in(root, path):
                refused.append(
                    IngestFailure(
                        source_path, "unreadable", "The symbolic link leads out of the seeds folder, or nowhere. Put the file itself there."
                    )
                )
            elif name not in links:
                yield source_path, path


def _is_in(root: Path, path: str) -> bool:
    target = Path(os.path.realpath(path))
    return target.is_relative_to(root) and target.exists()


def _read(source_path: str, path: str, max_file_bytes: int) -> SourceFile | IngestFailure:
    if object_storage.is_remote(path):
        return _read_object(source_path, path, max_file_bytes)
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return IngestFailure(source_path, "unreadable", "This is no regular file (a pipe, socket or device). Put a document there.")
        if status.st_size > max_file_bytes:
            return _too_large(source_path, status.st_size, max_file_bytes)
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return IngestFailure(
            source_path, "unreadable", f"The file cannot be read ({error.strerror}). Give the pipeline's user access to it."
        )
    return SourceFile(source_path, path, digest, status.st_size)


def _read_object(source_path: str, address: str, max_file_bytes: int) -> SourceFile | IngestFailure:
    """As :func:`_read`, for an object on shared storage. It is read completely, since its ETag is no hash of its bytes.

    Raises:
        StorageError: the storage cannot be used, which is no failure of this document.
    """
    try:
        size = object_storage.size(address)
        if size > max_file_bytes:
            return _too_large(source_path, size, max_file_bytes)
        data = object_storage.read(address)
    except FileNotFoundError:
        return IngestFailure(source_path, "unreadable", "The object was removed while the run was looking. The next run does without it.")
    return SourceFile(source_path, address, hashlib.sha256(data).hexdigest(), len(data))


def _too_large(source_path: str, size: int, most: int) -> IngestFailure:
    return IngestFailure(
        source_path, "too_large", f"The file has {size:,} bytes; at most {most:,} are read. Split it, or raise BAOGAO_MAX_FILE_BYTES."
    )
