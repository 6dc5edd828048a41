"""Kind and title of a document."""

from __future__ import annotations

import re
from collections.abc import Sequence

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("statistical_communique", re.compile(r"统计公报|国民经济和社会发展(?:情况|主要指标)?(?:的)?公报")),
    ("plan_report", re.compile(r"社会发展(?:年度)?计划(?:的)?(?:执行|完成)|计划草案的?报告|计划执行情况")),
    (
        "budget_report",
        re.compile(r"预算(?:及其)?(?:的)?(?:收支)?(?:预计)?(?:执行|完成)|预算草案|决算|预算(?:调整)?(?:方案)?(?:的)?报告|财政预算"),
    ),
    ("work_report", re.compile(r"政府工作(?:的)?报告|政府工作(?:的)?总结|行署工作报告|工作报告")),
)
_ADDRESS = re.compile(
    r"(?:代表|受).{0,24}(?:政府|国务院|行署|行政公署|管委会|管理委员会)(?:的)?(?:委托)?.{0,24}"
    r"(?:报告(?:过去.{0,6})?(?:政府|的)?工作|工作报告|作报告|报告如下|政府工作)"
)
_TITLE = re.compile(
    r"(?:关于)?.{0,60}(?:工作报告|统计公报|公报|(?:预算|决算|计划|执行情况|预算草案|计划草案|规划)(?:\(草案\)|（草案）)?.{0,10}的?报告)"
    r"(?:[\[〔（(].{1,14}[\]〕）)])*"
)
_NO_TITLE = re.compile(r"作(?:了)?(?:政府)?工作报告|现在|各位代表|请予|审议|^[（(]|[。；！？]|记者|来源|首页")
_PLACE_LINE = re.compile(r".{2,14}(?:省|市|县|区|州|盟|旗|镇|乡|人民政府)")


def squeeze(text: str) -> str:
    """The text without any space."""
    return "".join(text.split())


def head_lines(text: str, limit: int = 40) -> list[str]:
    """The first lines with something on them, their spaces taken out."""
    lines: list[str] = []
    for line in text[:8_000].split("\n"):
        line = squeeze(line)
        if line:
            lines.append(line)
            if len(lines) == limit:
                break
    return lines


def opening(lines: Sequence[str]) -> int:
    """The line in which the speech or the first paragraph begins: what is before it is the head of the document."""
    for i, line in enumerate(lines):
        if re.match(r"(?:各位|同志们|主任|全体)?.{0,4}(?:代表|委员|同志们|同志)[：:，,]?$", line) or re.match(r"各位(?:代表|委员)", line):
            return i
        if len(line) > 70 or re.match(r"[一1][、.．](?!\d)", line):
            return i
    return len(lines)


def find_title(lines: Sequence[str]) -> str | None:
    """The title among the head lines, put together where it runs over up to three of them."""
    stop = min(len(lines), opening(lines) + 1, 20)
    for size in (1, 2, 3):
        best: str | None = None
        for i in range(stop - size + 1):
            part = lines[i : i + size]
            joined = "".join(part)
            if len(joined) <= 90 and _TITLE.fullmatch(joined) and not any(_NO_TITLE.search(line) for line in part):
                if any(line.startswith(("—", "-", "（", "(", "－")) for line in part):
                    continue
                best = best or joined
        if best:
            return re.sub(r"[\[〔]\d{1,2}[\]〕]$", "", _longer(lines, best, stop))
    return None


def _longer(lines: Sequence[str], title: str, stop: int) -> str:
    """A title line such as ``统计公报`` alone, or ``和2026年预算草案的报告``, goes with the line before it."""
    if title in lines:
        at = list(lines).index(title)
        before = lines[at - 1] if at else ""
        cut = title.startswith(("和", "与", "及", "统计公报", "公报", "的报告", "报告")) or (len(title) <= 8 and title != "政府工作报告")
        cut = cut or before.endswith(("和", "与", "及", "、", "的", "发展", "情况", "（草案）", "执行"))
        names_place = title in ("政府工作报告", "工作报告") and _PLACE_LINE.fullmatch(before)
        if at and at < stop and before and (cut or names_place) and len(before) <= 50 and not _NO_TITLE.search(before):
            return before + title
    return title


def find_kind(lines: Sequence[str], title: str | None, hint: str | None, text: str) -> tuple[str, bool]:
    """The kind of a document, and whether it is told outright (else it is inferred from the wording of the whole)."""
    for source in (title, "".join(lines[: opening(lines)])[:600]):
        if source:
            found = [(match.start(), kind) for kind, pattern in KINDS if (match := pattern.search(source))]
            if found:
                return _first(found, source), True
    if _ADDRESS.search("".join(lines)[:900]):
        return "work_report", True
    if hint:
        found = [(match.start(), kind) for kind, pattern in KINDS if (match := pattern.search(squeeze(hint)))]
        if found:
            return min(found)[1], True
    return _by_wording(text), False


def _first(found: list[tuple[int, str]], source: str) -> str:
    """Of several kinds that one line names: plans with budgets go by which stands first; a work report only if alone."""
    others = [item for item in found if item[1] != "work_report"]
    if others and len(others) < len(found) and "政府工作报告" in source:
        return min(found)[1]
    return min(others or found)[1]


def _by_wording(text: str) -> str:
    """A speech to a congress about the government's work reads like nothing else."""
    body = squeeze(text[:40_000])
    if len(body) < 1_500:
        return "other"
    speech = len(re.findall(r"我们|各位代表|我国各族人民|县政府|市政府|区政府|省政府|我(?:省|市|县|区|州|旗)", body))
    review = bool(re.search(r"\d{4}年(?:政府)?工作(?:的)?(?:回顾|总结)|工作回顾|过去的?[一五]年|一年来|[五]年来|主要任务", body))
    congress = bool(re.search(r"人民代表大会|届人大|人大", body))
    parts = len(re.findall(r"\d{4}年(?:政府)?(?:工作(?:的)?(?:回顾|安排|总体|任务)|主要目标|重点工作)", body))
    if review and congress and (speech * 400 > len(body) or parts):
        return "work_report"
    figures = len(re.findall(r"比上年(?:增长|下降|增加|减少)", body))
    return "statistical_communique" if figures >= 12 and speech < 5 else "other"
