"""What is raised where rules that people write as data are not valid."""

from __future__ import annotations


class RulesError(ValueError):
    """A file that people write for the program is not valid; the message names the file, the entry and what to write."""


class LexiconError(RulesError):
    """An entry of the lexicon is not valid; the message names the file, the entry and what to write."""
