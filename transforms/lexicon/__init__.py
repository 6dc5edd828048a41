"""The rules, units, indicators and cues as data, each entry with examples that must and must not match.

:func:`load` reads one file; an entry that cannot be meant is refused with the file, the entry and what is allowed.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import re
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_PATTERN_KEYS = frozenset({"id", "en", "pattern", "yes", "no"})


class RulesError(ValueError):
    """Something that the program knows as data cannot be meant; the message names the file and the way out."""


class LexiconError(RulesError):
    """An entry of the lexicon that cannot be meant; the message names the file, the entry and the way out."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which only true and false are truth values: ``yes`` and ``no`` name a rule's examples."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@functools.cache
def load(name: str) -> Any:
    """The content of ``transforms/lexicon/NAME``, parsed once."""
    try:
        content = yaml.load((FOLDER / name).read_text(encoding="utf8"), Loader=_Loader)
    except yaml.YAMLError as error:
        raise LexiconError(f"transforms/lexicon/{name} is not valid YAML: {error}") from error
    _check_shape(name, content)
    return content


_EXAMPLES = frozenset({"yes", "no"})
_TOP_KEYS = {
    "bounds.yml": frozenset({"before", "behind"}) | _EXAMPLES,
    "cues.yml": frozenset(
        {"rise", "fall", "filler", "to", "level", "keep", "object", "object_or_noun", "transitive", "generic", "adverbs", "manner"}
    )
    | {"lead", "empty", "not_noun", "noun_ends", "rate_nouns", "growth_nouns", "examples"},
    "words.yml": frozenset({"date", "duration", "ordinal", "heading", "name", "specification", "reference", "lexical"}),
    "confidence.yml": frozenset({"start", "factors"}),
}
_ENTRY_KEYS = {
    "bounds.yml": frozenset({"bound", "words", "soft", "list", "not_after"}),
    "implied_units.yml": frozenset({"unit", "reach", "nouns", "subjects"}) | _EXAMPLES,
    "words.yml": frozenset({"words"}) | _EXAMPLES,
    "confidence.yml": frozenset({"id", "factor", "reason"}),
}
"""Allowed keys of the files whose readers take them apart without asking: of the file itself, and of its entries."""


def _check_shape(name: str, content: Any) -> None:
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


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}
    for entry in load("wording.yml"):
        check_keys("wording.yml", entry, _PATTERN_KEYS, frozenset({"id", "en", "pattern"}))
        if entry["id"] in found:
            raise LexiconError(f"transforms/lexicon/wording.yml: id {entry['id']!r} is there twice")
        try:
            found[entry["id"]] = re.compile(entry["pattern"])
        except re.error as error:
            raise LexiconError(f"transforms/lexicon/wording.yml: {entry['id']}: {error}") from error
    return found


def pattern(name: str) -> re.Pattern[str]:
    """The compiled pattern of that id in ``wording.yml``.

    Raises:
        LexiconError: there is none; the message names those whose ids are near.
    """
    known = _patterns()
    if name not in known:
        near = difflib.get_close_matches(name, known)
        raise LexiconError(f"transforms/lexicon/wording.yml has no pattern {name!r}; near are {', '.join(near) or 'none'}")
    return known[name]


@functools.cache
def rules_hash() -> str:
    """A hash over every file of the lexicon: it changes when a rule does."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in (".yml", ".csv"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
