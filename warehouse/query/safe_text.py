"""Untrusted text made safe for a terminal: control characters and direction marks are escaped."""

from __future__ import annotations

import re

# C0 and C1 control characters (escape sequences), and characters that change the direction of what follows.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def first_lines(text: str, count: int = 12) -> str:
    """Return the first lines of a message, escaped."""
    return safe_text("\n".join(text.splitlines()[:count]), keep="\n")


def safe_text(text: str, keep: str = "") -> str:
    """Escape control characters and direction marks (``\\x1b``), those in ``keep`` excepted."""

    def written(match: re.Match[str]) -> str:
        character = match.group()
        return character if character in keep else character.encode("unicode_escape").decode()

    text = UNSAFE.sub(written, text)
    return text if "\n" in keep else text.replace("\n", "⏎").replace("\t", " ")
