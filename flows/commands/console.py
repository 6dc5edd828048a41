"""How the commands write on a terminal: styles by kind of line, and text of documents made harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass


def printable(text: str) -> str:
    """Text from a document or a file name, safe for a terminal: control and direction characters are written as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
    "place": {"fg": "cyan"},
    "plain": {},
}
