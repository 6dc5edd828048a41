"""What the commands write on a terminal: styles for kinds of lines, and text from documents that is safe to print."""

from __future__ import annotations

import os
from typing import Any

import click

STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
    "place": {"fg": "cyan"},
    "plain": {},
}


def print_line(kind: str, line: str, *, err: bool = False) -> None:
    """Print a line in the style of its kind, without colours if NO_COLOR is set."""
    color = None if "NO_COLOR" not in os.environ else False
    click.secho(line, err=err, color=color, **STYLES[kind])


def printable(text: str) -> str:
    """Text from a document or a file name, safe for a terminal: control and direction characters are escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
