"""Markdown to plain lines: marks go, words and line breaks stay, tables become lines with headings."""

from __future__ import annotations

import html
import re

from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|={3,})$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_BULLET = re.compile(r"^(\s*)[-*+][ \t]+(?=\S)")
_QUOTE = re.compile(r"^ {0,3}(?:>[ \t]?)+")
_DIVIDER = re.compile(r"^\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,2000})(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![*\w])\*(?=[^\s*])([^*\n]{1,2000})(?<=[^\s*])\*(?![*\w])")
_TAG = re.compile(r"</?(?:p|br|div|span|b|strong|i|em|u|center|font|sup|sub|h[1-6])\b[^>\n]{0,300}>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")


def _inline(line: str) -> str:
    line = _IMAGE.sub("", line)
    line = _LINK.sub(r"\1", line)
    line = _STRONG.sub(r"\2", line)
    line = _EMPHASIS.sub(r"\1", line)
    line = _TAG.sub("", line)
    line = _ESCAPED.sub(r"\1", line)
    return html.unescape(line) if "&" in line else line


def _cells(line: str) -> list[Cell]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [Cell(_inline(cell.strip())) for cell in re.split(r"(?<!\\)\|", inner)]


_HTML_TABLE = re.compile(r"<table\b.*?</table\s*>", re.IGNORECASE | re.DOTALL)


def _without_html_tables(source: str, aside: TablesAside) -> str:
    """The source with its tables in HTML set aside."""
    if "<table" not in source.lower():
        return source
    from transforms.decode.html import table_rows

    return _HTML_TABLE.sub(lambda found: f"\n{aside.put(table_rows(found.group()), certain=True) or ''}\n", source)


def to_text(source: str, aside: TablesAside) -> str:
    """The plain text of a Markdown document, its tables set aside."""
    lines = source.split("\n")
    if lines and lines[0].strip() == "---" and "---" in (line.strip() for line in lines[1:40]):
        lines = lines[[line.strip() for line in lines[1:40]].index("---") + 2 :]  # YAML front matter
    lines = _without_html_tables("\n".join(lines), aside).split("\n")
    out: list[str] = []
    i, fenced = 0, False
    while i < len(lines):
        line = lines[i]
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            out.append(line)
        elif "|" in line and i + 1 < len(lines) and "|" in lines[i + 1] and _DIVIDER.match(lines[i + 1].strip()):
            rows = [_cells(line)]
            i += 2
            while i < len(lines) and "|" in lines[i]:
                rows.append(_cells(lines[i]))
                i += 1
            out.append(aside.put(rows, certain=True) or "")
            continue
        elif not _RULE.match(line) or not line.strip():
            heading = _HEADING.match(line)
            plain = heading.group(1) if heading else _BULLET.sub(r"\1", _QUOTE.sub("", line))
            out.append(_inline(plain))
        i += 1
    return "\n".join(out)
