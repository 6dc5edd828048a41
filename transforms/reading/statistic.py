"""What a number says of its indicator: level, growth rate, absolute change or multiple, with its sign and basis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from transforms.lexicon import pattern
from transforms.reading.cue_grammar import cues
from transforms.reading.mentions import Mention

_AFTER_GROWTH = pattern("growth_behind")
_PRICE = pattern("price")
_BASIS = (
    ("vs_nation", re.compile(r"(?:比|较|高于|低于|高出|快于|慢于|超过|超出|优于|好于|领先|领先于)(?:全国|国家)")),
    (
        "vs_province",
        re.compile(r"(?:比|较|高于|低于|高出|快于|慢于|超过|超出|优于|好于|领先|领先于)(?:全省|全市|全区|省|市|全自治区)(?!场)"),
    ),
    (
        "vs_plan",
        re.compile(
            r"(?:比|较|高于|低于|超过|超)(?:年度|年初|原|上级)?(?:计划|预算|目标|任务)|(?:完成|为)(?:年度|年初)?(?:计划|预算|目标|任务)|(?:任务|计划|目标)"
        ),
    ),
)
_NAMED_YEAR = pattern("against_year")
_LAST_YEAR = pattern("against_last_year")
_CAGR = re.compile(r"年均|平均每年|年平均|每年平均|递增")
_GAP = pattern("gap")
_COMPARED_ONLY = pattern("compared_only")
_IMPROVES_BY_FALLING = pattern("improves_by_falling")
_STOCK_NAME = pattern("stock_name")
_ADDED = ("新增", "净增", "净增加")
_SIGNS = "+＋-－−"


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as a statement: its statistic, signed value and unit."""

    statistic: str
    value: Decimal
    value_high: Decimal | None
    unit: str | None
    basis: str | None
    flow: bool
    rule: str
    strip: re.Pattern[str] | None = None

    def rename(self, indicator: str) -> str:
        """The indicator's name without the words that the statistic already says (增速, 涨幅)."""
        if self.strip is None:
            return indicator
        return self.strip.sub("", indicator) or indicator


def _signed(mention: Mention, value: Decimal, high: Decimal | None, falls: bool) -> tuple[Decimal, Decimal | None]:
    if not falls:
        return value, high
    return (-value, None) if high is None else (-high, -value)


def _basis(mention: Mention, text: str, statistic: str) -> str | None:
    left = text[max(0, mention.left_start - 1) : mention.quantity.start]
    for name, words in _BASIS[:2]:
        if words.search(left):
            return name
    if statistic == "multiple" and _BASIS[2][1].search(left):
        return "vs_plan"
    if _CAGR.search(left):
        return "cagr" if statistic == "growth_rate" else "annual_average" if statistic == "level" else None
    if statistic in ("growth_rate", "change", "multiple"):
        if _NAMED_YEAR.search(left):
            return "vs_base_year"
        if statistic == "change" and re.search(r"比(?:计划|预算)", left):
            return "vs_plan"
        return "yoy" if statistic != "multiple" or _LAST_YEAR.search(left) else None
    return None


def reading(mention: Mention, name: str, text: str) -> Reading:
    """What a mention's number says; ``name`` is its indicator."""
    quantity = mention.quantity
    statistic, rule = _statistic(mention, name, text)
    value, high, unit = quantity.value, quantity.high, quantity.unit
    falls = mention.falls or (mention.verb == "改善" and _IMPROVES_BY_FALLING.search(name) is not None)
    falls = falls and mention.changes and not mention.reaches
    strip = None
    if statistic == "growth_rate":
        if unit == "倍":
            value, high, unit = value * 100, None if high is None else high * 100, "%"
        strip = (
            re.compile(r"(?:的)?(?:涨幅|增幅|增速|增长速度|增长幅度|增长率|降幅|上涨幅度|年均增速|年均增长)$")
            if not name.endswith("经济增长")
            else None
        )
        falls = (
            falls
            or name.endswith("降幅")
            or (quantity.kind == "half" and quantity.value == 50 and text[quantity.start - 1 : quantity.start] == "减")
        )
    gap = _GAP.search(mention.left)
    if statistic == "change" and not mention.changes and gap:
        falls = gap["word"] in ("低于", "慢于", "低", "少")
    if statistic in ("growth_rate", "change"):
        value, high = _signed(mention, value, high, falls)
    flow = mention.keeps_verb or bool(mention.object_verb)
    return Reading(statistic, value, high, unit, _basis(mention, text, statistic), flow, rule, strip)


def _statistic(mention: Mention, name: str, text: str) -> tuple[str, str]:
    quantity = mention.quantity
    dimension = quantity.dimension
    if quantity.kind == "fold":
        return "growth_rate", "statistic.fold"
    if quantity.kind == "two_digit":
        return "growth_rate", "statistic.two_digit"
    if dimension == "percentage points":
        return "change", "statistic.points"
    if dimension == "multiple":
        if mention.changes and not mention.reaches:
            return "growth_rate", "statistic.times_more"
        return "multiple", "statistic.times"
    if dimension == "ratio":
        return _ratio(mention, name, text)
    if mention.changes and not mention.reaches:
        return "change", "statistic.change"
    added = mention.object_verb in _ADDED and not mention.noun and not mention.subject.removesuffix(mention.object_verb).strip("，、")
    if added and _STOCK_NAME.search(mention.carried) and dimension == "currency":
        return "change", "statistic.change"  # 存款余额增长8%，新增4万亿元
    gap = _GAP.search(mention.left)
    if gap and gap["word"] in ("高于", "低于", "高出") and not quantity.bound_start < quantity.start:
        return "change", "statistic.gap"
    return "level", "statistic.level"


def _ratio(mention: Mention, name: str, text: str) -> tuple[str, str]:
    known = cues()
    if mention.changes and not mention.reaches and (mention.quantity.unit or "").startswith(("/", "‰")):
        return "change", "statistic.points"  # 死亡率下降2/10万: a rate per head is no percentage
    if mention.quantity.kind == "half" and text[mention.quantity.start - 1 : mention.quantity.start] == "减":
        return "growth_rate", "statistic.halved"
    if mention.changes:
        if mention.reaches:
            return ("growth_rate" if "growth_noun" in mention.notes else "level"), "statistic.reaches"
        return "growth_rate", "statistic.growth"
    if "growth_noun" in mention.notes or _AFTER_GROWTH.match(text, mention.quantity.bound_end):
        return "growth_rate", "statistic.growth_noun"
    if (
        mention.left.lstrip("，") in ("即", "为", "也就是")
        and mention.quantity.kind in ("percent", "arabic")
        and mention.clause
        and "changed" in mention.notes
    ):
        return "growth_rate", "statistic.restated"
    if _PRICE.search(name) and not known.rate_noun.search(name):
        return "growth_rate", "statistic.price"
    if _COMPARED_ONLY.search(mention.left) or (text[mention.quantity.start] in _SIGNS and not known.rate_noun.search(name)):
        return "growth_rate", "statistic.signed"
    return "level", "statistic.level"
