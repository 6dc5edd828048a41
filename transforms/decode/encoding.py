"""Bytes of a text file to text: the encoding is told from the bytes; what a page says of itself only breaks ties."""

from __future__ import annotations

import codecs
import re

from transforms.decode.characters import commonness
from transforms.types import DecodeError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-32-le": "utf-32", "utf-32-be": "utf-32", "big5hkscs": "big5"}
_BINARY = "The file is not text, nor any format that is read (txt, md, html, docx, pdf, zip). Replace it by the report in one of these."
_SOUND = 0.25
"""Commonness (see ``characters``) from which a reading is believed."""


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        # A file cut off in the middle of a character is still that encoding.
        if len(data) - error.start < 4 and error.start > 0:
            return data[: error.start].decode(encoding, "ignore")
        return None


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 in spite of a few broken bytes."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return text if broken * 200 < sum(c > "\x7f" for c in text) and commonness(text) > _SOUND else None


def _utf16(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without a mark: ASCII in it shows as NUL bytes on one side, Chinese as a sound reading."""
    best: tuple[float, str, str] | None = None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strict(data[: len(data) // 2 * 2], encoding)
        if text is None:
            continue
        plain = sum(c < "\x7f" for c in text[:20_000]) / max(1, len(text[:20_000]))
        score = max(commonness(text), plain if text[:20_000].isprintable() or "\n" in text else 0.0)
        if "\x00" not in text and (best is None or score > best[0]):
            best = (score, text, encoding)
    return (best[1], best[2]) if best and best[0] > _SOUND else None


_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1c-\x1f]")


def _is_binary(text: str) -> bool:
    sample = text[:50_000]
    return len(_CONTROLS.findall(sample)) > max(3, len(sample) / 50)


def _guess(data: bytes) -> tuple[str, str] | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000], threshold=0.2).best()
    if best is None or best.encoding in ("utf_8", "ascii"):
        return None
    text = _strict(data, best.encoding)
    return (text, best.encoding.replace("_", "-")) if text is not None and commonness(text) > _SOUND else None


def decode_bytes(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Text, encoding and warnings of a text file.

    Raises:
        DecodeError: ``binary``, the bytes are no text in any encoding that is tried.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            if _is_binary(text.replace("\x00", "")):
                raise DecodeError("binary", _BINARY)
            return text, _NAMES.get(encoding, encoding), _warnings(text)
    return _unmarked(data)


def _unmarked(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    if data.count(b"\x00", 0, 100_000) * 8 > len(data[:100_000]):
        wide = _utf16(data)
        if wide:
            return wide[0], "utf-16", ()
    text = _strict(data, "utf-8")
    if text is not None:
        if _is_binary(text.replace("\x00", "")) or text.count("\x00") * 8 > len(text):
            raise DecodeError("binary", _BINARY)
        return text, "utf-8", _warnings(text)
    return _legacy(data)


def _legacy(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """What is no UTF-8: the soundest of the Chinese encodings."""
    readings = [
        (commonness(text), text, encoding)
        for encoding in ("gb18030", "big5hkscs")
        if (text := _strict(data, encoding)) is not None and not _is_binary(text)
    ]
    best = max(readings, key=lambda r: r[0], default=None)
    if best and best[0] > _SOUND:
        return best[1], _NAMES.get(best[2], best[2]), ()
    found = _utf16(data) or _guess(data)
    if found and not _is_binary(found[0]):
        return found[0], _NAMES.get(found[1], found[1]), ()
    damaged = _mostly_utf8(data) or _mostly_gb18030(data)
    if damaged:
        return damaged, "utf-8" if _mostly_utf8(data) else "gb18030", _warnings(damaged)
    if best and best[0] > 0 and _readable(best[1]):
        return best[1], _NAMES.get(best[2], best[2]), ("The encoding is uncertain: check the text.",)
    raise DecodeError("binary", _BINARY)


def _mostly_gb18030(data: bytes) -> str | None:
    text = data.decode("gb18030", "replace")
    broken = text.count("\ufffd")
    sound = broken * 200 < sum(c > "\x7f" for c in text) and commonness(text) > _SOUND
    return text if sound and not _is_binary(text) else None


def _readable(text: str) -> bool:
    """Mostly letters, ideographs and spaces: a short text with hardly a common character in it, but text."""
    sample = text[:5_000]
    return sum(c.isprintable() or c.isspace() for c in sample) > 0.98 * len(sample) and any("\u4e00" <= c <= "\u9fff" for c in sample)


def _warnings(text: str) -> tuple[str, ...]:
    broken = text.count("\ufffd")
    return (f"{broken} characters of the file are damaged and shown as \ufffd.",) if broken else ()
