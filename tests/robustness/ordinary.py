"""Root made like an ordinary user, so that what a user may not do can be tested where tests are run by root."""

from __future__ import annotations

import ctypes
import os
import struct
import sys

OVERRIDE, READ_SEARCH = 1, 2
"""The rights of root to read and write whatever its permissions say (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH)."""
DROP_FROM_BOUNDS = 24
VERSION = 0x20080522


def can_be_ordinary() -> bool:
    """Whether permissions can be made to hold here."""
    return os.geteuid() != 0 or sys.platform == "linux"


def become_ordinary() -> None:
    """Let permissions hold for this process, and for all that it starts.

    Raises:
        OSError: root may not give up its rights here.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for right in (OVERRIDE, READ_SEARCH):
        _require(libc.prctl(DROP_FROM_BOUNDS, right, 0, 0, 0))
    header = ctypes.create_string_buffer(struct.pack("Ii", VERSION, 0))
    rights = ctypes.create_string_buffer(24)
    _require(libc.capget(header, rights))
    kept = ~(1 << OVERRIDE | 1 << READ_SEARCH) & 0xFFFFFFFF
    words = struct.unpack("6I", rights.raw)
    rights = ctypes.create_string_buffer(struct.pack("6I", *(word & kept for word in words[:3]), *words[3:]))
    _require(libc.capset(header, rights))


def _require(answer: int) -> None:
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
