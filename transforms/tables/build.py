"""From grids in a text to tables: captions, headings, labels, parts side by side, and parts over pages.

PlacedGrid --caption, headings--> Block --joined over pages--> [Block] --parted at label columns--> Table
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from transforms.lexicon import pattern
from transforms.tables.columns import Role, parts_of, roles_of
from transforms.tables.grid import Slot, is_number, squeeze
from transforms.tables.labels import RowLabel, labels_of
from transforms.tables.layout import BAR, PlacedGrid, is_spanning
from transforms.tables.model import Table, TableCell, TableRow

_TABLE_PAGE_NUMBER = pattern("table_page_number")
_TABLE_GOES_ON = pattern("table_goes_on")
_TABLE_UNIT = pattern("table_unit")
_TABLE_MADE_BY = pattern("table_made_by")
_TABLE_TITLE = pattern("table_title")
_TABLE_NUMBER_ALONE = pattern("table_number_alone")
_TABLE_TITLE_OPEN = pattern("table_title_open")

_YEAR = re.compile(r"(?:19|20)\d\d(?:年[度末底初]?)?(?:\d{1,2}月)?(?:[—－~\-至](?:(?:19|20)\d\d)?年?(?:\d{1,2}月)?)?±?")
_COLUMN_NUMBER = re.compile(
    r"\d{1,2}|[甲乙丙丁]|[栏行]次|公式|[=＝]?[（(]?\d{1,2}[）)]?|(?:\d{1,2}|[A-Z])(?:[=＝][\dA-Z+\-－×÷*/（）()％%]+)?", re.ASCII
)
_WORDS = re.compile("[\u4e00-\u9fff]|[A-Za-z]{2}")
_SPACES_IN_WORDS = re.compile(r"\s+(?=[\u4e00-\u9fff：])|(?<=[\u4e00-\u9fff：])\s+")
_INDEX_BASE = pattern("index_base")
_YEAR_NAMED = re.compile(r"(?:19|20)\d\d年")
_SAME_LABELS = 0.7
_MOST_HEADING_ROWS = 6
_MOST_CAPTION_LINES = 8
_CAPTION_REACH = 500
"""Characters above a table in which its caption stands."""
_LONGEST_CAPTION_LINE = 70


@dataclass(frozen=True, slots=True)
class Block:
    """A grid with its caption: one page's part of a table."""

    grid: PlacedGrid
    caption: tuple[str, ...]
    gap: str
    """The text between the grid before and this one."""
    headings: int
    """How many rows from ``grid.first`` on are headings."""

    @property
    def width(self) -> int:
        return len(self.grid.matrix[0])

    def heading_rows(self) -> list[list[Slot]]:
        first = self.grid.first
        return [row for row in self.grid.matrix[first : first + self.headings] if not _numbers_columns(row)]


def build_tables(text: str, grids: Sequence[PlacedGrid], pages: Sequence[object] = ()) -> tuple[Table, ...]:
    """The tables of a text. ``pages`` are the document's pages, where it has any (``start`` and ``number`` of each are read)."""
    starts = [page.start for page in pages]  # type: ignore[attr-defined]
    numbers = [page.number for page in pages]  # type: ignore[attr-defined]

    def page_of(offset: int) -> int | None:
        return numbers[max(0, bisect_right(starts, offset) - 1)] if starts else None

    tables: list[Table] = []
    for blocks in _joined(_facing(list(_blocks(text, grids)))):
        for table in _tables(blocks, page_of):
            tables.append(replace(table, number=len(tables) + 1))
    return tuple(tables)


def _blocks(text: str, grids: Sequence[PlacedGrid]) -> Iterator[Block]:
    reached = 0
    for grid in grids:
        above = text[reached : grid.start]
        yield Block(grid, (*_caption(above), *grid.titles), above, _heading_rows(grid))
        reached = grid.end


def _facing(blocks: list[Block]) -> list[Block]:
    """Blocks in which the two halves of a table on facing pages have one caption: the title is on the left page, the unit on the right."""
    out = list(blocks)
    for at in range(1, len(out)):
        left, right = out[at - 1], out[at]
        lines = [line for line in right.caption if not _TABLE_UNIT.search(line)]
        if lines or not right.heading_rows() or not (_is_right_half(right) or _has_labels_of(left, right)):
            continue
        both = (*left.caption, *(line for line in right.caption if line not in left.caption))
        out[at - 1], out[at] = replace(left, caption=both), replace(right, caption=both)
    return out


def _has_labels_of(left: Block, right: Block) -> bool:
    """Whether a block has the rows of the one before it under other headings."""
    if _texts(left.heading_rows()) == _texts(right.heading_rows()):
        return False
    before = {squeeze(line.row[0].text) for line in _body([left])}
    labels = [squeeze(line.row[0].text) for line in _body([right])]
    return len(labels) > 1 and sum(label in before for label in labels if label) >= _SAME_LABELS * len(labels)


def _is_right_half(block: Block) -> bool:
    rows = block.heading_rows()
    body = [line.row for line in _body([block])]
    return Role.LABEL not in roles_of([_path(rows, column) for column in range(block.width)], body)


def _caption(above: str) -> tuple[str, ...]:
    """The lines directly above a table that belong to it."""
    lines: list[str] = []
    for line in reversed(above[-_CAPTION_REACH:].split("\n")):
        plain = squeeze(line)
        if not plain or _TABLE_PAGE_NUMBER.fullmatch(plain):
            continue
        if not _WORDS.search(plain):
            continue
        if len(plain) > _LONGEST_CAPTION_LINE or "。" in plain or BAR in plain or len(lines) >= _MOST_CAPTION_LINES:
            break
        lines.append(" ".join(line.split()))
    return tuple(reversed(lines))


def _numbers_columns(row: Sequence[Slot]) -> bool:
    """A row that numbers the columns (1, 2, 3=2-1) or their formula, part of the headings but none."""
    texts = [squeeze(slot.text) for slot in row if slot.text]
    counted = [t for t in texts if _COLUMN_NUMBER.fullmatch(t)]
    singles = [int(t) for t in counted if t.isdigit()]
    return len(counted) >= 2 and len(counted) >= len(texts) - 1 and all(a < b for a, b in pairwise(singles)) and len(singles) < 40


def _is_heading(row: Sequence[Slot], before: int) -> bool:
    """Whether a row on top of a grid is one of headings: none of its cells is a value, years aside."""
    if _numbers_columns(row):
        return before > 0
    texts = [squeeze(slot.text) for slot in row[1:] if slot.text]
    values = [t for t in texts if is_number(t) and not _YEAR.fullmatch(t)]
    years = [t for t in texts if _YEAR.fullmatch(t)]
    return not values and not (years and before and len(years) < len(texts))


def _heading_rows(grid: PlacedGrid) -> int:
    rows = grid.matrix[grid.first : grid.last]
    count = 0
    for row in rows[:_MOST_HEADING_ROWS]:
        if not _is_heading(row, count) or (is_spanning(row) and count):
            break
        count += 1
    if count < len(rows):
        return _without_labels_alone(rows, count)
    return 1 if len(rows) > 1 else 0


def _without_labels_alone(rows: Sequence[Sequence[Slot]], count: int) -> int:
    """Rows of a label without any value below the headings are no headings (``一、本级收入`` over empty cells)."""
    while count > 1:
        row = rows[count - 1]
        filled = {id(slot) for slot in row if slot.text}
        own = [slot for slot in row if slot.text and slot.row == row[0].row and slot.column > 0]
        if len(filled) > 1 or own or (row[0].text and row[0] is rows[count - 2][0]):
            break
        count -= 1
    return count


def _joined(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Blocks that are one table over several pages."""
    now: list[Block] = []
    for block in blocks:
        if now and _goes_on(now[0], block):
            now.append(block)
            continue
        if now:
            yield now
        now = [block]
    if now:
        yield now


def _goes_on(first: Block, block: Block) -> bool:
    """Whether a block is the part of a table on the next page: the same columns, and no title of its own."""
    between = [squeeze(line) for line in block.gap.split("\n")]
    between = [line for line in between if line and not _TABLE_PAGE_NUMBER.fullmatch(line)]
    same_titles = {squeeze(line) for line in first.caption}
    ours = [line for line in between if line not in same_titles and not _TABLE_GOES_ON.search(line)]
    if first.width != block.width or any(not _TABLE_UNIT.search(line) for line in ours):
        return False
    titles = [squeeze(t) for t in block.grid.titles]
    if any(t not in same_titles and not _TABLE_GOES_ON.search(t) and not _TABLE_UNIT.search(t) for t in titles):
        return False
    if block.headings == 0:
        return True
    return _texts(block.heading_rows()) == _texts(first.heading_rows())


def _texts(rows: Sequence[Sequence[Slot]]) -> list[list[str]]:
    return [[squeeze(slot.text) for slot in row] for row in rows]


def _path(rows: Sequence[Sequence[Slot]], column: int) -> tuple[str, ...]:
    """The heading of a column, outermost first; a merged heading counts once."""
    path: list[str] = []
    last: Slot | None = None
    for row in rows:
        slot = row[column]
        text = squeeze(slot.text)
        if text and slot is not last and (not path or path[-1] != text):
            path.append(text)
        last = slot
    return tuple(path)


def _unit(caption: Sequence[str]) -> str:
    for line in reversed(caption):
        found = _TABLE_UNIT.search(line)
        if found:
            return found[1]
    return ""


def _title(caption: Sequence[str]) -> str:
    """The line of a caption that names the table, wrapped lines joined."""
    lines = [_TABLE_UNIT.sub("", line).strip("（）() ") if _TABLE_UNIT.search(line) else line for line in caption]
    lines = [_SPACES_IN_WORDS.sub("", line) for line in lines if not _INDEX_BASE.fullmatch(line.strip("（）() "))]
    lines = [line for line in lines if line and not _TABLE_GOES_ON.fullmatch(line) and not _TABLE_MADE_BY.search(line)]
    named = [at for at, line in enumerate(lines) if _TABLE_TITLE.search(line)]
    if not named:
        return lines[-1] if lines else ""
    at = named[-1]
    title = lines[at]
    before = lines[at - 1] if at else ""
    wrapped = _YEAR_NAMED.search(before) and not _YEAR_NAMED.search(title) and not _TABLE_TITLE.search(before)
    if before and (_TABLE_NUMBER_ALONE.fullmatch(before) or _TABLE_TITLE_OPEN.search(before) or wrapped):
        title = before + title
    return title


def _merged_columns(blocks: Sequence[Block]) -> list[list[int]]:
    """The columns of the grid, those together that share their headings and never hold two texts in a row (word processors cut
    columns anew in each row)."""
    headings = blocks[0].heading_rows()
    body = [line.row for line in _body(blocks)]
    groups: list[list[int]] = []
    for column in range(blocks[0].width):
        before = groups[-1] if groups else []
        shared = bool(before) and bool(headings) and all(row[column] is row[column - 1] for row in headings)
        if shared and all(_alone(row, before, column) for row in body):
            before.append(column)
        else:
            groups.append([column])
    return groups


def _alone(row: Sequence[Slot], before: Sequence[int], column: int) -> bool:
    own = row[column]
    return not own.text or all(row[c] is own or not row[c].text for c in before)


def _filled(row: Sequence[Slot], group: Sequence[int]) -> Slot:
    return next((row[c] for c in group if row[c].text), row[group[0]])


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the body with the grid that it stands in."""

    row: Sequence[Slot]
    number: int
    grid: PlacedGrid


def _body(blocks: Sequence[Block]) -> list[_Line]:
    return [
        _Line(block.grid.matrix[number], number, block.grid)
        for block in blocks
        for number in range(block.grid.first + block.headings, block.grid.last)
    ]


def _tables(blocks: Sequence[Block], page_of: object) -> Iterator[Table]:
    """The tables of a block and those that go on from it: one for each part that stands side by side."""
    first = blocks[0]
    caption = tuple(dict.fromkeys(first.caption))
    groups = _merged_columns(blocks)
    headings = [[row[group[0]] for group in groups] for row in first.heading_rows()]
    paths = [_path(headings, column) for column in range(len(groups))]
    body = [replace(line, row=[_filled(line.row, group) for group in groups]) for line in _body(blocks)]
    roles = roles_of(paths, [line.row for line in body])
    for columns in parts_of(roles):
        values = [c for c in columns if roles[c] is Role.VALUE]
        names = [c for c in columns if roles[c] is not Role.VALUE]
        rows = tuple(_rows(body, values, names, roles, page_of))
        yield Table(
            0,
            _title(caption),
            caption,
            _unit(caption),
            tuple(" ".join(paths[c]) for c in names if roles[c] is not Role.NOTE),
            tuple(paths[c] for c in values),
            rows,
            first.grid.start,
            blocks[-1].grid.end,
            page_of(first.grid.start),  # type: ignore[operator]
        )


def _rows(body: Sequence[_Line], values: Sequence[int], names: Sequence[int], roles: Sequence[Role], page_of: object) -> Iterator[TableRow]:
    labels = labels_of([line.row for line in body], names, roles)
    for line, label in zip(body, labels, strict=True):
        cells = tuple(_cells(line, values))
        places = [(slot.row, slot.column) for slot in (line.row[c] for c in (*names, *values)) if slot.row == line.number]
        spans = [line.grid.spans[place] for place in places if place in line.grid.spans]
        if not spans or not (label.text or cells):
            continue
        start, end = min(s for s, _ in spans), max(e for _, e in spans)
        yield _row(label, cells, start, end, page_of(start))  # type: ignore[operator]


def _row(label: RowLabel, cells: tuple[TableCell, ...], start: int, end: int, page: int | None) -> TableRow:
    return TableRow(label.text, label.parents, label.depth, label.code, label.unit, cells, start, end, page)


def _cells(line: _Line, values: Sequence[int]) -> Iterator[TableCell]:
    for at, column in enumerate(values):
        slot = line.row[column]
        place = line.grid.spans.get((line.number, slot.column)) if slot.row == line.number else None
        if place is not None and slot.text and not (at and slot is line.row[values[at - 1]]):
            yield TableCell(at, slot.text, *place)
