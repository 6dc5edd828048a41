"""The structures of a binary Word file (97 to 2003, WPS): the file's own map, its pieces of text, and runs of formatting.

Names in brackets are those of [MS-DOC]. Positions: a CP counts characters of the text, an FC bytes of the stream
``WordDocument``. Every offset of the file is checked against the bytes that are there; what lies outside is left out.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from transforms.decode.characters import commonness
from transforms.decode.limits import Limits
from transforms.types import DecodeError

WORD_97 = 0x65
"""Versions (nFib) from here on keep their tables in a stream of their own."""
_PAGE = 512
_ARGUMENT = (1, 1, 2, 4, 2, 2, 0, 3)
"""Bytes of the argument of a property change, by the upper three bits of its code (spra); 0: the next byte says."""


def u16(data: bytes, at: int) -> int:
    """The unsigned 16-bit number at an offset; 0 behind the end."""
    return struct.unpack_from("<H", data, at)[0] if 0 <= at <= len(data) - 2 else 0


def u32(data: bytes, at: int) -> int:
    """The unsigned 32-bit number at an offset; 0 behind the end."""
    return struct.unpack_from("<I", data, at)[0] if 0 <= at <= len(data) - 4 else 0


@dataclass(frozen=True, slots=True)
class Map:
    """What the head of the stream says (FIB): where the parts of the file lie and how long its texts are."""

    version: int
    encrypted: bool
    table: str
    """The stream with the tables."""
    lengths: tuple[int, ...]
    """Characters of the main text, footnotes, headers, macros, annotations, endnotes, text boxes, in this order."""
    clx: tuple[int, int]
    """Offset and length of the piece table; likewise below."""
    characters: tuple[int, int]
    paragraphs: tuple[int, int]
    styles: tuple[int, int]
    lists: tuple[int, int]
    overrides: tuple[int, int]

    @classmethod
    def of(cls, head: bytes) -> Map:
        """Read it from the stream's first bytes."""
        flags = u16(head, 0x0A)

        def place(at: int) -> tuple[int, int]:
            return u32(head, at), u32(head, at + 4)

        return cls(
            version=u16(head, 2),
            encrypted=bool(flags & 0x0100),
            table="1Table" if flags & 0x0200 else "0Table",
            lengths=tuple(u32(head, 0x4C + 4 * i) for i in range(7)),
            clx=place(0x01A2),
            characters=place(0x00FA),
            paragraphs=place(0x0102),
            styles=place(0x00A2),
            lists=place(0x02E2),
            overrides=place(0x02EA),
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: characters from ``start`` on, stored from byte ``offset`` on, ``width`` bytes each."""

    start: int
    end: int
    offset: int
    width: int


def pieces(table: bytes, place: tuple[int, int], limits: Limits) -> list[Piece]:
    """The piece table, in the order of the text.

    Raises:
        DecodeError: ``broken``, there is none; ``too_large``, it asks for more characters than are read.
    """
    at, end = place[0], min(place[0] + place[1], len(table))
    while at < end and table[at] == 1:  # property changes that pieces share come first
        at += 3 + u16(table, at + 1)
    if at >= end or table[at] != 2:
        raise DecodeError("broken", "The Word document has no table of its text: it is cut off or damaged. Fetch or save it again.")
    size = min(u32(table, at + 1), end - at - 5)
    count, at = max(0, (size - 4) // 12), at + 5
    found: list[Piece] = []
    for i in range(count):
        start, stop = u32(table, at + 4 * i), u32(table, at + 4 * i + 4)
        where = u32(table, at + 4 * (count + 1) + 8 * i + 2)
        if stop > 2 * limits.characters:
            raise DecodeError("too_large", f"The Word document has more than {2 * limits.characters:,} characters. Split it.")
        if stop <= start or (found and start != found[-1].end):
            break
        single = bool(where & 0x4000_0000)
        offset = where & 0x3FFF_FFFF
        found.append(Piece(start, stop, offset // 2 if single else offset, 1 if single else 2))
    return found


def piece_text(stream: bytes, piece: Piece) -> str:
    """The characters of a piece, one for each CP; bytes beyond the stream's end are spaces.

    Single bytes are code page 1252, or GBK in files of old Chinese programs, of which both bytes count as a character: the
    second one is then a zero-width space, which later goes.
    """
    count = piece.end - piece.start
    raw = stream[piece.offset : piece.offset + count * piece.width]
    text = "".join(map(chr, memoryview(raw[: len(raw) // 2 * 2]).cast("H"))) if piece.width == 2 else _single_bytes(raw)
    return text + " " * (count - len(text))


def _single_bytes(raw: bytes) -> str:
    western = raw.decode("cp1252", "replace")
    if sum(byte > 0x7F for byte in raw[:4000]) < 4:
        return western
    chinese = raw.decode("gb18030", "replace")
    if commonness(chinese) < 0.25 or "\ufffd" in chinese[:-1]:
        return western
    return "".join(c if c < "\x80" else c + "\u200b" * (len(c.encode("gb18030")) - 1) for c in chinese)[: len(raw)]


@dataclass(frozen=True, slots=True)
class Properties:
    """Property changes by their code (sprm), the last one of each; arguments as bytes."""

    style: int = 0
    changes: dict[int, bytes] = field(default_factory=dict)

    def flag(self, code: int) -> bool | None:
        """A switch: on, off, or None where nothing is said of it."""
        argument = self.changes.get(code)
        return None if not argument else argument[0] in (1, 0x81)

    def number(self, code: int) -> int | None:
        """A number of one to four bytes."""
        argument = self.changes.get(code)
        return None if argument is None else int.from_bytes(argument[:4], "little")


def changes_in(data: bytes) -> dict[int, bytes]:
    """The property changes of a list (grpprl)."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(data):
        code = u16(data, at)
        at += 2
        size = _ARGUMENT[code >> 13]
        if size == 0:
            if code == 0xD608:  # the definition of a table says its length in two bytes, one too many
                size, at = max(0, u16(data, at) - 1), at + 2
            else:
                size, at = (data[at] if at < len(data) else 0), at + 1
        found[code] = data[at : at + size]
        at += size
    return found


@dataclass(frozen=True, slots=True)
class Runs:
    """Formatting by where the formatted bytes lie: run ``i`` begins at byte ``starts[i]`` and ends at ``ends[i]``."""

    starts: list[int]
    ends: list[int]
    properties: list[Properties]

    def at(self, offset: int) -> Properties | None:
        """What holds for the byte at an offset."""
        i = bisect_right(self.starts, offset) - 1
        return self.properties[i] if i >= 0 and offset < self.ends[i] else None


def character_runs(stream: bytes, table: bytes, place: tuple[int, int]) -> Runs:
    """Runs of characters and what is changed in each (CHPX)."""
    found: list[tuple[int, int, Properties]] = []
    for page in _pages(stream, table, place):
        count = page[511]
        for i in range(count):
            at = 2 * page[4 * (count + 1) + i] if 4 * (count + 1) + i < 511 else 0
            data = page[at + 1 : at + 1 + page[at]] if at else b""
            found.append((u32(page, 4 * i), u32(page, 4 * i + 4), Properties(0, changes_in(data))))
    return _ordered(found)


_FAR = (0x6645, 0x6646)
"""Changes that say where in the stream ``Data`` a long list of changes lies (sprmPHugePapx): the rows of wide tables."""


def paragraph_runs(stream: bytes, table: bytes, far: bytes, place: tuple[int, int]) -> Runs:
    """Paragraphs with their styles and what is changed in each (PAPX); ``far`` is the stream ``Data``."""
    found: list[tuple[int, int, Properties]] = []
    for page in _pages(stream, table, place):
        count = page[511]
        for i in range(count):
            slot = 4 * (count + 1) + 13 * i
            at = 2 * page[slot] if slot < 511 else 0
            if not at or at > 509:
                found.append((u32(page, 4 * i), u32(page, 4 * i + 4), Properties()))
                continue
            size = 2 * page[at] - 1 if page[at] else 2 * page[at + 1]
            data = page[at + 1 : at + 1 + size] if page[at] else page[at + 2 : at + 2 + size]
            changes = changes_in(data[2:])
            for code in _FAR:
                if code in changes:
                    place_of = int.from_bytes(changes[code], "little")
                    changes |= changes_in(far[place_of + 2 : place_of + 2 + u16(far, place_of)])
            found.append((u32(page, 4 * i), u32(page, 4 * i + 4), Properties(u16(data, 0), changes)))
    return _ordered(found)


def _pages(stream: bytes, table: bytes, place: tuple[int, int]) -> Iterator[bytes]:
    """The pages of formatting (FKP) that a table names, each once."""
    at, size = place[0], min(place[1], max(0, len(table) - place[0]))
    count = max(0, (size - 4) // 8)
    seen: set[int] = set()
    for i in range(count):
        number = u32(table, at + 4 * (count + 1) + 4 * i) & 0x3F_FFFF
        page = stream[number * _PAGE : (number + 1) * _PAGE]
        if number not in seen and len(page) == _PAGE:
            seen.add(number)
            yield page


def _ordered(found: list[tuple[int, int, Properties]]) -> Runs:
    found.sort(key=lambda run: run[0])
    return Runs([run[0] for run in found], [run[1] for run in found], [run[2] for run in found])
