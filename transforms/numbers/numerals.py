"""Numerals: where they stand in a text and what they are worth.

Works on folded text (:mod:`transforms.text.normalized_view`): no white space, full-width digits as ASCII. Values are exact decimals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
SMALL_SCALES = {"十": 10, "百": 100, "千": 1000}
LARGE_SCALES = {"万": 10**4, "亿": 10**8}
_SUCCESSORS = ("一两", "一二", "两三", "二三", "三四", "四五", "五六", "六七", "七八", "八九", "三五")
"""Neighbouring digits that together say a range: 七八家, 三五个."""
NUMERAL_CHARACTERS = "〇零一二三四五六七八九十百千万亿两"
"""The Chinese characters that the ledger must account for, beside the digits."""

# 千 before these begins a unit (千瓦, 千米), it is no thousand.
_UNIT_OF_THOUSAND = "瓦米克伏卡焦赫帕"
_ARABIC = r"(?:\d{1,3}(?:[,，]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.·]\d+)?)"
_THOUSAND = rf"千(?![{_UNIT_OF_THOUSAND}])"
_SCALE = rf"(?:[十百万亿]|{_THOUSAND})"
_CHINESE = rf"(?:[〇○零一二两三四五六七八九十百万亿]|{_THOUSAND})"
_CHINESE_DIGIT = "[〇零一二三四五六七八九]"
# 2万8590: what the scale leaves over, in digits.
_REST = r"(?<=\d万)\d{1,4}(?![\d.,年月日A-Za-z]|[—－–\-~～至][\d]{4}年)"
_MIXED = (
    rf"{_ARABIC}(?:[多余几]?{_SCALE}|个多?亿(?!元?级))*"
    rf"(?:(?<=[亿万千])(?:\d+(?:\.\d+)?|{_CHINESE})(?:[多余几]?{_SCALE})+)*(?:{_REST})?"
)
_WORDS = (
    rf"{_CHINESE}+(?:点{_CHINESE_DIGIT}+)?(?:[多余几](?:[百万亿]|{_THOUSAND})+)?(?:(?<=点.)[万亿]+)?"
    r"(?:个多?亿(?!元?级)|(?<=[一二两三四五六七八九][亿万])半(?![年天个日月径]))?"
)

NUMERAL = re.compile(
    rf"(?P<percent>(?P<per>[百千])分之(?:(?P<perarabic>{_ARABIC})|(?P<perchinese>{_CHINESE}+(?:点{_CHINESE_DIGIT}+)?)))"
    rf"|(?P<fraction>(?P<below>{_CHINESE}+|\d+万?)分之(?P<above>{_CHINESE}+(?:点{_CHINESE_DIGIT}+)?|\d+(?:\.\d+)?))"
    rf"|(?P<slash>(?<![\d./])(?P<top>\d{{1,2}})/(?P<bottom>\d{{1,2}})(?![\d/.万]))"
    r"|(?P<fold>翻(?:了)?(?P<times>[一两二三四五六])?番)"
    r"|(?P<and_half>(?P<ones>[一二两三四五六七八九十]{1,2}|\d{1,2})个半(?=[百千]分点)|半个(?=[百千]分点))"
    rf"|(?P<tenths>(?P<tenth>[一二两三四五六七八九]{{1,2}}|\d(?:\.\d)?)成(?P<half>半)?(?![立为员功就长果本效都品交份色都套型名因败年全群]))"
    r"|(?P<half_word>一半|(?<=[过近超])半(?![年天日个小月数])|(?<=减)半)"
    r"|(?P<two_digit>两位数)"
    rf"|(?P<arabic>{_MIXED})"
    rf"|(?P<chinese>上?{_WORDS})"
)

_FIRST = re.compile(rf"[\d{NUMERAL_CHARACTERS}○翻半上]")
"""What a numeral begins with: found first, since trying the whole pattern everywhere is slow."""
_PART = re.compile(rf"(?P<number>{_ARABIC})|(?P<digit>[{''.join(DIGITS)}])|(?P<small>[{''.join(SMALL_SCALES)}])|(?P<large>[万亿])")


_LARGEST_SHARE = Decimal(10) ** 20
"""No share; beyond it two decimals are more digits than a decimal has."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral at ``[start, end)`` of a folded text.

    ``kind`` is ``arabic``, ``chinese``, ``percent`` (百分之…), ``permille``, ``fraction`` (in percent), ``tenths`` (成, in
    percent), ``fold`` (翻番, growth in percent), ``half`` (in percent) or ``two_digit`` (两位数).
    ``loose`` tells that the numeral itself says «and more»: 多, 余, 几 inside, or 上 before.
    """

    start: int
    end: int
    kind: str
    value: Decimal
    loose: bool = False
    high: Decimal | None = None
    """The upper end where neighbouring digits say a range (七八家); None elsewhere."""


_PAIR = re.compile(rf"(?<![{''.join(DIGITS)}点])(?:{'|'.join(_SUCCESSORS)})(?![{''.join(DIGITS)}点])")
_LAST_PLACE = re.compile(r"(?:(?<=[两一二三四五六七八九百千])[百千万亿]|(?<=\d)万)(?P<digit>[一二三四五六七八九\d])$")
"""A last digit that leaves its place out (一万五, 两百五, 3万6)."""


def _ends(text: str) -> tuple[Decimal, Decimal | None]:
    """The value of a numeral, and the upper end where two neighbouring digits in it say a range."""
    pair = _PAIR.search(text)
    if pair is None:
        return parse(text), None
    low, high = (text[: pair.start()] + digit + text[pair.end() :] for digit in pair.group())
    return parse(low), parse(high)


def _spelled_out(text: str) -> str:
    """A numeral with 万万 as 亿, 个亿 as 亿, and the place that its last digit leaves out: 一万五 is 一万五千."""
    if "万万" in text:
        text = text.replace("万万", "亿")
    if "个" in text:
        text = text.replace("个多亿", "多亿").replace("个亿", "亿")
    last = _LAST_PLACE.search(text) if len(text) >= 3 else None
    if last:
        text += {"百": "十", "千": "百", "万": "千", "亿": "千万"}[text[last.start()]]
    return text


def parse(text: str) -> Decimal:
    """The value of a numeral in Arabic or Chinese digits or both: 3,800; 一千二百; 1亿2千万; 3.5万; 一九七八.

    多, 余, 几 and 上 are passed over: they bound a number and do not change it.
    """
    text = _spelled_out(text)
    if text.endswith("半"):
        half = Decimal("0.5") * LARGE_SCALES[text[-2]]
        return parse(text[:-1]) + half
    total, section = Decimal(0), Decimal(0)
    current: Decimal | None = None
    in_digits = False
    whole, point, decimals = text.partition("点")
    for part in _PART.finditer(whole):
        sign = part.group()
        if part.lastgroup == "number":
            current, in_digits = Decimal(sign.replace(",", "").replace("，", "").replace("·", ".")), False
        elif part.lastgroup == "digit":
            digit = Decimal(DIGITS[sign])
            current = current * 10 + digit if in_digits and current is not None else digit
            in_digits = True
        elif part.lastgroup == "small":
            section += (current or Decimal(1)) * SMALL_SCALES[sign]
            current, in_digits = None, False
        else:
            section += current or Decimal(0)
            # A scale word with nothing before it stands for one of it (万亿, 亿吨).
            one = Decimal(1)
            if sign == "亿":
                total = (total + section or one) * LARGE_SCALES["亿"]
            else:
                total += (section or one) * LARGE_SCALES["万"]
            section, current, in_digits = Decimal(0), None, False
    value = total + section + (current or 0)
    if point:
        digits = "".join(str(DIGITS[c]) for c in decimals if c in DIGITS)
        value += Decimal(f"0.{digits or 0}")
        for scale in decimals.strip("".join(DIGITS)):
            value *= LARGE_SCALES.get(scale, 1)
    return value


def _part(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A fraction in percent, to the two decimals in which such shares are stated."""
    if not denominator:
        return Decimal(0)
    share = numerator * 100 / denominator
    return share.quantize(Decimal("0.01")).normalize() if share < _LARGEST_SHARE else share


def _read(match: re.Match[str]) -> Numeral:
    start, end = match.span()
    kind = match.lastgroup or ""
    groups = match.groupdict()
    text = match.group()
    if groups["percent"]:
        value, high = _ends(groups["perarabic"] or groups["perchinese"])
        return Numeral(start, end, "percent" if groups["per"] == "百" else "permille", value, high=high)
    if groups["fraction"]:
        return Numeral(start, end, "fraction", _part(parse(groups["above"]), parse(groups["below"])))
    if groups["slash"]:
        return Numeral(start, end, "fraction", _part(Decimal(groups["top"]), Decimal(groups["bottom"])))
    if groups["fold"]:
        times = DIGITS.get(groups["times"] or "一", 1)
        return Numeral(start, end, "fold", Decimal((2**times - 1) * 100))
    if groups["and_half"]:
        return Numeral(start, end, "arabic", parse(groups["ones"] or "零") + Decimal("0.5"))
    if groups["tenths"]:
        value, high = _ends(groups["tenth"])
        return Numeral(start, end, "tenths", value * 10 + (5 if groups["half"] else 0), high=None if high is None else high * 10)
    if groups["half_word"]:
        return Numeral(start, end, "half", Decimal(50))
    if groups["two_digit"]:
        return Numeral(start, end, "two_digit", Decimal(10))
    loose = any(c in text for c in "多余几上")
    value, high = _ends(text) if kind == "chinese" else (parse(text), None)
    return Numeral(start, end, kind if kind in ("arabic", "chinese") else "arabic", value, loose, high)


def numerals(text: str, start: int = 0, end: int | None = None) -> list[Numeral]:
    """All numerals of ``text[start:end]``, in order, none overlapping."""
    stop = len(text) if end is None else end
    out = []
    first = _FIRST.search(text, start, stop)
    while first:
        match = NUMERAL.match(text, first.start(), stop)
        # 上 belongs to a numeral only before one that begins with a scale word (上千万).
        if match and match.group("chinese") and match.group()[0] == "上" and match.group()[1:2] not in ("百", "千", "万", "亿"):
            match = None
        if match:
            out.append(_read(match))
        first = _FIRST.search(text, match.end() if match else first.start() + 1, stop)
    return out
