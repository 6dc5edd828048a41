"""OpenDocument text (.odt): paragraphs, lists with their numbers, and tables in the order of the document.

Deleted text of tracked changes, comments, hidden paragraphs and hidden text are left out; notes follow at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from transforms.decode.blocks import table_lines
from transforms.decode.limits import Limits
from transforms.decode.numbering import LABEL_ENDS, write
from transforms.decode.sheets import Sheet
from transforms.decode.xml_package import Package, broken
from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside
from transforms.types import DecodeError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, STYLE, DRAW, OFFICE = (f"{{{_NS}{name}:1.0}}" for name in ("text", "table", "style", "drawing", "office"))
_SKIPPED = frozenset(
    (TEXT + "tracked-changes", OFFICE + "annotation", OFFICE + "annotation-end", TEXT + "ruby-text", TEXT + "note-citation",
     TEXT + "hidden-text", OFFICE + "forms", TEXT + "sequence-decls", TABLE + "shapes", TEXT + "bookmark-ref-hidden")
)  # fmt: skip
_CHINESE = {"一": "chineseCounting", "壹": "chineseLegalSimplified", "①": "decimalEnclosedCircle", "１": "decimalFullWidth"}
_LETTERS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_MOST_REPEATED = 1_000


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    prefix: str
    suffix: str
    start: int
    shown: int
    """How many levels' numbers are written."""


@dataclass(slots=True)
class _Styles:
    """What styles say: which hide their text, and how lists are numbered."""

    hidden: set[str] = field(default_factory=set)
    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    outline: dict[int, _Level] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    """The list style of a paragraph style."""


def _form(sample: str) -> str:
    if sample[:1] in _LETTERS:
        return _LETTERS[sample[0]]
    return _CHINESE.get(sample[:1], "chineseCounting" if sample else "none")


def _read_styles(root: Element | None, styles: _Styles) -> None:
    if root is None:
        return
    for style in root.iter(STYLE + "style"):
        name = style.get(STYLE + "name", "")
        properties = style.find(STYLE + "text-properties")
        if properties is not None and properties.get(TEXT + "display") == "none":
            styles.hidden.add(name)
        shown = style.find(STYLE + "table-properties")
        if shown is not None and shown.get(TABLE + "display") == "false":
            styles.hidden.add(name)
        if style.get(STYLE + "list-style-name"):
            styles.lists[name] = style.get(STYLE + "list-style-name", "")
    for definition in root.iter(TEXT + "list-style", TEXT + "outline-style"):
        levels = {}
        for level in definition:
            number = level.get(TEXT + "level", "")
            if number.isdigit() and len(number) < 3:
                is_number = level.tag in (TEXT + "list-level-style-number", TEXT + "outline-level-style")
                form = _form(level.get(STYLE + "num-format", "")) if is_number else "none"
                start, shown = level.get(TEXT + "start-value", "1"), level.get(TEXT + "display-levels", "1")
                levels[int(number)] = _Level(
                    form,
                    level.get(STYLE + "num-prefix", ""),
                    level.get(STYLE + "num-suffix", ""),
                    int(start) if start.isdigit() and len(start) < 6 else 1,
                    int(shown) if shown.isdigit() and len(shown) < 3 else 1,
                )
        if definition.tag == TEXT + "outline-style":
            styles.outline = levels
        else:
            styles.levels[definition.get(STYLE + "name", "")] = levels


class _Reader:
    def __init__(self, styles: _Styles, limits: Limits) -> None:
        self._styles, self._limits = styles, limits
        self._counts: dict[str, dict[int, int]] = {}
        self.notes: list[str] = []
        self.tables = TablesAside()

    def lines(self, container: Element, depth: int = 0) -> list[str]:
        """The lines of a body, cell or text box."""
        out: list[str] = []
        stack: list[tuple[Iterator[Element], str, int]] = [(iter(container), "", 0)]
        fresh = False
        while stack:
            children, style, level = stack[-1]
            element = next(children, None)
            if element is None:
                stack.pop()
                continue
            tag = element.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                continue
            if tag in (TEXT + "p", TEXT + "h"):
                out.extend(self._paragraph(element, style, level if fresh else 0, depth))
                fresh = False
            elif tag == TABLE + "table":
                if depth < 50:
                    out.extend(self._table(element, depth))
            elif tag == TEXT + "list":
                own = element.get(TEXT + "style-name", style)
                if level == 0 and element.get(TEXT + "continue-numbering") != "true" and not element.get(TEXT + "continue-list"):
                    self._counts.pop(own, None)
                stack.append((iter(element), own, level + 1))
            else:
                fresh = tag == TEXT + "list-item" or (fresh and tag != TEXT + "list-header")
                if element.get(TEXT + "display") != "none":
                    stack.append((iter(element), style, level))
        return out

    def _label(self, levels: dict[int, _Level], name: str, level: int) -> str:
        if level not in levels:
            return ""
        counts = self._counts.setdefault(name, {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        here = levels[level]
        if here.form == "none":
            return ""
        first = max(1, level - here.shown + 1)
        numbers = [write(counts.get(at, 1), levels[at].form) for at in range(first, level + 1) if at in levels]
        label = here.prefix + ".".join(numbers) + here.suffix
        return label if label.endswith(LABEL_ENDS) else label + " "

    def _paragraph(self, paragraph: Element, style: str, level: int, depth: int) -> list[str]:
        own = paragraph.get(TEXT + "style-name", "")
        if own in self._styles.hidden or paragraph.find(TEXT + "hidden-paragraph") is not None:
            return []
        parts, boxes = [], []
        for piece, box in self._pieces(paragraph):
            parts.append(piece)
            if box is not None and depth < 50:
                boxes.extend(self.lines(box, depth + 1))
        line = "".join(parts)
        if line.strip():
            if paragraph.tag == TEXT + "h" and not level:
                outline = paragraph.get(TEXT + "outline-level", "1")
                number = int(outline) if outline.isdigit() and len(outline) < 3 else 1
                line = self._label(self._styles.outline, "outline", number) + line
            elif level:
                name = style or self._styles.lists.get(own, "")
                line = self._label(self._styles.levels.get(name, {}), name, level) + line
        return [*line.split("\n"), *boxes] if line.strip() or not boxes else boxes

    def _pieces(self, paragraph: Element) -> Iterator[tuple[str, Element | None]]:
        """The text of a paragraph in order, and the text boxes anchored in it."""
        yield _squeezed(paragraph.text), None
        stack: list[tuple[Element, Iterator[Element]]] = [(paragraph, iter(paragraph))]
        while stack:
            element = next(stack[-1][1], None)
            if element is None:
                done, _ = stack.pop()
                if stack:
                    yield _squeezed(done.tail), None
                continue
            tag = element.tag
            if not isinstance(tag, str) or tag in _SKIPPED or element.get(TEXT + "style-name") in self._styles.hidden:
                yield _squeezed(element.tail), None
                continue
            if tag == TEXT + "s":
                count = element.get(TEXT + "c", "1")
                yield " " * min(int(count) if count.isdigit() and len(count) < 5 else 1, 200), None
            elif tag in (TEXT + "tab", TEXT + "line-break"):
                yield ("\t" if tag == TEXT + "tab" else "\n"), None
            elif tag == TEXT + "note":
                self.notes.extend(line for line in self.lines(element, 50) if line.strip())
                yield _squeezed(element.tail), None
                continue
            elif tag == DRAW + "text-box":
                yield "", element
                yield _squeezed(element.tail), None
                continue
            yield _squeezed(element.text), None
            stack.append((element, iter(element)))

    def _table(self, table: Element, depth: int) -> list[str]:
        rows, cells = [], 0
        for row in _rows(table):
            line = [cell for element in row for cell in self._cells(element, depth)]
            repeat = _repeated(row, TABLE + "number-rows-repeated") if any(cell.text for cell in line) else 1
            for _ in range(repeat):
                rows.append(line)
                cells += len(line)
            if cells > self._limits.table_cells:
                break
        return table_lines(rows, self.tables, self._limits)

    def sheet(self, table: Element) -> Sheet:
        """A table as a spreadsheet has it: cells in their places, hidden columns told."""
        sheet = Sheet(table.get(TABLE + "name", ""))
        column = 0
        for element in table.iter(TABLE + "table-column"):
            repeat = _repeated(element, TABLE + "number-columns-repeated")
            if element.get(TABLE + "visibility") in ("collapse", "filter"):
                sheet.hidden_columns.update(range(column, column + repeat))
            column += repeat
        number = cells = 0
        for row in _rows(table):
            line: dict[int, str] = {}
            at = 0
            for element in row:
                repeat = _repeated(element, TABLE + "number-columns-repeated")
                text = "\n".join(self.lines(element, 1)).strip()
                if text:
                    line.update((at + i, text) for i in range(repeat))
                    down, across = _repeated(element, TABLE + "number-rows-spanned"), _repeated(element, TABLE + "number-columns-spanned")
                    if down > 1 or across > 1:
                        sheet.merged.append((number, at, number + down - 1, at + min(across, 300) - 1))
                at += repeat
            repeat = _repeated(row, TABLE + "number-rows-repeated")
            for i in range(repeat if line else min(repeat, 5)):
                sheet.rows[number + i] = dict(line)
            cells += len(line) * repeat
            number += repeat
            if cells > self._limits.table_cells:
                raise DecodeError("too_large", f"The workbook has more than {self._limits.table_cells:,} cells. Split it.")
        return sheet

    def _cells(self, element: Element, depth: int) -> list[Cell]:
        if element.tag != TABLE + "table-cell":  # covered cells are filled by the span that covers them
            return []
        text = "\n".join(self.lines(element, depth + 1)).strip("\n")
        rows, columns = _repeated(element, TABLE + "number-rows-spanned"), _repeated(element, TABLE + "number-columns-spanned")
        repeat = _repeated(element, TABLE + "number-columns-repeated")
        return [Cell(text, rows, columns)] * (repeat if text else min(repeat, 60))


def _rows(table: Element) -> Iterator[Element]:
    for element in table:
        if element.tag == TABLE + "table-row":
            if element.get(TABLE + "visibility") not in ("collapse", "filter"):
                yield element
        elif element.tag in (TABLE + "table-header-rows", TABLE + "table-rows", TABLE + "table-row-group"):
            yield from _rows(element)


def _repeated(element: Element, attribute: str) -> int:
    value = element.get(attribute, "1")
    return min(int(value), _MOST_REPEATED) if value.isdigit() and len(value) < 9 else 1


def _squeezed(text: str | None) -> str:
    """White space as OpenDocument means it: any run of it is one space."""
    if not text:
        return ""
    words = " ".join(part for part in text.replace("\n", " ").replace("\t", " ").split(" ") if part)
    return (" " if text[0] in " \n\t" else "") + words + (" " if words and text[-1] in " \n\t" else "")


def _opened(data: bytes, limits: Limits, kind: str) -> tuple[Element, _Styles, str | None]:
    """The body of a document of a kind, its styles, and the title in its properties."""
    package = Package(data, limits)
    if b"encryption-data" in (package.raw("META-INF/manifest.xml") or b""):
        raise DecodeError("encrypted", "The document is protected by a password. Save it without one and put that file in its place.")
    root = package.part("content.xml")
    body = root.find(f"{OFFICE}body/{OFFICE}{kind}") if root is not None else None
    if body is None:
        raise broken("it has no body")
    styles = _Styles()
    _read_styles(package.part("styles.xml"), styles)
    _read_styles(root, styles)
    meta = package.part("meta.xml")
    title = meta.findtext(".//{http://purl.org/dc/elements/1.1/}title") if meta is not None else None
    return body, styles, " ".join(title.split()) or None if title else None


def read_odt(data: bytes, limits: Limits) -> tuple[str, str | None, TablesAside]:
    """The text of a document, the title in its properties, and its tables.

    Raises:
        DecodeError: ``broken``, ``encrypted`` or ``too_large``.
    """
    body, styles, title = _opened(data, limits, "text")
    reader = _Reader(styles, limits)
    lines = reader.lines(body)
    return "\n".join([*lines, *reader.notes]), title, reader.tables


def read_ods(data: bytes, limits: Limits) -> tuple[list[Sheet], str | None]:
    """The sheets of a spreadsheet that show, and the title in its properties.

    Raises:
        DecodeError: ``broken``, ``encrypted`` or ``too_large``.
    """
    body, styles, title = _opened(data, limits, "spreadsheet")
    reader = _Reader(styles, limits)
    return [
        reader.sheet(table) for table in body.iterchildren(TABLE + "table") if table.get(TABLE + "style-name") not in styles.hidden
    ], title
