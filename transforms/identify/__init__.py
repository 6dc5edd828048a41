"""What a document is: kind, region, level, year, title, day and speaker, as a decision over weighed evidence.

Each field has candidates, and each candidate has pieces of evidence with weights (``lexicon/identity.yml``); the sum decides. Where the
best candidate is weak or hardly ahead of the next one the field is None, with a warning.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from transforms.identify.assemble import identity_of, with_statement
from transforms.identify.decide import Dossier, decide
from transforms.identify.regions import region_rows
from transforms.identify.zones import Zones, plain
from transforms.types import Decoded, Identity, Statement

__all__ = ["dossier", "identify", "region_rows"]
NAME_LENGTH = 200


def dossier(decoded: Decoded, source_path: str, says: Statement | None = None) -> Dossier:
    """The evidence for what a document is, weighed, and what it decides; what its keeper ``says`` is decided already."""
    path = PurePosixPath(source_path.replace("!/", "/"))
    name = plain("/".join([*path.parts[-2:-1], path.stem]))[-NAME_LENGTH:]
    return decide(Zones(decoded.text, plain(decoded.title or ""), name), says or Statement())


def identify(decoded: Decoded, source_path: str, says: Statement | None = None) -> Identity:
    """Kind, title, region, year, day and speaker of a document.

    ``region`` and ``region_code`` are those of today for a place that was only renamed, so that its reports of many years join;
    ``warnings`` then says what it was called. What cannot be told is None, with a warning.
    What the keeper of the document ``says`` beats what is inferred; where the text clearly says something else, that is a warning.
    """
    found = identity_of(dossier(decoded, source_path, says), decoded)
    return with_statement(found, says) if says else found
