"""The rules, units, indicators and cues as data, each entry with examples that must and must not match.

:func:`load` reads one file; an entry that cannot be meant is refused with the file, the entry and what is allowed.
"""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


class LexiconError(ValueError):
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
        return yaml.load((FOLDER / name).read_text(encoding="utf8"), Loader=_Loader)
    except yaml.YAMLError as error:
        raise LexiconError(f"transforms/lexicon/{name} is not valid YAML: {error}") from error


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
def rules_hash() -> str:
    """A hash over every file of the lexicon: it changes when a rule does."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in (".yml", ".csv"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
