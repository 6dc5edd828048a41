"""What recognises text in scans where ``--ocr`` asks for it: RapidOCR, which brings its models along, else the program Tesseract.

Pages that were recognised are kept beside the shards, so that a run that was stopped, or a document that is read again, does not
recognise them anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.decode.ocr import Reading, Recognise

if TYPE_CHECKING:
    from PIL.Image import Image

LANGUAGE = "chi_sim"
PAGE_SECONDS = 90
INSTALL = "Install it: .venv/bin/python -m pip install 'baogao[ocr]' (RapidOCR, models included), or run without --ocr."
TESSERACT = (
    "Or install Tesseract (Debian, Ubuntu: apt-get install tesseract-ocr tesseract-ocr-chi-sim; macOS: brew install tesseract "
    "tesseract-lang) and the Python package pytesseract."
)
_LINE = ("block_num", "par_num", "line_num")
_TESSERACT_TRUST = 0.75
"""How often Tesseract reads a number as it is printed where it is sure of the line: of percentages three in four (3.5% as 3.59%)."""
_SAY_EVERY = 5.0
"""Seconds between two lines of progress."""


class OcrMissing(Exception):
    """Text cannot be recognised on this machine; the message says what to install."""


@cache
def engine() -> str:
    """What recognises text here, with its version.

    Raises:
        OcrMissing: nothing that does is installed.
    """
    if all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "PIL")):
        return f"RapidOCR {importlib.metadata.version('rapidocr')}"
    return _tesseract()


def recogniser(working: Callable[[], None], folder: Path | None = None) -> tuple[Recognise, str]:
    """What recognises the lines of a page, and its name.

    Args:
        working: called before each page, so that a long scan is not taken for one that hangs.
        folder: where recognised pages are kept; nowhere if None.

    Raises:
        OcrMissing: nothing that does is installed.
    """
    name = engine()
    recognise: Recognise = RapidOcr(working) if name.startswith("RapidOCR") else Tesseract(working)
    return (Kept(recognise, name, folder) if folder else recognise), name


class Kept:
    """Keeps the readings of pages in a folder, by what the picture shows and what recognises it, and says how many are left."""

    def __init__(self, recognise: Recognise, name: str, folder: Path) -> None:
        self._recognise, self._name, self._folder = recognise, name, folder
        self._said = 0.0

    def __call__(self, picture: Image) -> Sequence[Reading]:
        shown = hashlib.sha256(f"{self._name} {picture.size} {picture.mode}".encode() + picture.tobytes()).hexdigest()
        path = self._folder / shown[:2] / f"{shown}.json"
        with contextlib.suppress(OSError, ValueError, TypeError):
            return [Reading(*fields) for fields in json.loads(path.read_text(encoding="utf8"))]
        self._say(picture)
        readings = self._recognise(picture)
        with contextlib.suppress(OSError):  # a page that cannot be kept is recognised again
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(f".{os.getpid()}")
            unfinished.write_text(json.dumps([astuple(reading) for reading in readings], ensure_ascii=False), encoding="utf8")
            unfinished.replace(path)
        return readings

    def _say(self, picture: Image) -> None:
        number, of = picture.info.get("page", (0, 0))
        if of > 1 and time.monotonic() - self._said > _SAY_EVERY:
            self._said = time.monotonic()
            print(f"recognising page {number} of {of}, {of - number} left", file=sys.stderr, flush=True)  # noqa: T201


class RapidOcr:
    """PP-OCR models run by ONNX Runtime, both in wheels."""

    def __init__(self, working: Callable[[], None] = lambda: None) -> None:
        self.name = engine()
        self._working = working
        self._engine = _rapid_ocr()

    def __call__(self, picture: Image) -> Sequence[Reading]:
        import numpy as np

        self._working()
        found: Any = self._engine(np.asarray(picture.convert("RGB"))[:, :, ::-1], use_cls=False)
        if found.boxes is None or not found.txts:
            return []
        boxes = np.asarray(found.boxes, dtype=float)
        turned = _straightened(boxes)
        return [
            Reading(
                str(text),
                float(box[:, 0].min()),
                float((box[0, 1] + box[1, 1]) / 2),
                float(box[:, 0].max()),
                float((box[2, 1] + box[3, 1]) / 2),
                100 * float(score),
            )
            for box, text, score in zip(turned, found.txts, found.scores, strict=True)
            if str(text).strip()
        ]


@cache
def _rapid_ocr() -> Any:
    from rapidocr import RapidOCR

    one = {f"EngineConfig.onnxruntime.{pool}_op_num_threads": 1 for pool in ("intra", "inter")}  # a worker for each processor already
    return RapidOCR(params={"Global.log_level": "error", **one})


def _straightened(boxes: Any) -> Any:
    """Boxes (n, 4 corners, x and y) turned back by the angle at which most long lines of a skewed page run."""
    import numpy as np

    widths = boxes[:, 1, 0] - boxes[:, 0, 0]
    heights = np.maximum(1.0, boxes[:, 3, 1] - boxes[:, 0, 1])
    long = widths > 5 * heights
    if not long.any():
        return boxes
    slopes = (boxes[long, 1, 1] - boxes[long, 0, 1]) / widths[long]
    angle = math.atan(float(np.median(slopes)))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return boxes @ turn.T


def _tesseract() -> str:
    if importlib.util.find_spec("pytesseract") is None or importlib.util.find_spec("PIL") is None:
        raise OcrMissing(f"--ocr needs a program that recognises text. {INSTALL} {TESSERACT}")
    import pytesseract

    if shutil.which(pytesseract.pytesseract.tesseract_cmd) is None:
        raise OcrMissing(f"--ocr needs the program tesseract, which was not found. {INSTALL} {TESSERACT}")
    languages = pytesseract.get_languages(config="")
    if LANGUAGE not in languages:
        raise OcrMissing(f"--ocr needs Tesseract's {LANGUAGE} (it has {', '.join(languages) or 'no language'}). {INSTALL} {TESSERACT}")
    return f"Tesseract {pytesseract.get_tesseract_version()} ({_languages(languages)})"


def _languages(installed: Sequence[str]) -> str:
    """Chinese, and English where it is there: with it half as many percent signs are misread."""
    return "+".join([LANGUAGE, *(name for name in ("eng",) if name in installed)])


class Tesseract:
    """Recognises the lines of a page. ``working`` is called before each page, so that a long scan is not taken for one that hangs."""

    def __init__(self, working: Callable[[], None] = lambda: None) -> None:
        self.name = _tesseract()
        self._working = working
        self._languages = self.name.rpartition("(")[2].rstrip(")")
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # there is a worker for each processor already

    def __call__(self, picture: Image) -> Sequence[Reading]:
        import pytesseract

        self._working()
        try:
            found = pytesseract.image_to_data(
                picture, lang=self._languages, config="--psm 3", timeout=PAGE_SECONDS, output_type=pytesseract.Output.DICT
            )
        except RuntimeError as error:  # how pytesseract says that the time is up
            raise TimeoutError(f"a page took more than {PAGE_SECONDS} s") from error
        return _readings(found)


def _readings(found: dict[str, list[Any]]) -> list[Reading]:
    """Tesseract's words as lines, in its order."""
    lines: dict[tuple[Any, ...], list[int]] = {}
    for i, text in enumerate(found["text"]):
        if text.strip():
            lines.setdefault(tuple(found[name][i] for name in _LINE), []).append(i)
    return [_reading(found, words) for words in lines.values()]


def _reading(found: dict[str, list[Any]], words: list[int]) -> Reading:
    return Reading(
        text=joined([found["text"][i].strip() for i in words]),
        left=min(found["left"][i] for i in words),
        top=min(found["top"][i] for i in words),
        right=max(found["left"][i] + found["width"][i] for i in words),
        bottom=max(found["top"][i] + found["height"][i] for i in words),
        confidence=_TESSERACT_TRUST * sum(float(found["conf"][i]) for i in words) / len(words),
    )


def joined(words: Sequence[str]) -> str:
    """Words as a line: with a space only between two that are written in Latin letters."""
    line = ""
    for word in words:
        apart = line and line[-1].isascii() and line[-1].isalpha() and word[0].isascii() and word[0].isalpha()
        line += (" " if apart else "") + word
    return line
