"""What a column's heading says: the kind of its numbers, their year, plan or execution, unit, thing and place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from transforms.lexicon import LexiconError, check_keys, derived, derived_up_to, load, pattern
from transforms.numbers.units import find_unit, unit_of
from transforms.tables.places import Place, place_named

_ACCOUNT_NAMES = pattern("account_names")
_LEVEL_BEFORE = pattern("level_before")
_LABEL_OF_WHICH = pattern("label_of_which")
_INDEX_BASE = pattern("index_base")
_HEADING_LAST_YEAR = pattern("heading_last_year")
_HEADING_SHARE = pattern("heading_share")
_YEAR_WORDS = re.compile(r"(?:19|20)\d\d(?!\d)年?[度末底初]?")
_BRACKET_OF_NAME = pattern("bracket_of_name")
_HEADING_SIDE = pattern("heading_side")
_COMPARAND = pattern("comparand")
_HEADING_TOTAL = pattern("heading_total")
_HEADING_WORDS = pattern("heading_words")
_HEADING_STATUS_END = pattern("heading_status_end")

_FILE = "table_headings.yml"
_YEAR = re.compile(r"((?:19|20)\d\d)(?!\d)年?(?:度)?")
_BRACKETED = re.compile(r"[（(]([^（）()]*)[）)]$")
_PERCENT_IN_BRACKETS = re.compile(r"[（(]\s*[±+\-]*(%|％|‰)\s*[）)]")
_ADJUSTED_IN_BRACKETS = re.compile(r"\((调整|变动|预计|代编|汇总|减)\)")
_PERCENT = re.compile(r"[%％]|百分比|百分数")
_AMOUNT = re.compile(r"额|金额|量$|数$|绝对|差额|增加$|减少$|净增")
SCALES = {"万": Decimal(10**4), "亿": Decimal(10**8), "千": Decimal(1000), "百": Decimal(100), "十": Decimal(10)}
_MOST_SCALES = 3
_IMPLIED = {"亿": "元", "万": "元"}
"""A scale alone, as a unit, is of money."""


class Kind(Enum):
    """What the numbers of a column are."""

    LEVEL = "level"
    COMPLETION = "completion"
    OF_LAST_YEAR = "of_last_year"
    POINTS = "points"
    COMPARISON = "comparison"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit with the scale before it: 万吨 is 吨 and 10000."""

    unit: str | None
    scale: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Status:
    """Plan or execution, as a heading or a title says it."""

    modality: str
    basis: str | None = None
    is_preliminary: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading taken apart. What it does not say is None or empty."""

    path: tuple[str, ...]
    kind: Kind
    year: int | None
    status: Status | None
    measure: Measure | None
    is_percent: bool
    is_amount: bool
    """A comparison that is said to be an amount."""
    thing: str
    place: Place | None
    side: str
    """收入 or 支出 where the heading says on which side of a balance the column stands."""
    is_last_year: bool
    """上年决算数: the year before the table's."""
    compares_with: str
    """The words that name what a comparison is with."""


@dataclass(frozen=True, slots=True)
class _KindRule:
    kind: Kind
    pattern: re.Pattern[str]
    percent: bool


@derived
def kind_rules() -> tuple[_KindRule, ...]:
    """The kinds of ``table_headings.yml`` in order."""
    out = []
    for entry in load(_FILE)["kinds"]:
        check_keys(_FILE, entry, frozenset({"kind", "en", "pattern", "percent", "yes", "no"}), frozenset({"kind", "en", "pattern"}))
        try:
            kind = Kind(entry["kind"])
        except ValueError as error:
            raise LexiconError(f"transforms/lexicon/{_FILE}: kind {entry['kind']!r}: allowed are {[k.value for k in Kind]}") from error
        out.append(_KindRule(kind, re.compile(entry["pattern"]), bool(entry.get("percent", False))))
    return tuple(out)


@derived
def status_rules() -> tuple[tuple[re.Pattern[str], Status], ...]:
    """The rules of plan and execution of ``table_headings.yml`` in order."""
    out = []
    allowed = frozenset({"modality", "basis", "preliminary", "en", "pattern", "yes", "no"})
    for entry in load(_FILE)["status"]:
        check_keys(_FILE, entry, allowed, frozenset({"modality", "en", "pattern"}))
        if entry["modality"] not in ("actual", "target"):
            raise LexiconError(f"transforms/lexicon/{_FILE}: modality {entry['modality']!r}: allowed are actual and target")
        status = Status(entry["modality"], entry.get("basis"), bool(entry.get("preliminary", False)))
        out.append((re.compile(entry["pattern"]), status))
    return tuple(out)


def measure_of(said: str) -> Measure:
    """The measure word that a text names, and the scale before it (万吨: 吨, 10000); no unit where it names none."""
    said = said.strip().removeprefix("人民币")
    scale = Decimal(1)
    for _ in range(_MOST_SCALES):
        if not said or unit_of(said) is not None or said[0] not in SCALES:
            break
        scale *= SCALES[said[0]]
        if len(said) == 1:
            return Measure(_IMPLIED.get(said), scale)
        said = said[1:]
    found = find_unit(said, 0) if said else None
    return Measure({"个百分点": "百分点", "％": "%"}.get(found or "", found), scale)


def is_measure(said: str) -> bool:
    """Whether a text in brackets is nothing but a unit (万人; not 个体户, and no kind of place: 社区（村）)."""
    rest, unit = said.strip(), measure_of(said).unit
    if unit is None or _BRACKET_OF_NAME.search(rest):
        return False
    while rest and rest != unit and rest[0] in "万亿千百十":
        rest = rest[1:]
    return rest in (unit, "", "个百分点", "％") or rest == f"{unit}数"


def status_of(words: str) -> Status | None:
    """Plan or execution in the words of a heading."""
    plain = _ACCOUNT_NAMES.sub("", words)
    return next((status for rule, status in status_rules() if rule.search(plain)), None)


def _plain(element: str) -> str:
    """A heading without the brackets around % and around words that belong to it, （调整）预算数."""
    plain = _PERCENT_IN_BRACKETS.sub(r"\1", _INDEX_BASE.sub("", element)).replace("％", "%").replace("（", "(").replace("）", ")")
    return _ADJUSTED_IN_BRACKETS.sub(r"\1", plain)


def kind_of(words: str, is_percent: bool) -> Kind:
    """The kind that a whole heading says."""
    for rule in kind_rules():
        if (is_percent or not rule.percent) and rule.pattern.search(words):
            return rule.kind
    return Kind.LEVEL


@derived_up_to(4096)
def heading(path: tuple[str, ...]) -> Heading:
    """A heading, outermost words first, taken apart."""
    measure: Measure | None = None
    things: list[str] = []
    place: Place | None = None
    side = ""
    status: Status | None = None
    year: int | None = None
    last_year = False
    compares: list[str] = []
    parent = ""
    for element in path:
        bracket = _BRACKETED.search(element)
        said = measure_of(bracket[1]) if bracket else Measure(None)
        if bracket and said.unit is not None and not _BRACKET_OF_NAME.search(bracket[1].strip()):
            measure = said
            element = element[: bracket.start()]
        own, comparand = _own_words(_plain(element))
        compares.append(comparand)
        years = _YEAR.findall(own)
        year = int(years[-1]) if years else year
        last_year = last_year or _HEADING_LAST_YEAR.search(own) is not None
        status = status_of(own) or status
        here = place_named(own)
        before = _LEVEL_BEFORE.match(own) if here is None else None
        if before is not None:
            place, own = place_named(before[0]), own[before.end() :]
        found_side = _HEADING_SIDE.fullmatch(_HEADING_STATUS_END.sub("", _YEAR.sub("", own)))
        if found_side:
            side = found_side[1]
        elif here is not None:
            place = here
        elif own and (thing := _thing(own) or _source(own, parent)):
            things.append(thing)
        parent = element
    joined = _plain("".join(path))
    is_percent = _PERCENT.search(joined) is not None or (measure is not None and measure.unit == "%")
    kind = kind_of(joined, is_percent)
    if kind is Kind.COMPARISON and not is_percent and _is_part_of_change(path):
        kind = Kind.LEVEL
    amount = _AMOUNT.search(_plain(path[-1]) if path else "") is not None
    return Heading(path, kind, year, status, measure, is_percent, amount, _joined(things), place, side, last_year, "".join(compares))


def _source(words: str, parent: str) -> str:
    """A source of money, which a heading 其中 makes a thing of (其中, below it 当年预算)."""
    is_part = _LABEL_OF_WHICH.fullmatch(parent.rstrip(":：")) is not None
    return words if is_part and not _YEAR.search(words) and not _HEADING_TOTAL.fullmatch(words) else ""


def _joined(things: Sequence[str]) -> str:
    """The things of a heading as one name; an inner one that ends as the outer one begins takes its rest (债务限额, 一般债务)."""
    name = ""
    for thing in dict.fromkeys(things):
        shared = next((n for n in range(min(len(name), len(thing)), 1, -1) if thing.endswith(name[:n])), 0)
        name = thing + name[shared:] if shared else name + thing
    return name


def _is_part_of_change(path: tuple[str, ...]) -> bool:
    """Whether a heading below one of change names a thing of its own: 当年增减变动情况, below it 还本."""
    outer = next((at for at, element in enumerate(path) if kind_of(_plain(element), False) is Kind.COMPARISON), len(path))
    return any(_thing(_plain(element)) and kind_of(_plain(element), False) is Kind.LEVEL for element in path[outer + 1 :])


def _own_words(element: str) -> tuple[str, str]:
    """The words of a heading before those that name what it compares with, and these."""
    found = _COMPARAND.search(element)
    return (element[: found.start()], element[found.start() :]) if found else (element, "")


def _thing(words: str) -> str:
    """What a heading counts, without the words of time and plan; empty where these are all it says."""
    if _HEADING_TOTAL.fullmatch(words) or not _HEADING_WORDS.sub("", words):
        return ""
    if kind_of(words, True) in (Kind.COMPLETION, Kind.OF_LAST_YEAR):
        return ""
    plain = _YEAR_WORDS.sub("", words).removeprefix("其中").strip(":： ")
    cut = _HEADING_SHARE.sub("", _HEADING_STATUS_END.sub("", plain) or plain)
    return "" if kind_rules_only(cut) else cut


def kind_rules_only(words: str) -> bool:
    """Whether words are nothing but those of time, plan and comparison."""
    return not _HEADING_WORDS.sub("", words)
