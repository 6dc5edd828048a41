"""Who gave the report, from the lines at its head."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OFFICE = (
    r"(?:代理?|副|常务副)?(?:国务院总理|总理|省长|市长|区长|县长|州长|盟长|旗长|镇长|乡长|专员|(?:人民政府|自治区)主席|管委会主任"
    r"|局长|厅长|主任)"
)
_NAME = r"[\u4e00-\u9fff]{2,4}?|[\u4e00-\u9fff]{1,6}[·•][\u4e00-\u9fff·•]{1,10}"
_AFTER = re.compile(rf"{_OFFICE}[：:]?({_NAME})(?:同志)?(?:作|在|$|[，。（(])")
_BEFORE = re.compile(rf"(?:日|[，,]|^)({_NAME})(?:同志)?{_OFFICE}(?:在|作|$)")
_ALONE = re.compile(rf"(?:{_NAME})")
_NOT_NAMES = frozenset(("同志", "政府", "人民", "代表", "报告", "各位", "委员", "工作", "办公室", "主持", "会议", "目录", "国务院"))
_NO_NAME = re.compile(r"(?:人民|政府|代表|会议|报告|工作|国务院|[省市县区局厅委部州盟旗])$|第.届")
_OFFICE_ONLY = re.compile(rf".{{0,14}}{_OFFICE}")


def find_speaker(lines: Sequence[str], stop: int) -> str | None:
    """The name of the speaker; None where the head does not give it plainly."""
    head = list(lines[: max(0, min(stop, 25))])
    for i, line in enumerate(head):
        if len(line) > 80:
            continue
        for pattern in (_AFTER, _BEFORE):
            found = pattern.search(line)
            if found and _is_name(found.group(1)):
                return found.group(1)
        if _OFFICE_ONLY.fullmatch(line) and i + 1 < len(head) and _ALONE.fullmatch(head[i + 1]) and _is_name(head[i + 1]):
            return head[i + 1]
    last = head[-1] if head else ""
    congress_above = len(head) > 1 and re.search(r"会议(?:上|）|\))?$", head[-2])
    return last if congress_above and 2 <= len(last) <= 4 and _ALONE.fullmatch(last) and _is_name(last) else None


def _is_name(text: str) -> bool:
    return text not in _NOT_NAMES and not _NO_NAME.search(text)
