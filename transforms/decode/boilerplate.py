"""Takes lines out of a text that belong to the page around the report, by the rules of ``lexicon/furniture.yml``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transforms.lexicon import check_keys, derived, load

_FILE = "furniture.yml"
_KEYS = frozenset(("id", "where", "rest", "sentences", "words", "pattern", "yes", "no"))
_LONGEST = 200
"""Lines with more characters are never furniture of a kind that stands anywhere."""
_EDGE_LINES = 80
_MOST_LINES = 500_000
"""No report has as many: such a text is left as it is."""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the file: where it applies and which whole lines (their spaces taken out) it takes."""

    id: str
    where: str
    pattern: re.Pattern[str]
    rest: int = 0
    sentences: bool = False


def _rule(spec: dict[str, Any]) -> Rule:
    check_keys(_FILE, spec, _KEYS, frozenset(("id", "where", "yes", "no")))
    words = "|".join(re.escape(word) for word in spec.get("words", ()))
    source = f"(?:{words})[:：]?" if words else spec["pattern"]
    return Rule(spec["id"], spec["where"], re.compile(source), spec.get("rest", 0), spec.get("sentences", False))


@derived
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the file."""
    return tuple(_rule(spec) for spec in load(_FILE))


@derived
def _joined(where: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules() if rule.where == where))


def squeeze(line: str) -> str:
    """The line without any space."""
    return _SPACES.sub("", line)


def is_prose(line: str) -> bool:
    """Whether a squeezed line can only be the report's own: a sentence, or a long stretch of one."""
    return len(line) >= 25 and ("。" in line or "，" in line or "；" in line) and not _joined("edge").fullmatch(line[: _LONGEST * 3])


def is_furniture(line: str) -> bool:
    """Whether a squeezed line is furniture wherever it stands."""
    return len(line) <= _LONGEST and _joined("anywhere").fullmatch(line) is not None


def is_edge_furniture(line: str) -> bool:
    """Whether a squeezed line is furniture before the report's first paragraph or behind its last."""
    return len(line) <= 600 and (_joined("edge").fullmatch(line) is not None)


_OPENING = re.compile(r"(?:各位代表|各位委员|同志们|[一1][、.．]|第[一1][章部节])")


def _body(lines: Sequence[str]) -> tuple[int, int]:
    """First and last line of the report's own text, as far as sentences tell."""
    first = next((i for i, line in enumerate(lines[: _EDGE_LINES * 4]) if is_prose(line) or _OPENING.match(line)), 0)
    last = next((i for i in range(len(lines) - 1, max(-1, len(lines) - _EDGE_LINES * 4), -1) if is_prose(lines[i])), len(lines) - 1)
    return first, max(first, last)


def _end(lines: Sequence[str], first: int) -> int:
    """The line from which on everything is furniture."""
    ends = [rule for rule in rules() if rule.where == "end"]
    longest = max(rule.rest for rule in ends)
    rest, sentences, cut = 0, False, len(lines)
    for i in range(len(lines) - 1, first, -1):
        rest += len(lines[i])
        if rest > longest:
            break
        if len(lines[i]) <= 80 and any(
            rest <= rule.rest and (rule.sentences or not sentences) and rule.pattern.fullmatch(lines[i]) for rule in ends
        ):
            cut = i
        sentences = sentences or is_prose(lines[i])
    return cut


def strip(text: str) -> tuple[str, int]:
    """The text without furniture lines, and how many lines went. Every other line stays as it is, blank ones too."""
    if text.count("\n") > _MOST_LINES:
        return text, 0
    whole = text.split("\n")
    lines = [squeeze(line) if len(line) <= 1000 else line for line in whole]
    first, last = _body(lines)
    cut = _end(lines, first)
    kept, gone = [], len([line for line in lines[cut:] if line])
    for i, line in enumerate(lines[:cut]):
        edge = i < first or i > last
        if line and (is_furniture(line) or (edge and is_edge_furniture(line))):
            gone += 1
        elif edge and len(line) <= _LONGEST and not is_prose(line) and (rest := _without_parts(whole[i])) != whole[i]:
            gone += 1
            if rest:
                kept.append(rest)
        else:
            kept.append(_SIGNATURE.sub("", whole[i]))
    return "\n".join(kept), gone


_PART = re.compile(r"[ \t\u3000\xa0]+|[|｜]")
_BRACKETED = re.compile(r"[【\[（(][^【】\[\]（）()]{1,40}[】\]）)]")
_SIGNATURE = re.compile(r"[ \t\u3000]*(?:来自马克数据网|返回搜狐，查看更多|【?(?:关闭窗口|打印本页)】?)\s*$")
"""What collectors and sites put behind the last paragraph, on its line."""


def _without_parts(line: str) -> str:
    """A line such as ``时间：2026-05-29 阅读量：12 【打印】`` without those of its parts that are furniture."""
    parts = [part for part in _PART.split(_BRACKETED.sub(lambda found: squeeze(found.group()), line)) if part]
    kept = [part for part in parts if not (is_furniture(part) or is_edge_furniture(part))]
    return line if len(kept) == len(parts) else " ".join(kept)
