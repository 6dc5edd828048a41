"""JSON, as the interfaces of sites give it: the text of a report stands in one of its fields, with escapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from transforms.types import DecodeError

_FEWEST = 200
"""Characters below which a field is no text of a report."""


def text_of_json(text: str) -> tuple[str, tuple[str, ...]]:
    """The longest field of a JSON document, and a warning that says which; any other text as it is.

    Raises:
        DecodeError: ``unsupported``, it is JSON without a text.
    """
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start not in ("{", "[") or text.rstrip()[-1:] not in ("}", "]"):
        return text, ()
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return text, ()
    name, longest = max(_fields(value), key=lambda field: len(field[1]), default=("", ""))
    if len(longest) < _FEWEST:
        raise DecodeError(
            "unsupported", "The file is JSON without the text of a report. Put the report itself in its place, or its text as txt or html."
        )
    return longest, (f"The file is JSON; the text is that of its field {name!r}.",)


def _fields(value: Any) -> Iterator[tuple[str, str]]:
    """All strings with the names of their fields."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, str):
            yield name, item
        elif isinstance(item, dict):
            waiting.extend((str(key), inner) for key, inner in item.items())
        elif isinstance(item, list):
            waiting.extend((name, inner) for inner in item)
