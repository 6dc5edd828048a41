"""The head of a document: its first lines, where the text opens, and its title."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TITLE = re.compile(
    r"(?:关于)?.{0,60}(?:政府工作总结|工作报告|统计公报|公报|(?:预算|决算|计划|执行情况|预算草案|计划草案|规划)(?:\(草案\)|（草案）)?.{0,10}的?报告"
    r"|(?:规划|计划|远景目标)(?:和.{0,24})?纲要|个五年(?:规划|计划)|财政决算|(?:预算|决算)草案|(?:预算|决算)[（(]草案[）)])"
    r"(?:[\[〔（(].{1,30}[\]〕）)])*"
)
_LABEL = re.compile(r"^(?:标题|题目|名称|资料)[:：]")
_PROVINCE = re.compile(r"^[（(][\u4e00-\u9fff]{2,8}(?:省|市|自治区)[）)]")
_SUBTITLE = re.compile(r"(?<=报告)——.*$")
_MARK = re.compile(r"[\[〔]\d{1,2}[\]〕]$")
# Where a line that runs on without line breaks is parted: between the parts of a collector's page, and where a speech begins.
LONG_LINE = 90
PARTED = 25
_PARTS = re.compile(
    r"[?？]{2,}|&nbsp;|[ \u3000\t\xa0]{2,}|(?=各位代表)|(?=同志们[：:])|(?<=会议上)(?![）)的])"
    r"|(?<=内容摘要：)|(?=[-—（(]*(?:19|20)\d\d年\d{1,2}月\d{1,2}日在)"
)
SHORT_TITLE = 8
# What the first line of a title that goes on, and its next line, look like.
_GOES_ON = ("和", "与", "及", "统计公报", "公报", "的报告", "报告", "国民经济和社会发展")
_UNFINISHED = ("和", "与", "及", "、", "的", "发展", "情况", "（草案）", "执行", "全市", "本级")
_NO_TITLE = re.compile(r"作(?:了)?(?:政府)?工作报告|现在|各位代表|请予|审议(?!结果)|^[（(—－-]|[。；！？]|记者|来源|首页")
_PLACE_LINE = re.compile(r".{2,14}(?:省|市|县|区|州|盟|旗|镇|乡|人民政府)")


def squeeze(text: str) -> str:
    """The text without any space."""
    return "".join(text.split())


def head_lines(text: str, limit: int = 40) -> list[str]:
    """The first lines with something on them, their spaces taken out."""
    lines: list[str] = []
    for raw in text[:8_000].split("\n"):
        for part in _PARTS.split(raw) if len(raw) > LONG_LINE and len(lines) < PARTED else (raw,):
            line = squeeze(part)
            if line:
                lines.append(line)
        if len(lines) >= limit:
            break
    return lines[:limit]


_ADDRESSED = re.compile(
    r"(?:各位|同志们|主任|全体)?.{0,4}(?:代表|委员|同志们|同志)[：:，,]?$|各位(?:代表|委员)|(?:全体)?代表(?:们|同志)[：:，,！!]"
)
_BEGINS = re.compile(r"[一1][、.．](?!\d)")
LONGEST_TITLE = 90


def opening(lines: Sequence[str]) -> int:
    """The line in which the speech or the first paragraph begins: what is before it is the head of the document."""
    for i, line in enumerate(lines):
        if _ADDRESSED.match(line) or (len(line) > 70 and not _TITLE.fullmatch(_bare(line))) or _BEGINS.match(line):
            return i
    return len(lines)


def _bare(line: str) -> str:
    """A line without what is not of the title: a label, the province in brackets, a subtitle with the session."""
    return _SUBTITLE.sub("", _PROVINCE.sub("", _LABEL.sub("", line)))


def find_title(lines: Sequence[str]) -> str | None:
    """The title among the head lines, put together where it runs over several of them."""
    stop = min(len(lines), opening(lines) + 1, 20)
    heads = [_bare(line) for line in lines[:stop]]
    for size in (1, 2, 3):
        found = [(i, "".join(heads[i : i + size])) for i in range(stop - size + 1) if _may_be_title(heads[i : i + size])]
        if found:
            at, title = next((item for item in found if len(item[1]) > SHORT_TITLE), found[0])
            return _MARK.sub("", _longer(heads, at, title))
    return None


def _may_be_title(part: Sequence[str]) -> bool:
    joined = "".join(part)
    return len(joined) <= LONGEST_TITLE and not any(_NO_TITLE.search(line) for line in part) and bool(_TITLE.fullmatch(joined))


def _longer(lines: Sequence[str], at: int, title: str) -> str:
    """A title line such as ``统计公报`` alone, or ``和2026年预算草案的报告``, goes with the lines before it."""
    for before in reversed(lines[max(0, at - 3) : at]):
        if not before or len(before) > 50 or _NO_TITLE.search(before) or len(before + title) > LONGEST_TITLE:
            break
        cut = title.startswith(_GOES_ON) or (len(title) <= SHORT_TITLE and title != "政府工作报告") or before.endswith(_UNFINISHED)
        names_place = title in ("政府工作报告", "工作报告") and _PLACE_LINE.fullmatch(before)
        begins = before.startswith("关于") and not title.startswith("关于") and not _TITLE.fullmatch(before)
        if not (cut or names_place or begins) or _TITLE.fullmatch(before):
            break
        title = before + title
    return title
