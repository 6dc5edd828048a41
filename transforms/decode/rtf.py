r"""RTF: the text that shows, tables as tables.

Bytes (``\'b1\'a8``) are read in the code page of their font, which in Chinese documents changes from word to word. Hidden and
deleted text, pictures, embedded objects and codes of fields are left out; results of fields, numbers of lists and text boxes
are read. Nothing recurses: groups may nest as deep as they like.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from transforms.decode.blocks import table_lines
from transforms.decode.limits import Limits
from transforms.decode.numbering import LABEL_ENDS
from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside
from transforms.types import DecodeError

_TOKEN = re.compile(r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\", re.DOTALL)
_CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254", 177: "cp1255", 178: "cp1256",
    186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 54936: "gb18030", 65001: "utf-8", 10008: "gb18030", 0: "cp1252"}
_SKIPPED = frozenset((
    "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "rsidtbl", "generator", "info", "pict", "object", "objdata",
    "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "fldinst", "datafield", "themedata",
    "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "mmathPr", "filetbl", "revtbl", "annotation", "atnid", "atnauthor",
    "atnref", "bkmkstart", "bkmkend", "sp", "shprslt", "nonshppict", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn",
    "private", "pnseclvl", "tc", "xe",
))  # fmt: skip
"""Groups that are no text of the document."""
_PASSED = frozenset(["shpinst", "shppict", "shptxt", "ud", "fldrslt", "cs", "footnote", "do", "dptxbxtext", "listtext", "pntext"])
"""Destinations that are optional to a reader (``\\*``) and hold text."""
_CHARACTERS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_DEEPEST = 100_000


@dataclass(frozen=True, slots=True)
class _State:
    """What holds in a group, and goes with it."""

    destination: str = ""
    """``skip``, ``fonts``, ``title``, ``footnote`` or empty for the text."""
    hidden: bool = False
    deleted: bool = False
    font: int = -1
    after_unicode: int = 1
    """How many characters behind ``\\u`` stand for it in older programs."""
    in_table: bool = False


@dataclass(slots=True)
class _Row:
    """What the file says of the cells of a row: their right edges and their parts in merges."""

    edges: list[int] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    across: list[bool] = field(default_factory=list)
    next_down: str = ""
    next_across: bool = False


class _Reader:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.state = _State()
        self.stack: list[_State] = []
        self.code_page = "cp1252"
        self.fonts: dict[int, str] = {}
        self.pending = bytearray()
        self.skip = 0
        self.text: list[str] = []
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.title: list[str] = []
        self.label: list[str] = []
        self.row = _Row()
        self.tables = TablesAside()
        self.rows: list[tuple[list[str], _Row]] = []
        self.cells: list[str] = []
        self.optional = False
        self._actions: dict[str, Callable[[int | None], None]] = {
            "ansicpg": self._ansicpg, "f": self._font, "fcharset": self._charset, "u": self._unicode, "uc": self._uc, "v": self._hidden,
            "deleted": self._deleted, "plain": self._plain, "pard": self._pard, "intbl": self._intbl, "trowd": self._trowd,
            "cellx": self._cellx, "cell": self._cell, "nestcell": self._nestcell, "row": self._end_row, "clvmgf": self._first_down,
            "clvmrg": self._next_down, "clmrg": self._next_across, "deff": self._deff,
        }  # fmt: skip

    # text ----------------------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Decode the bytes that wait."""
        if self.pending:
            codec = self.fonts.get(self.state.font) or self.code_page
            self._add(self.pending.decode(codec, "replace"))
            self.pending.clear()

    def _add(self, text: str) -> None:
        if self.state.hidden or self.state.deleted:
            return
        if self.state.destination == "":
            self.text.append(text)
        elif self.state.destination == "title":
            self.title.append(text)
        elif self.state.destination == "footnote":
            self.notes.append(text)
        elif self.state.destination == "label":
            self.label.append(text)

    def raw(self, data: bytes) -> None:
        """Bytes of text, less those that repeat a character already given by ``\\u``."""
        if self.skip:
            taken = min(self.skip, len(data))
            self.skip -= taken
            data = data[taken:]
        if self.state.destination != "skip":
            self.pending += data

    def character(self, text: str) -> None:
        """A character that a control word stands for."""
        self.flush()
        if text == "\n" and self.state.destination == "":
            self._end_paragraph()
        else:
            self._add(text)

    def _end_paragraph(self) -> None:
        if self.state.in_table:
            self._add("\n")
            return
        self.end_table()
        self.lines.extend("".join(self.text).split("\n"))
        self.text = []

    # groups --------------------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """A group begins."""
        self.flush()
        if len(self.stack) >= _DEEPEST:
            raise DecodeError("too_large", "The RTF document nests deeper than a report does. Save the report itself anew.")
        self.stack.append(self.state)

    def close(self) -> None:
        """A group ends."""
        self.flush()
        if self.stack:
            ended, self.state = self.state.destination, self.stack.pop()
            if ended == "footnote" and self.state.destination != "footnote":
                self.notes.append("\n")
            elif ended == "label" and self.state.destination != "label":
                label = "".join(self.label).strip()
                self.label = []
                self._add(label if not label or label.endswith(LABEL_ENDS) else label + " ")

    def word(self, name: str, value: int | None) -> None:
        """A control word."""
        optional, self.optional = self.optional, False
        if self.state.destination == "skip" or name in _SKIPPED or (optional and name not in _PASSED):
            self._destination(name, optional)
            return
        if name == "footnote":
            self.flush()
            self.state = replace(self.state, destination="footnote", in_table=False)
        elif name in ("listtext", "pntext"):
            self.flush()
            self.state = replace(self.state, destination="label")
        elif name == "upr":  # the same text twice; the second one, in Unicode, is read
            self.state = replace(self.state, destination="skip")
        elif name in _CHARACTERS:
            self.character(_CHARACTERS[name])
        elif name in self._actions:
            if name != "u":
                self.flush()
            self._actions[name](value)

    def _destination(self, name: str, optional: bool) -> None:
        self.flush()
        if name == "ud" and optional:
            self.state = replace(self.state, destination="")
        elif name == "fonttbl":
            self.state = replace(self.state, destination="fonts")
        elif name == "title" and self.state.destination == "skip" and self.stack and self.stack[-1].destination == "skip":
            self.state = replace(self.state, destination="title")
        elif self.state.destination != "fonts":
            self.state = replace(self.state, destination="skip")

    # what control words do -----------------------------------------------------------------------------------------------

    def _ansicpg(self, value: int | None) -> None:
        self.code_page = _CODE_PAGES.get(value or 0, f"cp{value}" if value in (932, 949, 1250, 1251, 1253, 1254) else "cp1252")

    def _deff(self, value: int | None) -> None:
        self.state = replace(self.state, font=value or 0)

    def _font(self, value: int | None) -> None:
        self.state = replace(self.state, font=value or 0)

    def _charset(self, value: int | None) -> None:
        if self.state.destination == "fonts" and value in _CHARSETS and len(self.fonts) < 10_000:
            self.fonts[self.state.font] = _CHARSETS[value]

    def _unicode(self, value: int | None) -> None:
        self.flush()
        if value is not None and self.state.destination != "fonts":
            self._add(chr(value % 0x10000))
        self.skip = self.state.after_unicode

    def _uc(self, value: int | None) -> None:
        self.state = replace(self.state, after_unicode=min(value or 0, 10))

    def _hidden(self, value: int | None) -> None:
        self.state = replace(self.state, hidden=value != 0)

    def _deleted(self, value: int | None) -> None:
        self.state = replace(self.state, deleted=value != 0)

    def _plain(self, _: int | None) -> None:
        self.state = replace(self.state, hidden=False, deleted=False)

    # tables --------------------------------------------------------------------------------------------------------------

    def _pard(self, _: int | None) -> None:
        self.state = replace(self.state, in_table=False)

    def _intbl(self, _: int | None) -> None:
        self.state = replace(self.state, in_table=True)

    def _trowd(self, _: int | None) -> None:
        self.row = _Row()

    def _first_down(self, _: int | None) -> None:
        self.row.next_down = "restart"

    def _next_down(self, _: int | None) -> None:
        self.row.next_down = "continue"

    def _next_across(self, _: int | None) -> None:
        self.row.next_across = True

    def _cellx(self, value: int | None) -> None:
        if len(self.row.edges) < 500:
            self.row.edges.append(value or 0)
            self.row.down.append(self.row.next_down)
            self.row.across.append(self.row.next_across)
        self.row.next_down, self.row.next_across = "", False

    def _cell(self, _: int | None) -> None:
        self.cells.append("".join(self.text).strip("\n"))
        self.text = []

    def _nestcell(self, _: int | None) -> None:
        self.text.append("\n")

    def _end_row(self, _: int | None) -> None:
        if self.cells:
            self.rows.append((self.cells, self.row))
        self.cells = []

    def end_table(self) -> None:
        """Write the rows that were collected."""
        if self.cells:
            self.rows.append((self.cells, self.row))
        if self.rows:
            self.lines.extend(table_lines(_spanned(self.rows), self.tables, self._limits))
        self.rows, self.cells = [], []


def _spanned(rows: list[tuple[list[str], _Row]]) -> list[list[Cell]]:
    edges = sorted({edge for _, row in rows for edge in row.edges})
    index = {edge: i for i, edge in enumerate(edges)} if len(edges) < 500 else {}
    out: list[list[Cell]] = []
    for texts, row in rows:
        line: list[Cell] = []
        column = 0
        fits = len(row.edges) == len(texts) and bool(index)
        for i, text in enumerate(texts):
            right = index[row.edges[i]] + 1 if fits else column + 1
            joins = fits and row.down[i] == "continue"
            if fits and row.across[i] and line and not text:
                line[-1] = Cell(line[-1].text, 1, line[-1].columns + max(1, right - column))
            else:
                line.append(Cell("" if joins else text, 1, max(1, right - column), joins))
            column = max(right, column + 1)
        out.append(line)
    return out


def read_rtf(data: bytes, limits: Limits) -> tuple[str, str | None, TablesAside]:
    """The text of a document, the title in its properties, and its tables.

    Raises:
        DecodeError: ``too_large``.
    """
    if data.count(b"\\cell") > limits.table_cells or data.count(b"\\") > 4 * limits.elements:
        raise DecodeError("too_large", f"The RTF document has more than {limits.table_cells:,} cells, as no report has. Split it.")
    reader = _Reader(limits)
    source = data.decode("latin-1")
    at = 0
    while found := _TOKEN.match(source, at):
        at = found.end()
        name, number, byte, symbol, brace, plain = found.groups()
        if name:
            value = int(number) if number else None
            if name == "bin":
                at += max(0, value or 0)
            else:
                reader.word(name, value)
        elif plain:
            reader.raw(plain.encode("latin-1"))
        elif byte:
            reader.raw(bytes((int(byte, 16),)))
        elif brace:
            (reader.open if brace == "{" else reader.close)()
        elif symbol == "*":
            reader.optional = True
        elif symbol:
            reader.character({"~": " ", "_": "-", "-": "", "\n": "\n", "\r": "\n"}.get(symbol, symbol))
    reader.flush()
    reader.state = _State()
    reader.end_table()
    lines = [*reader.lines, *"".join(reader.text).split("\n"), *(line for line in "".join(reader.notes).split("\n") if line.strip())]
    text = "\n".join(lines).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text, " ".join("".join(reader.title).split()) or None, reader.tables
