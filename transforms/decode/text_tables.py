"""Tables: comma- or tab-separated files, and those (workbooks too) of which one column holds whole texts, a document in each row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from transforms.decode.encoding import decode_bytes
from transforms.decode.limits import DEFAULT, Limits
from transforms.decode.sniff import OLE, is_zip, ole_kind, zip_kind
from transforms.types import DecodeError

_DELIMITERS = ",\t;|"
_LONG = 500
"""Characters from which on a cell is a text of its own."""
_LONGEST_HEADING = 40
_MOST_ROWS = 5_000
_SLASHES = str.maketrans({"/": "／", "\\": "＼", "\n": " ", "\r": " "})
_TITLE = re.compile(r"标题|题名|名称|title", re.IGNORECASE)  # how keepers of collections head the column of titles
_PLACE_OR_YEAR = re.compile(
    r"地区|省|市|县|区划|年份|年度|年|province|prefecture|city|county|region|year|place", re.IGNORECASE
)  # and those of places and years
_FIELD = 4_000_000


def separated(text: str, limits: Limits = DEFAULT) -> list[list[str]] | None:
    """The rows of a comma- or tab-separated file; None where the text is none.

    It is one where its first line is a row of short headings and every row has as many cells as that.

    Raises:
        DecodeError: ``too_large``.
    """
    first = text.lstrip("\ufeff\n\r ").split("\n", 1)[0][:4_000]
    for delimiter in _DELIMITERS:
        if first.count(delimiter) < 1:
            continue
        csv.field_size_limit(_FIELD)
        rows: list[list[str]] = []
        try:
            for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter, strict=True):
                if any(row):
                    rows.append(row)
                if len(rows) in (50, 500) and not _is_table(rows):
                    break
                if len(rows) * len(rows[0]) > limits.table_cells:
                    raise DecodeError("too_large", f"The table has more than {limits.table_cells:,} cells. Split it.")
        except csv.Error:
            continue
        if _is_table(rows):
            return rows
    return None


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    head = [cell.strip() for cell in rows[0]]
    if not all(head) or any(len(cell) > _LONGEST_HEADING or re.search("[。；！？]", cell) for cell in head) or len(set(head)) < len(head):
        return False
    width = len(head)
    return sum(len(row) == width for row in rows) >= 0.98 * len(rows)


def texts_of(data: bytes, limits: Limits = DEFAULT) -> list[tuple[str, str]]:
    """The texts of a table that has one in each row, with a name for each: its row and title. Empty where it is no such table."""
    rows = _rows(data, limits)
    column = _text_column(rows)
    if column is None:
        return []
    head = [cell.strip() for cell in rows[0]]
    named = [i for i, cell in enumerate(head) if i != column and _TITLE.search(cell)]
    described = [i for i, cell in enumerate(head) if i != column and _PLACE_OR_YEAR.search(cell)]
    found = []
    for number, row in enumerate(rows[1 : _MOST_ROWS + 1], 1):
        if column >= len(row) or not row[column].strip():
            continue
        title = next((row[i].strip() for i in named if i < len(row) and row[i].strip()), "")
        title = title or "".join(row[i].strip() for i in described if i < len(row))
        text = row[column]
        start = "".join(text[:2_000].split())
        if title and "".join(title.split()) not in start:
            text = f"{title}\n{text}"
        found.append((f"{number} {title.translate(_SLASHES)[:80]}".strip() + ".txt", text))
    return found


def _text_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The column of a table that holds a text in most rows, the longest if there are several."""
    if len(rows) < 2:
        return None
    best: tuple[int, int] | None = None
    for column in range(min(len(rows[0]), 200)):
        sizes = [len(row[column]) for row in rows[1:] if column < len(row)]
        if sizes and sum(size >= _LONG for size in sizes) > 0.5 * len(sizes) and (best is None or sum(sizes) > best[0]):
            best = sum(sizes), column
    return None if best is None else best[1]


def _rows(data: bytes, limits: Limits) -> list[list[str]]:
    """The rows of a file that may be a table of texts; none where it is another kind of file or cannot be read."""
    from transforms.decode import sheets

    try:
        if is_zip(data):
            book = sheets.read_xlsx(data, limits)[0] if zip_kind(data) == "xlsx" else []
        elif data.startswith(OLE):
            book = sheets.read_xls(data, limits)[0] if ole_kind(data) == "xls" else []
        else:
            head = data[:2_000]
            if len(data) > limits.text_bytes or not any(mark in head for mark in (b",", b"\t", b";", b"|")):
                return []
            if b"<" in head[:200] or b"%PDF" in head:
                return []
            return separated(decode_bytes(data)[0], limits) or []
        return next((rows for sheet in book if len(rows := sheet.grid()) > 1), [])
    except DecodeError:
        return []
