"""Finds ruling lines and coloured grounds among the paths that a PDF page draws."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from transforms.decode.pdf_calls import four_values
from transforms.tables.pdf_geometry import Rules, Span

_THIN = 2.5
"""Points: what is thinner is a line."""
_SHORT = 5.0
"""Points: what is shorter is no ruling line, unless pieces of one line touch."""
_MOST_RULES = 20_000
_MOST_POINTS = 4_000
_PALE = 235

Matrix = tuple[float, float, float, float, float, float]
Rectangle = tuple[float, float, float, float]
Path = tuple[int, Matrix | None]
"""The handle of a path, and the matrix of the form that draws it."""


def _pointer(handle: int) -> Any:
    import pypdfium2.raw as raw

    return ctypes.cast(handle, raw.FPDF_PAGEOBJECT)


def form_matrix(handle: int) -> Matrix:
    """The matrix by which an object is drawn."""
    import pypdfium2.raw as raw

    matrix = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(_pointer(handle), matrix):
        return 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def combined(inner: Matrix, outer: Matrix | None) -> Matrix:
    """The matrix of a form within a form."""
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(x: float, y: float, matrix: Matrix | None) -> tuple[float, float]:
    if matrix is None:
        return x, y
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def bounds(items: Sequence[Path]) -> list[Rectangle]:
    """Left, bottom, right and top of objects on the page; an empty rectangle where PDFium does not tell."""
    import numpy as np

    found = four_values("FPDFPageObj_GetBounds", np.float32, len(items), [handle for handle, _ in items])
    return [
        _moved_box(left, bottom, right, top, matrix)
        for (left, bottom, right, top), (_, matrix) in zip(found.T.tolist(), items, strict=True)
    ]


def _moved_box(left: float, bottom: float, right: float, top: float, matrix: Matrix | None) -> Rectangle:
    if matrix is None:
        return left, bottom, right, top
    corners = [_moved(x, y, matrix) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def find_rules(paths: Sequence[Path]) -> Rules:
    """The ruling lines among paths: thin ones, and straight strokes and thin rectangles within others."""
    vertical: list[Span] = []
    horizontal: list[Span] = []
    paths = paths[:_MOST_RULES]
    for (handle, matrix), (left, bottom, right, top) in zip(paths, bounds(paths), strict=True):
        if right - left < _THIN or top - bottom < _THIN:
            _add(left, bottom, right, top, vertical, horizontal)
            continue
        for piece in _pieces(handle, matrix):
            _add(*piece, vertical, horizontal)
    rules = Rules.of(vertical, horizontal)
    return Rules(tuple(v for v in rules.vertical if v[2] - v[1] > _SHORT), tuple(h for h in rules.horizontal if h[2] - h[1] > _SHORT))


def _add(left: float, bottom: float, right: float, top: float, vertical: list[Span], horizontal: list[Span]) -> None:
    width, height = right - left, top - bottom
    if width < _THIN and height > max(width, 1.0):
        vertical.append(((left + right) / 2, bottom, top))
    elif height < _THIN and width > max(height, 1.0):
        horizontal.append(((bottom + top) / 2, left, right))


def _pieces(handle: int, matrix: Matrix | None) -> Iterator[Rectangle]:
    """The thin parts of a path that is itself larger: straight strokes where it is stroked, else thin rectangles."""
    import pypdfium2.raw as raw

    item = _pointer(handle)
    points = raw.FPDFPath_CountSegments(item)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if points > _MOST_POINTS or not raw.FPDFPath_GetDrawMode(item, fill, stroke) or not (stroke.value or points > 5):
        return
    for part in _parts(item, points, combined(form_matrix(handle), matrix)):
        if stroke.value:
            for (x0, y0), (x1, y1) in pairwise(part):
                if abs(x0 - x1) < 0.7 or abs(y0 - y1) < 0.7:
                    yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        else:
            xs, ys = [x for x, _ in part], [y for _, y in part]
            yield min(xs), min(ys), max(xs), max(ys)


def _parts(item: Any, points: int, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The subpaths of a path as points on the page; curves end one."""
    import pypdfium2.raw as raw

    x, y = ctypes.c_float(), ctypes.c_float()
    part: list[tuple[float, float]] = []
    for i in range(points):
        segment = raw.FPDFPath_GetPathSegment(item, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = _moved(x.value, y.value, matrix)
        if raw.FPDFPathSegment_GetType(segment) != raw.FPDF_SEGMENT_LINETO:
            if len(part) > 1:
                yield part
            part = []
        part.append(point)
        if raw.FPDFPathSegment_GetClose(segment) and len(part) > 1:
            part.append(part[0])
    if len(part) > 1:
        yield part


def dark_grounds(paths: Sequence[Path]) -> Iterator[Rectangle]:
    """Filled areas that are not white, on which white characters are seen."""
    import pypdfium2.raw as raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    for path, box in zip(paths, bounds(paths), strict=True):
        item = _pointer(path[0])
        if not raw.FPDFPath_GetDrawMode(item, fill, stroke) or not fill.value:
            continue
        raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
        if min(red.value, green.value, blue.value) < _PALE and alpha.value:
            yield box


def shifted(rules: Rules, across: float, up: float) -> Rules:
    """The ruling lines, moved."""
    if not across and not up:
        return rules
    return Rules(
        tuple((x + across, low + up, high + up) for x, low, high in rules.vertical),
        tuple((y + up, left + across, right + across) for y, left, right in rules.horizontal),
    )


def turned_rules(rules: Rules, turn: int, width: float, height: float) -> Rules:
    """The ruling lines of a page that is turned by so many quarters so that its text is upright."""
    if turn == 1:
        return Rules(
            tuple((y, width - right, width - left) for y, left, right in rules.horizontal),
            tuple((width - x, low, high) for x, low, high in rules.vertical),
        )
    if turn == 3:
        return Rules(
            tuple((height - y, left, right) for y, left, right in rules.horizontal),
            tuple((x, height - high, height - low) for x, low, high in rules.vertical),
        )
    return Rules(
        tuple((width - x, height - high, height - low) for x, low, high in rules.vertical),
        tuple((height - y, width - right, width - left) for y, left, right in rules.horizontal),
    )
