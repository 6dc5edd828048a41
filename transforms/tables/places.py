"""Places as the headings and rows of a table name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.identify.places import mentions
from transforms.identify.regions import regions
from transforms.lexicon import derived, derived_up_to, pattern

_OWN_LEVEL = pattern("own_level")
_PLACE_TOTAL = pattern("place_total")
_PLACE_LEVEL = pattern("place_level")

_LEAD = re.compile(r"^(?:对|其中[:：]?|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.、．])+")
_KINDS = re.compile(r"(?:经济技术开发区|高新技术产业开发区|高新区|开发区|经开区|新区|管委会|园区|示范区|度假区|保税区|兵团|农场|林区)$")
_LONGEST = 14


@dataclass(frozen=True, slots=True)
class Place:
    """A place as written; ``scope`` is ``whole``, ``own_level`` or ``part``. ``codes`` are the divisions it may name."""

    name: str
    scope: str
    codes: tuple[str, ...] = ()
    is_total: bool = False


_PEOPLES = re.compile(
    "蒙古|维吾尔|哈萨克|柯尔克孜|朝鲜|满族?|回族?|藏族?|苗族?|彝族?|壮族?|布依族?|侗族?|瑶族?|白族?|土家族?|哈尼族?|傣族?|黎族?|傈僳族?|羌族?|景颇族?|各族"
)


@derived
def _autonomous() -> dict[str, tuple[str, ...]]:
    """What autonomous prefectures and counties are called without their peoples (巴里坤县, 博尔塔拉州), with their codes."""
    found: dict[str, list[str]] = {}
    for region in regions():
        base, mark, kind = region.name.rpartition("自治")
        if not mark or kind == "区":
            continue
        short = _PEOPLES.sub("", base[2:]).replace("族", "")
        found.setdefault(base[:2] + short + kind, []).append(region.code)
    return {name: tuple(dict.fromkeys(codes)) for name, codes in found.items()}


@derived_up_to(8192)
def place_named(words: str) -> Place | None:
    """The place that a heading or a label is, None where it is another thing.

    All places together (全市) and the government's own level (市本级) are places too.
    """
    name = _LEAD.sub("", words)
    if not name or len(name) > _LONGEST:
        return None
    if _OWN_LEVEL.fullmatch(name):
        return Place(name, "own_level")
    if _PLACE_TOTAL.fullmatch(name) and name.startswith(("全", "本")):
        return Place(name, "whole", is_total=True)
    if _PLACE_LEVEL.fullmatch(name):
        return Place(name, "part")
    if name in _autonomous():
        return Place(name, "part", _autonomous()[name])
    found = list(mentions(name))
    if found and found[0].start == 0:
        end = found[-1].end
        rest = name[end:]
        if not rest or _KINDS.fullmatch(rest) or rest in ("地区", "州", "市", "县", "区", "本级", "（本级）"):
            codes = tuple(region.code for region in found[-1].regions)
            return Place(name, "own_level" if rest.endswith(("本级", "本级）")) else "part", codes)
    return Place(name, "part") if _KINDS.search(name) and len(name) <= 10 else None
