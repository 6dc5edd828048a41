"""The file ``sources.yml`` in the seeds folder: folders, globs and addresses from which more documents come.

A document's ``source_path`` names its source: ``NAME/…`` for a folder or glob (``as``, else the folder's name), ``web/HOST/…``
for an address. It stays the same from run to run, whatever the address redirects to.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from flows.ingest.source_names import name_part, web_path

NAMES = ("sources.yml", "sources.yaml")
KINDS = {"folder": {"as"}, "glob": {"as"}, "url": {"allow_private"}}
ALLOWED = (
    "An entry is `folder: PATH`, `glob: PATTERN` (both with `as: NAME` if wanted) or `url: ADDRESS` (with `allow_private: true` if wanted)"
)
_CREDENTIALS = re.compile(r"(?<=//)[^/?#\s'\"]*@")


class SourcesError(Exception):
    """``sources.yml`` is not valid; the message gives the line, what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of ``sources.yml``."""

    kind: str
    """folder, glob or url."""
    value: str
    name: str
    """First part of the source paths of a folder or glob; the complete source path of an address."""
    line: int
    allow_private: bool = False


def load(seeds: Path) -> tuple[Source, ...]:
    """The entries of ``sources.yml`` in the seeds folder; none if there is no such file.

    Raises:
        SourcesError: the file or an entry is not valid.
    """
    try:
        path = next((seeds / name for name in NAMES if (seeds / name).is_file()), None)
    except PermissionError as error:
        raise SourcesError(f"The seeds folder {seeds} cannot be read ({error.strerror}). Give the pipeline's user access to it.") from error
    if path is None:
        return ()
    try:
        root = yaml.compose(path.read_text(encoding="utf8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path} cannot be read ({error}). It must be a text file in UTF-8.") from error
    except yaml.YAMLError as error:
        raise SourcesError(f"{path} is not valid YAML: {_without_secrets(' '.join(str(error).split()))}") from None
    if root is None:
        return ()
    sources = tuple(_source(path, node) for node in _entries(path, root))
    _require_distinct(path, sources)
    return sources


def _require_distinct(path: Path, sources: Sequence[Source]) -> None:
    names: dict[str, Source] = {}
    for source in sources:
        twin = names.setdefault(source.name, source)
        if twin is not source and (source.kind == "url" or (twin.kind, twin.value) == (source.kind, source.value)):
            raise SourcesError(f"{path}, line {source.line}: the same as line {twin.line}. Remove one of the two.")
        if twin is not source:
            raise SourcesError(
                f"{path}, line {source.line}: its documents would have the same names as those of line {twin.line} "
                f"({source.name}/…). Give one of the two a name of its own with `as: NAME`."
            )


def _entries(path: Path, root: yaml.Node) -> list[yaml.Node]:
    where = f"{path}, line {root.start_mark.line + 1}"
    if not isinstance(root, yaml.MappingNode) or [key.value for key, _ in root.value] != ["sources"]:
        raise SourcesError(f"{where}: the file holds one list, `sources:`, with an entry (`- url: …`) for each source.")
    listed = root.value[0][1]
    if isinstance(listed, yaml.ScalarNode) and listed.tag == "tag:yaml.org,2002:null":
        return []
    if not isinstance(listed, yaml.SequenceNode):
        raise SourcesError(f"{where}: `sources` must be a list. {ALLOWED}.")
    return list(listed.value)


def _source(path: Path, node: yaml.Node) -> Source:
    line = node.start_mark.line + 1

    def wrong(what: str) -> SourcesError:
        return SourcesError(f"{path}, line {line}: {_without_secrets(what)}. {ALLOWED}.")

    try:
        entry = yaml.SafeLoader("").construct_document(node)
    except yaml.YAMLError as error:
        raise wrong(f"the entry cannot be read ({' '.join(str(error).split())})") from None
    if not isinstance(entry, dict):
        raise wrong(f"the entry is {entry!r}")
    kinds = [kind for kind in KINDS if kind in entry]
    if len(kinds) != 1:
        raise wrong("the entry must have one of folder, glob and url" + (", not several" if kinds else ""))
    kind = kinds[0]
    value = entry[kind]
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"{kind} is {value!r}, and must be text")
    unknown = [str(key) for key in entry if key != kind and key not in KINDS[kind]]
    if unknown:
        raise wrong(f"{', '.join(unknown)} is not known for a {kind}")
    if kind == "url":
        return Source(kind, value.strip(), _checked_url(value.strip(), wrong), line, _flag(entry.get("allow_private", False), wrong))
    name = str(entry.get("as") or _base_name(kind, value))
    if name_part(name) != name or name.casefold() == "web":
        raise wrong(f"the name {name!r} cannot begin the path of a document; give another one with `as: NAME`")
    return Source(kind, value.strip(), name, line)


def _without_secrets(text: str) -> str:
    """A message without the user names and passwords of addresses, since it goes into logs."""
    return _CREDENTIALS.sub("…@", text)


def _flag(value: Any, wrong: Callable[[str], SourcesError]) -> bool:
    if not isinstance(value, bool):
        raise wrong(f"allow_private is {value!r}, and must be true or false")
    return value


def _checked_url(url: str, wrong: Callable[[str], SourcesError]) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(httpx.URL(url).host) and parts.port != 0
        name = web_path(url) if usable else ""
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise wrong(f"{url!r} is no address; it must begin with http:// or https:// and name a host")
    if parts.username or parts.password:
        raise wrong("the address holds a user name or password, which would show in the tables; fetch the document in another way")
    return name


def _base_name(kind: str, value: str) -> str:
    return fixed_part(value).name if kind == "glob" else Path(os.path.abspath(value)).name


def fixed_part(pattern: str) -> Path:
    """The folder that a pattern cannot leave: its parts before the first with a wildcard."""
    parts = Path(pattern).parts
    wild = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return Path(*parts[:wild])
