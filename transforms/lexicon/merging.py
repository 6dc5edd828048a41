"""How a file of an overlay folder goes together with the file of the same name in the lexicon.

An overlay holds only what differs. Its entries come first, since in most files the first entry that fits decides; an entry
with the id of one of ours replaces it.
"""

from __future__ import annotations

from typing import Any

_KEYS = ("id", "unit_std", "role", "unit")
"""What names an entry, the first of these that it has."""


def merge(ours: Any, theirs: Any) -> Any:
    """The content of a file with that of an overlay's file over it.

    Lists of entries: an entry with a name that ours has replaces ours in its place, others come first. Mappings: key by key.
    Strings of words (``cues.yml``): the words of both. Anything else: the overlay's.
    """
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return {
            key: merge(ours[key], theirs[key]) if key in ours and key in theirs else theirs.get(key, ours.get(key)) for key in ours | theirs
        }
    if isinstance(ours, list) and isinstance(theirs, list):
        return _merge_lists(ours, theirs)
    if isinstance(ours, str) and isinstance(theirs, str):
        return f"{theirs} {ours}"
    return theirs


def _merge_lists(ours: list[Any], theirs: list[Any]) -> list[Any]:
    if any(not isinstance(entry, dict) for entry in (*ours, *theirs)):
        return list(dict.fromkeys([*theirs, *ours])) if all(isinstance(entry, str) for entry in (*ours, *theirs)) else theirs
    names = [_name(entry) for entry in ours]
    replaced = {name: entry for entry in theirs if names.count(name := _name(entry)) == 1}
    new = [entry for entry in theirs if _name(entry) not in replaced]
    return [*new, *(replaced.get(name, entry) for name, entry in zip(names, ours, strict=True))]


def _name(entry: dict[str, Any]) -> tuple[str, str]:
    """What an entry is known by; one without a name is known by all of itself."""
    return next(((key, str(entry[key])) for key in _KEYS if key in entry), ("", repr(entry)))
