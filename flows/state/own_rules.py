"""The user's own rules (``--rules DIR``), merged over those of the lexicon in each process that reads or validates."""

from __future__ import annotations

from pathlib import Path

from transforms.lexicon import Lexicon, put_in_force

_in_use: list[Path | None] = [None]


def use_rules(folder: Path | None) -> None:
    """Read by the lexicon with the user's own rules over it from now on; None takes the lexicon alone.

    Raises:
        RulesError: the folder does not exist, or an entry is not valid; the message says what to write.
    """
    if folder != _in_use[0]:
        put_in_force(Lexicon.load(overlay=folder))
        _in_use[0] = folder
