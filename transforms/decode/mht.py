"""MHT, the page that a browser saves whole: its HTML part, decoded as a mail is."""

from __future__ import annotations

from transforms.types import DecodeError

_MOST_PARTS = 5_000
_DEEPEST = 20
_MANY = "The web archive has more parts than a page has. Save the report's own page."


def page_of(data: bytes) -> bytes:
    """The bytes of the page in a web archive: the HTML (or else plain) part that is largest, as the frames of a page are parts too.

    Raises:
        DecodeError: ``no_text``, there is no such part; ``too_large``, it has too many.
    """
    from email import message_from_bytes
    from email.message import Message

    if data.count(b"\n--") > 2 * _MOST_PARTS:
        raise DecodeError("too_large", _MANY)
    best: dict[str, bytes] = {}
    waiting: list[tuple[Message, int]] = [(message_from_bytes(data), 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop(0)
        seen += 1
        if seen > _MOST_PARTS or depth > _DEEPEST:
            raise DecodeError("too_large", _MANY)
        content = part.get_payload()
        if isinstance(content, list):
            waiting.extend((inner, depth + 1) for inner in content if isinstance(inner, Message))
            continue
        kind = part.get_content_type()
        if kind not in ("text/html", "text/plain", "application/xhtml+xml"):
            continue
        raw = part.get_payload(decode=True)
        if isinstance(raw, bytes):
            raw = _declared(raw, part.get_content_charset(""), kind)
            name = "plain" if kind == "text/plain" else "html"
            if len(raw) > len(best.get(name, b"")):
                best[name] = raw
    found = best.get("html") or best.get("plain")
    if not found or not found.strip():
        raise DecodeError(
            "no_text", "The web archive holds no page, only pictures perhaps. Open it in a browser and save the page as HTML."
        )
    return found


def _declared(raw: bytes, charset: str, kind: str) -> bytes:
    """The part in UTF-8 where its header says what it is in and that is true; else its bytes."""
    if charset and kind != "text/plain" and raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return raw
    try:
        return raw.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(charset.lower(), charset)).encode() if charset else raw
    except (LookupError, UnicodeError):
        return raw
