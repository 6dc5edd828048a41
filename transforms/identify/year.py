"""The year in which a report was given or a communiqué published, and the day."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from transforms.identify.doc_type import opening, squeeze
from transforms.lexicon import load

_PLAIN = str.maketrans("〇零○ＯOo一二三四五六七八九０１２３４５６７８９", "000000" + "123456789" + "0123456789")
_D = "[0-9０-９〇零○一二三四五六七八九]"
_YEAR = rf"(?:1|１|一|2|２|二){_D}{{3}}"
_NUMERAL = "[0-9０-９一二三四五六七八九十]{1,3}"
_DATE = re.compile(rf"({_YEAR})\s*(?:年|[-./／])\s*({_NUMERAL})\s*(?:月|[-./／])\s*({_NUMERAL})\s*(?:日|(?![0-9]))")
_YEAR_WORD = re.compile(rf"(?<![0-9０-９一二三四五六七八九]){_YEAR}(?=年)")
_SESSION = re.compile(r"第?([一二三四五六七八九十0-9]{1,3})届全国人(?:民代表大会|大)第?([一二三四五六七八九十0-9]{1,3})次会议")
_PUBLISHED = re.compile(r"(?:时间|日期|发布|发表|印发|出处|来源)")
_REVIEW = re.compile(
    rf"({_YEAR})年(?:以来)?(?:的)?(?:政府)?(?:主要)?(?:经济社会发展|国民经济和社会发展)?(?:工作)?(?:情况)?(?:的)?(?:简要|主要)?(?:工作)?"
    r"(?:回顾|总结|工作成绩|工作情况|工作成效)"
)
_PLAN = re.compile(
    rf"({_YEAR})年(?:的)?(?:政府|全[市县区省]|我[市县区])?(?:的)?"
    r"(?:工作(?!(?:的)?(?:简要)?(?:回顾|总结|情况|成))|主要目标|总体要求|重点工作|发展目标|目标任务|经济社会发展|主要任务|主要预期|预期目标"
    r"|任务|打算|建议)"
)


def number(text: str) -> int:
    """A small number in Arabic or Chinese numerals; 0 where it is none."""
    plain = text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    if plain.isdigit():
        return int(plain)
    digits = "零一二三四五六七八九"
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (digits.find(tens) if tens else 1) * 10 + (digits.find(ones) if ones else 0)
    return max(0, digits.find(text)) if len(text) == 1 else 0


def year_number(text: str) -> int:
    """A year of four digits of any writing."""
    return int(text.translate(_PLAIN))


def congress_year(term: int, session: int) -> int | None:
    """The year of a session of the National People's Congress; None where there was none."""
    table: dict[int, list[int]] = load("congresses.yml")
    years = table.get(term, [])
    return years[session - 1] if 0 < session <= len(years) else None


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(year_number(match.group(1)), number(match.group(2)), number(match.group(3)))
    except ValueError:
        return None


def find_date(lines: Sequence[str], kind: str) -> tuple[date | None, bool]:
    """The day in the head of a document, and whether it is the report's own (else that of a page that published it)."""
    stop = max(1, opening(lines))
    published: date | None = None
    for i, line in enumerate(lines[: min(stop + 1, 30)]):
        if i >= stop and not _DATE.match(line.lstrip("（(—-")):
            continue
        found = _DATE.search(line)
        day = _day(found) if found else None
        if day is None or len(line) > 120:
            continue
        around = (lines[i - 1] if i else "") + line
        session = bool(re.search(r"会议|大会", line + (lines[i + 1] if i + 1 < len(lines) else "")))
        alone = len(line) - (found.end() - found.start()) <= 4 if found else False
        if session or (alone and not _PUBLISHED.search(around)):
            return day, True
        published = published or day
    return published, False


def find_year(lines: Sequence[str], text: str, title: str | None, kind: str, day: date | None, is_own: bool) -> tuple[int | None, str]:
    """The report's year and how it was told: ``date``, ``title``, ``headings``, ``congress`` or ``wording``."""
    if day and is_own:
        return day.year, "date"
    if kind != "work_report":
        year = _data_year(title or "".join(lines[: opening(lines)])[:300], kind)
        if year:
            return (day.year if day and year <= day.year <= year + 2 and kind == "statistical_communique" else year), "title"
    elif title and (named := _YEAR_WORD.search(title)):
        return year_number(named.group()), "title"
    if named_session := _session_year("".join(lines[: opening(lines)])):
        return named_session, "congress"
    year = _by_headings(text) or _by_congress(squeeze(text[:6_000]))
    if year:
        return year, "headings"
    if day and kind != "work_report":
        return day.year, "date"
    year = _by_wording(squeeze(text))
    if day and year is not None and day.year - year in (0, 1):
        return year, "wording"
    return (year, "wording") if year else (day.year, "date") if day else (None, "")


def _data_year(source: str, kind: str) -> int | None:
    """The year after the one of which a communiqué or report on execution tells; of two years the later."""
    years = [year_number(found.group()) for found in _YEAR_WORD.finditer(source)]
    if not years:
        return None
    if kind == "statistical_communique" or (len(set(years)) == 1 and "草案" not in source.replace("决算草案", "")):
        return max(years) + 1
    return max(years)


def _session_year(head: str) -> int | None:
    found = _SESSION.search(head)
    return congress_year(number(found.group(1)), number(found.group(2))) if found else None


def _by_headings(text: str) -> int | None:
    """From headings such as ``2019年工作回顾`` and ``2020年工作安排``."""
    review: list[int] = []
    plan: list[int] = []
    for line in text.split("\n"):
        line = squeeze(line) if len(line) < 120 and "年" in line else ""
        if not 4 < len(line) <= 50 or "。" in line[:-1]:
            continue
        heading = line.strip('“”"《》').lstrip("一二三四五六七八九十（）()、.．第部分123456789：:")
        whole = line if re.match(r"[一二三四五六七八九十（(第]", line) else heading
        review.extend(year_number(m.group(1)) for m in _REVIEW.finditer(whole))
        plan.extend(year_number(m.group(1)) for m in _PLAN.finditer(whole))
    if plan and review:
        return max(review) + 1 if max(review) + 1 in plan or max(plan) - max(review) > 1 or max(plan) <= max(review) else max(plan)
    if review:
        return max(review) + 1
    return min(plan) if plan else None


def _by_congress(head: str) -> int | None:
    """From how the speech counts from earlier sessions of the National People's Congress."""
    for found in _SESSION.finditer(head):
        term, session = number(found.group(1)), number(found.group(2))
        before, after = head[max(0, found.start() - 8) : found.start()], head[found.end() : found.end() + 40]
        held = congress_year(term, session)
        if held is None:
            continue
        if "去年" in before:
            return held + 1
        if after.startswith("以来") and session == 1 and ("五年" in after or "五年" in head[:300]):
            return congress_year(term + 1, 1) or held + 5
        if after.startswith("以来") and "一年" in after:
            return held + 1
    return None


_PAST = re.compile(r"完成|实现|达到|增长|取得|荣获|获得|回顾|以来|累计|年底|年末|已|初|增加到")
_FUTURE = re.compile(r"要|力争|预期|安排|确保|计划|总体要求|思路|目标|将|任务|打算|奋斗|规划")


_UNTIL = re.compile(r"(?<![长高加升展大达])到$")


def _by_wording(body: str) -> int | None:
    """From the years that the first part speaks of: the last one it looks back on, and the one after."""
    part = body[: max(3_000, len(body) * 2 // 5)]
    counts: Counter[int] = Counter()
    past: Counter[int] = Counter()
    future: Counter[int] = Counter()
    for found in _YEAR_WORD.finditer(part):
        year = year_number(found.group())
        if not 1949 <= year <= 2100:
            continue
        counts[year] += 1
        behind = re.split("[。；]", part[found.end() : found.end() + 30], maxsplit=1)[0]
        ahead, done = _FUTURE.search(behind), _PAST.search(behind)
        is_ahead = ahead is not None and (done is None or ahead.start() < done.start())
        if is_ahead or _UNTIL.search(part[max(0, found.start() - 3) : found.start()]):
            future[year] += 1
        elif done:
            past[year] += 1
    if not counts:
        return None
    strong = [year for year, n in counts.items() if n >= max(2, 0.35 * max(counts.values()))] or list(counts)
    last = max(strong)
    if future[last] > past[last] and last - 1 in counts:
        return last
    return last + 1
