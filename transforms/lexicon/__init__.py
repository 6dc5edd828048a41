"""The rules, units, indicators and cues as data, each entry with examples that must and must not match.

This room holds the data files and what reads them: no knowledge of documents, numbers or names. An entry that is not valid
is refused with the file, the entry and what is allowed. A folder of a user's own (``--rules DIR``) is merged over it.
"""

from transforms.lexicon.active import (
    PatternName,
    derived,
    derived_up_to,
    expand,
    in_force,
    load,
    pattern,
    put_in_force,
    using,
)
from transforms.lexicon.errors import LexiconError, RulesError
from transforms.lexicon.loader import FOLDER, Lexicon
from transforms.lexicon.shapes import check_keys

__all__ = [
    "FOLDER",
    "Lexicon",
    "LexiconError",
    "PatternName",
    "RulesError",
    "check_keys",
    "derived",
    "derived_up_to",
    "expand",
    "in_force",
    "load",
    "pattern",
    "put_in_force",
    "using",
]
