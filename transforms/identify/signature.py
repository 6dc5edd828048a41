"""Near-duplicate texts: a signature of 64 numbers that two files of one report share almost whole.

The text is cut into phrases at punctuation, so that line breaks, page furniture and different formats of one report make
hardly a difference, while reports of two years, which repeat whole sentences, still differ in most phrases.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

SIZE = 64
_PRIME = (1 << 61) - 1
_PHRASE = re.compile(r"[^\u4e00-\u9fff0-9０-９a-zA-Z.%％]+")
_FACTORS = tuple((0x9E3779B97F4A7C15 * (2 * i + 1)) % _PRIME for i in range(1, SIZE + 1))
_TERMS = tuple((0xC2B2AE3D27D4EB4F * (3 * i + 2)) % _PRIME for i in range(SIZE))
_MOST = 1_500


def signature(text: str) -> tuple[int, ...]:
    """64 numbers of 61 bits that say which phrases a text holds; the same for the same phrases, empty for a text without any.

    Two texts agree in a share of the numbers that is about the share of phrases they have in common.
    """
    squeezed = "".join(text.split())
    hashes = {zlib.crc32(phrase.encode("utf8", "replace")) for phrase in _PHRASE.split(squeezed) if len(phrase) >= 5}
    if not hashes:
        return ()
    chosen = sorted(hashes)[:_MOST]
    return tuple(min((factor * h + term) % _PRIME for h in chosen) for factor, term in zip(_FACTORS, _TERMS, strict=True))


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """Estimated share of common phrases, 0 to 1; 0 where one has none."""
    if len(a) != SIZE or len(b) != SIZE:
        return 0.0
    return sum(x == y for x, y in zip(a, b, strict=True)) / SIZE


def same_text(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two signatures are of one report."""
    return similarity(a, b) >= 0.7
