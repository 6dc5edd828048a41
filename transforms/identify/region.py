"""Which division a document reports on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transforms.identify.places import Mention, mentions
from transforms.identify.regions import FOREVER, NATION, Region, at, by_name, current, parent_code, short_name

_SPEAKS_FOR = re.compile(
    r"(?:我(?:谨|受权)?代表|我受|受|代表)([\u4e00-\u9fff]{0,24}?(?:国务院|行政公署|行署|政府|管理委员会|管委会))"
    r"(?:的)?(?:委托|[，,]|向|作|报告|提)"
)
_NATION = re.compile(
    r"(?:代表|受)国务院|国务院总理|在第[一二三四五六七八九十]{1,3}届全国人民代表大会第|中华人民共和国\d{4}年(?:国民经济|.{0,4}预算)"
    r"|全国人民代表大会报告政府工作"
)
_LEVELS = {
    "省": "province",
    "自治区": "province",
    "市": "prefecture",
    "州": "prefecture",
    "盟": "prefecture",
    "地区": "prefecture",
    "行署": "prefecture",
    "县": "county",
    "区": "county",
    "旗": "county",
    "镇": "township",
    "乡": "township",
    "街道": "township",
}
_SELF = re.compile(
    r"[我全](省|市|县|旗|州|盟)|(自治区)(?:党委|人民政府|政府|政协|人大)|全(区)|我(区)|(区)委|(县)委|(镇)党委|全(镇)|(乡)党委"
)
_CREDIT = re.compile(r"来源|出处|记者|日报|晚报|新闻|时间[:：]")
_TOWN = re.compile(r"([\u4e00-\u9fff]{1,8}(?:镇|乡|街道))(?:人民政府|办事处)")
_ZONE = re.compile(
    r"([\u4e00-\u9fff]{2,10}?(?:新区|开发区|高新区|示范区|试验区|管理区|合作区|度假区|产业园区))(?:管委会|管理委员会|党工委)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a document reports on. ``region`` may be null with a ``name`` where no division of the list bears it."""

    region: Region | None
    name: str | None = None
    level: str | None = None
    note: str | None = None
    then: Region | None = None
    """The division as it was called at the time, where that differs."""


def find_place(title: str | None, head: Sequence[str], body: str, year: int | None, hint: str) -> Place:
    """The division, from the title and head, else from whom the speaker speaks for, else from what the text speaks of most.

    ``head`` are the first lines, ``body`` the text without spaces, ``hint`` what the file's name says (used last).
    """
    top = "".join(line for line in head if not _CREDIT.search(line))[:600]
    spoken = _SPEAKS_FOR.search(body[:3_000])
    phrase = spoken.group(1) if spoken else ""
    if "国务院" in phrase or _NATION.search((title or "") + top[:600]):
        return _nation()
    if town := _TOWN.fullmatch(phrase) if phrase else None:
        return _town(town.group(1), body, year)
    for source in (title or "", phrase, top[:400]):
        place = _named(source, body, year, strict=source != phrase)
        if place and (place.region is None or _agrees(place.then or place.region, phrase)):
            return place
    if phrase and (zone := _ZONE.search(phrase)):
        return Place(None, zone.group(1), "county", f"{zone.group(1)} is no division of GB/T 2260; it has no code.")
    level = _level_of_phrase(phrase) or _level_of_text(body)
    return _by_mentions(body, level, year, hint)


def _agrees(region: Region, phrase: str) -> bool:
    """Whether a place named in the head can be the one for whose government the speaker speaks."""
    kind = re.search(r"(省|县|旗|自治区|州|盟)(?:人民政府|政府)$", phrase)
    return kind is None or _LEVELS[kind.group(1)] == region.level or (kind.group(1) == "县" and region.level == "county")


def _nation() -> Place:
    return Place(at(NATION), level="nation")


def _town(name: str, body: str, year: int | None) -> Place:
    above = _most_mentioned(body, {"county"}, year)
    return Place(None, name, "township", f"{name} is below the level of counties: it has no code of six digits.", then=above)


def _level_of_phrase(phrase: str) -> str | None:
    for word in ("自治区", "地区", "街道", "省", "市", "州", "盟", "行署", "县", "旗", "区", "镇", "乡"):
        if re.search(word + r"(?:人民政府|政府|行政公署|行署)?$", phrase):
            return _LEVELS[word]
    return None


def _level_of_text(body: str) -> str | None:
    """The level from how the text speaks of itself: 全省, 我县, 全区 …"""
    counts: Counter[str] = Counter()
    for found in _SELF.finditer(body):
        counts[next(group for group in found.groups() if group)] += 1
    if not counts:
        return None
    if counts["自治区"] >= 3 and counts["自治区"] >= counts["市"] / 2:
        return "province"
    word, times = counts.most_common(1)[0]
    # A county or district speaks of 全市 above it as well; a prefecture hardly of 县委 or 区委.
    if word == "市" and counts["县"] + counts["区"] >= 0.4 * times:
        word = "县" if counts["县"] >= counts["区"] else "区"
    return _LEVELS[word] if times >= 2 else None


def _named(source: str, body: str, year: int | None, *, strict: bool) -> Place | None:
    """The division that a title or phrase names: the lowest of a chain such as 深圳市宝安区."""
    found = [m for m in mentions(source) if m.is_full or not strict or _heads_report(source, m)]
    if not found:
        return None
    chain = [found[0]]
    for mention in found[1:]:
        if mention.start == chain[-1].end:
            chain.append(mention)
        elif strict:
            break
    candidates = _fitting(chain[-1].regions, year)
    for outer in reversed(chain[:-1]):
        above = {region.code for region in outer.regions}
        inside = [c for c in candidates if _ancestors(c.code) & above]
        candidates = inside or candidates
    return _choose(chain[-1].name, candidates, body, year)


def _heads_report(source: str, mention: Mention) -> bool:
    """Whether a short name stands where only the report's own place can: before a year or the kind of report."""
    return bool(re.match(r"(?:20|19)\d\d年|政府工作|统计|国民经济", source[mention.end :]))


def _fitting(regions: Iterable[Region], year: int | None) -> list[Region]:
    """Of divisions of one name those in force at the time, else all of them; the latest of each code."""
    rows = list(regions)
    held = [r for r in rows if r.held(year)] or rows
    exact = [r for r in held if year is not None and r.since <= year <= r.until]
    return list({r.code: r for r in (*held, *exact)}.values())


def _ancestors(code: str) -> set[str]:
    out: set[str] = set()
    above = parent_code(code)
    while above is not None:
        out.add(above)
        above = parent_code(above)
    return out


def _choose(name: str, candidates: list[Region], body: str, year: int | None) -> Place | None:
    """One division of a name: the one whose today's place is the same for all, or whose parents the text speaks of most."""
    places = {current(c).code: c for c in candidates}
    if len(places) > 1:
        levels = {c.level for c in candidates}
        wanted = _level_of_text(body) if len(levels) > 1 else None
        fitting = [c for c in candidates if c.level == wanted] or candidates
        places = {current(c).code: c for c in fitting}
    if len(places) > 1:
        scores = {code: sum(body.count(word) for word in _words_above(c)) for code, c in places.items()}
        first, second = sorted(scores.values(), reverse=True)[:2]
        if first == 0 or first < 2 * second:
            return Place(
                None,
                None,
                None,
                f"There are several places of the name {name} and the text does not say which: "
                + ", ".join(sorted(f"{c.name} {c.code}" for c in places.values())[:6])
                + ".",
            )
        best = max(scores, key=lambda code: scores[code])
        places = {best: places[best]}
    return _place(next(iter(places.values())), year) if places else None


def _words_above(region: Region) -> set[str]:
    words = set()
    for code in _ancestors(region.code) - {NATION}:
        above = at(code)
        if above:
            words.add(short_name(above.name))
    return {word for word in words if len(word) > 1}


def _place(region: Region, year: int | None) -> Place:
    today = current(region)
    if today.code == region.code and today.name == region.name:
        went = f" and then went into {_name(region.successor)}" if region.successor else ""
        gone = None if region.until == FOREVER else f"{region.name} ({region.code}) existed until {region.until}{went}."
        return Place(region, level=region.level, note=gone)
    return Place(
        today,
        level=today.level,
        then=region,
        note=f"The report is of {region.name} ({region.code}), which is {today.name} ({today.code}) today.",
    )


def _name(code: str) -> str:
    region = at(code)
    return f"{region.name} ({code})" if region else code


def _scores(body: str, levels: set[str], year: int | None) -> Counter[str]:
    """How often the text speaks of each place of some levels, by today's code; a full name counts three times."""
    scores: Counter[str] = Counter()
    for mention in mentions(body):
        fitting = {current(r).code for r in mention.regions if r.level in levels and r.held(year)}
        for code in fitting:
            scores[code] += 3 if mention.is_full else 1
    return scores


def _most_mentioned(body: str, levels: set[str], year: int | None) -> Region | None:
    ranked = _scores(body, levels, year).most_common(2)
    return at(ranked[0][0]) if ranked and ranked[0][1] >= 3 else None


def _by_mentions(body: str, level: str | None, year: int | None, hint: str) -> Place:
    if level is None and (body.count("我国") >= 10 and body.count("我国") * 1_500 > len(body)):
        return _nation()
    if level == "township":
        return Place(None, None, "township", "The text does not name the town it reports on; the region is left open.")
    levels = {level} if level else {"province", "prefecture", "county"}
    if level == "prefecture":
        levels = {"prefecture", "province", "county"}  # 市 may be a municipality, a prefecture or a county-level city
    scores = _scores(body, levels, year)
    if level == "prefecture":
        scores = Counter({c: n for c, n in scores.items() if (r := at(c)) and r.name.endswith(("市", "州", "盟", "地区"))})
    elif level == "county":
        scores = Counter({c: n for c, n in scores.items() if (r := at(c)) and not r.name.endswith("市")}) or scores
    ranked = scores.most_common(2)
    hinted = _hinted(hint, levels, year)
    if hinted is not None and (not ranked or scores[hinted.code] >= 0.3 * ranked[0][1]):
        return _place(hinted, year)
    if ranked and ranked[0][1] >= 3 and (len(ranked) == 1 or ranked[0][1] >= 1.6 * ranked[1][1]):
        region = at(ranked[0][0])
        if region is not None:
            return _as_then(region, year)
    word = {"county": "我县", "prefecture": "我市", "province": "我省"}.get(level or "", "我县")
    return Place(
        None, None, level, f"The text does not name the place it reports on (it speaks of {word} and the like); the region is left open."
    )


def _as_then(region: Region, year: int | None) -> Place:
    """A place found by what it is called today: note what it was called at the time."""
    if year is not None and not region.since <= year <= region.until:
        for earlier in by_name_short(short_name(region.name)):
            if earlier.since <= year <= earlier.until and current(earlier).code == region.code:
                return _place(earlier, year)
    return Place(region, level=region.level)


def by_name_short(short: str) -> list[Region]:
    """All divisions, of any time, of a short name."""
    return [r for name, rows in by_name().items() if short_name(name) == short for r in rows]


def _hinted(hint: str, levels: set[str], year: int | None) -> Region | None:
    """The place that the file's name says, the lowest of a chain."""
    found = [m for m in mentions(hint) if m.is_full]
    fitting = [r for m in found[-1:] for r in _fitting(m.regions, year) if r.level in levels]
    codes = {current(r).code: r for r in fitting}
    return next(iter(codes.values())) if len(codes) == 1 else None
