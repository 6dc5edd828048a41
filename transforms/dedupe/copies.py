"""The same report in two files: which document counts, and which ones only repeat it.

Two documents are the same report when their texts are equal, white space aside, or when they share nearly all their phrases
and nearly all their *figures*, phrases with a number in them, and nothing known of them (region, year) speaks against it.
The figures decide: a draft with other numbers, or the report of another year in the same words, is no copy.

The document that counts is chosen by :attr:`Outline.preference`. It is looked for by bands of its figures' sketch, so that
no pair of documents is compared that has not four of those values in a row in common.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from transforms.dedupe.signature import same_text, signature

BINS = 128
BAND = 4
"""Values in a band: two sketches that agree in four fifths of their values share a band but for one time in ten million."""
SAME_FIGURES = 0.8
"""Least share of common figures. Formats of one report have 0.95 and more in common, reports of two years less than 0.1;
a draft comes below it when one figure in nine was changed."""
FEWEST_FIGURES = 8
"""Below it a sketch says too little: only equal texts are copies."""
LARGEST_BUCKET = 50
"""Documents looked at for one band. A copy shares nearly all its 32 bands, so that one crowded band costs nothing."""
FORMATS = ("docx", "doc", "odt", "rtf", "epub", "html", "mht", "md", "txt", "xlsx", "xls", "ods", "csv", "ofd", "pdf")
"""From the format that keeps a report's structure best to the one whose text is put together from places on a page."""
EMPTY = -1
NO_BAND = (EMPTY,) * BAND

_PHRASE = re.compile(r"[^\u4e00-\u9fff0-9a-zA-Z.%％]+")
_FIGURE = re.compile(r"[0-9]|[一二三四五六七八九十百千万亿两]{2}|分之|[一二三四五六七八九]成")
_NARROW = str.maketrans("０１２３４５６７８９．", "0123456789.")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to find its copies."""

    digest: str
    """A hash of the text without white space."""
    phrases: tuple[int, ...]
    """The signature of all its phrases (:func:`~transforms.dedupe.signature.signature`)."""
    figures: tuple[int, ...]
    """The least hash of its figures in each of 128 bins, -1 where a bin has none; empty where there are fewer than 8."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A document as far as it matters for finding copies."""

    document_id: str
    source_path: str
    format: str
    is_recognised: bool
    """Whether its text was recognised from pictures (OCR)."""
    region_code: str | None
    report_year: int | None
    metrics: int
    sketch: Sketch

    @property
    def preference(self) -> tuple[bool, int, int, int, str]:
        """Least for the document that counts among copies.

        Text that was written before text that was recognised, then the document of which region and year are known, then
        the most metrics, then the format, then the path, so that the choice never depends on order or time.
        """
        rank = FORMATS.index(self.format) if self.format in FORMATS else len(FORMATS)
        unknown = (self.region_code is None) + (self.report_year is None)
        return self.is_recognised, unknown, -self.metrics, rank, self.source_path


def sketch(text: str) -> Sketch:
    """What is kept of a text to find its copies."""
    bare = "".join(text.split())
    least = [EMPTY] * BINS
    figures = {phrase for phrase in _PHRASE.split(bare.translate(_NARROW)) if len(phrase) >= 4 and _FIGURE.search(phrase)}
    if len(figures) >= FEWEST_FIGURES:
        for phrase in figures:
            number = int.from_bytes(hashlib.blake2b(phrase.encode("utf8", "replace"), digest_size=5).digest(), "big")
            place, value = number % BINS, (number // BINS) & 0x7FFFFFFF
            least[place] = value if least[place] == EMPTY else min(least[place], value)
    digest = hashlib.sha256(bare.encode("utf8", "surrogatepass")).hexdigest()[:32]
    return Sketch(digest, signature(text), tuple(least) if len(figures) >= FEWEST_FIGURES else ())


def common_figures(a: Sketch, b: Sketch) -> float:
    """Estimated share of common figures among all figures of two texts: 0 to 1; 0 where one has too few."""
    told = [(x, y) for x, y in zip(a.figures, b.figures, strict=False) if x != EMPTY or y != EMPTY]
    return sum(x == y for x, y in told) / len(told) if told else 0.0


def is_copy(a: Outline, b: Outline) -> bool:
    """Whether two documents are the same report."""
    if a.sketch.digest == b.sketch.digest:
        return True
    if not (_agree(a.region_code, b.region_code) and _agree(a.report_year, b.report_year)):
        return False
    return common_figures(a.sketch, b.sketch) >= SAME_FIGURES and same_text(a.sketch.phrases, b.sketch.phrases)


def _agree(a: object, b: object) -> bool:
    return a is None or b is None or a == b


def find_copies(outlines: Iterable[Outline]) -> dict[str, str]:
    """The id of the document that counts, by the id of each of its copies.

    Every copy is the same report as the document that counts, itself; what counts is no copy. The answer depends on the
    documents alone, not on their order.
    """
    ordered = sorted(outlines, key=lambda item: item.preference)
    repeated = _repeated_bands(ordered)
    counted = _Counted()
    copies: dict[str, str] = {}
    for outline in ordered:
        bands = [band for band in _bands(outline) if band in repeated]
        found = counted.like(outline, bands)
        if found is None:
            counted.add(outline, bands)
        else:
            copies[outline.document_id] = found.document_id
    return copies


class _Counted:
    """The documents that count so far, to be looked up by what a copy of them has in common with them.

    They stand under band, region and year, and under ``ANY`` instead of each of these two, so that a document of unknown
    region finds them: where all reports of a collection are made alike, no bucket holds more than those that may match.
    A bucket holds their turns: they come in the order of preference, so that the least is the one preferred.
    """

    ANY = -2
    UNKNOWN = -1

    def __init__(self) -> None:
        self._outlines: list[Outline] = []
        self._by_digest: dict[str, Outline] = {}
        self._by_place: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)

    def add(self, outline: Outline, bands: Iterable[int]) -> None:
        """Count a document that is less preferred than those before it."""
        turn = len(self._outlines)
        self._outlines.append(outline)
        self._by_digest[outline.sketch.digest] = outline
        region, year = self._known(outline)
        places = list(product((region, self.ANY), (year, self.ANY)))
        for band in bands:
            for place in places:
                bucket = self._by_place[(band, *place)]
                if len(bucket) < LARGEST_BUCKET:
                    bucket.append(turn)

    def like(self, outline: Outline, bands: Iterable[int]) -> Outline | None:
        """The preferred document that ``outline`` is a copy of."""
        exact = self._by_digest.get(outline.sketch.digest)
        if exact is not None:
            return exact
        region, year = self._known(outline)
        regions = (self.ANY,) if region == self.UNKNOWN else (region, self.UNKNOWN)
        years = (self.ANY,) if year == self.UNKNOWN else (year, self.UNKNOWN)
        places = list(product(regions, years))
        turns: set[int] = set()
        for band in bands:
            for place in places:
                turns.update(self._by_place.get((band, *place), ()))
        return next((other for other in map(self._outlines.__getitem__, sorted(turns)) if is_copy(outline, other)), None)

    def _known(self, outline: Outline) -> tuple[int, int]:
        code, year = outline.region_code, outline.report_year
        return self.UNKNOWN if code is None else int(code), self.UNKNOWN if year is None else year


def _repeated_bands(outlines: Iterable[Outline]) -> set[int]:
    """The bands that more than one document has: the others lead to nothing and need not be kept."""
    once: set[int] = set()
    twice: set[int] = set()
    for outline in outlines:
        bands = set(_bands(outline))
        twice |= once & bands
        once |= bands
    return twice


def _bands(outline: Outline) -> list[int]:
    """A hash of each band with its place (hashes of whole numbers are the same in every process)."""
    figures = outline.sketch.figures
    bands = [(start, *figures[start : start + BAND]) for start in range(0, len(figures), BAND)]
    return [hash(band) for band in bands if band[1:] != NO_BAND]
