"""Errors of the operating system (a full disk, a folder that was removed), described for the person who runs the pipeline."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from flows.state.data_folder import DataFolder, DataFolderError

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
WORK_STAYS = "What was read stays: the next run continues from there."


def describe_os_error(error: BaseException, folder: DataFolder) -> BaseException:
    """A DataFolderError that says what to do, if the data folder or its disk failed; else the error itself."""
    if not isinstance(error, Exception) or isinstance(error, DataFolderError):
        return error
    if not folder.is_held():
        return DataFolderError(f"The data folder {folder.root} was removed or replaced while the run was at work. Run again.")
    causes = list(_causes(error))
    if _is(causes, FULL):
        where = _place(causes, folder.root)
        return DataFolderError(
            f"The disk of {where} is full ({_free(where)} left). A run builds the new warehouse beside the old one, so it needs room for "
            f"both. Make room there, then run again. {WORK_STAYS}"
        )
    if _is(causes, (errno.EFBIG,)):
        return DataFolderError(
            f"A file in {folder.root} would become larger than this user or file system allows. Raise the limit (ulimit -f), or name "
            f"another folder with --data. {WORK_STAYS}"
        )
    refused = next((cause for cause in causes if isinstance(cause, OSError) and cause.errno in FORBIDDEN and _is_in(cause, folder)), None)
    if refused is not None:
        return DataFolderError(
            f"{refused.filename} cannot be written to ({refused.strerror}). Give the pipeline's user access to all of {folder.root}, or "
            f"name another folder with --data. {WORK_STAYS}"
        )
    return error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is(causes: list[BaseException], numbers: tuple[int, ...]) -> bool:
    # Libraries and worker processes pass on only the system's message.
    messages = tuple(map(os.strerror, numbers))
    return any(isinstance(cause, OSError) and cause.errno in numbers for cause in causes) or any(
        message in str(cause) for cause in causes for message in messages
    )


def _place(causes: list[BaseException], root: Path) -> Path:
    """The folder whose disk is full: that of the file that could not be written, if it is named."""
    named = (cause.filename for cause in causes if isinstance(cause, OSError) and isinstance(cause.filename, str))
    folders = (Path(name).absolute().parent for name in named)
    return next((folder for folder in folders if folder.is_dir() and not folder.is_relative_to(root)), root)


def _free(folder: Path) -> str:
    try:
        return f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB"
    except OSError:
        return "unknown how much"


def _is_in(error: OSError, folder: DataFolder) -> bool:
    return isinstance(error.filename, str | bytes) and Path(os.path.abspath(os.fsdecode(error.filename))).is_relative_to(folder.root)
