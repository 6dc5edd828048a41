"""Spreadsheets: each sheet that shows as a table, numbers as its cells show them; hidden sheets, rows and columns are left out.

.xlsx is read here, since the readers that are only wheels tell neither number formats nor what is hidden, or take a minute;
.xls (of Excel 97 to 2003, .et of WPS) is read by xlrd, .ods as other OpenDocument tables are.
"""

from __future__ import annotations

import io
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from transforms.decode.blocks import table_lines
from transforms.decode.limits import Limits
from transforms.decode.number_format import BUILT_IN, plain, shown
from transforms.decode.xml_package import Package, broken, parse_xml
from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside
from transforms.types import DecodeError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_AREA = re.compile(r"!\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_EMPTY_RUN = 3
"""Empty rows from which on a sheet's next table begins."""
_MOST_SHEETS = 500


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet that show: rows of texts by column, and the cells that are merged (first and last row and column)."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    printed: list[tuple[int, int, int, int]] = field(default_factory=list)
    """The areas that are printed, where the sheet says so (first row and column, last row and column)."""

    def keep_printed(self) -> None:
        """Leave out what stands beside the areas that are printed, unless that is most of the sheet."""

        def inside(row: int, column: int) -> bool:
            return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in self.printed)

        kept = {row: {c: text for c, text in line.items() if inside(row, c)} for row, line in self.rows.items()}
        if self.printed and sum(map(len, kept.values())) > 0.5 * sum(map(len, self.rows.values())):
            self.rows = kept

    def _used(self) -> list[int]:
        return sorted({column for line in self.rows.values() for column, text in line.items() if text} - self.hidden_columns)

    def grid(self) -> list[list[str]]:
        """The texts as rows of one width, columns of nothing left out."""
        used = self._used()
        return [[line.get(column, "") for column in used] for _, line in sorted(self.rows.items())]

    def cells(self) -> list[list[Cell]]:
        """The rows with their merged cells; a row of nothing is empty."""
        columns, numbers = self._used(), sorted(self.rows)
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        covered: set[tuple[int, int]] = set()
        for top, left, bottom, right in self.merged:
            wide = range(bisect_left(columns, left), bisect_right(columns, right))
            high = range(bisect_left(numbers, top), bisect_right(numbers, bottom))
            text = self.rows.get(top, {}).get(left, "")
            if not wide or not high or not text or (high[0], wide[0]) in covered or len(covered) + len(wide) * len(high) > 1_000_000:
                continue
            places = {(r, c) for r in high for c in wide}
            if places & covered:
                continue
            covered |= places
            spans[high[0], wide[0]] = len(high), len(wide)
            self.rows[numbers[high[0]]][columns[wide[0]]] = text
        out: list[list[Cell]] = []
        for r, number in enumerate(numbers):
            line = self.rows[number]
            row = []
            for c, column in enumerate(columns):
                if (r, c) in spans:
                    row.append(Cell(line.get(column, ""), *spans[r, c]))
                elif (r, c) not in covered:
                    row.append(Cell(line.get(column, "")))
            out.append(row if any(line.get(column) for column in columns) or any((r, c) in covered for c in range(len(columns))) else [])
        return out


def lines_of(sheets: Sequence[Sheet], aside: TablesAside, limits: Limits) -> list[str]:
    """The lines of all sheets, their tables set aside."""
    out: list[str] = []
    for sheet in sheets:
        rows = sheet.cells()
        head = "".join(cell.text for row in rows[:5] for cell in row)
        name = sheet.name.strip()
        if sum("\u4e00" <= c <= "\u9fff" for c in name) >= 4 and name not in head and any(rows):
            out.append(name)
        for block in _blocks(rows):
            out.extend(table_lines(block, aside, limits))
    return out


def _blocks(rows: list[list[Cell]]) -> Iterator[list[list[Cell]]]:
    """A sheet's tables: rows with a few empty ones between them are one."""
    now: list[list[Cell]] = []
    empty = 0
    for row in rows:
        if not row:
            empty += 1
            continue
        if empty >= _EMPTY_RUN and now:
            yield now
            now = []
        empty = 0
        now.append(row)
    if now:
        yield now


def _count(sheets: Sequence[Sheet], limits: Limits) -> None:
    if sum(len(line) for sheet in sheets for line in sheet.rows.values()) > limits.table_cells:
        raise _too_large(limits)


def _too_large(limits: Limits) -> DecodeError:
    return DecodeError("too_large", f"The workbook has more than {limits.table_cells:,} cells. Split it.")


# .xlsx ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Book:
    strings: list[str]
    formats: list[str]
    """The number format of each cell style."""
    indents: list[int]
    """How far each sets its text in."""
    from_1904: bool


def read_xlsx(data: bytes, limits: Limits) -> tuple[list[Sheet], str | None]:
    """The sheets of a workbook that show, and the title in its properties.

    Raises:
        DecodeError: ``broken``, ``encrypted`` or ``too_large``.
    """
    package = Package(data, limits)
    root = package.part("xl/workbook.xml")
    relations = package.part("xl/_rels/workbook.xml.rels")
    if root is None or relations is None:
        raise broken("it has no workbook")
    _plain_names(root)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    properties = root.find(_MAIN + "workbookPr")
    book = _Book(_strings(package), *_styles(package), properties is not None and properties.get("date1904", "0") in ("1", "true"))
    areas = _print_areas(root)
    sheets: list[Sheet] = []
    for number, entry in enumerate(root.iter(_MAIN + "sheet")):
        if entry.get("state", "visible") != "visible" or len(sheets) >= _MOST_SHEETS:
            continue
        target = targets.get(entry.get(_RELATION) or entry.get(_STRICT), "")
        place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        raw = package.raw(place) if "worksheets/" in place else None
        if raw is not None and raw.count(b"<c") > 2 * limits.table_cells:
            raise _too_large(limits)
        part = parse_xml(raw, place, limits) if raw is not None else None
        if part is not None:
            sheet = _xlsx_sheet(entry.get("name", ""), _plain_names(part), book)
            sheet.printed = areas.get(str(number), [])
            sheet.keep_printed()
            sheets.append(sheet)
            _count(sheets, limits)
    core = package.part("docProps/core.xml")
    title = core.findtext("{http://purl.org/dc/elements/1.1/}title") if core is not None else None
    return sheets, " ".join(title.split()) or None if title else None


def _print_areas(root: Element) -> dict[str, list[tuple[int, int, int, int]]]:
    """The areas of each sheet, by its number, that are printed."""
    areas: dict[str, list[tuple[int, int, int, int]]] = {}
    for name in root.iter(_MAIN + "definedName"):
        if name.get("name") == "_xlnm.Print_Area":
            for left, top, right, bottom in _AREA.findall((name.text or "")[:2_000]):
                place = (int(top) - 1, _column(left), int(bottom) - 1, _column(right))
                areas.setdefault(name.get("localSheetId", ""), []).append(place)
    return areas


def _plain_names(root: Element) -> Element:
    """The tree in the usual namespace where it is in that of the strict kind."""
    if root.tag.startswith("{http://purl.oclc.org/"):
        for element in root.iter():
            if isinstance(element.tag, str):
                element.tag = _MAIN + element.tag.rpartition("}")[2]
    return root


def _text(item: Element) -> str:
    """The text of a shared or inline string, without the sounds of its characters (phonetic guides)."""
    return "".join(t.text or "" for t in item.iter(_MAIN + "t") if t.getparent() is None or t.getparent().tag != _MAIN + "rPh")


def _strings(package: Package) -> list[str]:
    root = package.part("xl/sharedStrings.xml")
    return [] if root is None else [_text(item) for item in _plain_names(root).iterchildren(_MAIN + "si")]


def _styles(package: Package) -> tuple[list[str], list[int]]:
    """Of each cell style its number format, and how far it sets text in."""
    root = package.part("xl/styles.xml")
    if root is None:
        return [], []
    _plain_names(root)
    own = {item.get("numFmtId"): item.get("formatCode", "") for item in root.iter(_MAIN + "numFmt")}
    styles = root.find(_MAIN + "cellXfs")
    formats, indents = [], []
    for style in styles if styles is not None else ():
        number = style.get("numFmtId", "0")
        formats.append(own.get(number) or BUILT_IN.get(int(number) if number.isdigit() and len(number) < 6 else 0, "General"))
        alignment = style.find(_MAIN + "alignment")
        indent = alignment.get("indent", "0") if alignment is not None else "0"
        indents.append(min(int(indent), 20) if indent.isdigit() and len(indent) < 4 else 0)
    return formats, indents


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _xlsx_sheet(name: str, root: Element, book: _Book) -> Sheet:
    sheet = Sheet(name)
    for column in root.iter(_MAIN + "col"):
        first, last = column.get("min", ""), column.get("max", "")
        if column.get("hidden", "0") in ("1", "true") and first.isdigit() and last.isdigit():
            sheet.hidden_columns.update(range(int(first) - 1, min(int(last), 16_384)))
    number = -1
    for row in root.iter(_MAIN + "row"):
        place = row.get("r", "")
        number = int(place) - 1 if place.isdigit() and len(place) < 8 else number + 1
        if row.get("hidden", "0") in ("1", "true"):
            continue
        line = sheet.rows.setdefault(number, {})
        at = -1
        for cell in row.iterchildren(_MAIN + "c"):
            found = _PLACE.match(cell.get("r", ""))
            at = _column(found.group(1)) if found else at + 1
            if text := _xlsx_text(cell, book):
                style = cell.get("s", "0")
                line[at] = "\u3000" * (book.indents[int(style)] if style.isdigit() and int(style) < len(book.indents) else 0) + text
    for merge in root.iter(_MAIN + "mergeCell"):
        ends = _PLACE.findall(merge.get("ref", ""))
        if len(ends) == 2 and len(sheet.merged) < 20_000:
            (left, top), (right, bottom) = ends
            sheet.merged.append(_bounded(int(top) - 1, _column(left), int(bottom) - 1, _column(right)))
    return sheet


def _bounded(top: int, left: int, bottom: int, right: int) -> tuple[int, int, int, int]:
    return top, left, min(bottom, top + 5_000), min(right, left + 300)


def _xlsx_text(cell: Element, book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(_MAIN + "is")
        return _text(inline) if inline is not None else ""
    value = cell.findtext(_MAIN + "v") or ""
    if kind == "s":
        return book.strings[int(value)] if value.isdigit() and len(value) < 9 and int(value) < len(book.strings) else ""
    if kind == "str":
        return value
    if kind in ("e", "b") or not value:
        return ""  # an error (#DIV/0!) is no number
    style = cell.get("s", "0")
    index = int(style) if style.isdigit() and len(style) < 7 else 0
    try:
        return shown(float(value), book.formats[index] if index < len(book.formats) else "General", book.from_1904)
    except (ValueError, OverflowError):
        return value


# .xls ----------------------------------------------------------------------------------------------------------------


def read_xls(data: bytes, limits: Limits) -> tuple[list[Sheet], str | None]:
    """The sheets of a binary workbook that show; it has no title.

    Raises:
        DecodeError: ``broken``, ``encrypted`` or ``too_large``.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO(), on_demand=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower() or "password" in str(error).lower():
            raise DecodeError("encrypted", "The workbook is protected by a password. Save it without one.") from error
        raise broken(error) from error
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # xlrd has no common error for what is damaged
        raise broken(f"{type(error).__name__}: {error}") from error
    sheets: list[Sheet] = []
    for index in range(min(book.nsheets, _MOST_SHEETS)):
        if book._sheet_visibility[index : index + 1] not in ([0], []):
            continue
        try:
            source = book.sheet_by_index(index)
        except (xlrd.XLRDError, IndexError, ValueError, AssertionError, KeyError, TypeError, AttributeError) as error:
            raise broken(f"{type(error).__name__}: {error}") from error
        sheets.append(_xls_sheet(book, source))
        book.unload_sheet(index)
        _count(sheets, limits)
    return sheets, None


def _xls_sheet(book: Any, source: Any) -> Sheet:
    sheet = Sheet(source.name)
    sheet.hidden_columns = {column for column, info in source.colinfo_map.items() if info.hidden}
    for row in range(source.nrows):
        info = source.rowinfo_map.get(row)
        if info is not None and info.hidden:
            continue
        line = sheet.rows.setdefault(row, {})
        for column, cell in enumerate(source.row(row)):
            if cell.ctype == 1:
                text = str(cell.value)
            elif cell.ctype in (2, 3):
                text = _xls_number(book, cell)
            else:
                continue
            if text:
                line[column] = "\u3000" * min(book.xf_list[cell.xf_index].alignment.indent_level, 20) + text
    for top, bottom, left, right in source.merged_cells[:20_000]:
        sheet.merged.append(_bounded(top, left, bottom - 1, right - 1))
    return sheet


def _xls_number(book: Any, cell: Any) -> str:
    try:
        pattern = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    except (KeyError, IndexError, TypeError, AttributeError):
        return plain(cell.value)
    return shown(cell.value, pattern or "General", bool(book.datemode))
