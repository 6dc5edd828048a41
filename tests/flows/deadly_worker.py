"""A worker on which some documents are deadly: they kill it, hang it, take all its memory, or raise."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import flows.worker
from transforms.model import Document, RawFile
from transforms.process import read_document


def deadly(raw: RawFile, **named: Any) -> Document:
    if b"KILL" in raw.data:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"HANG" in raw.data:
        time.sleep(600)
    if b"HOG" in raw.data:
        bytearray(1_000_000_000)
    if b"RAISE" in raw.data:
        raise ValueError("a fault")
    return read_document(raw, **named)


if __name__ == "__main__":
    flows.worker.read_document = deadly  # type: ignore[assignment]
    flows.worker.main()
