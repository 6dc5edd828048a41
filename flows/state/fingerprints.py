"""Hashes of what decides the rows of a document (code, rules, libraries that decode) and of all that decides what is published."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from pathlib import Path

import expectations
import flows
import transforms
import warehouse

DECODING_PACKAGES = ("charset-normalizer", "ftfy", "lxml", "pypdfium2", "pdfminer.six", "pyarrow")
"""The libraries that decide the text of a document, and the one that writes Parquet."""
WRITERS_OF_SHARDS = ("workers/worker.py", "state/outlines.py")
"""The files of this package that decide what a finished shard contains."""


def tree_hash(folder: Path) -> str:
    """A hash of all files in a folder, names included, without compiled Python."""
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
    ours = [(Path(flows.__path__[0]) / name).read_bytes() for name in WRITERS_OF_SHARDS]
    return hashlib.sha256("\n".join([*versions, code]).encode() + b"".join(ours)).hexdigest()


def engine(*, ocr: str = "", rules: Path | None = None) -> str:
    """The engine of a run: :func:`engine_hash`, with what recognises the text of scans and a hash of the user's own rules, if any."""
    return engine_hash() + (f"+{ocr}" if ocr else "") + (f"+rules.{tree_hash(rules)[:16]}" if rules else "")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def pipeline_version(rules: Path | None = None) -> str:
    """The version of code and rules in the tables: the release, the first digits of the engine's hash, and those of the user's rules."""
    return f"{_version('baogao')}+{engine_hash()[:8]}" + (f".{tree_hash(rules)[:8]}" if rules else "")


def code_hash() -> str:
    """A hash of all code that decides what is published, given the documents."""
    packages = (flows, expectations, warehouse)
    trees = [tree_hash(Path(package.__path__[0])) for package in packages]
    return hashlib.sha256("\n".join([engine_hash(), *trees]).encode()).hexdigest()


def publication_hash(engine: str) -> str:
    """A hash of all that decides what is published, given the documents: the code, and the engine that read them."""
    return hashlib.sha256(f"{code_hash()}\n{engine}".encode()).hexdigest()
