"""From a sentence to its numbers: each one either of a class that is no metric, or a quantity with value, unit and bound."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from transforms.lexicon import derived, load, pattern
from transforms.numbers.classify import QUANTITY, Decision, classify
from transforms.numbers.numerals import Numeral, numerals
from transforms.numbers.units import find_unit, unit_of

_INFIX = "多余来几"
_PERCENT_KINDS = {"percent": "%", "permille": "‰", "fraction": "%", "tenths": "%", "half": "%", "fold": "%", "two_digit": "%"}
_RANGE = re.compile(r"(?:—|－|–|-|~|～|至|到)+")
_SPELLED = {
    "个百分点": "百分点",
    "个千分点": "千分点",
    "元人民币": "元",
    "块钱": "元",
    "毛钱": "角",
    "分钱": "分",
    "标准立方米": "立方米",
    "口人": "人",
    "个工作日": "个工作日",
}
_A_SIZE = 10**8
"""From this value on a number before 级 is a size in money (百亿级)."""
_WEAK_UNITS = frozenset("级线路站期点字首组团队班年日里方度分面环波轮道片股孔路把段代口员市县区乡村镇单包对股桥环")
"""Units that a small Chinese numeral before them does not count (三级, 二线, 四方)."""
_GOVERNED = pattern("governed_scale")
"""Before a bare scale word that counts (开展千场文化活动); elsewhere it is part of a name (全国百个…)."""
_SCALES_ONLY = re.compile(r"上?(?:[百千万亿]+|十[万亿]+)")
_COUNTS_UNSAID = 1000
"""From this value on Chinese numerals directly before their noun count it; smaller ones, and a scale word alone, are part of a name
(两国人民, 零就业家庭, 万众一心)."""
_MINUS = re.compile(r"(?:^|[率为达是：:（(长］\]｜])[-－—–]$|(?<=[\u4e00-\u9fff）)])(?<![年月日号时第至到])[-－]$")
"""A sign before a number: behind a word (同比-4.7%), never behind another number, where it is the dash of a range."""
_PLUS = re.compile(r"(?<=[\u4e00-\u9fff）)])[+＋]$")
_HALF_MORE = ("倍半", "成半")
_ZERO_GROWTH = "quantity.zero_growth"
_POINTS_AND_MORE = ("个多百分点", "个多千分点")
_AND_MORE = re.compile(r"[多余](?=[，。；、：）)的]|$)")
"""«And more» behind a unit: 增长一倍多."""
_STRUCTURE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)[:：](\d+(?:\.\d+)?)(?:[:：](\d+(?:\.\d+)?))?(?![:：\d])")
_TO_ONE = re.compile(r"(?<=[比由从到至为])(\d{1,3}(?:\.\d+)?)[:：](1)(?![\d.:：])")
"""A ratio to one (城乡居民收入比由2.50:1缩小至2.27:1): the first number is the metric."""
_TWO_SECTORS = re.compile("二、?三产|二三次产业")
_SECTORS = pattern("sectors")
_FAR_BOUND = pattern("far_bound")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what is written directly at it. ``start`` to ``end`` leave the words of its bound out."""

    start: int
    end: int
    value: Decimal
    high: Decimal | None
    unit: str | None
    bound: str
    kind: str
    bound_start: int
    """Where the bound's words before the number begin (``start`` if there are none)."""
    bound_end: int
    """Where the bound's words behind the number end (``end`` if there are none)."""
    list_bound: bool = False
    numerals: tuple[tuple[int, int], ...] = ()

    @property
    def dimension(self) -> str | None:
        known = unit_of(self.unit)
        return known.dimension if known else None


@dataclass(frozen=True, slots=True)
class Token:
    """A numeral that is no quantity: its place, class and the rule that decided."""

    start: int
    end: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Bound:
    bound: str
    word: str
    is_list: bool
    not_after: tuple[str, ...]


@derived
def _bounds(side: str) -> dict[str, _Bound]:
    found: dict[str, _Bound] = {}
    for entry in load("bounds.yml")[side]:
        for word in entry["words"]:
            found.setdefault(word, _Bound(entry["bound"], word, bool(entry.get("list")), tuple(entry.get("not_after", ()))))
    return found


@derived
def _bound_lengths(side: str) -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in _bounds(side)}, reverse=True))


def bound_before(text: str, start: int) -> _Bound | None:
    """The word that bounds a number from before, the longest that ends at ``start``."""
    known = _bounds("before")
    for length in _bound_lengths("before"):
        word = text[max(0, start - length) : start]
        found = known.get(word) if len(word) == length else None
        if found and not text[: start - length].endswith(found.not_after or ("\0",)):
            return found
    return None


def bound_behind(text: str, end: int) -> _Bound | None:
    """The word that bounds a number from behind, the longest that begins at ``end``."""
    known = _bounds("behind")
    for length in _bound_lengths("behind"):
        found = known.get(text[end : end + length])
        if found and not (found.word == "内" and text[end + 1 : end + 2] not in ("，", "。", "；", "、", ")", "）", "")):
            return found
    return None


def _measure(text: str, numeral: Numeral) -> tuple[int, str | None, bool]:
    """Where the number with its unit ends, the unit, and whether 多 or 余 stands between them."""
    end, loose = numeral.end, numeral.loose
    if numeral.kind in _PERCENT_KINDS:
        more = numeral.kind == "tenths" and text[end : end + 1] in ("多", "余")
        return end + more, _PERCENT_KINDS[numeral.kind], loose or more
    if text[end : end + 1] in _INFIX and text[end : end + 1] and (find_unit(text, end + 1) or numeral.value >= 10):
        loose, end = True, end + 1
    if text.startswith(_POINTS_AND_MORE, end):
        return end + len(_POINTS_AND_MORE[0]), text[end + 2 : end + 5], True
    if text[end : end + 1] == "级" and numeral.value >= _A_SIZE:
        return end, "元", loose  # 迈入万亿级规模
    unit = find_unit(text, end)
    if unit == "分" and (
        numeral.value > 100 or text[end + 1 : end + 2] in ("别", "之", "布", "解", "类", "配", "公", "局", "管", "院", "支")
    ):
        unit = None
    if unit and len(unit) == 1 and _begins_word(text, end):
        unit = None
    return end + len(unit or ""), _SPELLED.get(unit or "", unit), loose


_NOUNS_NOT_UNITS = pattern("noun_not_unit")


def _begins_word(text: str, at: int) -> bool:
    """Whether what looks like a measure word is the beginning of the noun itself (15部门: not 15 部)."""
    return _NOUNS_NOT_UNITS.match(text, at) is not None


_LISTED = re.compile(r"(?:[、和及与]|以及)\d+(?:\.\d+)?")


def _unit_of_list(text: str, end: int) -> str | None:
    """The measure word that stands once behind a list of numbers (提高20.9、54和36.2个百分点)."""
    at = end
    while listed := _LISTED.match(text, at):
        at = listed.end()
    unit = find_unit(text, at) if at > end else None
    if text[at : at + 1] == "%" and at > end:
        unit = "%"
    return _SPELLED.get(unit or "", unit)


@derived
def implied_units() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What stands behind a number that leaves its measure word out, and the word."""
    return tuple(
        (re.compile(rf"(?:以上|以下|左右)?(?:的)?[^，。；、：（）()“”\d]{{0,{entry['reach']}}}?(?:{entry['nouns']})"), str(entry["unit"]))
        for entry in load("implied_units.yml")
        if "nouns" in entry
    )


def _implied_unit(text: str, end: int) -> str | None:
    """The measure word that a number directly before its noun leaves out (6069万农民: 人)."""
    return next((unit for pattern, unit in implied_units() if pattern.match(text, end)), None)


@derived
def _implied_by_subject() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(entry["subjects"]), str(entry["unit"])) for entry in load("implied_units.yml") if "subjects" in entry)


def unit_of_subject(subject: str) -> str | None:
    """The measure word that a number behind its subject leaves out (脱贫人口务工规模超过3300万: 人)."""
    return next((unit for pattern, unit in _implied_by_subject() if pattern.search(subject)), None)


def _is_counted(text: str, numeral: Numeral, end: int, unit: str | None) -> bool:
    """Whether a numeral in Chinese characters counts something that can be checked."""
    if numeral.kind != "chinese":
        return True
    word = text[numeral.start : numeral.end]
    scale_only = _SCALES_ONLY.fullmatch(word) is not None and not word.startswith("上")
    scale_only = scale_only and not (word.startswith("十") and bound_behind(text, end))
    if text[end : end + 1] == "级" and unit in (None, "元"):
        return _SIZE_REACHED.search(text[max(0, numeral.start - 4) : numeral.start]) is not None
    if unit is None:
        reached = bound_before(text, numeral.start) is not None and text[end : end + 1] in _ENDS
        return numeral.value >= 10000 and (not scale_only or reached)
    known = unit_of(unit)
    dimension = known.dimension if known else None
    if scale_only and dimension in ("count", "people", "households"):
        return _GOVERNED.search(text[max(0, numeral.start - 6) : numeral.start]) is not None
    weak = len(word) == 1 and unit in _WEAK_UNITS
    return not weak and not (numeral.value == 1 and dimension == "count")


_ENDS = ("，", "。", "；", "、", "")
_SIZE_REACHED = pattern("size_reached")
_STATED = pattern("stated")
_BESIDE = pattern("beside")


def _stands_alone(text: str, numeral: Numeral, end: int) -> bool:
    """Whether a number without a measure word states something; elsewhere it is part of a name (经济环境110)."""
    if numeral.kind not in ("arabic", "chinese"):
        return True
    large = numeral.value >= 10000 and any(scale in text[numeral.start : numeral.end] for scale in "万亿")
    before = text[max(0, numeral.start - 6) : numeral.start]
    return large or (_STATED.search(before) is not None and _BESIDE.match(text, end) is not None)


def _bounded(text: str, start: int, end: int, loose: bool) -> tuple[str, int, int, bool]:
    before, behind = bound_before(text, start), bound_behind(text, end)
    bound_start = start - len(before.word) if before else start
    bound_end = end + len(behind.word) if behind else end
    if not behind and (more := _AND_MORE.match(text, end)):
        loose, bound_end = True, more.end()
    if behind:
        return behind.bound, bound_start, bound_end, False
    if loose:
        return "lower", bound_start, bound_end, False
    if before:
        return before.bound, bound_start, bound_end, before.is_list
    return "exact", bound_start, bound_end, False


def _distant_bound(text: str, numeral: Numeral, bound: str) -> str:
    """The bound of a share that its whole parts from its word: 超过全球一半, 约占全市1/3; and 两位数, which is a lower one."""
    if bound != "exact":
        return bound
    if numeral.kind == "two_digit":
        return "lower"
    if numeral.kind not in ("half", "fraction", "tenths", "percent"):
        return bound
    far = _FAR_BOUND.search(text[max(0, numeral.start - 16) : numeral.start])
    if not far:
        return bound
    if far["least"]:
        return "lower"
    return (
        "approx"
        if far["word"] in ("约占", "近占", "约为", "约", "接近", "将近")
        else "upper"
        if far["word"] in ("不到", "不足")
        else "lower"
    )


def _scale_of(text: str) -> Decimal:
    scale = Decimal(1)
    for character in reversed(text):
        if character not in "百千万亿":
            break
        scale *= {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[character]
    return scale


_LISTS_BEFORE = re.compile(r"[、和及与各]|分别|依次|第$|[A-Za-z]$")


def _says_range_by_neighbours(text: str, low: Numeral, high: Numeral) -> bool:
    """Whether two neighbouring digits joined by 、 say one range (2、3家), not a list of two numbers."""
    if text[low.end : high.start] != "、" or high.value != low.value + 1 or high.value > 9 or low.value != int(low.value):
        return False
    clause = re.split("[，。；：]", text[max(0, low.start - 24) : low.start])[-1]
    return find_unit(text, high.end) is not None and not _LISTS_BEFORE.search(clause)


def _range_end(text: str, low: Numeral, low_end: int, low_unit: str | None, following: Numeral | None) -> Numeral | None:
    """The upper end of a range that begins with ``low``, None where there is none."""
    if following is None:
        return None
    dash = _RANGE.match(text, low_end)
    if not dash or dash.end() != following.start:
        return following if low_unit is None and _says_range_by_neighbours(text, low, following) else None
    if dash.group()[0] in "至到" and re.search(r"[由从自][^，。；]{0,12}$", text[max(0, low.start - 14) : low.start]):
        return None
    _, high_unit, _ = _measure(text, following)
    if low.kind in ("percent", "permille") and following.kind == "chinese" and high_unit is None:
        return following  # 百分之八至九
    if low_unit is not None and low_unit != high_unit:
        return None
    return following


def _quantity(text: str, numeral: Numeral, following: Numeral | None) -> tuple[Quantity | None, bool]:
    """The quantity that a numeral begins, and whether it takes the following numeral as the end of its range."""
    end, unit, loose = _measure(text, numeral)
    high = _range_end(text, numeral, end, unit, following)
    value, top = numeral.value, numeral.high
    if text[end - 1 : end + 1] in _HALF_MORE:
        value, end = value + (5 if unit == "%" else Decimal("0.5")), end + 1
    spans = [(numeral.start, numeral.end)]
    if high is not None:
        end, unit, _ = _measure(text, high) if numeral.kind not in ("percent", "permille") else (high.end, unit, loose)
        scale = _scale_of(text[high.start : high.end])
        if scale > 1 and _scale_of(text[numeral.start : numeral.end]) == 1 and value < high.value / scale * 10:
            value *= scale
        if value < high.value:
            top = high.value
            spans.append((high.start, high.end))
        else:
            high, (end, unit, loose) = None, _measure(text, numeral)
    if unit is None and numeral.kind in ("arabic", "chinese"):
        unsaid = numeral.kind == "arabic" or (numeral.value >= _COUNTS_UNSAID and numeral.end - numeral.start > 1)
        unit = _unit_of_list(text, end) or (_implied_unit(text, end) if unsaid else None)
    if not _is_counted(text, numeral, end, unit) or (unit is None and not _stands_alone(text, numeral, end)):
        return None, False
    start = numeral.start
    before = text[max(0, start - 2) : start]
    if _MINUS.search(before):
        start, value = start - 1, -value
    elif _PLUS.search(before):
        start -= 1
    bound, bound_start, bound_end, is_list = _bounded(text, start, end, loose)
    bound = "range" if top is not None else _distant_bound(text, numeral, bound)
    quantity = Quantity(start, end, value, top, unit, bound, numeral.kind, bound_start, bound_end, is_list, tuple(spans))
    return quantity, high is not None


def read(text: str) -> list[Quantity | Token]:
    """The numbers of a sentence in order: every numeral lies in exactly one of them."""
    found = numerals(text)
    out: list[Quantity | Token] = []
    at = 0
    against_one = {match.start(1) for match in _TO_ONE.finditer(text)}
    ones = {match.start(2) for match in _TO_ONE.finditer(text)}
    shares = {
        span
        for match in _STRUCTURE.finditer(text)
        if (_SECTORS if match[3] else _TWO_SECTORS).search(text[max(0, match.start() - 48) : match.start()])
        for span in map(match.span, (1, 2, 3))
    }
    while at < len(found):
        numeral = found[at]
        decision = classify(text, numeral)
        following = found[at + 1] if at + 1 < len(found) else None
        at += 1
        if out and numeral.start < out[-1].end:
            continue  # the 百 of 百分点, read with its number
        if (numeral.start, numeral.end) in shares:
            place = numeral.start, numeral.end
            out.append(Quantity(*place, numeral.value, None, "%", "exact", "structure", *place, False, (place,)))
            continue
        if numeral.start in ones:
            decision = Decision("name", "name.ratio_to_one")
        if (decision is not None and decision.number_class == QUANTITY) or numeral.start in against_one:
            place = numeral.start, numeral.end
            unit = "%" if decision is not None and decision.rule == _ZERO_GROWTH else None
            out.append(Quantity(*place, numeral.value, None, unit, "exact", numeral.kind, *place, False, (place,)))
            continue
        if decision is None:
            quantity, took_next = _quantity(text, numeral, following)
            if quantity is not None:
                out.append(quantity)
                at += took_next
                continue
            decision = Decision("lexical", "lexical.uncounted") if numeral.kind == "chinese" else Decision("name", "name.bare")
        out.append(Token(numeral.start, numeral.end, decision))
    return _spread_bounds(text, out)


def _share_unit(text: str, left: Quantity, this: Quantity) -> Quantity:
    """A measure word written once for a list is the unit of each number (30个和41个工作日)."""
    joined = text[left.bound_end : this.bound_start] in ("、", "和", "及", "与")
    shared = this.unit is not None and (left.unit is None or (left.unit == "个" and this.unit.startswith("个")))
    return replace(left, unit=this.unit) if joined and shared and left.kind == "arabic" else left


def _spread_bounds(text: str, found: list[Quantity | Token]) -> list[Quantity | Token]:
    """A bound that governs a list holds for each number of it: 不少于20家…和5家…, 分别缩短至30个和41个工作日以内."""
    for at in range(1, len(found)):
        left, this = found[at - 1], found[at]
        if not (isinstance(left, Quantity) and isinstance(this, Quantity)):
            continue
        left = found[at - 1] = _share_unit(text, left, this)
        if left.unit != this.unit:
            continue
        between = text[left.bound_end : this.bound_start]
        if this.bound == "exact" and left.list_bound and re.fullmatch(r"[^，。；]*[、和及与][^，。；]*", between):
            found[at] = replace(this, bound=left.bound, list_bound=True)
        elif left.bound == "exact" and this.bound != "exact" and this.bound_end > this.end and between in ("、", "和", "及", "与"):
            found[at - 1] = replace(left, bound=this.bound)
    return found
