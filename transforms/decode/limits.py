"""How much a single file may ask of the decoders before it is refused.

The limits are far above any real report (the longest known has 0.1 million characters) and low enough that refusing or
reading the worst file ends in seconds and within a few hundred megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from transforms.types import DecodeError

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; sizes in bytes, the rest counts."""

    text_bytes: int = 32 * _MB
    """A txt, md or html file."""
    container_bytes: int = 256 * _MB
    """A pdf, docx or zip file."""
    characters: int = 5_000_000
    """Text of one document."""
    numbers: int = 200_000
    """Runs of digits or Chinese numerals in that text; a report has a few thousand."""
    pages: int = 3_000
    """Pages of a PDF."""
    part_bytes: int = 64 * _MB
    """One XML part of a DOCX, unpacked."""
    elements: int = 3_000_000
    """XML or HTML elements of one document."""
    table_cells: int = 400_000
    """Cells of one table, spans filled in."""
    members: int = 5_000
    """Files of one archive, archives inside it included."""
    unpacked_bytes: int = 1024 * _MB
    """All members of one archive together, unpacked."""
    ratio: int = 250
    """Unpacked size of a zip member over its packed size (only looked at above 1 MiB unpacked)."""
    depth: int = 2
    """Archives inside archives."""


DEFAULT = Limits()


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / _MB:,.1f} MB"


def check_size(size: int, limit: int, what: str, advice: str) -> None:
    """Refuse what is larger than its limit.

    Raises:
        DecodeError: ``too_large``, saying how large it is, what is allowed and what to do.
    """
    if size > limit:
        raise DecodeError("too_large", f"{what} has {megabytes(size)}; at most {megabytes(limit)} are read. {advice}")
