"""Quoting for SQL."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote text as an SQL string; only for the project's own words (``COMMENT ON`` takes no parameters)."""
    return "'" + text.replace("'", "''") + "'"
