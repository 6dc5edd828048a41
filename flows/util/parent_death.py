"""Processes that exit when their parent dies, whatever they are doing then.

The parent holds one end of a pipe, and the child the other. Nobody writes to the pipe. It closes when the parent dies; on Linux
the system then sends the child a signal that ends it, even inside a library call that never returns. Elsewhere the child goes on
until it next writes to its parent.
"""

from __future__ import annotations

import fcntl
import os
import select
import sys


def exit_with_parent(handle: int) -> None:
    """Have the system end this process when the other end of the pipe ``handle`` is closed.

    Each process needs a pipe of its own: of several that share one, the system signals only the last.
    """
    if not hasattr(fcntl, "F_SETSIG"):
        return
    fcntl.fcntl(handle, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(handle, fcntl.F_SETFL, fcntl.fcntl(handle, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([handle], [], [], 0)[0]:  # it was closed before we listened
        sys.exit(1)
