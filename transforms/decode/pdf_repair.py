"""Repairs a PDF that lost its end: no cross-reference table, no trailer, no catalogue.

What is there in whole objects is put together anew: the pages whose content is whole, under a catalogue and a page tree of their
own, and the objects of object streams as objects that stand in the file. PDFium finds them by scanning.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})[ \t\r\n]+\d{1,5}[ \t\r\n]+obj\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_CONTENTS = re.compile(rb"/Contents\s*(?:(\d{1,9})\s+\d+\s+R|\[([^\]]*)\])")
_REFERENCE = re.compile(rb"(\d{1,9})\s+\d{1,5}\s+R\b")
_FONTS = re.compile(rb"/Font\s*<<([^>]{1,4000})>>")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_MOST_EXPANDED = 50_000_000
_HEAD = 20_000
"""Bytes of an object in which its dictionary is looked for."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired file, how many pages it holds, and the numbers of those (from 1) that name a font that is lost."""

    data: bytes
    pages: int
    without_fonts: tuple[int, ...]


def repair(data: bytes) -> Repaired | None:
    """The file with a catalogue, a page tree and a trailer of its own; None where no whole page is left or it is encrypted."""
    if re.search(rb"/Encrypt\s+\d", data):
        return None
    objects = _objects(data)
    expanded = _expanded(objects)
    known = {**objects, **expanded}
    pages = [number for number in _in_order(known) if _is_whole(known[number], known)]
    if not pages:
        return None
    added = max(known) + 1
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    parts = [b"%PDF-1.7\n"]
    parts += [b"%d 0 obj\n%s\nendobj\n" % (number, content) for number, content in known.items()]
    parts.append(b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (added, added + 1))
    parts.append(b"%d 0 obj\n<</Type/Pages/Kids[%s]/Count %d>>\nendobj\n" % (added + 1, kids, len(pages)))
    parts.append(b"trailer\n<</Root %d 0 R/Size %d>>\nstartxref\n0\n%%%%EOF\n" % (added, added + 2))
    lost = tuple(i for i, number in enumerate(pages, 1) if not _has_fonts(known[number], known))
    return Repaired(b"".join(parts), len(pages), lost)


def _objects(data: bytes) -> dict[int, bytes]:
    """Whole objects by number, the last of each; those that only a complete file needs are left out."""
    found: dict[int, bytes] = {}
    starts = list(_OBJECT.finditer(data))
    for i, start in enumerate(starts):
        limit = starts[i + 1].start() if i + 1 < len(starts) else len(data)
        end = data.rfind(b"endobj", start.end(), limit)
        if end < 0:
            continue
        content = data[start.end() : end].strip()
        if b"/XRef" not in content[:_HEAD] and not re.search(rb"/Type\s*/Catalog\b", content[:_HEAD]):
            found[int(start.group(1))] = content
    return found


def _expanded(objects: dict[int, bytes]) -> dict[int, bytes]:
    """The objects that object streams hold, by number."""
    found: dict[int, bytes] = {}
    room = _MOST_EXPANDED
    for content in objects.values():
        if not _OBJECT_STREAM.search(content[:_HEAD]):
            continue
        first = re.search(rb"/First\s+(\d{1,9})", content[:_HEAD])
        start = re.search(rb"stream\r?\n", content)
        if not first or not start or room <= 0:
            continue
        try:
            plain = zlib.decompressobj().decompress(content[start.end() :], room)
        except zlib.error:
            continue
        room -= len(plain)
        found.update(_members(plain, int(first.group(1))))
    return found


def _members(plain: bytes, first: int) -> dict[int, bytes]:
    head = [int(number) for number in re.findall(rb"\d{1,9}", plain[:first])]
    numbers, offsets = head[::2], [first + offset for offset in head[1::2]]
    ends = [*offsets[1:], len(plain)]
    return {number: plain[start:end].strip() for number, start, end in zip(numbers, offsets, ends, strict=False)}


def _in_order(known: dict[int, bytes]) -> list[int]:
    """Numbers of the pages, as the lists of what is left of the page tree have them, then as they stand in the file."""
    pages = [number for number, content in known.items() if _PAGE.search(content[:_HEAD])]
    rank: dict[int, int] = {}
    for content in known.values():
        for kids in _KIDS.findall(content[:_HEAD]):
            for number in map(int, _REFERENCE.findall(kids)):
                rank.setdefault(number, len(rank))
    return sorted(pages, key=lambda number: rank.get(number, len(rank)))


def _is_whole(page: bytes, known: dict[int, bytes]) -> bool:
    """Whether all of a page's content is left."""
    contents = _CONTENTS.search(page)
    if contents is None:
        return False
    numbers = [int(contents.group(1))] if contents.group(1) else [int(n) for n in _REFERENCE.findall(contents.group(2))]
    return all(number in known for number in numbers)


def _has_fonts(page: bytes, known: dict[int, bytes]) -> bool:
    """Whether the fonts that a page names are left, as far as it names them itself."""
    return all(int(number) in known for names in _FONTS.findall(page) for number in _REFERENCE.findall(names))


def holds(data: bytes, word: bytes) -> bool:
    """Whether a word stands in the objects of a file, those in object streams among them."""
    if word in data:
        return True
    room = _MOST_EXPANDED
    for found in _OBJECT_STREAM.finditer(data):
        start = data.find(b"stream", found.end(), found.end() + _HEAD)
        if start < 0 or room <= 0:
            continue
        try:
            plain = zlib.decompressobj().decompress(data[start + 6 :].lstrip(b"\r\n"), room)
        except zlib.error:
            continue
        room -= len(plain)
        if word in plain:
            return True
    return False
