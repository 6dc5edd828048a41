"""Near-duplicate texts: a signature of at most 64 numbers that two files of one report share almost whole.

The text is cut into phrases at punctuation, so that line breaks, page furniture and different formats of one report make
hardly a difference, while reports of two years, which repeat some sentences, still differ in most phrases. The signature is
the 64 smallest hashes of the phrases (a bottom-k sketch): files of one report have some number in common, so that candidates
can be looked up by any of them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

SIZE = 64
_PHRASE = re.compile(r"[^\u4e00-\u9fff0-9０-９a-zA-Z.%％]+")
_SHORTEST = 5


def signature(text: str) -> tuple[int, ...]:
    """The smallest 64 hashes (32 bits, ascending) of the phrases of a text; fewer where it has fewer, empty where it has none."""
    phrases = {phrase for phrase in _PHRASE.split("".join(text.split())) if len(phrase) >= _SHORTEST}
    return tuple(sorted({zlib.crc32(phrase.encode("utf8", "replace")) for phrase in phrases})[:SIZE])


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """Estimated share of common phrases among all phrases of two texts, from their signatures: 0 to 1; 0 where one has none."""
    if not a or not b:
        return 0.0
    union = sorted({*a, *b})[: max(len(a), len(b))]
    both = set(a) & set(b)
    return sum(h in both for h in union) / len(union)


def same_text(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two signatures are of one report, whatever its formats and the page around it."""
    return similarity(a, b) >= 0.6
