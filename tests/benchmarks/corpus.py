"""A corpus of any size made from a few real texts: other numbers, places and years in the same words.

    python -m tests.benchmarks.corpus FOLDER --documents 13000 [--characters 15000] [FILE or FOLDER…]     without one: the seed

The same arguments make the same documents. Each is of a region and a year of its own, by which it is named; its figures are
drawn anew, so that no document is a copy of another, and two years of one place differ as two reports do.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_extract import SEED, documents
from transforms.identify.regions import Region, regions
from transforms.types import Document

LAST_YEAR = 2025
OPENING = 3
"""Paragraphs that every document keeps: title, heading and what tells region and year."""
_PARAGRAPH = re.compile(r".+?(?:[。！？：]\s*\n|\Z)", re.DOTALL)
_NUMBER = re.compile(r"(?<![第\d.])\d+(?:\.\d+)?(?!\s*[年月日\d.])")
_YEAR = re.compile(r"(?:19|20)\d\d(?=\s*(?:年|[-—－~至]\s*(?:19|20)\d\d\s*年))")


@dataclass(frozen=True, slots=True)
class Source:
    """A text to make others from: its paragraphs, and the names and the year that are exchanged in it."""

    paragraphs: tuple[str, ...]
    region: str
    province: str
    year: int

    @classmethod
    def of(cls, document: Document) -> Source:
        identity = document.identity
        paragraphs = tuple(match.group() for match in _PARAGRAPH.finditer(document.text))
        return cls(paragraphs, identity.region or "", identity.province or "", identity.report_year or LAST_YEAR)


def corpus(sources: Sequence[Source], count: int, characters: int) -> Iterator[tuple[str, str]]:
    """Name (with a folder for the province) and text of ``count`` documents of about so many characters."""
    counties = [region for region in regions() if region.level == "county" and region.held(LAST_YEAR)]
    provinces = {region.code[:2]: region for region in regions() if region.level == "province" and region.held(LAST_YEAR)}
    for number in range(count):
        draw = random.Random(number)
        turn, place = divmod(number, len(counties))
        region, year = counties[place], LAST_YEAR - turn
        source = sources[number % len(sources)]
        province = provinces[region.code[:2]]
        text = _renamed(_of_length(source.paragraphs, characters, draw), source, region, province)
        text = _YEAR.sub(lambda match, shift=year - source.year: str(int(match.group()) + shift), text)
        yield f"{province.name}/{region.code}{region.name}{year}.txt", text


def _of_length(paragraphs: Sequence[str], characters: int, draw: random.Random) -> str:
    """Paragraphs left out, or used again, until the text has the length; with figures drawn anew in each."""
    body = list(range(OPENING, len(paragraphs)))
    length = sum(map(len, paragraphs))
    while body and length > characters:
        length -= len(paragraphs[body.pop(draw.randrange(len(body)))])
    while length < characters:
        body.append(draw.randrange(OPENING, len(paragraphs)))
        length += len(paragraphs[body[-1]])
    chosen = [*paragraphs[:OPENING], *(paragraphs[index] for index in body)]
    return "".join(_NUMBER.sub(lambda match: _figure(match.group(), draw), paragraph) for paragraph in chosen)


def _figure(text: str, draw: random.Random) -> str:
    """Another number of the same form: as many digits, the point where it was."""
    return str(draw.randint(1, 9)) + "".join(str(draw.randint(0, 9)) if char.isdigit() else char for char in text[1:])


def _renamed(text: str, source: Source, region: Region, province: Region) -> str:
    """The names of the region and of its province exchanged, with and without the word for their level."""
    exchanged = {source.region: region.name, source.province: province.name}
    exchanged |= {name[:-1]: new[:-1] for name, new in exchanged.items() if len(name) > 2 and len(new) > 2}
    names = sorted(filter(None, exchanged), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, names)), lambda match: exchanged[match.group()], text) if names else text


def write_corpus(folder: Path, places: Iterable[Path], count: int, characters: int) -> int:
    """Write the documents into ``folder``; the characters written.

    Raises:
        ValueError: none of the places holds a document to make others from.
    """
    sources = [Source.of(document) for document in documents(places)]
    sources = [source for source in sources if len(source.paragraphs) > OPENING]
    if not sources:
        raise ValueError("There is no document of more than three paragraphs to make others from.")
    written = 0
    for name, text in corpus(sources, count, characters):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")
        written += len(text)
    return written


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a corpus and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("places", nargs="*", type=Path, default=[SEED], metavar="FILE")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--characters", type=int, default=15_000)
    options = parser.parse_args(arguments)
    written = write_corpus(options.folder, options.places, options.documents, options.characters)
    print(f"{options.documents:,} documents, {written:,} characters in {options.folder}")


if __name__ == "__main__":
    main()
