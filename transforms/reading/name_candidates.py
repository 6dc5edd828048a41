"""Names that the words around a number's own clause suggest: the topic before it, an owner, an object, a purpose.

Each function is a generator of one candidate, beside those of :mod:`transforms.reading.indicator_names`; which candidate is
taken is decided in :mod:`transforms.reading.name_choice`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from transforms.lexicon import pattern
from transforms.reading import catalogue
from transforms.reading.cue_grammar import cues, words
from transforms.reading.indicator_names import COUNTED, Case, Name
from transforms.reading.noun_phrases import JOINTS, clean, is_empty, object_of_clauses, says_nothing, until_stop

_NOUN_TOPIC = pattern("noun_topic")
_MEASURED = pattern("measured_head")
_ASIDE = pattern("aside")
_AMONG = pattern("among")
_BARE_HEAD = pattern("bare_head")
_PURPOSE = pattern("purpose")
_FUNDS = pattern("funds")
_NEWLY = pattern("newly")
_OF_IT = pattern("of_it")
_MADE = pattern("made")
_GIVES = pattern("gives")
_STOCK_HEAD = pattern("stock_head")
_GRANTED = pattern("granted")
_LONGEST_OWNER = 26


def topic_before(text: str, *, at_start: bool) -> str:
    """The noun phrase that the clause before a number's own one consists of (全年社会商品零售总额，比上年增长…); empty where it is none.

    ``text`` stands before the number's clause; ``at_start``: it begins the sentence, else it follows a number.
    """
    if not text.endswith(("，", "：")):
        return ""
    clauses = re.split("[，；。：]", text)[:-1]
    if not at_start:
        clauses[0] = ""  # what stands behind a number in its own clause is no clause of its own
    if len(clauses) > 1 and _ASIDE.match(clauses[-1]):
        clauses.pop()
    rate = cues().rate_noun.search(clauses[-1]) is not None
    found = _NOUN_TOPIC.match(clauses[-1]) if rate or not cues().acts.match(clauses[-1]) else None
    name = clean(found["name"]) if found else ""
    if not name or says_nothing(name) or not (_MEASURED.search(name) or catalogue.match(name, "growth_rate", "ratio")):
        return ""
    among = _AMONG.search(clauses[-2]) if len(clauses) > 1 else None
    return f"{among['whole']}中{name}" if among else name


def _topic(case: Case) -> Name | None:
    """The topic before the clause, where the clause itself names nothing (城乡居民消费水平，由175元提高到288元)."""
    if not case.topic or not says_nothing(case.subject) or (case.counts and case.mention.noun):
        return None
    return Name((case.topic,), "indicator.topic_before", case.topic)


def _owned(case: Case) -> Name | None:
    """An owner with what is measured of it (乡镇企业保持旺盛势头，产值增长2倍: 乡镇企业产值)."""
    head = _BARE_HEAD.fullmatch(case.subject)
    owner = case.owner
    if not head or not owner or case.mention.noun or owner.endswith(head["head"]) or len(owner) > _LONGEST_OWNER:
        return None
    name = owner + head["head"]
    return Name((name,), "indicator.owned", name)


def _owned_object(case: Case) -> Name | None:
    """The same, where the owner is the object of the clause before (重点发展新能源产业，年产值达到20亿元)."""
    head = _BARE_HEAD.fullmatch(case.subject) if not _FUNDS.match(case.subject) and not case.mention.noun else None
    owner = object_of_clauses(case.clauses) if head and not case.owner else ""
    if not head or not owner or owner.endswith(head["head"]) or len(owner) > _LONGEST_OWNER:
        return None
    return Name((owner + head["head"],), "indicator.owned_object", owner + head["head"])


def _object(case: Case) -> Name | None:
    """What the clauses before act on, for verbs without an object (推进保障性住房建设，基本建成500万套)."""
    mention = case.mention
    if mention.changes or mention.noun or not says_nothing(case.subject) or not (mention.acts or mention.object_verb or case.subject):
        return None
    done = object_of_clauses(case.clauses)
    if not done or says_nothing(done):
        return None
    name = f"{mention.object_verb.removesuffix('了')}{done}" if mention.keeps_verb else done
    return Name((name,), "indicator.clause_object", done)


def _given(case: Case) -> Name | None:
    """Money named by who gives it and what it is (中央财政安排1000亿元专项奖补资金)."""
    mention = case.mention
    if mention.changes or not mention.noun or mention.noun_is_clause or not _GIVES.match(case.subject):
        return None
    return Name((case.subject + mention.noun,), "indicator.given", case.subject + mention.noun)


def _purpose(case: Case) -> Name | None:
    """Funds named by what they are for (安排资金1.9亿元，支持外贸; 投入2亿元用于校舍建设)."""
    funds = _FUNDS.match(case.subject)
    if not funds or case.mention.changes:
        return None
    found = _PURPOSE.match(case.behind)
    purpose = clean(until_stop(found["purpose"])) if found else ""
    if len(purpose) < 2 or is_empty(purpose):
        return None
    return Name((purpose + funds["head"],), "indicator.purpose", purpose + funds["head"])


def _newly(case: Case) -> Name | None:
    """A part of what was newly added (新设立经营主体14.9万户，其中企业7.3万户)."""
    verb = _NEWLY.match(case.carried)
    fits = (
        verb
        and case.subject
        and _OF_IT.search(case.before + case.mention.left[:2])
        and not _NEWLY.match(case.subject)
        and not case.mention.changes
    )
    if not fits or verb is None or case.mention.quantity.dimension not in (*COUNTED, "area"):
        return None
    return Name((verb.group() + case.subject,), "indicator.newly", case.carried)


def _kept_on_carried(case: Case) -> Name | None:
    """What was newly added to the stock before (经营主体总量1461万户，新登记147万户)."""
    mention = case.mention
    own = case.subject.removesuffix(mention.object_verb)
    if not mention.keeps_verb or mention.noun or not case.carried or mention.changes or not says_nothing(own):
        return None
    thing = _STOCK_HEAD.sub("", case.carried)
    if mention.quantity.dimension not in COUNTED or thing.startswith(words("keep")) or _NEWLY.match(thing):
        return None
    name = mention.object_verb.removesuffix("了") + thing
    return Name((name,), "indicator.newly", name)


def _next_noun(case: Case) -> Name | None:
    """The noun of the number that follows at once (12类45件民生实事)."""
    following = case.following
    if case.mention.noun or case.mention.right or following is None or following.left or not following.noun or following.noun_is_clause:
        return None
    if case.mention.quantity.dimension not in COUNTED or following.quantity.dimension not in COUNTED:
        return None
    return Name((following.noun,), "indicator.next_noun", following.noun)


def _produced(case: Case) -> Name | None:
    """The output of what is made (如发电设备，去年生产80万千瓦)."""
    made = _MADE.search(case.mention.left)
    if not made or case.mention.noun or case.mention.changes:
        return None
    before = clean(case.subject.removesuffix(made.group())) if case.subject.endswith(made.group()) else ""
    thing = case.topic or clean(_last_clause(case.clauses))
    thing = thing if says_nothing(before) else before
    if not 1 <= len(thing) <= 8 or says_nothing(thing):
        return None
    return Name((f"{thing}产量",), "indicator.produced", f"{thing}产量")


def _last_clause(text: str) -> str:
    clauses = [clause for clause in re.split("[，；。：]", text) if clause]
    return re.sub("^(?:如|例如|比如|拿)|来说$", "", clauses[-1]) if clauses else ""


def _relative(case: Case) -> Name | None:
    """What is counted with what is told of it (16所高校入选建设名单)."""
    mention = case.mention
    if not mention.noun or mention.noun_is_clause or mention.changes or mention.quantity.dimension not in COUNTED:
        return None
    at = mention.right.find(mention.noun)
    rest = mention.right[at + len(mention.noun) :].strip(JOINTS) if at >= 0 else ""
    if not 3 <= len(rest) <= 18 or not _GRANTED.match(rest):
        return None
    return Name((f"{rest}的{mention.noun}",), "indicator.relative", mention.noun)


CONTEXT_RULES: tuple[Callable[[Case], Name | None], ...] = (
    _topic,
    _owned,
    _owned_object,
    _object,
    _given,
    _purpose,
    _newly,
    _kept_on_carried,
    _next_noun,
    _produced,
    _relative,
)
