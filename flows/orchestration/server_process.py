"""The process of a temporary Prefect server: ``python -m flows.orchestration.server_process SOCKET``."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from typing import Any


def _exit_with_parent() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(10)
    os._exit(1)  # the signal had no effect


def application() -> Any:
    """Prefect's application, imported with the garbage collector off, which saves a sixth of the time."""
    gc.disable()
    from prefect.server.api.server import create_app

    app = create_app()
    gc.freeze()
    gc.enable()
    return app


def main() -> None:
    """Serve Prefect's API on an open socket until a signal comes or the parent dies."""
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    gc.disable()
    import uvicorn

    listening = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(application, factory=True, log_level="critical", lifespan="on", timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
