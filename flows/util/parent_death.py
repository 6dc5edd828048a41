"""Processes that end when whoever started them dies, whatever they are doing then.

The starter holds one end of a pipe into which nobody writes, and the process holds the other: that it closes is the only thing
that can happen to it. On Linux the system tells so with a signal that ends the process, even inside a library that never comes
back. Elsewhere a process goes on until it has something to say to its starter.
"""

from __future__ import annotations

import fcntl
import os
import select
import sys


def end_with(handle: int) -> None:
    """Let the system end this process when the other end of the pipe ``handle`` is closed.

    Each process needs a pipe of its own: of those that share one, the system tells only the last.
    """
    if not hasattr(fcntl, "F_SETSIG"):
        return
    fcntl.fcntl(handle, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(handle, fcntl.F_SETFL, fcntl.fcntl(handle, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([handle], [], [], 0)[0]:  # closed before we listened
        sys.exit(1)
