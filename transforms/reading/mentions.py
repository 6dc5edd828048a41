"""From the numbers of a sentence to mentions: each quantity with the words that belong to it.

A mention knows what stands left of its number (subject and verb) and right of it (the noun it counts), taken apart by
the cues of ``lexicon/cues.yml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from transforms.lexicon import pattern
from transforms.numbers.quantities import Quantity, Token
from transforms.reading.cue_grammar import cues
from transforms.reading.noun_phrases import says_nothing

_STOPS = "，；。：！？,;!?"
_JOINERS = "、和及与或"
_OPEN, _CLOSE = "（(", "）)"
_LIST_WORDS = pattern("respectively")
_EACH_WORDS = pattern("each")
_EACH_ITS_OWN = pattern("each_its_own")


@dataclass(slots=True)
class Mention:
    """A quantity and its words. ``left`` ends where the number (or the word of its bound) begins."""

    quantity: Quantity
    left: str
    right: str
    clause: int
    """Which clause of the sentence the number stands in, counted by its commas."""
    left_start: int
    joined: bool = False
    """Whether it goes on a list in the same clause (…48个、绿色认证18个)."""
    direct: bool = False
    """Whether nothing but a joining word parts it from the number before."""
    verb: str = ""
    falls: bool = False
    changes: bool = False
    reaches: bool = False
    """A verb of change with 到, 至, 为: the number is the level reached."""
    states: bool = False
    """A verb that states a level stands before the number."""
    subject: str = ""
    acts: bool = False
    """What stands before the number begins with a verb of doing or making."""
    object_verb: str = ""
    keeps_verb: bool = False
    noun: str = ""
    noun_is_clause: bool = False
    lists: bool = False
    each: bool = False
    carried: str = ""
    """The subject that was at hand from before when the number was named."""
    notes: list[str] = field(default_factory=list)


_TIME_OF_LEVEL = pattern("time_of_level")
"""The time of a level between its verb and the number: 增长到2025年的4.93万亿元."""
_COMPARED_GAP = pattern("gap_behind")
_GAP_BEFORE = pattern("gap_before")
_GAP_OF_POINTS = pattern("gap_of_points")
_ADDED_TO_STOCK = pattern("added_to_stock")
_RESTATED = pattern("restated")
_TOTAL_OF_ACCOUNT = pattern("total_of_account")
_OF_THE_PLAN = pattern("of_the_plan")
_TARGET_IN_BRACKETS = pattern("target_in_brackets")
_CHANGE_TO = pattern("change_to")
_FROM_END = pattern("from")
_HEAD_FALL = pattern("cut_first")
_FALLS_IN_ANY_UNIT = frozenset(("减少", "净减少", "压减", "压降", "削减", "缩减", "调减"))


def _left_start(text: str, quantity: Quantity, previous: Quantity | None) -> int:
    """Where the words left of a number begin: behind the last stop, open bracket or number; a closed bracket is a word."""
    floor = previous.bound_end if previous else 0
    depth = 0
    for at in range(quantity.bound_start - 1, floor - 1, -1):
        character = text[at]
        if character in _CLOSE:
            depth += 1
        elif character in _OPEN:
            if depth == 0:
                return at + 1
            depth -= 1
        elif depth == 0 and (character in _STOPS or (character == ":" and not text[at + 1].isdigit())):
            return at + 1
    return floor


def _right_end(text: str, quantity: Quantity, following: Quantity | None) -> int:
    limit = following.bound_start if following else len(text)
    for at in range(quantity.bound_end, limit):
        character = text[at]
        if character in _OPEN:
            closed = next((i for i in range(at, min(limit, at + 12)) if text[i] in _CLOSE), -1)
            if closed < 0 or closed == at + 1:
                return at
        if character in _STOPS or (character in _CLOSE and not any(c in _OPEN for c in text[quantity.bound_end : at])):
            return at
        if character in _JOINERS[0] and following and not _stop_between(text, at, following.bound_start):
            return at
    return limit


def _stop_between(text: str, start: int, end: int) -> bool:
    return any(text[at] in _STOPS for at in range(start, end))


def _clause_number(text: str, position: int) -> int:
    return sum(text.count(stop, 0, position) for stop in "，；。：,;")


def mentions(text: str, found: list[Quantity | Token]) -> list[Mention]:
    """The quantities of a sentence with their words."""
    quantities = [item for item in found if isinstance(item, Quantity)]
    out: list[Mention] = []
    for at, quantity in enumerate(quantities):
        previous = quantities[at - 1] if at else None
        following = quantities[at + 1] if at + 1 < len(quantities) else None
        start = _left_start(text, quantity, previous)
        left = text[start : quantity.bound_start]
        if (
            out
            and previous
            and start == previous.bound_end
            and out[-1].right
            and left.rstrip(_JOINERS) == out[-1].right.rstrip(_JOINERS) != left
        ):
            left = left[-1:]  # the noun of the number before, not a subject of this one
        right = text[quantity.bound_end : _right_end(text, quantity, following)]
        mention = Mention(quantity, left, right, _clause_number(text, quantity.start), start)
        if previous and start == previous.bound_end:
            stripped = left.lstrip(_JOINERS + "以" + "“”")
            mention.joined = stripped != left
            mention.direct = not stripped.strip("约近超")
        _take_apart(mention)
        if out:
            _relate(out[-1], mention, text)
        if out and out[-1].changes and _RESTATED.match(mention.left):
            mention.changes, mention.falls, mention.verb = True, out[-1].falls, out[-1].verb
            mention.reaches = out[-1].reaches
        if out and mention.joined and mention.direct:
            _follow(out[-1], mention)
        elif out and mention.joined:
            mention.acts = mention.acts or (out[-1].acts and not mention.states)
            mention.verb = mention.verb or (out[-1].verb if out[-1].states else "")
        out.append(mention)
    return out


def _relate(earlier: Mention, mention: Mention, text: str) -> None:
    """What a number takes from the one before it where its own words leave it out.

    A target in brackets says of its indicator what the result before it says; the level that a growth rate is raised to is
    a growth rate.
    """
    same_kind = earlier.quantity.dimension == mention.quantity.dimension
    bracket = text[mention.left_start - 1 : mention.left_start] in ("（", "(")
    if bracket and same_kind and _TARGET_IN_BRACKETS.match(mention.left):
        mention.subject, mention.acts, mention.states = "", False, earlier.states
        mention.verb, mention.changes, mention.falls, mention.reaches = earlier.verb, earlier.changes, earlier.falls, earlier.reaches
    elif same_kind and mention.reaches and not mention.subject and cues().growth_noun.search(earlier.subject):
        mention.notes.append("growth_noun")


def _follow(first: Mention, mention: Mention) -> None:
    """A number that goes on a list says the same of its indicator as the one before it (下降0.9%、10.2%)."""
    mention.acts = mention.acts or first.acts
    same_kind = first.quantity.dimension == mention.quantity.dimension
    if same_kind and not mention.changes and not mention.states:
        mention.verb, mention.changes, mention.falls = first.verb, first.changes, first.falls
        mention.reaches, mention.states = first.reaches, first.states
        mention.notes = [*first.notes]


def _take_apart(mention: Mention) -> None:
    """Part the words left of a number into subject and verb, those right of it into the noun counted."""
    known = cues()
    left = mention.left.lstrip(_JOINERS + "”）)》")
    mention.lists = _LIST_WORDS.search(left) is not None
    mention.acts = known.acts.match(left) is not None and left[:2] not in ("出口", "投资")
    mention.each = _EACH_WORDS.search(left[-10:]) is not None
    timed = _TIME_OF_LEVEL.search(left)
    if timed:
        left = left[: timed.start()]
    gap = _COMPARED_GAP.search(left)
    added = _ADDED_TO_STOCK.search(left)
    change = known.change.search(left)
    if mention.quantity.dimension == "percentage points":
        left = _GAP_OF_POINTS.sub("", left)
    elif mention.quantity.dimension == "ratio":
        left = _without_comparison(left)
    if added:
        mention.changes, mention.verb = True, added["verb"]
        left = left[: added.start("verb")]
    elif gap:
        mention.changes, mention.verb, mention.falls = True, gap["word"], gap["word"] in ("低", "少", "慢")
        left = left[: gap.start()]
    elif change and _is_change(left, change):
        mention.changes = True
        mention.verb = change["verb"]
        mention.falls = change["verb"] in known.falls
        to = change["to"] or ""
        mention.reaches = bool(to) and not (to[0] in "为达成" and change["verb"] in ("增长", "上涨", "增", "增幅达", "增速达"))
        left = left[: change.start()]
    else:
        head = _HEAD_FALL.match(left)
        level = known.level.search(left)
        if (
            head
            and (mention.quantity.dimension == "ratio" or head["verb"] in _FALLS_IN_ANY_UNIT)
            and mention.quantity.dimension != "percentage points"
        ):
            mention.changes, mention.falls, mention.verb = True, True, head["verb"]
            left = known.level.sub("", left[head.end() :])
        elif level and not _TOTAL_OF_ACCOUNT.search(left):
            mention.states, mention.verb = True, level.group()
            left = left[: level.start()]
    left = _FROM_END.sub("", _without_trail(left))
    left = _without_trail(left)
    governed = known.object_end.search(left)
    if governed and not mention.changes:
        mention.object_verb = governed["verb"]
        mention.keeps_verb = known.keep_end.search(left) is not None
        named = _EACH_ITS_OWN.sub("", left[: governed.start()])
        if named != left[: governed.start()]:
            left = named  # 企业、项目分别新增: the verb is that of each
    mention.subject = left
    _take_noun(mention)
    _reread_transitive(mention)


def _without_comparison(left: str) -> str:
    """The words left of a percentage without what it is compared with: 高于全国, 为年度计划的."""
    plan = _OF_THE_PLAN.search(left)
    return left[: plan.start()] if plan else _GAP_BEFORE.sub("", left)


_LONGEST_TRAIL = 80
"""Characters of adverbs and comparisons at the end of a subject: more are no sentence, and a search through them takes its time."""
_DONE_SO_OFTEN = pattern("done_so_often")
_MAKES = pattern("makes")
_NOUN_ALL_THE_SAME = pattern("noun_all_the_same")
_DID_SOMETHING = pattern("did_something")


def _reread_transitive(mention: Mention) -> None:
    """A verb of change before a number with its noun behind it governs the noun (重点提升20个村), and changes no number."""
    counted = mention.quantity.dimension in ("count", "people", "households")
    act = mention.changes and not mention.reaches and not mention.noun and counted and mention.subject
    if act and _MAKES.fullmatch(mention.verb) and cues().object_end.fullmatch(mention.subject.lstrip(_JOINERS)):
        mention.changes, mention.falls, mention.object_verb, mention.acts = False, False, mention.verb, True  # 整改提升87家
        return
    if not (mention.changes and not mention.reaches and mention.noun and counted and not mention.noun_is_clause):
        return
    if _MAKES.fullmatch(mention.verb) and cues().verbs_only.fullmatch(mention.subject):
        mention.changes, mention.falls, mention.object_verb, mention.acts = False, False, mention.verb, True


def _is_change(left: str, change: re.Match[str]) -> bool:
    """Whether a word of rise or fall is the verb and not a part of a noun (新增, 净增加值, 多)."""
    verb, before = change["verb"], left[: change.start()]
    if verb in ("增", "升", "涨", "减", "降", "跌", "少", "多"):
        counted = (
            "同比",
            "环比",
            "上年",
            "去年",
            "的",
            "比",
            "期",
            "率",
            "格",
            "量",
            "额",
            "入",
            "值",
            "出",
            "度",
            "数",
            "本",
            "费",
            "再",
            "又",
        )
        return bool(change["to"]) or before == "" or before.endswith(counted)
    return not before.endswith(("新", "附", "自然")) and verb != "减负"  # what burdens were cut by is a flow, whose name it ends


def _is_quoted(text: str, at: int) -> bool:
    """Whether a place lies within quotation marks."""
    return text.count("“", 0, at) > text.count("”", 0, at)


def _without_trail(left: str) -> str:
    trail = cues().trail.search(left, max(0, len(left) - _LONGEST_TRAIL))
    return left[: trail.start()] if trail else left


def _take_noun(mention: Mention) -> None:
    known = cues()
    right = mention.right.removeprefix("的").lstrip("”")
    if mention.quantity.unit in ("次", "轮") and _DONE_SO_OFTEN.match(right):
        mention.noun, mention.noun_is_clause = right, True  # 两次降低存款准备金率
        return
    if not right or (known.not_noun.match(right) and not _NOUN_ALL_THE_SAME.match(right)) or _CHANGE_TO.match(right):
        return
    end = known.noun_end.match(right)
    if end:
        mention.noun, mention.noun_is_clause = right, True
        return
    cut = next(
        (found for found in known.noun_end.finditer(right, 1) if not _is_quoted(right, found.start()) and right[: found.start()] != "拟"),
        None,
    )
    noun = right[: cut.start()] if cut else right
    if cut and mention.quantity.dimension == "people" and says_nothing(noun):
        mention.noun, mention.noun_is_clause = right, True  # 4377人稳定脱贫
        return
    if mention.quantity.dimension in ("people", "households"):  # 八亿农民的积极性: the people are counted
        noun = re.sub(r"^([^的]{2,}?)(?:的.*|(?:同|与|为|在|对|向|过).*)$", r"\1", noun)
    did = _DID_SOMETHING.match(noun) if mention.quantity.dimension == "people" else None
    noun = did["who"] if did else noun
    if mention.quantity.dimension == "people" and re.match("人口|特大城|大国|大省|大市|大县|大区|城市$|城区$", noun):
        noun = "人口"
    mention.noun = noun.rstrip(_JOINERS)
