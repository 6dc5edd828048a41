"""What ends a run although neither the documents nor the program are at fault: a full disk, a folder that went away. In words."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from flows.state.data_folder import DataFolder, DataFolderError

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
KEPT = "What was read is kept: the next run goes on from there."


def explained(error: BaseException, folder: DataFolder) -> BaseException:
    """The error in words for people, where the data folder or its disk is what failed; else the error itself."""
    if not isinstance(error, Exception) or isinstance(error, DataFolderError):
        return error
    if not folder.is_held():
        return DataFolderError(f"The data folder {folder.root} was removed or replaced while the run was at work. Run again.")
    causes = list(_causes(error))
    if _is(causes, FULL):
        where = _place(causes, folder.root)
        return DataFolderError(
            f"The disk of {where} is full ({_free(where)} left). A run builds the new warehouse beside the old one, so it needs room for "
            f"both. Make room there, then run again. {KEPT}"
        )
    if _is(causes, (errno.EFBIG,)):
        return DataFolderError(
            f"A file in {folder.root} would become larger than this user or file system allows. Raise the limit (ulimit -f), or name "
            f"another folder with --data. {KEPT}"
        )
    refused = next((cause for cause in causes if isinstance(cause, OSError) and cause.errno in FORBIDDEN and _inside(cause, folder)), None)
    if refused is not None:
        return DataFolderError(
            f"{refused.filename} cannot be written to ({refused.strerror}). Give the pipeline's user access to all of {folder.root}, or "
            f"name another folder with --data. {KEPT}"
        )
    return error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is(causes: list[BaseException], numbers: tuple[int, ...]) -> bool:
    # Libraries and worker processes hand on only the words of the system.
    words = tuple(map(os.strerror, numbers))
    return any(isinstance(cause, OSError) and cause.errno in numbers for cause in causes) or any(
        word in str(cause) for cause in causes for word in words
    )


def _place(causes: list[BaseException], root: Path) -> Path:
    """The folder whose disk is full: that of the file that could not be written, where it is told."""
    named = (cause.filename for cause in causes if isinstance(cause, OSError) and isinstance(cause.filename, str))
    folders = (Path(name).absolute().parent for name in named)
    return next((folder for folder in folders if folder.is_dir() and not folder.is_relative_to(root)), root)


def _free(folder: Path) -> str:
    try:
        return f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB"
    except OSError:
        return "unknown how much"


def _inside(error: OSError, folder: DataFolder) -> bool:
    return isinstance(error.filename, str | bytes) and Path(os.path.abspath(os.fsdecode(error.filename))).is_relative_to(folder.root)
