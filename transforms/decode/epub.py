"""EPUB: the chapters of a book in the order of its spine, each read as an HTML page."""

from __future__ import annotations

import posixpath
import re

from transforms.decode import html
from transforms.decode.encoding import decode_bytes
from transforms.decode.limits import Limits
from transforms.decode.xml_package import Package, broken, parse_xml
from transforms.tables.layout import TablesAside
from transforms.types import DecodeError

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_FONT_ONLY = (b"http://www.idpf.org/2008/embedding", b"http://ns.adobe.com/pdf/enc#RC")
"""Ways of encryption that hide the fonts of a book, not its text."""
_ESCAPED = re.compile(r"(?:%[0-9a-fA-F]{2})+")


def _unquoted(address: str) -> str:
    """A part's address without its fragment, percent signs decoded."""
    plain = address.partition("#")[0]
    return _ESCAPED.sub(lambda found: bytes.fromhex(found.group().replace("%", "")).decode("utf-8", "replace"), plain)


def read_epub(data: bytes, limits: Limits) -> tuple[str, str | None, TablesAside]:
    """The text of a book, its title, and its tables.

    Raises:
        DecodeError: ``broken``, ``encrypted`` or ``too_large``.
    """
    package = Package(data, limits)
    locked = package.raw("META-INF/encryption.xml")
    if locked is not None and b"EncryptionMethod" in locked and not any(method in locked for method in _FONT_ONLY):
        raise DecodeError("encrypted", "The book is protected (DRM). Put the report itself in its place.")
    container = package.part("META-INF/container.xml")
    rootfile = container.find(f".//{_CONTAINER}rootfile") if container is not None else None
    place = rootfile.get("full-path", "") if rootfile is not None else ""
    raw = package.raw(place)
    if raw is None:
        raise broken("it does not say which chapters it has")
    book = parse_xml(raw, place, limits)
    manifest = {item.get("id"): item.get("href", "") for item in book.iter(f"{_OPF}item") if "html" in item.get("media-type", "")}
    chapters: list[str] = []
    aside = TablesAside()
    size = 0
    for reference in book.iter(f"{_OPF}itemref"):
        href = manifest.pop(reference.get("idref"), None)
        if href is None or reference.get("linear") == "no":
            continue
        chapter = package.raw(posixpath.normpath(posixpath.join(posixpath.dirname(place), _unquoted(href))))
        if chapter is None or not chapter.strip():
            continue
        text = html.read_plain(decode_bytes(chapter)[0], limits, aside)
        size += len(text)
        if size > limits.characters:
            raise DecodeError("too_large", f"The book has more than {limits.characters:,} characters. Put the report itself in its place.")
        chapters.append(text)
    title = book.findtext(".//{http://purl.org/dc/elements/1.1/}title")
    return "\n".join(chapters), " ".join(title.split()) or None if title else None, aside
