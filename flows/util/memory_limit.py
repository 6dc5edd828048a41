"""A limit of the memory of a process, so that hostile input fails alone instead of exhausting the machine."""

from __future__ import annotations

from pathlib import Path


def limit_memory(additional: int) -> None:
    """Let this process take ``additional`` bytes of memory besides what it has; 0 removes the limit. Does nothing outside Linux.

    An allocation beyond the limit raises MemoryError, or ends the process inside a library that cannot handle it.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])  # data and stack
    except (ImportError, OSError):
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = pages * resource.getpagesize() + additional if additional else hard
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
