"""Tesseract, the program that recognises text in scans where ``--ocr`` asks for it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from transforms.decode.ocr import Reading

if TYPE_CHECKING:
    from PIL.Image import Image

LANGUAGE = "chi_sim"
PAGE_SECONDS = 90
INSTALL = (
    "Install it (Debian, Ubuntu: apt-get install tesseract-ocr tesseract-ocr-chi-sim; macOS: brew install tesseract tesseract-lang), "
    "or run without --ocr."
)
_LINE = ("block_num", "par_num", "line_num")


class OcrMissing(Exception):
    """Text cannot be recognised on this machine; the message says what to install."""


@cache
def engine() -> str:
    """What recognises text here, with its version.

    Raises:
        OcrMissing: something of it is not installed.
    """
    if importlib.util.find_spec("pytesseract") is None or importlib.util.find_spec("PIL") is None:
        raise OcrMissing(
            "--ocr needs the Python packages pytesseract and pillow. Install them: .venv/bin/python -m pip install pytesseract pillow "
            "(the dependency group `ocr`), or run without --ocr."
        )
    import pytesseract

    if shutil.which(pytesseract.pytesseract.tesseract_cmd) is None:
        raise OcrMissing(f"--ocr needs the program tesseract, which was not found. {INSTALL}")
    languages = pytesseract.get_languages(config="")
    if LANGUAGE not in languages:
        raise OcrMissing(f"--ocr needs Tesseract's {LANGUAGE} (it has {', '.join(languages) or 'no language'}). {INSTALL}")
    return f"Tesseract {pytesseract.get_tesseract_version()} ({_languages(languages)})"


def _languages(installed: Sequence[str]) -> str:
    """Chinese, and English where it is there: with it half as many percent signs are misread."""
    return "+".join([LANGUAGE, *(name for name in ("eng",) if name in installed)])


class Tesseract:
    """Recognises the lines of a page. ``working`` is called before each page, so that a long scan is not taken for one that hangs."""

    def __init__(self, working: Callable[[], None] = lambda: None) -> None:
        self.name = engine()
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
        confidence=sum(float(found["conf"][i]) for i in words) / len(words),
    )


def joined(words: Sequence[str]) -> str:
    """Words as a line: with a space only between two that are written in Latin letters."""
    line = ""
    for word in words:
        apart = line and line[-1].isascii() and line[-1].isalpha() and word[0].isascii() and word[0].isalpha()
        line += (" " if apart else "") + word
    return line
