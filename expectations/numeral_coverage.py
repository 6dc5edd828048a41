"""How well the rows of ``numbers`` cover the numerals of each text: every numeral must lie in exactly one row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

NUMERALS = "0123456789０１２３４５６７８９〇零一二三四五六七八九十百千万亿两"  # the contract: every one of these is in a row
FORMAL_NUMERALS = "壹贰叁肆伍陆柒捌玖拾佰仟"
COVERAGE_COLUMNS = ("numerals", "numerals_missing", "first_missing", "numerals_twice", "first_twice", "formal_missing")


def _character_set(characters: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    members = np.zeros(0x110000, dtype=bool)
    members[[ord(character) for character in characters]] = True
    return members


def numeral_coverage(documents: pd.DataFrame, numbers: pd.DataFrame) -> list[dict[str, Any]]:
    """Count, for each document, the numerals that no row of ``numbers`` covers and those that several cover (:data:`COVERAGE_COLUMNS`)."""
    usual, formal = _character_set(NUMERALS), _character_set(FORMAL_NUMERALS)
    codes, ids = pd.factorize(numbers["document_id"])
    order = np.argsort(codes, kind="stable")
    starts = numbers["char_start"].fillna(0).to_numpy("int64")[order]
    ends = numbers["char_end"].fillna(0).to_numpy("int64")[order]
    bounds = np.searchsorted(codes[order], np.arange(len(ids) + 1))
    place = {document: index for index, document in enumerate(ids)}
    result = []
    for document, text in zip(documents["document_id"], documents["text"], strict=True):
        index = place.get(document)
        rows = slice(0, 0) if index is None else slice(bounds[index], bounds[index + 1])
        result.append(_coverage(text if isinstance(text, str) else "", starts[rows], ends[rows], usual, formal))
    return result


def _coverage(text: str, starts: Any, ends: Any, usual: Any, formal: Any) -> dict[str, Any]:
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    steps = np.zeros(len(characters) + 1, dtype=np.int32)
    np.add.at(steps, np.clip(starts, 0, len(characters)), 1)
    np.add.at(steps, np.clip(ends, 0, len(characters)), -1)
    depth = np.cumsum(steps)[:-1]
    numerals = usual[characters]
    missing = np.flatnonzero(numerals & (depth < 1))
    twice = np.flatnonzero(depth > 1)
    return {
        "numerals": int(numerals.sum()),
        "numerals_missing": len(missing),
        "first_missing": f"{text[missing[0]]} at {missing[0]}" if len(missing) else "",
        "numerals_twice": len(twice),
        "first_twice": int(twice[0]) if len(twice) else -1,
        "formal_missing": _formal_missing(formal[characters] & (depth < 1)),
    }


def _formal_missing(outside: Any) -> int:
    """Formal numerals outside the rows, those that stand alone left out: 队伍 and 大陆 count nothing, 壹佰 does."""
    beside = np.zeros(len(outside), dtype=bool)
    beside[1:] |= outside[:-1]
    beside[:-1] |= outside[1:]
    return int((outside & beside).sum())
