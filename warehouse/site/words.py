"""Which files of texts may hold a word: what spares the search from reading all of them.

Two characters in a row fall into one of 65,536 buckets. For each bucket a bit for each file of texts says whether something in
it falls there. A word can stand only in the files that have the bits of all its pairs of characters. The scripts count buckets
in the same way (``search.js``), in UTF-16 as they see texts.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.site.data import write_script

if TYPE_CHECKING:
    import numpy as np

BUCKETS = 1 << 16
FACTOR = 40_503
"""A pair of characters a, b is in bucket (a * FACTOR + b) mod BUCKETS."""
PARTS = 32
"""Files of the index; each has the bits of as many buckets in a row."""


def signature(texts: Iterable[str]) -> bytes:
    """A bit for each bucket: whether a pair of characters of the texts, in small letters, falls into it."""
    import numpy as np

    found = np.zeros(BUCKETS, dtype=bool)
    for text in texts:
        units = np.frombuffer(text.lower().encode("utf-16-le"), dtype=np.uint16).astype(np.uint32)
        found[(units[:-1] * np.uint32(FACTOR) + units[1:]) & (BUCKETS - 1)] = True
    return np.packbits(found).tobytes()


def write_words(folder: Path, files: Sequence[tuple[str, str]]) -> None:
    """Write ``data/words/N.js``, the bits of some buckets for all files, from the signatures of the shards.

    Args:
        files: report year and shard of each file of texts, in the order in which the search reads them.
    """
    import numpy as np

    signatures = _signatures(folder, files)
    step = BUCKETS // PARTS // 8
    for part in range(PARTS):
        bits = np.unpackbits(signatures[:, part * step : (part + 1) * step], axis=1)
        packed = np.packbits(bits.T, axis=1)
        said = base64.b64encode(packed.tobytes()).decode()
        write_script(folder / f"data/words/{part}.js", f"words/{part}", f'"{said}"')


def _signatures(folder: Path, files: Sequence[tuple[str, str]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A row of bits for each file."""
    import numpy as np

    years: dict[str, list[str]] = {}
    for year, shard in files:
        years.setdefault(shard, []).append(year)
    rows: dict[tuple[str, str], np.ndarray[Any, np.dtype[np.uint8]]] = {}
    for shard, own in years.items():
        whole = np.fromfile(folder / f"data/words/{shard}.bin", dtype=np.uint8).reshape(len(own), BUCKETS // 8)
        rows |= {(year, shard): whole[i] for i, year in enumerate(sorted(own))}
    return np.stack([rows[file] for file in files]) if files else np.zeros((0, BUCKETS // 8), dtype=np.uint8)
