"""DOCX: paragraphs and tables in the order of the document, automatic numbers written out.

The parts are read with a parser that expands no entities and fetches nothing, each up to a limit. The text is taken from
the XML itself, since a paragraph's text also stands in insertions, content controls, smart tags and text boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from transforms.decode.limits import Limits
from transforms.decode.numbering import Numbering
from transforms.decode.xml_package import Package, broken
from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside, is_aside
from transforms.types import DecodeError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_SKIP = frozenset(
    W + n
    for n in (
        "del",
        "moveFrom",
        "pPr",
        "rPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "sectPr",
        "fldSimple_",
        "instrText",
        "delText",
        "sdtPr",
        "sdtEndPr",
        "rt",
    )
)
_DEEPEST = 100
"""Tables in tables; the XML parser stops at a nesting of 256 elements, which is 85 tables."""
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT = {W + "tab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-", W + "ptab": "\t"}
_SYMBOLS = {"F0B2": "□", "F0FE": "☑", "F052": "☑"}


def _hidden(run: Element) -> bool:
    properties = run.find(W + "rPr")
    vanish = properties.find(W + "vanish") if properties is not None else None
    if vanish is not None and vanish.get(W + "val", "1") not in ("0", "false", "off"):
        return True
    return properties is not None and _is_white(run, properties)


def _is_white(run: Element, properties: Element) -> bool:
    """Whether a run is white and stands on nothing else than white."""
    colour = properties.find(W + "color")
    if colour is None or colour.get(W + "val", "").upper() != "FFFFFF":
        return False
    around: Element | None = run
    while around is not None:
        part = around.find(W + around.tag.rpartition("}")[2] + "Pr") if isinstance(around.tag, str) else None
        if around.tag == W + "tbl" or (part is not None and (part.find(W + "shd") is not None or part.find(W + "highlight") is not None)):
            return False
        around = around.getparent()
    return True


def _pieces(paragraph: Element) -> Iterator[tuple[str, Element | None]]:
    """The text of a paragraph in order, and the text boxes anchored in it."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIP or tag == _FALLBACK:
            continue
        if tag == W + "t":
            yield element.text or "", None
        elif tag in _TEXT:
            yield _TEXT[tag], None
        elif tag == W + "sym":
            yield _SYMBOLS.get((element.get(W + "char") or "").upper(), ""), None
        elif tag == W + "txbxContent":
            yield "", element
        elif tag == W + "r" and _hidden(element):
            continue
        else:
            stack.append(iter(element))


class Reader:
    """Writes the body of a document as lines."""

    def __init__(self, numbering: Numbering, limits: Limits) -> None:
        self._numbering = numbering
        self._limits = limits
        self.tables = TablesAside()

    def lines(self, container: Element, depth: int = 0) -> list[str]:
        """The lines of a body, cell or text box."""
        out: list[str] = []
        for block in self._blocks(container):
            if block.tag == W + "p":
                out.extend(self._paragraph(block, depth))
            elif depth < _DEEPEST:
                out.extend(self._table(block, depth))
        return out

    def _blocks(self, container: Element) -> Iterator[Element]:
        """Paragraphs and tables, content controls and insertions opened."""
        stack = [iter(container)]
        while stack:
            element = next(stack[-1], None)
            if element is None:
                stack.pop()
            elif element.tag in (W + "p", W + "tbl"):
                yield element
            elif isinstance(element.tag, str) and element.tag not in _SKIP and element.tag != _FALLBACK:
                stack.append(iter(element))

    def _paragraph(self, paragraph: Element, depth: int) -> list[str]:
        text, boxes = [self._numbering.label(paragraph)], []
        for piece, box in _pieces(paragraph):
            text.append(piece)
            if box is not None and depth < _DEEPEST:
                boxes.extend(self.lines(box, depth + 1))
        line = "".join(text)
        return [*line.split("\n"), *boxes] if line.strip() or not boxes else boxes

    def _table(self, table: Element, depth: int) -> list[str]:
        rows = [
            [_cell(cell, "\n".join(self.lines(cell, depth + 1)).strip("\n")) for cell in self._children(row, W + "tc")]
            for row in self._children(table, W + "tr")
        ]
        nests = any(is_aside(cell.text) for row in rows for cell in row)
        stands_for = None if nests else self.tables.put(rows, self._limits.table_cells)
        if stands_for is not None:
            return [stands_for]
        return [line for row in rows for cell in row for line in cell.text.split("\n")]

    @staticmethod
    def _children(element: Element, tag: str) -> list[Element]:
        found = [e for e in element if e.tag == tag]
        return found or [e for e in element.iter(tag) if e.getparent() is not None and e.getparent().tag == W + "sdtContent"]


def _cell(cell: Element, text: str) -> Cell:
    """A cell with its columns, and whether it belongs to the one above it."""
    properties = cell.find(W + "tcPr")
    span, joins = 1, False
    if properties is not None:
        wide = properties.find(W + "gridSpan")
        value = wide.get(W + "val", "1") if wide is not None else "1"
        span = int(value) if value.isdigit() and len(value) < 4 else 1
        down = properties.find(W + "vMerge")
        joins = down is not None and down.get(W + "val", "continue") == "continue"
    return Cell("" if joins else text, 1, max(1, span), joins)


def _notes(package: Package, name: str, reader: Reader) -> list[str]:
    root = package.part(name)
    if root is None:
        return []
    return [
        line
        for note in root
        if note.get(W + "type") not in ("separator", "continuationSeparator", "continuationNotice")
        for line in reader.lines(note)
        if line.strip()
    ]


def _main_part(package: Package) -> str:
    rels = package.part("_rels/.rels")
    if rels is not None:
        for relation in rels:
            if (relation.get("Type") or "").endswith("/officeDocument"):
                return re.sub(r"^/", "", relation.get("Target") or "") or "word/document.xml"
    return "word/document.xml"


def read_docx(data: bytes, limits: Limits) -> tuple[str, str | None, TablesAside]:
    """The text of a document, the title in its properties, and its tables.

    Raises:
        DecodeError: ``broken``, ``encrypted`` or ``too_large``.
    """
    package = Package(data, limits)
    root = package.part(_main_part(package))
    if root is None:
        root = package.part("word/document.xml")
    body = root.find(W + "body") if root is not None else None
    if body is None:
        raise broken("it has no body")
    reader = Reader(Numbering(package.part("word/numbering.xml"), package.part("word/styles.xml")), limits)
    lines = reader.lines(body)
    for notes in ("word/footnotes.xml", "word/endnotes.xml"):
        lines.extend(_notes(package, notes, reader))
    return "\n".join(lines), _property_title(package), reader.tables


def _property_title(package: Package) -> str | None:
    try:
        core = package.part("docProps/core.xml")
    except DecodeError:
        return None
    title = core.findtext("{http://purl.org/dc/elements/1.1/}title") if core is not None else None
    return " ".join(title.split()) or None if title else None
