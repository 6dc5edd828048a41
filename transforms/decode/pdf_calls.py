"""Plain calls into PDFium for many characters or objects at a time.

PDFium's functions are called through pointers that take handles and addresses as integers, in loops that run in C: one Python
object for each character would cost more than PDFium itself.
"""

from __future__ import annotations

import ctypes
import functools
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


@functools.cache
def api() -> dict[str, Any]:
    """PDFium's functions by name, taking handles and addresses as integers."""
    import pypdfium2.raw as raw

    pointer, number = ctypes.c_void_p, ctypes.c_int
    shapes: dict[str, tuple[Any, ...]] = {
        "FPDFText_GetUnicode": (ctypes.c_uint, pointer, number),
        "FPDFText_GetCharBox": (number, pointer, number, pointer, pointer, pointer, pointer),
        "FPDFText_GetTextObject": (pointer, pointer, number),
        "FPDFText_GetCharAngle": (ctypes.c_float, pointer, number),
        "FPDFPage_GetObject": (pointer, pointer, number),
        "FPDFFormObj_GetObject": (pointer, pointer, ctypes.c_ulong),
        "FPDFFormObj_CountObjects": (number, pointer),
        "FPDFPageObj_GetType": (number, pointer),
        "FPDFPageObj_GetBounds": (number, pointer, pointer, pointer, pointer, pointer),
        "FPDFPageObj_GetFillColor": (number, pointer, pointer, pointer, pointer, pointer),
        "FPDFTextObj_GetTextRenderMode": (number, pointer),
    }
    return {name: ctypes.CFUNCTYPE(*shape)(ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0) for name, shape in shapes.items()}


def address(handle: Any) -> int:
    """The address that a handle of pypdfium2 points to."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def four_values(name: str, dtype: DTypeLike, count: int, *arguments: Iterable[Any]) -> NDArray[Any]:
    """What a function that writes four values tells of each of ``count`` items; shape (4, count), zeros where it tells nothing."""
    import numpy as np

    values = np.zeros((4, count), dtype)
    start, row, size = values.ctypes.data, values.strides[0], values.itemsize
    places = (range(start + row * k, start + row * k + size * count, size) for k in range(4))
    deque(map(api()[name], *arguments, *places), 0)
    return values
