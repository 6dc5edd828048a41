"""The files of the folders and globs that ``sources.yml`` names."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from flows.ingest.inventory import files_in
from flows.ingest.sources_file import Source, SourcesError, fixed_part
from flows.state.source_files import FileListing, IngestFailure


def local_files(sources: Sequence[Source], seeds: Path, allowed: Sequence[Path] = ()) -> FileListing:
    """The files of folders and globs, except those in the seeds folder, which are read anyway.

    Args:
        sources: the entries of ``sources.yml``.
        seeds: the seeds folder.
        allowed: folders that may be read although they do not lie beside the seeds folder. Otherwise whoever may write to the seeds
            folder could publish any file that the pipeline's user can read.

    Raises:
        SourcesError: a folder does not exist (which would remove all its documents), is not allowed, or contains the seeds folder.
    """
    root = Path(os.path.realpath(seeds))
    within = [root.parent, *(Path(os.path.realpath(folder)) for folder in allowed)]
    files: dict[str, str] = {}
    failures: list[IngestFailure] = []
    for source in sources:
        if source.kind == "url":
            continue
        folder = _allowed_folder(source, root, within)
        if folder is None:
            continue
        found = files_in(folder, prefix=f"{source.name}/")
        if source.kind == "glob":
            found = _matching(found, root / source.value, folder)
            if not found.files:
                message = f"No file matches {source.value}. Correct the pattern in sources.yml."
                failures.append(IngestFailure(source.name, "unreachable", message))
        files |= dict(found.files)
        failures += found.failures
    return FileListing(tuple(sorted(files.items())), tuple(failures))


def _allowed_folder(source: Source, root: Path, within: Sequence[Path]) -> Path | None:
    """The folder of a source; None if it lies in the seeds folder ``root``. It must lie in one of the folders ``within``."""
    folder = root / (source.value if source.kind == "folder" else fixed_part(source.value))
    if not folder.is_dir():
        raise SourcesError(
            f"sources.yml, line {source.line}: there is no folder {folder}. Mount or create it, or remove the entry: its documents then "
            "leave the warehouse."
        )
    real = Path(os.path.realpath(folder))
    if real.is_relative_to(root):
        return None
    if root.is_relative_to(real):
        raise SourcesError(f"sources.yml, line {source.line}: {folder} contains the seeds folder itself. Name the folders beside it.")
    if not any(real.is_relative_to(each) for each in within):
        raise SourcesError(
            f"sources.yml, line {source.line}: {real} is not beside the seeds folder, and not allowed. If its documents are to be "
            f"read, set BAOGAO_SOURCE_FOLDERS={real}"
        )
    return real


def _matching(found: FileListing, pattern: Path, folder: Path) -> FileListing:
    wanted = {os.path.realpath(folder / path) for path in glob.glob(str(pattern), recursive=True)}
    return FileListing(tuple(item for item in found.files if os.path.realpath(item[1]) in wanted), ())
