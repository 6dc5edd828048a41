"""Characters a second from decoded text to metrics on one core, beside what else reads quantities in Chinese text.

    python -m tests.benchmarks.bench_extract [FILE or FOLDER…]     without one: the seed

The others are measured where they can be imported (`.venv/bin/uv pip install --group bench`): recognizers-text, jieba, and a regular
expression of one line. They find less (no bound, indicator, period or statistic); the table says how long they take for it.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from transforms.extract import extract
from transforms.pipeline import read_document
from transforms.types import DecodeError, Document, RawFile

SEED = Path(__file__).parents[2] / "seeds" / "miyun_2023.txt"
ONE_LINE = re.compile(r"\d+(?:\.\d+)?\s*[万亿]*[余多]?(?:个百分点|平方米|平方公里|立方米|千瓦时|公里|[\u4e00-\u9fff%])")
Reader = Callable[[Document], int]
"""Reads a document, and says how many numbers or quantities it found."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One reader over all documents."""

    name: str
    characters_per_second: float
    slowest: float
    fastest: float
    found: int


def ours(document: Document) -> int:
    """The metrics of a document, with all their fields."""
    return len(extract(document).metrics)


def one_line(document: Document) -> int:
    """A number, its scale and one or two characters of unit."""
    return sum(1 for _ in ONE_LINE.finditer(document.text))


def recognizers() -> Reader:
    """Numbers, percentages, currencies and dimensions of recognizers-text, line by line."""
    number, unit = importlib.import_module("recognizers_number"), importlib.import_module("recognizers_number_with_unit")
    culture = importlib.import_module("recognizers_text").Culture.Chinese
    models = (number.recognize_number, number.recognize_percentage, unit.recognize_currency, unit.recognize_dimension)
    return lambda document: sum(len(model(line, culture)) for line in document.text.splitlines() if line.strip() for model in models)


def jieba() -> Reader:
    """Words with their part of speech by jieba; a numeral before a measure word counts."""
    tagger = importlib.import_module("jieba.posseg")

    def read(document: Document) -> int:
        tags = [pair.flag for pair in tagger.cut(document.text)]
        return sum(1 for left, right in itertools.pairwise(tags) if left == "m" and right in ("q", "m", "n"))

    return read


READERS: dict[str, Callable[[], Reader]] = {
    "baogao": lambda: ours,
    "one-line expression": lambda: one_line,
    "jieba": jieba,
    "recognizers-text": recognizers,
}


def documents(places: Iterable[Path]) -> Iterator[Document]:
    """The documents of files and folders; what is none is left out."""
    for place in places:
        for path in sorted(place.iterdir()) if place.is_dir() else [place]:
            if not path.is_file():
                continue
            try:
                yield read_document(RawFile(path.name, path.read_bytes()))
            except DecodeError:
                continue


def measure(name: str, reader: Reader, texts: Sequence[Document], repeats: int) -> Measured:
    """Processor time, so that what else runs on the machine counts little; the first, cold, reading is not counted."""
    found = sum(map(reader, texts))
    characters = sum(len(document.text) for document in texts)
    speeds = []
    for _ in range(repeats):
        began = time.process_time()
        found = sum(map(reader, texts))
        speeds.append(characters / max(time.process_time() - began, 1e-9))
    return Measured(name, statistics.median(speeds), min(speeds), max(speeds), found)


def table(rows: Sequence[Measured], texts: Sequence[Document]) -> str:
    """The speeds, the fastest first."""
    characters = sum(len(document.text) for document in texts)
    lines = [
        f"{len(texts)} documents, {characters:,} characters, one core",
        "",
        f"{'reader':22} {'characters/s':>14} {'range':>25} {'found':>8}",
    ]
    for row in sorted(rows, key=lambda row: -row.characters_per_second):
        span = f"{row.slowest:,.0f} – {row.fastest:,.0f}"
        lines.append(f"{row.name:22} {row.characters_per_second:14,.0f} {span:>25} {row.found:8,}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", type=Path, default=[SEED], metavar="FILE")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", choices=READERS, action="append", help="measure this reader only")
    asked = parser.parse_args(arguments)
    texts = list(documents(asked.places))
    rows = []
    for name, make in READERS.items():
        if asked.only and name not in asked.only:
            continue
        try:
            reader = make()
        except ImportError as error:
            print(f"{name} is left out: {error}. Install it with: .venv/bin/uv pip install --group bench")
            continue
        rows.append(measure(name, reader, texts, asked.repeats))
    print(table(rows, texts))


if __name__ == "__main__":
    main()
