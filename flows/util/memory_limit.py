"""How much memory a process may take, so that hostile input fails alone instead of taking the machine's."""

from __future__ import annotations

from pathlib import Path


def limit_memory(more: int) -> None:
    """Let this process take so many bytes of memory besides what it has; 0 takes the limit away. Does nothing where that is not Linux.

    What asks for more gets a MemoryError, or dies of it where it is a library that cannot go on without.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])  # data and stack
    except (ImportError, OSError):
        return
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    limit = pages * resource.getpagesize() + more if more else hard
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
