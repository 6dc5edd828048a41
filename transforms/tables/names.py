"""The indicator of a cell: its row's label, with the table's account and the column's thing where the label alone says too little."""

from __future__ import annotations

import re

from transforms.lexicon import pattern
from transforms.tables.account import Account
from transforms.tables.headings import Kind, is_measure
from transforms.tables.model import TableRow
from transforms.tables.places import Place, place_named
from transforms.text.normalized_view import fold

_ROW_LEAD = pattern("row_lead")
_LABEL_GENERIC = pattern("label_generic")
_LABEL_SUMS_ALL = pattern("label_sums_all")
_LABEL_SUM = pattern("label_sum")
_GRAND_TOTAL = pattern("label_grand_total")
_ACCOUNT_TOTAL = pattern("label_account_total")
_LABEL_YEAR = pattern("label_year")

_CODE_BEFORE = re.compile(r"^\d{3,9}[\s_\-—]*(?=[^\d.,%年])")
_YEARS_FIRST = re.compile(r"(?:19|20)\d\d年?[-—－–~～至](?:19|20)?\d\d年")
_YEAR = re.compile(r"(?:19|20)\d\d年(?:[末底初])?(?:度)?")
_IN_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]$")
_SUFFIX = {Kind.COMPLETION: "占预算比重", Kind.SHARE: "比重", Kind.OF_LAST_YEAR: "为上年的比重"}
UNKNOWN = "未指明"
_SECTOR, _SECTOR_IN = re.compile("业$"), re.compile("业(?!企业)")
_SEVERAL = re.compile("[、和与及]")

_OF_WHICH = pattern("label_of_which")
_MEASURE_NOUN = pattern("measure_noun")
_ACCOUNT_MEASURE = pattern("account_measure")
_LABEL_OF_FUND = pattern("label_of_fund")
_AMOUNT_THING = pattern("amount_thing")


def label_name(label: str) -> str:
    """A row's label without numbering, code, 其中, and the unit in brackets behind it."""
    name = fold(label)
    last = None
    while name != last and not _YEARS_FIRST.match(name):
        last = name
        name = _CODE_BEFORE.sub("", _ROW_LEAD.sub("", name)).lstrip("：: 、.")
    bracket = _IN_BRACKETS.search(name)
    if bracket and (is_measure(bracket[1]) or bracket[1] in ("%", "％")):
        name = name[: bracket.start()]
    if _LABEL_YEAR.search(name):
        name = _YEAR.sub("", name)
    return "".join(name.split())


def label_year(label: str) -> int | None:
    """The year that a row's label says of its figures; None where it says none, or where the year is part of a name."""
    name = _ROW_LEAD.sub("", fold(label)).lstrip("：: 、.")
    years = _YEAR.findall(name) if _LABEL_YEAR.search(name) else []
    return int(years[-1][:4]) if years else None


def indicator_name(row: TableRow, kind: Kind, says: tuple[str, str], account: Account, place: Place | None) -> str:
    """The name of what a cell measures, without place and time. ``says`` are the thing that its column counts and its side of a balance."""
    thing, side = says
    name = label_name(row.label)
    subject = account.on_side(side or _side_of(name, account))
    if account.rows_are_places and (place_named(row.label) is not None or (thing and _LABEL_GENERIC.fullmatch(name))):
        name, thing = thing or subject, ""
    elif not name or _LABEL_GENERIC.fullmatch(name):
        name = _of_total(name, row, subject)
    elif not thing:
        name = _of_row(name, row, subject, side)
    if thing and thing not in name and not (_AMOUNT_THING.fullmatch(thing) and _MEASURE_NOUN.search(name)):
        name = f"{name}{thing}"
    suffix = _SUFFIX.get(kind, "")
    if suffix and not name.endswith(suffix):
        name = name.removesuffix("比重").removesuffix("占比") + suffix
    return name or subject or UNKNOWN


def _side_of(name: str, account: Account) -> str:
    """The side of a balance that a total names itself (收入总计)."""
    return name[-4:-2] if "收支" in account.name and (_GRAND_TOTAL.search(name) or _ACCOUNT_TOTAL.search(name)) else ""


def _of_row(name: str, row: TableRow, subject: str, side: str) -> str:
    """A label with what it leaves to the row above, to the title or to its side of a balance."""
    if _OF_WHICH.match(row.label) and row.parents:
        name = _of_part(name, label_name(row.parents[-1]))
    measure = _ACCOUNT_MEASURE.search(subject)
    own = _MEASURE_NOUN.search(name) or _ACCOUNT_MEASURE.search(name) or name in subject
    if measure is not None and not own and not _SEVERAL.search(subject):
        return name + (measure[0] if _SECTOR.search(name) and _SECTOR_IN.search(subject) else subject)
    return name + side if side and _LABEL_OF_FUND.search(name) else name


def _of_part(name: str, above: str) -> str:
    """The name of a part with the measure that its row leaves to the one above (房屋施工面积, 其中：住宅: 住宅施工面积)."""
    measure = _MEASURE_NOUN.search(above)
    if measure is None or _MEASURE_NOUN.search(name):
        return name
    shared = next((n for n in range(min(len(name), len(measure[0])), 0, -1) if name.endswith(measure[0][:n])), 0)
    return name + measure[0][shared:]


def _of_total(name: str, row: TableRow, subject: str) -> str:
    """The name of a row such as 合计 or 小计: that of what it sums up."""
    above = next((label_name(p) for p in reversed(row.parents) if not _LABEL_GENERIC.fullmatch(label_name(p))), "")
    if above and not _LABEL_SUMS_ALL.search(name):
        return above if _LABEL_SUM.search(name) else above + name
    if not subject:
        return name
    if _GRAND_TOTAL.search(name):
        return subject + "总计"  # with transfers and carry-over: not the account
    if _ACCOUNT_TOTAL.search(name):
        return subject + "合计"
    if _LABEL_SUM.search(name):
        return subject
    return subject if name in subject else subject + name
