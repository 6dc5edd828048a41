"""Titles within a text: where a file that holds several reports goes on with another one, and of which year that is."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.lexicon import pattern
from transforms.text.part_evidence import western_years

_TITLE = pattern("document_title")
_LONGEST = 60
_FEWEST_WORDS = 20
"""Characters of sentences that a document has at least before another begins."""
_FARTHEST = 30
"""Years that two reports in one file may lie apart."""

Start = tuple[int, int | None]
"""The first paragraph of a document and the year that it plans."""


def other_documents(paragraphs: Sequence[str], report: int | None, doc_type: str) -> list[Start]:
    """Where the documents of a text begin: the first with the year that is known of it, the others with that of their title.

    Args:
        paragraphs: the paragraphs of the text without white space.
        report: the year that the first document plans.
        doc_type: the kind of document; the title of a communiqué names the year of its data, which is the one before.
    """
    starts: list[Start] = [(0, report)]
    if report is None:
        return starts
    words = 0
    for at, paragraph in enumerate(paragraphs):
        if len(paragraph) > _LONGEST or "。" in paragraph:
            words += len(paragraph) if "。" in paragraph else 0
            continue
        title = _TITLE.match(western_years(paragraph))
        if title is None:
            continue
        year = int(title["year"]) + (1 if title["communique"] else 0)
        if words >= _FEWEST_WORDS and year != starts[-1][1] and abs(year - report) <= _FARTHEST:
            starts.append((at, year))
            words = 0
    return starts
