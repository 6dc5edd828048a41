"""What a mention's number is of: the indicator as a noun phrase, made whole from the sentence.

One function for each way a report words it; each gives a candidate, of which one is taken (:mod:`transforms.reading.name_choice`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from transforms.lexicon import pattern
from transforms.reading import catalogue
from transforms.reading.cue_grammar import word_set
from transforms.reading.mentions import Mention
from transforms.reading.noun_phrases import JOINTS, clean, is_empty, is_place, says_nothing, verbs_only

COUNTED = frozenset({"count", "people", "households"})
_MEASURED_WITH_NOUN = frozenset({"area", "length", "time"})
_STOCK_WORDS = frozenset(("总量", "总数", "存量", "累计", "累计达", "总规模"))
_OUTPUT = ("总产量", "产量", "单产", "总产")
_SIDES = {"农村": "城镇", "城镇": "农村", "城市": "农村", "乡村": "城镇"}
_NEAR = 24
"""Characters before a subject in which what it is of is looked for."""
_NO_ACCOUNT = ("预算", "")
"""What is left of 预算总收入 without its head: no account's name."""
_WHO = {"households": "户数", "people": "人数"}
_NO_TITLE = ("国家和", "批复")
_MODIFIERS = re.compile(r"^(?:均|都|全部|已|相继|正式|成功|率先|先后)+")
_RECOGNISED = pattern("recognised")
_LIST_OF_NAMES = pattern("list_of_names")
_HEAD_AT_START = pattern("place_first")
_OWNER = pattern("owner")
_NEWLY = pattern("newly")
_PRODUCT = pattern("product")
_GROWN = pattern("grown")
_BOTH_WAYS = pattern("both_ways")
_ONE_WAY = pattern("one_way")
_OF_IT = pattern("of_it")
_MEDALS = pattern("medal")
_SPENT = pattern("spent")
_OF_A_TASK = pattern("task")
_BENEFITS = pattern("benefits")
_ADDED = pattern("added_behind")
_PROCEEDINGS = pattern("proceedings")
_ACCOUNTS = pattern("account")
_ACCOUNT_HEADS = pattern("account_head")
_ACCOUNT_ITEM = pattern("account_item")
_HEAD_OF_CARRIED = pattern("carried_head")
_OF_WHICH = pattern("of_which")
_TAKEN = pattern("taken")
_GOAL = pattern("goal")
_FINISHED = pattern("finished")
_MADE_REAL = pattern("made_real")


@dataclass(frozen=True, slots=True)
class Name:
    """The names of a mention's indicators (several where one number holds for each), and the rule that found them."""

    names: tuple[str, ...]
    rule: str
    base: str
    """The subject to carry over to what follows."""
    considered: tuple[tuple[float, Name], ...] = ()
    """The candidates among which it was taken, each with its weight."""


@dataclass(slots=True)
class Case:
    """A mention with what the sentence told before it."""

    mention: Mention
    carried: str
    """The subject of the number before."""
    following: Mention | None
    """The mention whose noun this one may take part in."""
    before: str
    """The sentence up to the mention's own words."""
    account: str = ""
    """The account of a budget that a bare 收入 or 支出 is of."""
    nested: bool = False
    """Whether it counts within what the number directly before it counts (16个镇132个村…)."""
    topic: str = ""
    """The noun phrase that the clause before consists of."""
    owner: str = ""
    """Whose the measured thing may be: the subject or object of the clause or sentence before."""
    clauses: str = ""
    """What stands between the number before and the mention's own words."""
    behind: str = ""
    """What stands behind the number and its unit, up to the next number."""
    section: str = ""
    """The headings above the sentence."""
    subject: str = ""
    """Its own subject, cleaned."""

    @property
    def says(self) -> bool:
        """Whether the subject says something of its own."""
        return bool(self.subject) and not is_empty(self.subject) and not verbs_only(self.subject)

    @property
    def counts(self) -> bool:
        """Whether the number counts the noun behind it."""
        dimension = self.mention.quantity.dimension
        with_noun = dimension in _MEASURED_WITH_NOUN and bool(self.mention.noun)
        return dimension in COUNTED or with_noun or (self.mention.quantity.unit is None and not self.says)

    @property
    def follows_closely(self) -> bool:
        """Whether the next number's words begin where this one ends."""
        return self.following is not None and self.following.left_start == self.mention.quantity.bound_end


def account_of(text: str) -> str:
    """The budget account that a text names last, with 收入 as its head; empty where it names none."""
    named = _ACCOUNTS.findall(text)
    return f"{named[-1]}收入" if named else ""


def _medal(case: Case) -> Name | None:
    mention = case.mention
    if not _MEDALS.match(mention.noun) or mention.quantity.unit != "枚":
        return None
    event = case.carried if _MEDALS.match(case.subject) or not case.subject else case.subject
    return Name((f"{event}{mention.noun.removesuffix('牌')}牌",), "indicator.medal", event)


def _task(case: Case) -> Name | None:
    """A task done several times over (超2倍完成城乡劳动力就业任务)."""
    if case.mention.quantity.dimension != "multiple":
        return None
    found = _OF_A_TASK.match(case.mention.right) or _OF_A_TASK.match(case.mention.left)
    return Name((found["task"],), "indicator.task", found["task"]) if found else None


def _spent(case: Case) -> Name | None:
    """Money spent on what follows (投资3.4亿元开展48个地质灾害治理项目)."""
    mention = case.mention
    if mention.changes or not _SPENT.match(case.subject):
        return None
    purpose = mention.noun if mention.noun and not verbs_only(mention.noun) and not mention.noun_is_clause else ""
    if not purpose and case.following is not None and case.follows_closely:
        purpose = case.following.noun
    if not purpose and case.carried.endswith(("项目", "工程")):
        purpose = case.carried
    name = f"{clean(purpose)}投资" if purpose else case.subject
    return Name((name,), "indicator.spent", case.carried if purpose else name)


def _benefits(case: Case) -> Name | None:
    """Who benefits (改造老旧小区…，惠及97.9万户)."""
    found = _BENEFITS.search(case.mention.left)
    if not found or case.mention.noun:
        return None
    given = clean(case.mention.left[: found.start()])
    given = given if given and not is_empty(given) else case.carried
    return Name((f"{given}惠及{_WHO.get(case.mention.quantity.dimension or '', '')}",), "indicator.benefits", given)


def _added(case: Case) -> Name | None:
    """What was added, told before 新增 (制度创新案例新增9个)."""
    found = _ADDED.match(case.subject)
    if not found or case.mention.noun or case.mention.changes or says_nothing(found["thing"]):
        return None
    name = found["verb"] + found["thing"]
    return Name((name,), "indicator.added", name)


def _proceedings(case: Case) -> Name | None:
    """Proceedings counted by those they concern (查处问责134人)."""
    acts = case.mention.subject.strip(JOINTS)
    fits = not case.mention.noun and len(acts) >= 4 and case.mention.quantity.dimension in COUNTED and _PROCEEDINGS.fullmatch(acts)
    return Name((acts,), "indicator.proceedings", acts) if fits else None


def _counted(case: Case) -> Name | None:
    """The noun behind a count (建成230个邻里互助点)."""
    if not case.mention.noun or not case.counts or case.mention.changes:
        return None
    name = _counted_clause(case) if case.mention.noun_is_clause else _counted_noun(case)
    return Name((name,), "indicator.counted", name) if name else None


def _counted_clause(case: Case) -> str:
    """What is told of the counted thing where a verb stands behind the number; empty where the subject before is meant."""
    mention, subject = case.mention, case.subject
    if subject and not verbs_only(subject) and not mention.object_verb:
        return ""
    if subject and not mention.object_verb and mention.verb in ("有", "共有", "中"):
        return f"{mention.noun}的{subject}"
    if not subject and case.carried and _FINISHED.search(mention.noun) and len(mention.noun) <= 8:
        return f"{mention.noun}的{case.carried}"
    return _recognised(mention.right, taken=False) or _MADE_REAL.sub("", mention.noun)


def _counted_noun(case: Case) -> str:
    mention, following, noun = case.mention, case.following, case.mention.noun
    if following is not None and is_place(noun) and following.noun:
        rest = _HEAD_AT_START.sub("", following.noun)
        return f"{rest}{noun}" if rest and noun not in rest else following.noun
    head = _HEAD_AT_START.match(noun) if case.nested else None
    if head:
        return f"{noun[head.end() :]}{head.group()}"
    if following is not None and case.follows_closely and following.quantity.dimension not in COUNTED:
        owner = _OWNER.match(noun)
        noun = owner[1] if owner else noun
    if (
        case.subject
        and not verbs_only(case.subject)
        and mention.states
        and not mention.object_verb
        and mention.verb not in word_set("transitive")
    ):
        return ""
    title = _recognised(mention.right, taken=_TAKEN.search(mention.left) is not None)
    return _with_kept_verb(mention, title or _with_what_it_does(noun, mention.right))


def _recognised(right: str, *, taken: bool) -> str | None:
    """The title that what is counted was given (被认定为…); ``taken``: 将 or 把 stands before, the things are counted."""
    found = _RECOGNISED.search(right)
    if not found or found.start() == 0 or taken or found["name"].startswith(_NO_TITLE):
        return None
    of_list = _LIST_OF_NAMES.match(found["name"])
    return of_list["of"] if of_list else found["name"].removesuffix("称号")


def _with_what_it_does(noun: str, right: str) -> str:
    """A noun that alone says little with what is told of it (6个项目通过国家级评估: 通过国家级评估的项目)."""
    core = re.sub(r"[（(].*?[）)]", "", noun)
    if core not in word_set("generic"):
        return noun
    rest = _MODIFIERS.sub("", right[right.find(noun) + len(noun) :].strip("，的"))
    return f"{rest}的{noun}" if 2 <= len(rest) <= 24 else noun


def _with_kept_verb(mention: Mention, noun: str) -> str:
    if not mention.keeps_verb or noun.startswith(mention.object_verb):
        return noun
    return f"{mention.object_verb.removesuffix('了')}{noun}"


def _last_product(text: str) -> str:
    """The product named last in a text, or what was planted there; empty where there is none."""
    named = [(found.end(), found.group()) for found in _PRODUCT.finditer(text)]
    grown = [(found.end("thing"), found["thing"]) for found in _GROWN.finditer(text)]
    return max(named + grown, default=(0, ""))[1]


def _completed(case: Case) -> Name | None:
    """A subject that needs what stood before it: 总产量 of the product named, the stock of what was newly added."""
    name = ""
    if case.subject in _OUTPUT:
        product = _last_product(case.before)
        name = product + case.subject if product else ""
    elif case.subject in _STOCK_WORDS and _NEWLY.match(case.carried):
        name = _NEWLY.sub("", case.carried)
    elif case.subject in _STOCK_WORDS:
        named = catalogue.last_named(case.before[-_NEAR:], _NEAR)
        name = named + case.subject if named else ""
    return Name((name,), "indicator.completed", name) if name else None


def _composed(case: Case) -> Name | None:
    """A subject that leaves out what the number before it said (社会保险基金收入…，支出…; 城镇…，农村…)."""
    subject, carried, name = case.subject, case.carried, ""
    if subject and _ACCOUNT_ITEM.fullmatch(subject):
        account = case.account or (carried if _ACCOUNTS.search(carried) else account_of(case.before))
        account = account or ("" if subject.endswith("结转") else carried)
        head = _ACCOUNT_HEADS.search(account)
        if head and account[: head.start()] in _NO_ACCOUNT:
            account = account_of(case.section)
            head = _ACCOUNT_HEADS.search(account)
        name = account[: head.start()] + subject if head and head.start() else ""
    elif _ONE_WAY.match(subject) and (whole := _BOTH_WAYS.match(carried)) and not catalogue.match(carried, "level", "currency"):
        name = whole["with"] + subject if _OF_IT.search(case.before) or not case.before.endswith("。") else ""
    elif subject in _SIDES and _SIDES[subject] in carried:
        name = carried.replace(_SIDES[subject], subject)
    elif (subject.endswith("类") or _OF_WHICH.match(case.mention.subject)) and (head := _HEAD_OF_CARRIED.search(carried)):
        name = subject + head.group()
    return Name((name,), "indicator.composed", name) if name else None


def _own_subject(case: Case) -> Name | None:
    """The subject before the number (湿地面积1.9万公顷)."""
    mention, subject = case.mention, case.subject
    if not subject or is_empty(subject) or subject in word_set("object", "keep"):
        return None
    if not mention.changes and mention.noun and verbs_only(subject):
        return None
    return Name((subject,), "indicator.subject", subject)


def _noun_behind(case: Case) -> Name | None:
    """The noun behind a number that counts nothing (安排1000亿元专项资金), or the clause behind a count (12670人实现就业)."""
    mention = case.mention
    if _GOAL.match(mention.noun):
        return None  # 翻两番的宏伟目标
    if mention.noun and not mention.noun_is_clause and not mention.changes:
        name = _with_kept_verb(mention, mention.noun)
        return Name((name,), "indicator.noun", name)
    if mention.noun and mention.noun_is_clause and case.counts:
        return Name((mention.noun,), "indicator.clause", case.carried)
    if mention.noun and mention.changes and not case.carried:
        return Name((mention.noun,), "indicator.noun", mention.noun)
    return None


def carried_name(case: Case) -> Name:
    """The subject of the number before, or whatever is left."""
    if case.subject and verbs_only(case.subject) and not case.carried:
        return Name((case.subject,), "indicator.verb", case.subject)
    name = case.carried or case.subject or case.mention.noun or case.mention.verb or "未指明"
    return Name((name,), "indicator.carried", case.carried or case.subject)


RULES: tuple[Callable[[Case], Name | None], ...] = (
    _medal,
    _task,
    _spent,
    _benefits,
    _added,
    _proceedings,
    _counted,
    _completed,
    _composed,
    _own_subject,
    _noun_behind,
)
