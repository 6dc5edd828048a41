"""Hashes of what decides the rows of a document (code, rules, libraries that decode) and of all that decides what is published."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING

import expectations
import flows
import transforms
import warehouse

if TYPE_CHECKING:
    pass


# What decides the text of a document besides our own code: libraries that decode, and the one that writes Parquet.
DECODING_PACKAGES = ("charset-normalizer", "ftfy", "lxml", "pypdfium2", "pdfminer.six", "pyarrow")


def tree_hash(folder: Path) -> str:
    """A hash of the code and data files of a package, names included."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


WRITERS_OF_SHARDS = ("workers/worker.py", "state/outlines.py")
"""The files of this package that decide what a finished shard holds."""


@functools.cache
def engine_hash() -> str:
    """A hash of what decides the rows of a document: the code and rules of ``transforms`` and the libraries that decode."""
    versions = [f"{name}={_version(name)}" for name in DECODING_PACKAGES]
    code = tree_hash(Path(transforms.__file__).parent)
    ours = [(Path(flows.__path__[0]) / name).read_bytes() for name in WRITERS_OF_SHARDS]
    return hashlib.sha256("\n".join([*versions, code]).encode() + b"".join(ours)).hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def pipeline_version() -> str:
    """The version of the code and rules, as it stands in the tables: the release and the first digits of the engine's hash."""
    return f"{_version('baogao')}+{engine_hash()[:8]}"


def code_hash() -> str:
    """A hash of everything that decides what is published, given the documents."""
    packages = (flows, expectations, warehouse)
    trees = [tree_hash(Path(package.__path__[0])) for package in packages]
    return hashlib.sha256("\n".join([engine_hash(), *trees]).encode()).hexdigest()
