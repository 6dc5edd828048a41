"""What each column of a grid is for: it names the rows, numbers them, gives their codes or units, or holds values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from transforms.lexicon import pattern
from transforms.tables.grid import Slot, is_number, is_value, squeeze
from transforms.tables.places import place_named

_HEADING_SERIAL = pattern("heading_serial")
_HEADING_UNIT = pattern("heading_unit")
_HEADING_NOTE = pattern("heading_note")
_HEADING_CODE = pattern("heading_code")

_CODE = re.compile(r"\d{3}(?:\d{2}){0,3}|\d{2}")
_MOST_CODES = 0.8


class Role(Enum):
    """What the cells of a column are."""

    LABEL = "label"
    CODE = "code"
    SERIAL = "serial"
    UNIT = "unit"
    NOTE = "note"
    VALUE = "value"


def roles_of(paths: Sequence[tuple[str, ...]], body: Sequence[Sequence[Slot]]) -> list[Role]:
    """The role of each column, by its heading and by what its cells hold."""
    roles: list[Role] = []
    for column, path in enumerate(paths):
        texts = [squeeze(row[column].text) for row in body if row[column].text and not (column and row[column] is row[column - 1])]
        roles.append(_role(column, path, texts))
    if Role.LABEL not in roles and roles and not _all_values(paths, body):
        roles[0] = Role.LABEL
    return _later_words(roles, paths)


def _all_values(paths: Sequence[tuple[str, ...]], body: Sequence[Sequence[Slot]]) -> bool:
    """Whether the first column holds values under a heading that names no rows: the right half of a table on two facing pages."""
    texts = [squeeze(row[0].text) for row in body if row[0].text]
    place = bool(paths[0]) and place_named(paths[0][0]) is not None
    return place and sum(map(is_value, texts)) > len(texts) / 2


def _role(column: int, path: tuple[str, ...], texts: Sequence[str]) -> Role:
    heading = path[-1] if path else ""
    if _HEADING_SERIAL.fullmatch(heading):
        return Role.SERIAL
    if _HEADING_UNIT.fullmatch(heading) and not any(map(is_number, texts)):
        return Role.UNIT
    if _HEADING_NOTE.fullmatch(heading):
        return Role.NOTE
    words = [t for t in texts if not is_value(t)]
    share = _MOST_CODES * len(texts)
    digits, codes = sum(map(str.isdigit, texts)), sum(_CODE.fullmatch(t) is not None for t in texts)
    if texts and ((_HEADING_CODE.fullmatch(heading) and digits >= share) or (column == 0 and len(texts) > 1 and codes >= share)):
        return Role.CODE  # a total may stand among the codes, in a cell that covers the names too
    if texts and len(words) > len(texts) / 2:
        return Role.LABEL
    if column == 0 and not texts:
        return Role.LABEL
    return Role.VALUE


def _later_words(roles: list[Role], paths: Sequence[tuple[str, ...]]) -> list[Role]:
    """Words behind the values that no values follow are notes; a second label column without a heading of labels is too."""
    last_value = max((at for at, role in enumerate(roles) if role is Role.VALUE), default=len(roles))
    return [Role.NOTE if role in (Role.LABEL, Role.CODE, Role.SERIAL) and at > last_value else role for at, role in enumerate(roles)]


def parts_of(roles: Sequence[Role]) -> Iterator[list[int]]:
    """The columns of each part that stands side by side with others: each begins with what names its rows."""
    part: list[int] = []
    for column, role in enumerate(roles):
        names = role in (Role.LABEL, Role.CODE, Role.SERIAL)
        if names and any(roles[c] is Role.VALUE for c in part):
            yield part
            part = []
        part.append(column)
    if part:
        yield part
