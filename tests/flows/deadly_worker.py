"""A worker on which some documents are deadly: they kill it, some only once, hang it, take all memory, or raise."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import flows.workers.worker
from transforms.pipeline import read_document
from transforms.types import Document, RawFile


def deadly(raw: RawFile, **named: Any) -> Document:
    if b"KILL" in raw.data:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"ONCE" in raw.data and not (mark := Path(os.environ["DEADLY_MARK"])).exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if b"EAT" in raw.data:
        Path(os.environ["DEADLY_GROUP"], "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
        eaten = [b"x" * 50_000_000 for _ in range(40)]
        raise AssertionError(f"{len(eaten)} helpings, and still alive")
    if b"HANG" in raw.data:
        if "DEADLY_MARK" in os.environ:
            Path(os.environ["DEADLY_MARK"]).touch()
        time.sleep(600)
    if b"HOG" in raw.data:
        bytearray(1_000_000_000)
    if b"RAISE" in raw.data:
        raise ValueError("a fault")
    return read_document(raw, **named)


if __name__ == "__main__":
    flows.workers.worker.read_document = deadly  # type: ignore[assignment]
    flows.workers.worker.main()
