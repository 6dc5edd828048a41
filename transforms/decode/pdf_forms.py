"""Refuses a PDF whose drawings contain each other without end, or so often that laying out a page would take all memory.

PDFium draws a form each time it is named, however deep; one page of 300 bytes can ask for more than any machine has. So the
forms of a file and what each names are counted first, without drawing anything. Few files have forms within forms at all.
"""

from __future__ import annotations

import io
import re
import zlib
from typing import Any

from transforms.types import DecodeError

_FORM = re.compile(rb"/(?:F|#46)(?:o|#6[fF])(?:r|#72)(?:m|#6[dD])(?![A-Za-z])")
_OBJECT = re.compile(rb"(\d{1,9})\s+\d{1,5}\s+obj\b")
_DRAWS = re.compile(rb"/([^\s/<>\[\]()]{1,100})\s+Do\b")
_MOST = 20_000
_CONTENT = 4_000_000
"""Bytes of a form's content that are looked at."""


def check_forms(data: bytes) -> None:
    """Pass a PDF whose forms draw a bounded number of forms.

    Raises:
        DecodeError: ``broken`` where a form draws itself, ``too_large`` where forms draw more than 20,000 forms in all.
    """
    numbers = _form_objects(data)
    if not numbers:
        return
    draws = _graph(data, numbers)
    weights: dict[int, int] = {}
    for number in draws:
        if _weight(number, draws, weights) > _MOST:
            raise DecodeError(
                "too_large",
                "The PDF draws the same parts within each other so often that a page cannot be laid out. "
                "Print it to PDF anew and put that file in its place.",
            )


def _form_objects(data: bytes) -> set[int]:
    """Numbers of the objects that call themselves forms. Forms are streams, so that each stands in the file as an object."""
    starts = [(found.start(), int(found.group(1))) for found in _OBJECT.finditer(data)] if _FORM.search(data) else []
    numbers: set[int] = set()
    at = 0
    for found in _FORM.finditer(data):
        while at + 1 < len(starts) and starts[at + 1][0] < found.start():
            at += 1
        if starts and starts[at][0] < found.start():
            numbers.add(starts[at][1])
    return numbers


def _graph(data: bytes, numbers: set[int]) -> dict[int, dict[int, int]]:
    """For each form the forms it draws and how often."""
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser

    draws: dict[int, dict[int, int]] = {}
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        for number in sorted(numbers)[:_MOST]:
            draws[number] = _drawn(document.getobj(number))
    except DecodeError:
        raise
    except Exception:  # pdfminer has no common error; a file that it cannot read at all is PDFium's to refuse
        return draws
    return draws


def _drawn(form: Any) -> dict[int, int]:
    from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1

    if not isinstance(form, PDFStream):
        return {}
    resources = resolve1(form.attrs.get("Resources"))
    named = resolve1(resources.get("XObject")) if isinstance(resources, dict) else None
    if not isinstance(named, dict):
        return {}
    content = _content(form)
    times: dict[str, int] = {}
    for found in _DRAWS.finditer(content):
        name = found.group(1).decode("latin-1")
        times[name] = times.get(name, 0) + 1
    out: dict[int, int] = {}
    for name, target in named.items():
        if isinstance(target, PDFObjRef):
            out[target.objid] = out.get(target.objid, 0) + times.get(str(name), 1 if content else 0)
    return {number: n for number, n in out.items() if n}


def _content(form: Any) -> bytes:
    raw: bytes = form.rawdata or b""
    try:
        return zlib.decompressobj().decompress(raw, _CONTENT)
    except zlib.error:
        return raw[:_CONTENT]


def _weight(number: int, draws: dict[int, dict[int, int]], weights: dict[int, int]) -> int:
    """How many forms one drawing of a form draws in all, itself included."""
    stack: list[tuple[int, bool]] = [(number, False)]
    open_now: set[int] = set()
    while stack:
        form, is_done = stack.pop()
        if is_done:
            open_now.discard(form)
            weights[form] = min(10 * _MOST, 1 + sum(n * weights.get(child, 1) for child, n in draws.get(form, {}).items()))
        elif form not in weights:
            open_now.add(form)
            stack.append((form, True))
            for child in draws.get(form, {}):
                if child in open_now:
                    raise DecodeError(
                        "broken",
                        "The PDF has a drawing that contains itself, which no program draws. Fetch it again, "
                        "or print it to PDF from a reader that opens it.",
                    )
                if child in draws and child not in weights:
                    stack.append((child, False))
    return weights[number]
