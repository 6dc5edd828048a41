"""Named points of a run: each step that a run takes in its data folder, where a test may kill it, break it, or look on.

A point is called after the function and the place, names of runs, keys and temporary files left out:
``rename generations/RUN`` is the step that gives a finished generation its name.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

When = str  # "before" or "after"
Watch = Callable[[str, int, When], None]
NAMES = (
    (re.compile(r"run-\d{6,}-[0-9a-f]{8}"), "RUN"),
    (re.compile(r"\.unfinished-[\w.-]+"), "NEW"),
    (re.compile(r"\b[0-9a-f]{16,64}\b"), "KEY"),
    (re.compile(r"part-\w+"), "PART"),
)


class Points:
    """Counts the steps below a folder and tells ``watch`` of each, before and after it is taken."""

    def __init__(self, root: Path, watch: Watch) -> None:
        self.root = os.path.realpath(root)
        self.seen: list[str] = []
        self._counts: Counter[str] = Counter()
        self._watch = watch
        self._depth = 0

    def around(self, label: str, call: Callable[[], Any]) -> Any:
        """Take a step, its watcher told before and after."""
        self._counts[label] += 1
        number = self._counts[label]
        self.seen.append(label)
        self._watch(label, number, "before")
        outcome = call()
        self._watch(label, number, "after")
        return outcome

    def label(self, verb: str, path: Any, dir_fd: int | None = None) -> str | None:
        """The name of a step on a path; None where it lies outside the folder."""
        if isinstance(path, int):
            whole = os.readlink(f"/proc/self/fd/{path}")
        elif dir_fd is not None:
            whole = os.path.join(os.readlink(f"/proc/self/fd/{dir_fd}"), os.fsdecode(path))
        else:
            whole = os.path.abspath(os.fsdecode(path))
        if not whole.startswith((self.root + "/", self.root + "\0")) and whole != self.root:
            return None
        place = os.path.relpath(whole, self.root)
        for pattern, name in NAMES:
            place = pattern.sub(name, place)
        return f"{verb} {place}"

    def install(self) -> None:
        """Watch this process from now on."""
        for name, which in {"rename": 1, "replace": 1, "link": 1, "symlink": 1, "unlink": 0, "rmdir": 0, "mkdir": 0, "fsync": 0}.items():
            self._wrap(os, name, name, which)
        self._wrap(shutil, "copyfile", "copy", 1)
        self._wrap(Path, "write_text", "write", 0)
        self._wrap(Path, "write_bytes", "write", 0)
        self._watch_modules()

    def _wrap(self, owner: Any, name: str, verb: str, which: int) -> None:
        real = getattr(owner, name)

        def step(*arguments: Any, **named: Any) -> Any:
            label = self.label(verb, arguments[which], named.get("dir_fd"))
            return self.around(label, lambda: real(*arguments, **named)) if label else real(*arguments, **named)

        setattr(owner, name, step)

    def _watch_modules(self) -> None:
        import duckdb

        import flows.state.data_folder
        import warehouse.build.full_build
        import warehouse.storage.parquet

        real = duckdb.connect

        class Watched:
            """A connection whose statements are steps."""

            def __init__(connection, *arguments: Any, **named: Any) -> None:  # noqa: N805 (self is the outer one)
                connection.real = real(*arguments, **named)  # type: ignore[attr-defined]

            def __getattr__(connection, name: str) -> Any:  # noqa: N805
                return getattr(connection.__dict__["real"], name)

            def __enter__(connection) -> Watched:  # noqa: N805
                return connection

            def __exit__(connection, *_: Any) -> None:  # noqa: N805
                self.around("duckdb close", connection.real.close)  # type: ignore[attr-defined]

            def execute(connection, sql: str, *more: Any) -> Any:  # noqa: N805
                return self.around(f"duckdb {sql.split()[0]}", lambda: connection.real.execute(sql, *more))  # type: ignore[attr-defined]

        class Module:
            connect = Watched
            Error = duckdb.Error
            DuckDBPyConnection = duckdb.DuckDBPyConnection

        warehouse.build.full_build.duckdb = Module  # type: ignore[assignment]
        self._watch_function(warehouse.storage.parquet, "write_table")
        if hasattr(flows.state.data_folder, "sync_all"):
            self._watch_function(flows.state.data_folder, "sync_all")

    def _watch_function(self, owner: Any, name: str) -> None:
        real = getattr(owner, name)
        setattr(owner, name, lambda *arguments, **named: self.around(_called(name, arguments), lambda: real(*arguments, **named)))


def _called(name: str, arguments: tuple[Any, ...]) -> str:
    return f"{name} {arguments[0]}" if arguments and isinstance(arguments[0], str) else name
