"""Reading the folder of rules, alone or with a folder of a user's own rules over it."""

from __future__ import annotations

import difflib
import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from transforms.lexicon.errors import LexiconError
from transforms.lexicon.merging import merge
from transforms.lexicon.shapes import check_keys, check_shape

FOLDER = Path(__file__).parent
_PATTERN_KEYS = frozenset({"id", "en", "pattern", "yes", "no"})
_MACRO = re.compile(r"\{([A-Z][A-Z_]*)\}")
_MOST_NESTED = 5
"""How deep macros may stand within macros; deeper ones stand within themselves."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which only true and false are truth values: ``yes`` and ``no`` name a rule's examples."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class Lexicon:
    """The rules, units, indicators and cues of one folder, with a user's overlay over it where there is one.

    Files are read when they are first asked for. What is derived from them (compiled patterns, tables of words) is made
    by the modules that use it, through :mod:`transforms.lexicon.active`.
    """

    def __init__(self, folder: Path = FOLDER, overlay: Path | None = None) -> None:
        self.folder = folder
        self.overlay = overlay
        self._files: dict[str, Any] = {}

    @classmethod
    def load(cls, folder: Path = FOLDER, overlay: Path | None = None) -> Lexicon:
        """The lexicon of ``folder``, with the files of ``overlay`` merged over those of the same name.

        Raises:
            LexiconError: the overlay is no folder, or holds a file that the lexicon has not.
        """
        if overlay is not None:
            _check_overlay(folder, overlay)
        return cls(folder, overlay)

    def file(self, name: str) -> Any:
        """The content of a file, parsed once.

        Raises:
            LexiconError: the file is not valid YAML, or holds keys that nothing reads.
        """
        if name not in self._files:
            content = _parse(self.folder / name, f"transforms/lexicon/{name}")
            if self.overlay is not None and (self.overlay / name).exists():
                content = merge(content, _parse(self.overlay / name, str(self.overlay / name)))
            check_shape(name, content)
            self._files[name] = content
        return self._files[name]

    def expand(self, pattern: str) -> str:
        """A pattern with its macros (``{YEAR}``) written out.

        Raises:
            LexiconError: a macro is not in ``macros.yml``, or stands within itself.
        """
        for _ in range(_MOST_NESTED):
            if not _MACRO.search(pattern):
                return pattern
            pattern = _MACRO.sub(self._macro, pattern)
        raise LexiconError(f"transforms/lexicon/macros.yml: a macro stands within itself: {pattern[:80]!r}")

    def _macro(self, found: re.Match[str]) -> str:
        macros = self.file("macros.yml")
        if found[1] not in macros:
            raise LexiconError(f"transforms/lexicon/macros.yml has no macro {found[1]!r}{near(found[1], macros)}")
        return f"(?:{macros[found[1]]['pattern']})"

    @functools.cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """The compiled patterns of ``wording.yml`` by their ids."""
        found: dict[str, re.Pattern[str]] = {}
        for entry in self.file("wording.yml"):
            check_keys("wording.yml", entry, _PATTERN_KEYS, frozenset({"id", "en", "pattern"}))
            if entry["id"] in found:
                raise LexiconError(f"transforms/lexicon/wording.yml: id {entry['id']!r} is there twice")
            try:
                found[entry["id"]] = re.compile(self.expand(entry["pattern"]))
            except re.error as error:
                raise LexiconError(f"transforms/lexicon/wording.yml: {entry['id']}: {error}") from error
        return found

    def pattern(self, name: str) -> re.Pattern[str]:
        """The compiled pattern of that id in ``wording.yml``.

        Raises:
            LexiconError: there is none; the message names those whose ids are near.
        """
        if name not in self.patterns:
            close = ", ".join(difflib.get_close_matches(name, self.patterns)) or "none"
            raise LexiconError(f"transforms/lexicon/wording.yml has no pattern {name!r}; near are {close}")
        return self.patterns[name]

    @functools.cached_property
    def fingerprint(self) -> str:
        """A hash over every file of the folder and of the overlay: it changes when a rule does."""
        digest = hashlib.sha256()
        for path in self._paths():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]

    def _paths(self) -> Iterator[Path]:
        for folder in (self.folder, self.overlay):
            if folder is not None:
                yield from (path for path in sorted(folder.iterdir()) if path.suffix in (".yml", ".csv"))


def near(name: str, known: Any) -> str:
    """`` (near are …)`` with the known names that resemble one; empty where none does."""
    close = difflib.get_close_matches(name, [str(each) for each in known])
    return f"; near are {', '.join(close)}" if close else ""


def _parse(path: Path, name: str) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf8"), Loader=_Loader)
    except yaml.YAMLError as error:
        raise LexiconError(f"{name} is not valid YAML: {error}") from error
    except OSError as error:
        raise LexiconError(f"{name} cannot be read: {error.strerror or error}") from error


def _check_overlay(folder: Path, overlay: Path) -> None:
    if not overlay.is_dir():
        raise LexiconError(f"{overlay} is no folder. Name a folder with .yml files of your own rules.")
    known = {path.name for path in folder.glob("*.yml")}
    for path in sorted(overlay.iterdir()):
        if path.suffix in (".yml", ".yaml") and path.name not in known:
            raise LexiconError(
                f"{path}: the lexicon has no file of that name{near(path.name, known)}. Known are {', '.join(sorted(known))}."
            )
