"""The year that a document plans: the one after the year it reviews."""

from __future__ import annotations

from transforms.lexicon import pattern
from transforms.text.normalized_view import fold
from transforms.types import Document

_PLANNED = pattern("planned_year")
_TWO_PLANNED = pattern("two_planned_years")
_DATA = pattern("data_year")
_REVIEWED = pattern("reviewed_year")
_NEXT_YEAR = "明年"  # the one word by which a report given in the year before names the year it plans
_OFTEN = 3


def planned_year(document: Document) -> int | None:
    """The year that a document plans, the one after the year it reviews.

    Mostly the year it was given in; a report given in December plans the next one, a communiqué's data are those of
    the year that its title names.
    """
    identity = document.identity
    head = "".join(fold(document.text[:1500]).split())
    if identity.doc_type == "statistical_communique":
        named = _DATA.search("".join(fold(identity.title or "").split())) or _DATA.search(head)
        return int(named[1]) + 1 if named else identity.report_year
    if identity.doc_type in ("budget_report", "plan_report"):
        named = _PLANNED.search(head)
        if named:
            return int(named[1])
    year = identity.report_year
    if year is None:
        return None
    both = _TWO_PLANNED.search(head)
    if both and (int(both[1]), int(both[2])) == (year, year + 1):
        return year
    reviewed = [int(found[1]) for found in _REVIEWED.finditer(fold(document.text))]
    if reviewed and max(reviewed) == year:
        return year + 1
    return year + 1 if _looks_ahead(document, year) else year


def _looks_ahead(document: Document, year: int) -> bool:
    """Whether a report of the year's last weeks speaks of the next one (it reviews the year it was given in)."""
    delivered = document.identity.delivered_on
    if delivered is not None:
        return delivered.month >= 11 and f"{year + 1}" in document.text
    if year >= 1990:
        return False
    chinese = str.maketrans("0123456789", "〇一二三四五六七八九")
    counts = [
        sum(document.text.count(f"{form}年") for form in {str(y), str(y).translate(chinese), str(y).translate(chinese).replace("〇", "零")})
        for y in (year, year + 1)
    ]
    return counts[1] >= 5 and counts[1] * 2 >= counts[0]


def plans_next_year(document: Document, plan_year: int | None) -> bool:
    """Whether a report calls the year that it plans 明年: it was given in the year before, which is its 今年."""
    given = document.identity.report_year
    return given is not None and plan_year == given + 1 and document.text.count(_NEXT_YEAR) >= _OFTEN
