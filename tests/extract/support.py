"""Documents for tests of extraction: a text that is said to be of a kind and a year, without a file behind it."""

from __future__ import annotations

import re

from transforms.types import Decoded, Document, Identity

MARK = re.compile(r"\[([^\[\]]*)\]")
"""A numeral in question in an example: 全市第[四]."""


def document(text: str, report_year: int | None = 2023, doc_type: str = "work_report") -> Document:
    """A document of this text."""
    return Document("d", "d.txt", "d.txt", "0" * 64, Decoded(text, "txt"), Identity(doc_type=doc_type, report_year=report_year))


def unmarked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """An example without its marks, and the places that were marked."""
    places = []
    for at, found in enumerate(MARK.finditer(example)):
        start = found.start() - 2 * at
        places.append((start, start + len(found[1])))
    return MARK.sub(r"\1", example), places
