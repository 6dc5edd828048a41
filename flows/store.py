"""What there is to read, what of it is finished work already, and what is left to do.

Documents are spread over 256 shards by the first two digits of their id. A shard's key is a hash of its files and of the
code and rules that read them; finished work is kept under its key in ``data/store`` and used again as long as the key holds.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import itertools
import json
import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import transforms
from flows import storage
from flows.storage import Remote
from transforms.rows import document_id
from transforms.text.sanitize import visible

SHARD_TABLES = ("documents", "metrics", "numbers", "failures")
SOURCES_NAMES = {"sources.yml", "sources.yaml"}
CONTROL_NAMES = {*SOURCES_NAMES, "readme", "readme.md", "readme.txt", "readme.rst", "license", "thumbs.db", "desktop.ini"}
TO_BE_READ_AGAIN = "again"
"""A file of that name in finished work says that the next run reads it anew."""
FILES_AT_ONCE = 64
"""What a thread is given: handing over each file by itself takes longer than reading it."""
# What decides the text of a document besides our own code: libraries that decode, and the one that writes Parquet.
DECODING_PACKAGES = ("charset-normalizer", "ftfy", "lxml", "pypdfium2", "pdfminer.six", "pyarrow")


class NoDocuments(Exception):
    """There is nothing to read; the message says where it was looked for and what to do."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the seeds folder: its name in the tables, where it is, and what it holds."""

    source_path: str
    path: str
    sha256: str
    size: int

    @property
    def shard(self) -> str:
        return document_id(self.source_path)[:2]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not even be read."""

    source_path: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What the seeds folder and the sources hold, in the order of the names."""

    files: tuple[SourceFile, ...]
    unreadable: tuple[Unreadable, ...]
    kept: tuple[Unreadable, ...] = ()
    """Sources that are gone; their last documents stand and are among ``files``."""

    @property
    def seen(self) -> int:
        return len(self.files) + len(self.unreadable)


@dataclass(frozen=True, slots=True)
class Found:
    """Files that were found, not read yet: their names in the tables and where they are; and what could not be had."""

    files: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    kept: tuple[Unreadable, ...] = ()
    """Sources that are gone, of which ``files`` has what they gave before."""


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard: its files, the key of its finished work, and the earlier work that some of it can be taken from."""

    shard: str
    key: str
    files: tuple[SourceFile, ...]
    earlier: str | None
    """Key of the published work on this shard, if any of its files are unchanged since."""
    unchanged: frozenset[str]
    """Source paths whose rows are taken from ``earlier``."""

    @property
    def work_bytes(self) -> int:
        return sum(file.size for file in self.files if file.source_path not in self.unchanged)


@dataclass(frozen=True, slots=True)
class Plan:
    """The shards of the new warehouse, and what changed against the published one."""

    engine: str
    shards: tuple[ShardPlan, ...]
    todo: tuple[ShardPlan, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_unchanged(self) -> bool:
        return not (self.new or self.changed or self.removed or self.todo)


def scan(seeds: Path | Remote, max_file_bytes: int, more: Found | None = None) -> Scan:
    """Every document file under the seeds folder, and those of other sources, with its hash.

    Hidden files, control files (``sources.yml``, README) and empty folders are passed over. A file that cannot be read, is
    no regular file, is too large, or is a link out of the folder is reported, and stops nothing.

    Raises:
        NoDocuments: the folder does not exist, is no folder, or holds no file, and there is none of another source.
    """
    more = more or Found()
    found = _objects_in(seeds) if isinstance(seeds, Remote) else files_in(_existing(seeds))
    candidates, refused = _well_named(sorted([*found.files, *more.files]))
    # Hashing and reading both let go of the interpreter; shared storage takes its time for each object.
    many, at_once = (32, 1) if isinstance(seeds, Remote) else (4, FILES_AT_ONCE)
    parts = [candidates[start : start + at_once] for start in range(0, len(candidates), at_once)]
    with ThreadPoolExecutor(max_workers=many) as threads:
        done = threads.map(lambda part: [_read(source_path, path, max_file_bytes) for source_path, path in part], parts)
        results = list(itertools.chain.from_iterable(done))
    files = tuple(item for item in results if isinstance(item, SourceFile))
    unreadable = (*found.unreadable, *more.unreadable, *refused, *(item for item in results if isinstance(item, Unreadable)))
    if not files and not unreadable:
        raise NoDocuments(f"There is no document in {seeds}. Put reports there (txt, md, html, docx, pdf), in subfolders if you like.")
    return Scan(files, tuple(sorted(unreadable, key=lambda item: item.source_path)), more.kept)


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


def _objects_in(remote: Remote) -> Found:
    """The documents in a folder on shared storage, named as the same files in a folder of the file system would be.

    Raises:
        NoDocuments: it has a ``sources.yml``, whose folders would be those of nobody knows which machine.
        StorageError: the folder cannot be listed.
    """
    names = sorted(name for name, _ in remote.files())
    if SOURCES_NAMES & set(names):
        raise NoDocuments(f"{remote} holds a sources.yml. Other sources go with a seeds folder of the file system; take it out of there.")
    hidden = re.compile(r"(^|/)\.[^/]*/")
    wanted = [name for name in names if not _is_control(name.rpartition("/")[2]) and not hidden.search(name)]
    return Found(tuple((printable_path(os.fsencode(name)), remote.address(name)) for name in wanted))


def _well_named(found: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[Unreadable]]:
    """The files, each name once; and those whose names are another's, or those of members of archives."""
    kept: dict[str, str] = {}
    refused = []
    for source_path, path in found:
        if "!/" in source_path:
            refused.append(Unreadable(source_path, "unreadable", _LIKE_A_MEMBER))
        elif kept.setdefault(source_path, path) != path:
            refused.append(Unreadable(source_path, "unreadable", _SAME_NAME))
    return list(kept.items()), refused


def files_in(root: Path, prefix: str = "") -> Found:
    """The document files in a folder and its subfolders, with their names in the tables; ``prefix`` begins each of these."""
    refused: list[Unreadable] = []
    found = sorted(_walk(root, refused), key=lambda item: item[0])
    return Found(
        tuple((prefix + source_path, path) for source_path, path in found),
        tuple(Unreadable(prefix + item.source_path, item.error, item.message) for item in refused),
    )


def touched_since(seeds: Path, made: Path) -> bool:
    """Whether the file system says that something in a folder, or the folder itself, was changed after the file ``made`` was."""
    when = made.stat().st_mtime
    for folder, _, names in os.walk(seeds):
        if any(os.stat(os.path.join(folder, name), follow_symlinks=False).st_ctime > when for name in (os.curdir, *names)):
            return True
    return False


def printable_path(path: bytes) -> str:
    """A path as it stands in the tables: bytes that are no UTF-8, and control characters, are written ``\\xNN``."""
    return visible(path.decode("utf8", "backslashreplace"))


_LIKE_A_MEMBER = "A folder on its path ends in «!», as the places of members of archives are written. Rename the folder."
_SAME_NAME = "Another file has the same name, once what cannot be shown in it is written out. Rename one of the two."


def _is_control(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in CONTROL_NAMES


def _walk(root: Path, refused: list[Unreadable]) -> Iterator[tuple[str, str]]:
    def unreadable_folder(error: OSError) -> None:
        name = printable_path(os.fsencode(os.path.relpath(error.filename, root)))
        refused.append(
            Unreadable(name, "unreadable", f"The folder cannot be read ({error.strerror}). Give the pipeline's user access to it.")
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
            if os.path.islink(path) and not _inside(root, path):
                refused.append(
                    Unreadable(
                        source_path, "unreadable", "The symbolic link leads out of the seeds folder, or nowhere. Put the file itself there."
                    )
                )
            elif name not in links:
                yield source_path, path


def _inside(root: Path, path: str) -> bool:
    target = Path(os.path.realpath(path))
    return target.is_relative_to(root) and target.exists()


def _read(source_path: str, path: str, max_file_bytes: int) -> SourceFile | Unreadable:
    if storage.is_remote(path):
        return _read_object(source_path, path, max_file_bytes)
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return Unreadable(source_path, "unreadable", "This is no regular file (a pipe, socket or device). Put a document there.")
        if status.st_size > max_file_bytes:
            return _too_large(source_path, status.st_size, max_file_bytes)
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return Unreadable(source_path, "unreadable", f"The file cannot be read ({error.strerror}). Give the pipeline's user access to it.")
    return SourceFile(source_path, path, digest, status.st_size)


def _read_object(source_path: str, address: str, max_file_bytes: int) -> SourceFile | Unreadable:
    """As for a file. The whole object is read: a storage's own ETag is no hash of what it holds.

    Raises:
        StorageError: the storage cannot be had, which says nothing of this document.
    """
    try:
        size = storage.size(address)
        if size > max_file_bytes:
            return _too_large(source_path, size, max_file_bytes)
        data = storage.read(address)
    except FileNotFoundError:
        return Unreadable(source_path, "unreadable", "The object was removed while the run was looking. The next run does without it.")
    return SourceFile(source_path, address, hashlib.sha256(data).hexdigest(), len(data))


def _too_large(source_path: str, size: int, most: int) -> Unreadable:
    return Unreadable(
        source_path, "too_large", f"The file has {size:,} bytes; at most {most:,} are read. Split it, or raise BAOGAO_MAX_FILE_BYTES."
    )


def tree_hash(folder: Path) -> str:
    """A hash of the code and data files of a package, names included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@functools.cache
def engine_hash() -> str:
    """A hash of what decides the rows of a document: the code and rules of ``transforms`` and the libraries that decode."""
    versions = [f"{name}={_version(name)}" for name in DECODING_PACKAGES]
    code = tree_hash(Path(transforms.__file__).parent)
    ours = [Path(__file__).with_name(name).read_bytes() for name in ("worker.py", "copies.py")]
    return hashlib.sha256("\n".join([*versions, code]).encode() + b"".join(ours)).hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def pipeline_version() -> str:
    """The version of the code and rules, as it stands in the tables: the release and the first digits of the engine's hash."""
    return f"{_version('baogao')}+{engine_hash()[:8]}"


def shard_key(files: Iterable[SourceFile], engine: str) -> str:
    """The key under which the finished work on these files is kept."""
    lines = sorted(f"{file.source_path}\0{file.sha256}" for file in files)
    return hashlib.sha256("\n".join([engine, *lines]).encode()).hexdigest()[:32]


def plan(found: Scan, manifest: Mapping[str, Any] | None, store: Path, *, fresh: bool = False, ocr: str = "") -> Plan:
    """What to do so that the warehouse holds what the folder holds.

    Args:
        found: what the seeds folder holds.
        manifest: the published warehouse's manifest (:func:`manifest_of`), None if nothing is published.
        store: folder of finished work.
        fresh: use no finished work.
        ocr: what recognises the text of scans; empty where nothing does.
    """
    engine = engine_hash() + (f"+{ocr}" if ocr else "")
    before: Mapping[str, str] = manifest["documents"] if manifest else {}
    reusable = before if manifest and manifest["engine"] == engine and not fresh else {}
    keys: Mapping[str, str] = manifest["shards"] if manifest else {}
    by_shard: defaultdict[str, list[SourceFile]] = defaultdict(list)
    for file in found.files:
        by_shard[file.shard].append(file)
    shards = []
    for shard, files in sorted(by_shard.items()):
        key = shard_key(files, engine)
        same = frozenset(file.source_path for file in files if reusable.get(file.source_path) == file.sha256)
        earlier = keys.get(shard) if same and is_stored(store, keys.get(shard)) else None
        shards.append(ShardPlan(shard, key, tuple(files), earlier, same if earlier else frozenset()))
    now = {file.source_path: file.sha256 for file in found.files}
    seen = now.keys() | {item.source_path for item in found.unreadable}
    return Plan(
        engine=engine,
        shards=tuple(shards),
        todo=tuple(item for item in shards if fresh or not is_stored(store, item.key)),
        new=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(path for path in now.keys() & before.keys() if now[path] != before[path])),
        removed=tuple(sorted(before.keys() - seen)),
    )


def is_stored(store: Path, key: str | None) -> bool:
    """Whether finished work is kept under that key. (A folder gets its key as its name once it is whole.)

    Work in which a file could not be read for a reason that may have passed is not finished.
    """
    return key is not None and (store / key).is_dir() and not (store / key / TO_BE_READ_AGAIN).exists()


def manifest_of(run_id: str, work: Plan, found: Scan) -> dict[str, Any]:
    """What a published warehouse was made from: enough to tell next time what changed."""
    return {
        "run_id": run_id,
        "engine": work.engine,
        "shards": {item.shard: item.key for item in work.shards},
        "documents": {file.source_path: file.sha256 for file in found.files},
    }


def read_manifest(generation: Path) -> dict[str, Any] | None:
    """The manifest of a published generation, None where there is none."""
    try:
        manifest: dict[str, Any] = json.loads((generation / "manifest.json").read_text(encoding="utf8"))
    except (OSError, ValueError):
        return None
    return manifest
