"""OFD (GB/T 33190): the text objects of pages in reading order, ruled tables as tables.

Pages are laid out as those of a PDF are: running heads and page numbers go, first lines set in from the margin begin
paragraphs. Lengths in the file are millimetres from the upper left corner; here they are points, y upwards.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.decode.limits import Limits
from transforms.decode.pdf import sheet_of
from transforms.decode.pdf_layout import Sheet, lay_out
from transforms.decode.pdf_page import PageContent
from transforms.decode.xml_package import Package, broken
from transforms.tables.layout import PlacedGrid, TablesAside
from transforms.tables.pdf_geometry import Rules
from transforms.types import DecodeError, Page

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_POINTS = 72 / 25.4
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_PATH = re.compile(r"([MLSBQAC])|([-+]?(?:\d+\.?\d*|\.\d+))")
_ARGUMENTS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_THIN, _LONG = 2.5, 5.0
_MOST_RULES, _MOST_POINTS = 3_000, 2_000
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class _Frame:
    """How a place in an object becomes one of the page: x' = a x + c y + e, y' = b x + d y + f (millimetres)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The place on the page."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def inner(self, item: Element) -> _Frame:
        """The frame of an object inside: moved to its boundary, its own transformation applied first."""
        box = _numbers(item.get("Boundary"))
        x, y = self.point(*box[:2]) if len(box) >= 2 else (self.e, self.f)
        own = _numbers(item.get("CTM"))
        a, b, c, d, e, f = own if len(own) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        return _Frame(
            self.a * a + self.c * b, self.b * a + self.d * b, self.a * c + self.c * d, self.b * c + self.d * d,
            self.a * e + self.c * f + x, self.b * e + self.d * f + y,
        )  # fmt: skip


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _numbers(text: str | None) -> list[float]:
    return [float(number) for number in _NUMBER.findall((text or "")[:10_000])]


def _child(element: Element | None, *names: str) -> Element | None:
    for name in names:
        element = next((child for child in element if _name(child) == name), None) if element is not None else None
    return element


class _Document:
    """The parts of one document of the file."""

    def __init__(self, package: Package, root: str, limits: Limits) -> None:
        self._package, self._limits = package, limits
        self._folder = posixpath.dirname(root)
        document = package.part(root)
        if document is None:
            raise broken(f"{root} is not in it")
        self._common = _child(document, "CommonData")
        pages = _child(document, "Pages")
        places = (page.get("BaseLoc", "") for page in pages if _name(page) == "Page") if pages is not None else ()
        self.pages = list(dict.fromkeys(places))
        if len(self.pages) > limits.pages:
            raise DecodeError("too_large", f"The OFD has {len(self.pages):,} pages; at most {limits.pages:,} are read. Split it.")
        self._templates = {
            page.get("ID", ""): page.get("BaseLoc", "")
            for page in (self._common if self._common is not None else ())
            if _name(page) == "TemplatePage"
        }
        self._drawn: dict[str, tuple[list[_Glyph], Rules, int]] = {}

    def _part(self, place: str) -> Element | None:
        path = place.lstrip("/") if place.startswith("/") else posixpath.normpath(posixpath.join(self._folder, place))
        return self._package.part(path)

    def sheets(self, aside: TablesAside) -> Iterator[Sheet]:
        """The pages, their tables set aside."""
        total = 0
        for place in self.pages:
            page = self._part(place)
            if page is None:
                yield Sheet([], 595.0, 842.0, unmapped=1)
                continue
            sheet = self._sheet(page, aside)
            total += sheet.characters
            if total > self._limits.characters:
                raise DecodeError("too_large", f"The OFD has more than {self._limits.characters:,} characters. Split it.")
            yield sheet

    def _box(self, page: Element) -> tuple[float, float]:
        for area in (_child(page, "Area"), _child(self._common, "PageArea")):
            box = _numbers(getattr(_child(area, "PhysicalBox"), "text", None))
            if len(box) == 4 and box[2] > 0 and box[3] > 0:
                return box[2] * _POINTS, box[3] * _POINTS
        return 595.0, 842.0

    def _sheet(self, page: Element, aside: TablesAside) -> Sheet:
        width, height = self._box(page)
        drawing = _Drawing(height, self._limits)
        for template in page:
            if _name(template) == "Template" and (part := self._part(self._templates.get(template.get("TemplateID", ""), ""))) is not None:
                drawing.draw(_child(part, "Content"), _Frame(), 0)
        drawing.draw(_child(page, "Content"), _Frame(), 0)
        return sheet_of(drawing.content(width, height), aside)


@dataclass(frozen=True, slots=True)
class _Glyph:
    """One character and its box in points, y upwards."""

    char: str
    left: float
    bottom: float
    right: float
    top: float


class _Drawing:
    """What the objects of a page show."""

    def __init__(self, height: float, limits: Limits) -> None:
        self._height, self._limits = height, limits
        self.glyphs: list[_Glyph] = []
        self.vertical: list[tuple[float, float, float]] = []
        self.horizontal: list[tuple[float, float, float]] = []
        self.pictures = 0

    def draw(self, container: Element | None, frame: _Frame, depth: int) -> None:
        """Take in the objects of a layer, a block or a composite, those that are shown."""
        if container is None or depth > _DEEPEST:
            return
        for item in container:
            name = _name(item)
            if item.get("Visible") == "false" or item.get("Alpha") == "0":
                continue
            if name in ("Layer", "PageBlock"):
                self.draw(item, frame, depth + 1)
            elif name == "TextObject":
                self._text(item, frame.inner(item))
            elif name == "PathObject":
                self._path(item, frame.inner(item))
            elif name in ("ImageObject", "CompositeObject"):
                self.pictures += name == "ImageObject"

    def _text(self, item: Element, frame: _Frame) -> None:
        size = (_numbers(item.get("Size")) or [3.5])[0]
        across = (_numbers(item.get("HScale")) or [1.0])[0]
        for code in item:
            text = code.text if _name(code) == "TextCode" else None
            if not text:
                continue
            x, y = ((_numbers(code.get(axis)) or [0.0])[0] for axis in ("X", "Y"))
            steps, falls = _steps(code.get("DeltaX"), len(text)), _steps(code.get("DeltaY"), len(text))
            if len(self.glyphs) + len(text) > 4 * self._limits.characters:
                raise DecodeError("too_large", f"A page of the OFD has more than {self._limits.characters:,} characters. Split it.")
            for i, char in enumerate(text):
                self._glyph(char, x, y, size, size * across * (1.0 if char > "\xff" else 0.5), frame)
                x += steps[i] if i < len(steps) else (0.0 if falls else size * across * (1.0 if char > "\xff" else 0.5))
                y += falls[i] if i < len(falls) else 0.0

    def _glyph(self, char: str, x: float, y: float, size: float, width: float, frame: _Frame) -> None:
        # As high as the ink of such a character: the size of the font is told by it.
        rise, fall = (0.86, 0.07) if char >= "\u2e80" else (0.7, 0.0) if char.isdigit() else (0.74, 0.0)
        corners = [frame.point(x + dx, y + dy) for dx in (0.0, width) for dy in (fall * size, -rise * size)]
        xs, ys = [p[0] * _POINTS for p in corners], [self._height - p[1] * _POINTS for p in corners]
        self.glyphs.append(_Glyph(" " if char in "\r\n\t" else char, min(xs), min(ys), max(xs), max(ys)))

    def content(self, width: float, height: float) -> PageContent:
        """What was drawn, as of a page of a PDF: line by line."""
        import numpy as np

        rows = _rows(_once([glyph for glyph in self.glyphs if not "\ud800" <= glyph.char <= "\udfff"]))
        ordered = [glyph for row in rows for glyph in [*row, _Glyph("\n", 0.0, 0.0, 0.0, 0.0)]]
        boxes = np.array([(g.left, g.bottom, g.right, g.top) for g in ordered], dtype=np.float64).reshape(-1, 4).T
        rules = Rules.of(self.vertical, self.horizontal)
        return PageContent("".join(g.char for g in ordered), boxes, rules, self.pictures, len(rows), 0, width, height)

    def _path(self, item: Element, frame: _Frame) -> None:
        data = _child(item, "AbbreviatedData")
        if data is None or not data.text or len(self.vertical) + len(self.horizontal) > _MOST_RULES:
            return
        points = list(_path_points(data.text))
        places = [(x * _POINTS, self._height - y * _POINTS) for x, y in (frame.point(*p[1]) for p in points)]
        if not places:
            return
        xs, ys = [x for x, _ in places], [y for _, y in places]
        if max(xs) - min(xs) < _THIN or max(ys) - min(ys) < _THIN:  # a line, or a rectangle as thin as one
            self._rule(min(xs), min(ys), max(xs), max(ys))
        elif item.get("Stroke", "true") != "false":
            for i, ((pen, _), (x, y)) in enumerate(zip(points, places, strict=True)):
                if pen and i:
                    self._rule(min(x, xs[i - 1]), min(y, ys[i - 1]), max(x, xs[i - 1]), max(y, ys[i - 1]))

    def _rule(self, left: float, bottom: float, right: float, top: float) -> None:
        if right - left < _THIN and top - bottom > _LONG:
            self.vertical.append(((left + right) / 2, bottom, top))
        elif top - bottom < _THIN and right - left > _LONG:
            self.horizontal.append(((bottom + top) / 2, left, right))


def _steps(text: str | None, most: int) -> list[float]:
    """The steps between characters: numbers, and ``g 5 3.5`` for five times 3.5."""
    words = (text or "").split()[: 4 * most]
    out: list[float] = []
    i = 0
    while i < len(words) and len(out) < most:
        if words[i] == "g" and i + 2 < len(words):
            count, step = _numbers(words[i + 1]), _numbers(words[i + 2])
            out.extend([step[0] if step else 0.0] * min(int(count[0]) if count and count[0] < most else most, most))
            i += 3
        else:
            out.append((_numbers(words[i]) or [0.0])[0])
            i += 1
    return out


def _path_points(data: str) -> Iterator[tuple[bool, tuple[float, float]]]:
    """The points of a path, and whether a stroke leads to each."""
    operator, numbers, first, count = "", [0.0] * 0, (0.0, 0.0), 0
    for letter, number in _PATH.findall(data[:100_000]):
        if letter:
            operator, numbers = letter, []
            if letter == "C":
                yield True, first
            continue
        numbers.append(float(number))
        if len(numbers) == _ARGUMENTS.get(operator, 0):
            point = (numbers[-2], numbers[-1])
            first = point if operator in "MS" else first
            yield operator not in "MS", point
            numbers, count = [], count + 1
            if count > _MOST_POINTS:
                return


def _once(glyphs: list[_Glyph]) -> list[_Glyph]:
    """Characters that are drawn twice at one place (to look bold) once."""
    seen: set[tuple[str, int, int]] = set()
    out = []
    for glyph in glyphs:
        key = (glyph.char, round(glyph.left), round(glyph.bottom))
        if key not in seen:
            seen.add(key)
            out.append(glyph)
    return out


def _rows(glyphs: list[_Glyph]) -> list[list[_Glyph]]:
    """Characters by the line of the page on which they stand, from top to bottom, each from left to right."""
    rows: list[list[_Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -(g.bottom + g.top)):
        size = min(glyph.top - glyph.bottom, rows[-1][0].top - rows[-1][0].bottom) if rows else 0.0
        if rows and (rows[-1][0].bottom + rows[-1][0].top - glyph.bottom - glyph.top) / 2 < 0.5 * size:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [sorted(row, key=lambda g: g.left) for row in rows]


def read_ofd(data: bytes, limits: Limits) -> tuple[str, tuple[Page, ...], str | None, list[PlacedGrid]]:
    """Text, pages, the title in the properties, and the grids of the tables in the text.

    Raises:
        DecodeError: ``broken``, ``encrypted``, ``no_text`` or ``too_large``.
    """
    package = Package(data, limits)
    if package.raw("Encryptions.xml") is not None:
        raise DecodeError("encrypted", "The OFD is encrypted. Save it without protection and put that file in its place.")
    root = package.part("OFD.xml")
    if root is None:
        raise broken("OFD.xml is not in it")
    sheets: list[Sheet] = []
    aside = TablesAside()
    title = None
    for body in root:
        place = _child(body, "DocRoot")
        if place is not None and place.text:
            named = _child(body, "DocInfo", "Title")
            title = title or (" ".join((named.text or "").split()) if named is not None else None)
            sheets.extend(_Document(package, posixpath.normpath(place.text.strip().lstrip("/")), limits).sheets(aside))
    if not sheets:
        raise broken("it has no pages")
    if sum(sheet.characters for sheet in sheets) < 1:
        what = "a scan: pictures of pages and no text" if any(sheet.pictures for sheet in sheets) else "without text"
        raise DecodeError(
            "no_text",
            f"The OFD is {what} ({len(sheets)} pages). Print it to PDF from an OFD reader and let the pipeline recognise that: "
            "baogao run --ocr.",
        )
    text, pages, grids = lay_out(sheets, aside)
    return text, pages, title or None, grids
