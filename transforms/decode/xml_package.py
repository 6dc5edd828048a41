"""Zip files of XML parts (DOCX, OpenDocument, OFD, EPUB), each part read within limits.

The parser expands no entities and fetches nothing; a part that declares entities is refused, since no program writes such.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from transforms.decode.limits import Limits, megabytes
from transforms.types import DecodeError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_MAIN = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, KeyError, OverflowError)


def broken(why: object) -> DecodeError:
    """The refusal of a document that is damaged."""
    return DecodeError(
        "broken",
        f"The document is cut off or damaged ({str(why)[:200]}). Open it in the program that made it, save it again and put that file "
        "in its place.",
    )


class Package:
    """The parts of a zip file, each read at most once and within limits; all together within ``limits.unpacked_bytes``."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.unpacked_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._names = {info.filename.replace("\\", "/").lstrip("/"): info for info in self._zip.infolist()}
        except _ERRORS as error:
            raise broken(error) from error

    def names(self) -> list[str]:
        """The names of all parts."""
        return list(self._names)

    def raw(self, name: str) -> bytes | None:
        """The bytes of a part; None where there is no such part.

        Raises:
            DecodeError: the part is damaged, encrypted or too large.
        """
        info = self._names.get(name)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise DecodeError("encrypted", "The document is protected by a password. Save it without one.")
        if info.file_size > min(self._limits.part_bytes, self._left):
            raise DecodeError(
                "too_large",
                f"{name} in the document unpacks to {megabytes(info.file_size)}; at most "
                f"{megabytes(self._limits.part_bytes)} are read. Split the document.",
            )
        self._left -= info.file_size
        try:
            return self._zip.read(info)
        except _ERRORS as error:
            raise broken(error) from error

    def part(self, name: str) -> Element | None:
        """The root of an XML part; None where there is no such part.

        Raises:
            DecodeError: the part is damaged, encrypted, too large, or declares entities.
        """
        data = self.raw(name)
        return None if data is None else parse_xml(data, name, self._limits)


def parse_xml(data: bytes, name: str, limits: Limits) -> Element:
    """The root of an XML document.

    Raises:
        DecodeError: it is damaged, too large, or declares entities.
    """
    from lxml import etree

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DecodeError(
            "broken", f"{name} in the document declares entities, which no program for reports writes; it is not read. Save it again."
        )
    if _STRICT in data:
        data = data.replace(_STRICT, _MAIN)
    if data.count(b"<") > 2 * limits.elements:
        raise DecodeError("too_large", f"The document has more than {limits.elements:,} elements. Split it.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(error) from error
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding in which it does not show above
        raise DecodeError("broken", f"{name} in the document declares a document type, which no program for reports writes. Save it again.")
    if sum(1 for _ in root.iter()) > limits.elements:
        raise DecodeError("too_large", f"The document has more than {limits.elements:,} elements. Split it.")
    return root
