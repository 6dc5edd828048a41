"""From a document to its metrics and numbers. (Stand-in while the extractor is being written.)"""

from __future__ import annotations

import re
from decimal import Decimal

from transforms.model import Document, Extraction, Metric, Number

_NUMERAL = re.compile(r"[0-9０-９]+(?:\.[0-9]+)?|[一二三四五六七八九十百千万亿两零〇]+")


def extract(document: Document) -> Extraction:
    """The metrics and numbers of a document, in the order of the text."""
    metrics, numbers = [], []
    for found in _NUMERAL.finditer(document.text):
        start, end = found.span()
        percent = document.text[end : end + 1] == "%"
        numbers.append(Number(start, end + percent, "metric" if percent else "lexical", "stand-in"))
        if percent:
            metrics.append(
                Metric(start, end + 1, "增长", None, "growth_rate", Decimal(found.group()), None, "%", "exact", "actual",
                       False, None, 2022, 2022, "", document.text[start - 10 : end + 2], "stand-in", 0.5)
            )
    return Extraction(tuple(metrics), tuple(numbers))
