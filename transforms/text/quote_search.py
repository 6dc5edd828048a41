"""A piece of text that a person quotes, found in a document: white space, line breaks and full-width forms do not count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.text.normalized_view import ZERO_WIDTH, fold

_KEPT = re.compile(rf"[^\s{ZERO_WIDTH}]")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A text without white space and in one form of digits and letters; ``origin[i]`` is the offset of its character ``i``."""

    text: str
    origin: tuple[int, ...]

    def find(self, quote: str) -> list[tuple[int, int]]:
        """Where the quote stands in the original text, as offsets; empty where it does not."""
        wanted = squeeze(quote).text
        places = []
        at = self.text.find(wanted) if wanted else -1
        while at >= 0:
            places.append((self.origin[at], self.origin[at + len(wanted) - 1] + 1))
            at = self.text.find(wanted, at + 1)
        return places

    def nearest(self, quote: str) -> str:
        """The longest beginning of the quote that the text has, empty where not even its first character stands there."""
        wanted = squeeze(quote).text
        length = len(wanted)
        while length and wanted[:length] not in self.text:
            length -= 1
        return wanted[:length]


def squeeze(text: str) -> Squeezed:
    """The text as quotes are looked for in it."""
    kept = [(found.start(), found.group()) for found in _KEPT.finditer(fold(text))]
    return Squeezed("".join(character for _, character in kept), tuple(at for at, _ in kept))
