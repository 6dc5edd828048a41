"""Which keys the files of the lexicon may have, where their readers take them apart without checking."""

from __future__ import annotations

from typing import Any

from transforms.lexicon.errors import LexiconError

_EXAMPLES = frozenset({"yes", "no"})
_TOP_KEYS = {
    "bounds.yml": frozenset({"before", "behind"}) | _EXAMPLES,
    "cues.yml": frozenset(
        {
            "rise",
            "fall",
            "filler",
            "to",
            "level",
            "keep",
            "object",
            "object_or_noun",
            "transitive",
            "generic",
            "adverbs",
            "manner",
            "hollow",
        }
    )
    | {"lead", "empty", "not_noun", "noun_ends", "rate_nouns", "growth_nouns", "examples"},
    "words.yml": frozenset({"date", "duration", "ordinal", "heading", "name", "specification", "reference", "lexical"}),
    "confidence.yml": frozenset({"start", "factors"}),
    "plain_forms.yml": frozenset({"pairs"}) | _EXAMPLES,
    "name_weights.yml": frozenset({"weights"}),
}
_ENTRY_KEYS = {
    "bounds.yml": frozenset({"bound", "words", "list", "not_after"}),
    "implied_units.yml": frozenset({"unit", "reach", "nouns", "subjects"}) | _EXAMPLES,
    "private_characters.yml": frozenset({"code", "reads", "en"}) | _EXAMPLES,
    "words.yml": frozenset({"words"}) | _EXAMPLES,
    "confidence.yml": frozenset({"id", "factor", "reason"}),
}
"""Allowed keys of the files whose readers take them apart without asking: of the file itself, and of its entries."""


def check_shape(name: str, content: Any) -> None:
    """Refuse keys that mean nothing in the files that are read as they are."""
    if name in _TOP_KEYS:
        check_keys(name, content, _TOP_KEYS[name])
    if name in _ENTRY_KEYS:
        groups = content.items() if isinstance(content, dict) else (("", content),)
        for key, group in groups:
            for entry in group if isinstance(group, list) else [group] if name == "words.yml" else ():
                check_keys(f"{name}, {key}" if key else name, entry, _ENTRY_KEYS[name])


def check_keys(name: str, entry: dict[str, Any], allowed: frozenset[str], required: frozenset[str] = frozenset()) -> None:
    """Refuse an entry with keys that mean nothing, or without those it needs.

    Raises:
        LexiconError: names the file, the entry and the allowed keys.
    """
    unknown, missing = set(entry) - allowed, required - set(entry)
    what = entry.get("id") or next(iter(entry.values()), "?")
    if unknown:
        raise LexiconError(f"transforms/lexicon/{name}: entry {what!r}: unknown key {sorted(unknown)}; allowed are {sorted(allowed)}")
    if missing:
        raise LexiconError(f"transforms/lexicon/{name}: entry {what!r}: needs {sorted(missing)}")
