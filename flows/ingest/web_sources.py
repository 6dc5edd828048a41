"""The documents of the addresses that ``sources.yml`` names, fetched or taken from the download cache."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from flows.ingest.download_cache import DownloadCache, FetchRecord
from flows.ingest.http_fetch import Answer, Fetcher, FetchError, Known
from flows.ingest.sources_file import Source, SourcesError
from flows.state.source_files import FileListing, IngestFailure
from flows.util import moments


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gives to this run: a document, the reason why it gave nothing (new), or both."""

    source_path: str
    sha256: str | None
    path: str | None
    problem: IngestFailure | None


def fetch(sources: Iterable[Source], cache: DownloadCache, fetcher: Fetcher) -> list[Fetched]:
    """Fetch the addresses, one after the other. Where one gives nothing now, its earlier document is used."""
    return [_fetch(source, cache, fetcher) for source in sources if source.kind == "url"]


def _fetch(source: Source, cache: DownloadCache, fetcher: Fetcher) -> Fetched:
    before = cache.entry(source.value)
    has_document = before is not None and before.sha256 is not None
    known = Known(before.etag, before.last_modified) if before and has_document else Known()
    moment = moments.now().isoformat(timespec="seconds")
    try:
        answer = fetcher.fetch(source.value, known, allow_private=source.allow_private)
        if answer.data is None and not has_document:
            raise FetchError("unreachable", "The server reports no change, although it was asked for the document itself. Try again later.")
    except FetchError as error:
        message = error.message
        if before and before.sha256:
            message += f" The document fetched on {(before.fetched_at or '')[:10]} is used."
        entry = _entry(source.value, moment, before, problem=message)
        problem: IngestFailure | None = IngestFailure(source.name, error.error, message)
    else:
        entry = _answered(source.value, moment, before, answer, cache)
        problem = None
    cache.record(entry)
    return Fetched(source.name, entry.sha256, str(cache.path(entry.sha256)) if entry.sha256 else None, problem)


def _entry(url: str, moment: str, before: FetchRecord | None, *, problem: str | None) -> FetchRecord:
    if before is None:
        return FetchRecord(url, moment, problem=problem)
    return replace(before, checked_at=moment, problem=problem)


def _answered(url: str, moment: str, before: FetchRecord | None, answer: Answer, cache: DownloadCache) -> FetchRecord:
    if answer.data is None:
        return _entry(url, moment, before, problem=None)
    return FetchRecord(
        url,
        moment,
        cache.store(answer.data),
        len(answer.data),
        moment,
        answer.final_url,
        answer.etag,
        answer.last_modified,
        answer.media_type,
    )


def by_host(sources: Iterable[Source]) -> dict[str, list[Source]]:
    """The addresses of each host: several hosts are fetched from at once, the addresses of one host one after the other."""
    hosts: dict[str, list[Source]] = {}
    for source in sources:
        if source.kind == "url":
            hosts.setdefault(urlsplit(source.value).netloc.lower(), []).append(source)
    return hosts


def gathered(local: FileListing, fetched: Sequence[Fetched]) -> FileListing:
    """The files of all sources, and what could not be had."""
    files = [*local.files, *((item.source_path, item.path) for item in fetched if item.path)]
    lost = [item.problem for item in fetched if item.problem and not item.path]
    stale = [item.problem for item in fetched if item.problem and item.path]
    return FileListing(tuple(files), (*local.failures, *lost), tuple(stale))


def require_names(found: FileListing, seeds: Path) -> None:
    """Require that the documents of no source have the names of files in the seeds folder.

    Raises:
        SourcesError: those of a source have.
    """
    for name in sorted({path.split("/")[0] for path, _ in found.files}):
        if (seeds / name).exists():
            advice = "." if name == "web" else ", or give the source another name with `as: NAME`."
            raise SourcesError(
                f"The seeds folder contains {name}/, the first part of the names of a source's documents. Rename {seeds / name}{advice}"
            )
