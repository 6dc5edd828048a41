"""Where documents come from besides the seeds folder: the folders, globs and addresses of ``seeds/sources.yml``.

A document's ``source_path`` tells which source it is of: ``NAME/…`` for a folder or glob (``as``, else the folder's name),
``web/HOST/…`` for an address. It stays the same from run to run, whatever the address redirects to.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import yaml

from flows.ingest.download_cache import Entry, RawStore
from flows.ingest.http_fetch import Answer, Fetcher, FetchError, Known
from flows.ingest.inventory import files_in
from flows.state.source_files import Found, Unreadable
from flows.util import moments

NAMES = ("sources.yml", "sources.yaml")
KINDS = {"folder": {"as"}, "glob": {"as"}, "url": {"allow_private"}}
ALLOWED = (
    "An entry is `folder: PATH`, `glob: PATTERN` (both with `as: NAME` if wanted) or `url: ADDRESS` (with `allow_private: true` if wanted)"
)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|#%]')
_LONGEST = 80
_CREDENTIALS = re.compile(r"(?<=//)[^/?#\s'\"]*@")


class SourcesError(Exception):
    """``sources.yml`` cannot be meant so; the message says which line, what is wrong and what is allowed."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of ``sources.yml``."""

    kind: str
    """folder, glob or url."""
    value: str
    name: str
    """First part of the source path of what a folder or glob holds; the whole source path of an address."""
    line: int
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address has to give to this run: a document, a reason why it gave nothing (new), or both."""

    source_path: str
    sha256: str | None
    path: str | None
    problem: Unreadable | None


def load(seeds: Path) -> tuple[Source, ...]:
    """The entries of ``sources.yml`` in the seeds folder; none where there is no such file.

    Raises:
        SourcesError: the file or an entry is not what it must be.
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
        raise SourcesError(f"{path} is no YAML: {_without_secrets(' '.join(str(error).split()))}") from None
    if root is None:
        return ()
    entries = _entries(path, root)
    sources = tuple(_source(path, node) for node in entries)
    names: dict[str, Source] = {}
    for source in sources:
        twin = names.setdefault(source.name, source)
        if twin is not source and (source.kind == "url" or (twin.kind, twin.value) == (source.kind, source.value)):
            raise SourcesError(f"{path}, line {source.line}: the same as line {twin.line}. Take one of the two out.")
        if twin is not source:
            raise SourcesError(
                f"{path}, line {source.line}: its documents would have the same names as those of line {twin.line} "
                f"({source.name}/…). Give one of the two a name of its own with `as: NAME`."
            )
    return sources


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
    if _part(name) != name or name.casefold() == "web":
        raise wrong(f"the name {name!r} cannot begin the path of a document; give another one with `as: NAME`")
    return Source(kind, value.strip(), name, line)


def _without_secrets(text: str) -> str:
    """A message without the user names and passwords of addresses in it: it goes into logs and the ledger."""
    return _CREDENTIALS.sub("…@", text)


def _flag(value: Any, wrong: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(f"allow_private is {value!r}, and must be true or false")
    return value


def _checked_url(url: str, wrong: Any) -> str:
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
    return _fixed(value).name if kind == "glob" else Path(os.path.abspath(value)).name


def _fixed(pattern: str) -> Path:
    """The folder that a pattern cannot leave: its parts before the first with a wildcard."""
    parts = Path(pattern).parts
    wild = next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return Path(*parts[:wild])


# files ---------------------------------------------------------------------------------------------------------------


def local_files(sources: Sequence[Source], seeds: Path, allowed: Sequence[Path] = ()) -> Found:
    """The files of folders and globs, without those in the seeds folder, which are read anyway.

    Args:
        sources: the entries of ``sources.yml``.
        seeds: the seeds folder.
        allowed: what may be read besides what lies beside the seeds folder. Who may write into the seeds folder may not therefore
            have read what the pipeline's user can read.

    Raises:
        SourcesError: a folder does not exist, which would remove all its documents, or is not allowed, or holds the seeds folder.
    """
    root = Path(os.path.realpath(seeds))
    within = [root.parent, *(Path(os.path.realpath(folder)) for folder in allowed)]
    files: dict[str, str] = {}
    refused: list[Unreadable] = []
    for source in sources:
        if source.kind == "url":
            continue
        folder = root / (source.value if source.kind == "folder" else _fixed(source.value))
        if not folder.is_dir():
            raise SourcesError(f"sources.yml, line {source.line}: there is no folder {folder}. Mount or create it, or take the entry out: "
                               "its documents then leave the warehouse.")  # fmt: skip
        real = Path(os.path.realpath(folder))
        if real.is_relative_to(root):
            continue
        if root.is_relative_to(real):
            raise SourcesError(f"sources.yml, line {source.line}: {folder} holds the seeds folder itself. Name the folders beside it.")
        if not any(real.is_relative_to(folder) for folder in within):
            raise SourcesError(
                f"sources.yml, line {source.line}: {real} is not beside the seeds folder, and not allowed. If its documents are to be "
                f"read, set BAOGAO_SOURCE_FOLDERS={real}"
            )
        found = files_in(real, prefix=f"{source.name}/")
        if source.kind == "glob":
            found = _matching(found, root / source.value, real)
            if not found.files:
                refused.append(
                    Unreadable(source.name, "unreachable", f"No file matches {source.value}. Correct the pattern in sources.yml.")
                )
        files |= dict(found.files)
        refused += found.unreadable
    return Found(tuple(sorted(files.items())), tuple(refused))


def _matching(found: Found, pattern: Path, folder: Path) -> Found:
    wanted = {os.path.realpath(folder / path) for path in glob.glob(str(pattern), recursive=True)}
    return Found(tuple(item for item in found.files if os.path.realpath(item[1]) in wanted), ())


# addresses -----------------------------------------------------------------------------------------------------------


def web_path(url: str) -> str:
    """The source path of an address: ``web/HOST/PATH``, readable, safe as a file name, and another for every address.

    What cannot stand in a file name is replaced; where that, or a query, could make two addresses one, eight digits of the
    address's hash are added.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii").decode("ascii").lower()
    port = f"_{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme] else ""
    told = [unquote(part) for part in parts.path.split("/") if part]
    kept = [_part(part) for part in told][-12:]
    place = PurePosixPath("web", _part(host) + port, *(kept or ["index"]))
    if kept == told and not parts.query and not parts.path.endswith("/") and "//" not in parts.path:
        return str(place)
    digest = hashlib.sha256(url.partition("#")[0].encode("utf8", "surrogatepass")).hexdigest()[:8]
    return str(place.with_name(f"{place.stem}~{digest}{place.suffix}"))


def _part(text: str) -> str:
    """One part of a path, safe anywhere: no separators, control or direction characters, no leading dot, not too long."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(char if char.isprintable() else "_" for char in _UNSAFE.sub("_", text)).strip().lstrip(".~").rstrip(". ") or "_"
    if len(text.encode()) <= _LONGEST * 2 and len(text) <= _LONGEST:
        return text
    stem, dot, ending = text.rpartition(".")
    ending = f"{dot}{ending}" if dot and len(ending) <= 5 else ""
    while len((stem or text).encode()) > _LONGEST or len(stem) > _LONGEST:
        stem = (stem or text)[:-1]
    return stem + ending


def fetch(sources: Iterable[Source], raw: RawStore, fetcher: Fetcher) -> list[Fetched]:
    """Ask the addresses, one after the other. What a host does not give now is taken from what it gave before."""
    return [_fetch(source, raw, fetcher) for source in sources if source.kind == "url"]


def _fetch(source: Source, raw: RawStore, fetcher: Fetcher) -> Fetched:
    before = raw.entry(source.value)
    has_document = before is not None and before.sha256 is not None
    known = Known(before.etag, before.last_modified) if before and has_document else Known()
    moment = moments.now().isoformat(timespec="seconds")
    try:
        answer = fetcher.fetch(source.value, known, allow_private=source.allow_private)
        if answer.data is None and not has_document:
            raise FetchError("unreachable", "The server says that nothing has changed, but it was not told what there is. Try again later.")
    except FetchError as error:
        message = error.message
        if before and before.sha256:
            message += f" The document fetched on {(before.fetched_at or '')[:10]} stands."
        entry = _entry(source.value, moment, before, problem=message)
        problem: Unreadable | None = Unreadable(source.name, error.error, message)
    else:
        entry = _answered(source.value, moment, before, answer, raw)
        problem = None
    raw.record(entry)
    return Fetched(source.name, entry.sha256, str(raw.path(entry.sha256)) if entry.sha256 else None, problem)


def _entry(url: str, moment: str, before: Entry | None, *, problem: str | None) -> Entry:
    if before is None:
        return Entry(url, moment, problem=problem)
    return Entry(url, moment, before.sha256, before.size, before.fetched_at, before.final_url, before.etag, before.last_modified,
                 before.media_type, problem)  # fmt: skip


def _answered(url: str, moment: str, before: Entry | None, answer: Answer, raw: RawStore) -> Entry:
    if answer.data is None:
        return _entry(url, moment, before, problem=None)
    return Entry(
        url, moment, raw.keep(answer.data), len(answer.data), moment, answer.final_url, answer.etag, answer.last_modified, answer.media_type
    )


def by_host(sources: Iterable[Source]) -> dict[str, list[Source]]:
    """The addresses of each host: hosts are asked side by side, one host's addresses one after the other."""
    hosts: dict[str, list[Source]] = {}
    for source in sources:
        if source.kind == "url":
            hosts.setdefault(urlsplit(source.value).netloc.lower(), []).append(source)
    return hosts


def gathered(local: Found, fetched: Sequence[Fetched]) -> Found:
    """All that the sources have to give: files to read, and what could not be had."""
    files = [*local.files, *((item.source_path, item.path) for item in fetched if item.path)]
    lost = [item.problem for item in fetched if item.problem and not item.path]
    kept = [item.problem for item in fetched if item.problem and item.path]
    return Found(tuple(files), (*local.unreadable, *lost), tuple(kept))


def require_names(found: Found, seeds: Path) -> None:
    """See that no source's documents have the names of files in the seeds folder.

    Raises:
        SourcesError: a source's documents have the names of files in the seeds folder.
    """
    for name in sorted({path.split("/")[0] for path, _ in found.files}):
        if (seeds / name).exists():
            advice = "." if name == "web" else ", or give the source another name with `as: NAME`."
            raise SourcesError(
                f"The seeds folder holds {name}/, the name under which documents of sources.yml are known. Rename {seeds / name}{advice}"
            )
