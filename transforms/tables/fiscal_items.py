"""The items of the government's budget (政府收支分类科目): their codes, names and the years of these, from ``lexicon/fiscal_items.csv``."""

from __future__ import annotations

from typing import Any

from transforms.lexicon import FOLDER, LexiconError, derived

_FILE = "fiscal_items.csv"
_CLASSIFICATIONS = ("revenue", "function", "economic_government", "economic_department")
_CLASS_DIGITS = 3


@derived
def fiscal_items() -> tuple[dict[str, Any], ...]:
    """The rows of the table ``fiscal_items``, in the order of the file.

    Raises:
        LexiconError: a line has not five fields, or names no classification.
    """
    lines = (FOLDER / _FILE).read_text(encoding="utf8").splitlines()
    return tuple(_row(line) for line in lines if line[:1].isdigit())


def _row(line: str) -> dict[str, Any]:
    fields = line.split(",")
    if len(fields) != len(("code", "name", "classification", "valid_from", "valid_to")):
        raise LexiconError(f"transforms/lexicon/{_FILE}: {line!r}: needs code, name, classification, valid_from, valid_to")
    code, name, classification, since, until = fields
    if classification not in _CLASSIFICATIONS:
        raise LexiconError(
            f"transforms/lexicon/{_FILE}: entry {code}: classification {classification!r}: allowed are {', '.join(_CLASSIFICATIONS)}"
        )
    return {
        "fiscal_code": code,
        "fiscal_item": name,
        "classification": classification,
        "fiscal_level": "class" if len(code) == _CLASS_DIGITS else "subclass",
        "parent_fiscal_code": code[:_CLASS_DIGITS] if len(code) > _CLASS_DIGITS else None,
        "valid_from": int(since) if since else None,
        "valid_to": int(until) if until else None,
    }
