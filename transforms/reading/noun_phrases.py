"""Noun phrases: cleaning, telling empty ones, splitting lists, naming shares, finding the subject of a clause.

The words are data: ``lexicon/cues.yml`` and ``lexicon/wording.yml``.
"""

from __future__ import annotations

import re

from transforms.lexicon import derived, pattern
from transforms.reading import catalogue
from transforms.reading.cue_grammar import any_of, cues

JOINTS = "、，：:。.和及与或的了”）) —-"
"""What joins phrases and is no part of them."""
_SHARE = pattern("share")
_HOLDS = pattern("holds")
_MID_VERBS = pattern("verb_within")
_SUFFIXES = pattern("head_of_list")
_WHOLE_NAMES = ("值", "额", "量", "率", "数", "入", "出")
_SPLIT = pattern("list_joint")
_TOWN_AND_COUNTRY = ("城乡", "城镇", "农村")
_PLACE = pattern("place_alone")
_IDLE_CLAUSE = pattern("clause_of_subject")
_GIVER = pattern("giver")
_GIVEN = ("资金", "补助资金", "投资", "补贴", "专项资金")
_TRAILING_YEAR = pattern("year_behind")
_POINT = pattern("point_of_list")
_VERB_IN_NOUN = pattern("verb_in_noun")
_KEPT_TIME = pattern("kept_time")
_NOTE = pattern("note")
_SINCE = pattern("since")
_OBJECT = pattern("object_of_clause")
_SECTORS = ("第一", "第二", "第三")
_ALL_SECTORS = pattern("all_sectors")
_ITEM_OF_ONE = pattern("item_of_one")
_SHARED_FIRST = pattern("shared_first")
_LONGEST_NOTHING = 30
_NO_OBJECT = ("政府", "作风")


def is_place(noun: str) -> bool:
    """Whether a counted noun is a bare division of places (镇, 行政村), which what follows tells more of."""
    return _PLACE.match(noun) is not None


def clean(phrase: str) -> str:
    """A noun phrase without time, place and verbs at its head and joining words at its ends."""
    phrase = _POINT.sub("", _NOTE.sub("", phrase))
    phrase = _without_lead(_SINCE.sub("", phrase.strip(JOINTS)))
    phrase = _behind_verb(_TRAILING_YEAR.sub("", phrase)).removesuffix("等")
    if len(phrase) > 3 and not phrase.endswith(("初中", "高中", "集中")):
        phrase = phrase.removesuffix("中")
    return _closed(phrase)


def _closed(phrase: str) -> str:
    """A phrase whose last quotation mark or bracket was taken off with what joins phrases, made whole."""
    for opening, closing in (("“", "”"), ("（", "）"), ("(", ")")):
        if phrase.count(opening) > phrase.count(closing):
            phrase = phrase.removesuffix(opening) if phrase.endswith(opening) else phrase + closing
    return phrase


def _without_lead(phrase: str) -> str:
    """A phrase without the times, places and verbs at its head."""
    known = cues()
    while not _KEPT_TIME.match(phrase):
        lead = known.lead.match(phrase)
        shorter = phrase[lead.end() :] if lead else phrase
        verbs = known.head_verbs.match(shorter)
        if verbs and len(shorter) - verbs.end() >= 2 and not _VERB_IN_NOUN.match(shorter):
            shorter = shorter[verbs.end() :]
        shorter = shorter.strip(JOINTS)
        if shorter == phrase:
            break
        phrase = shorter
    return phrase


def _behind_verb(phrase: str) -> str:
    """What a verb within a phrase governs; the giver of money stays with it (中央财政安排资金)."""
    verb = _MID_VERBS.match(phrase)
    if not verb or not verb.end() or len(phrase) - verb.end() < 2:
        return phrase
    rest = phrase[verb.end() :].strip(JOINTS)
    giver = _GIVER.match(phrase)
    return giver[1] + rest if giver and rest in _GIVEN else rest


def is_empty(subject: str) -> bool:
    """Whether a subject says nothing of its own."""
    return cues().empty.fullmatch(subject) is not None


def verbs_only(subject: str) -> bool:
    """Whether a subject is made of verbs and adverbs alone."""
    return cues().verbs_only.fullmatch(subject) is not None


_TIME_PHRASE = pattern("time_phrase")
_COMPARISON = pattern("comparison")


@derived
def _nothing() -> re.Pattern[str]:
    words = any_of("hollow", "lead", "empty", "adverbs", "level", "object", "manner", "rise", "fall")
    return re.compile(rf"(?>{_TIME_PHRASE.pattern}|{_COMPARISON.pattern}|{words}|[和、并了的约近再新先，由从到至在比就])++")


def says_nothing(phrase: str) -> bool:
    """Whether a phrase names nothing: it is empty, or made of times, comparisons, adverbs and verbs alone."""
    return len(phrase) < _LONGEST_NOTHING and (not phrase or is_empty(phrase) or _nothing().fullmatch(phrase) is not None)


def split_list(subject: str) -> list[str]:
    """The items of a coordinated subject, each made whole with the head that the last one carries."""
    parts = [_closed(part.strip(JOINTS)) for part in _SPLIT.split(_ALL_SECTORS.sub(_each_sector, subject)) if part.strip(JOINTS)]
    if len(parts) < 2:
        return parts
    shared = _SHARED_FIRST.match(parts[0])
    if shared and not any(_SHARED_FIRST.match(part) for part in parts[1:]):
        parts = [parts[0], *(shared.group() + part for part in parts[1:])]
    head = _head_of(parts)
    if head:
        parts = [part if _SUFFIXES.search(part) or part.endswith(_WHOLE_NAMES) else _joined(part, head) for part in parts]
    return parts


def _each_sector(found: re.Match[str]) -> str:
    """The sectors that 三次产业, 一二三产业 or 二、三产业 name together, one by one."""
    return "、".join(f"{sector}产业" for sector in (_SECTORS[1:] if found["two"] else _SECTORS))


def _head_of(parts: list[str]) -> str:
    """What the last item of a list carries for all of them; empty where it carries nothing."""
    last, first = parts[-1], parts[0]
    found = _SUFFIXES.search(last)
    if found and found.start() > 0:
        return found.group()
    alike = len({len(part) for part in parts[:-1]}) == 1 and len(last) > len(first) + 1
    if alike and (found or (len(first) == 1 and _ITEM_OF_ONE.match(first) and _ITEM_OF_ONE.match(last))):
        return last[len(first) :]  # 食品、药品合格率; 东、中、西部片区: the words before the head are as long as the other items
    return ""


def _joined(part: str, head: str) -> str:
    """A part with the head that it lacks, what both have written once (基本养老保险, 保险参保率)."""
    if part in _SECTORS:
        part += "产业"
    overlap = next((size for size in range(min(len(part), len(head)), 0, -1) if part.endswith(head[:size])), 0)
    return part + head[overlap:]


def listed(subject: str, count: int) -> list[str]:
    """The names that ``count`` numbers behind 分别 pair off with; empty where they do not pair."""
    if _TOWN_AND_COUNTRY[0] in subject and count == 2 and len(_SPLIT.split(subject)) < 3:
        return [subject.replace(*pair) for pair in (("城乡", "城镇"), ("城乡", "农村"))]
    if "工农业" in subject and count == 2:
        return [subject.replace("工农业", "工业"), subject.replace("工农业", "农业")]
    parts = split_list(subject)
    if len(parts) == count == 2 and len(parts[1]) > 2 * len(parts[0]) >= 4 and not _SUFFIXES.search(parts[1]):
        parts[0] += parts[1][len(parts[0]) :]  # 小麦、稻谷最低收购价: the head that the second carries
    return parts if len(parts) == count else []


def share(subject: str, carried: str) -> tuple[str, str] | None:
    """The name of a share (part, 占, whole, 比重) and its part; None where the subject is no share."""
    found = _SHARE.match(subject)
    if subject.endswith("占比"):
        return (clean(subject), clean(subject)) if len(subject) > 3 else None
    if not found or "占" not in subject or _HOLDS.match(found["whole"]):
        return None
    part = clean(found["part"])
    part = part if part and not is_empty(part) else carried
    if found["named"] and catalogue.match(found["named"], "level", "ratio"):
        return found["named"], part  # 城镇人口占总人口比重（常住人口城镇化率）
    whole = found["whole"].removesuffix("总").strip(JOINTS)
    return f"{part}占{whole}比重", part


def idle_subject(clause: str) -> str:
    """The subject of a clause without a number (固定资产投资稳步回升，增长5.6%); empty where there is none."""
    found = _IDLE_CLAUSE.match(clause)
    if not found:
        return ""
    name = clean(found["name"])
    return name if len(name) >= 2 and not verbs_only(name) and not is_empty(name) else ""


def object_of_clauses(text: str) -> str:
    """What the clauses before a bare verb act on (推进保障性安居工程建设，…，基本建成500万套); empty where none tells."""
    for clause in reversed([part for part in re.split("[，；。：]", text) if part]):
        found = _OBJECT.search(clause)
        if found and not found["name"].endswith(_NO_OBJECT):
            return clean(found["name"])
    return ""


def without_growth_noun(subject: str) -> tuple[str, bool]:
    """A subject without 增速 and the like at its end, and whether it had it."""
    found = cues().growth_noun.search(subject)
    return (subject[: found.start()], True) if found else (subject, False)


def until_stop(text: str) -> str:
    """A text up to its first stop."""
    return re.split("[，。；：]", text, maxsplit=1)[0]
