"""The subjects of a sentence's numbers: named one by one, carried over from number to number, paired off in lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from transforms.lexicon import pattern
from transforms.reading import catalogue
from transforms.reading.indicator_names import Case, Name, account_of
from transforms.reading.mentions import Mention
from transforms.reading.name_candidates import topic_before
from transforms.reading.name_choice import name_of
from transforms.reading.noun_phrases import clean, idle_subject, is_place, listed, object_of_clauses, split_list
from transforms.reading.paired_numbers import first_of_structure

_TAKES_PART = pattern("takes_part")
_PART_ALONE = pattern("part_alone")
_SECTORS = "一二三"
_MOST_LISTED = 12
_REACHED = ("达", "为")
_LONGEST_LIST = 40
"""Numbers of a list that are looked at: no report pairs more of them with names, and a search from each takes the square of the time."""


@dataclass(slots=True)
class _Reader:
    """Reads a sentence from number to number. ``carried`` is the subject that a number without its own takes."""

    text: str
    section: str
    mentions: list[Mention]
    carried: str
    before: str = ""
    """The subject of the sentence before, where it had no numbers."""
    topic: str = ""
    parent: str = ""
    """The subject before 其中, to which what follows a ； goes back."""
    position: int = 0
    named: list[str] = field(default_factory=list)
    """The subjects named so far, in order."""
    outside: str = ""
    """The subject before a bracket with numbers of its own, to which what follows the bracket goes back."""
    share: str = ""
    """The name of the number before, where it was a share."""

    def read(self) -> list[Name]:
        """The names of all mentions."""
        names: list[Name] = []
        while len(names) < len(self.mentions):
            names.extend(self._next(len(names)))
        return names

    def _next(self, at: int) -> list[Name]:
        mention = self.mentions[at]
        start, self.position = self.position, mention.quantity.bound_end
        account = self._carry(mention, start)
        mention.carried = self.carried
        share, self.share = self.share, ""
        nested = at > 0 and is_place(self.mentions[at - 1].noun) and mention.left_start == self.mentions[at - 1].quantity.bound_end
        name = name_of(self._case(mention, at, start, account, nested=nested))
        name = self._better(mention, name, at, start)
        if share and name.rule == "indicator.carried" and _goes_on_with_share(mention):
            name = Name((share,), name.rule, name.base)
        if name.rule == "indicator.share" or name.names == (share,):
            self.share = name.names[0]
        pairs = self._pairs(name, at)
        if pairs:
            self.carried = name.base
            self.position = self.mentions[at + len(pairs) - 1].quantity.bound_end
            return pairs
        if name.base:
            self.carried = name.base
            self.named.append(name.base)
        return [name]

    def _case(self, mention: Mention, at: int, start: int, account: str, *, nested: bool) -> Case:
        """What the sentence tells around a mention."""
        clauses = self.text[start : mention.left_start]
        following = self.mentions[at + 1] if at + 1 < len(self.mentions) else None
        end = following.quantity.bound_start if following else len(self.text)
        return Case(
            mention,
            self.carried,
            _governing(self.mentions, at),
            self.text[: mention.left_start],
            account,
            nested,
            topic_before(clauses, at_start=not start) if clauses else "",
            self._owner(clauses, at),
            clauses,
            self.text[mention.quantity.bound_end : end],
            self.section,
        )

    def _owner(self, clauses: str, at: int) -> str:
        """Whose the thing measured may be: the subject of the clause before, or that of the sentence before."""
        return _idle(clauses) or (self.before if not at else "")

    def _carry(self, mention: Mention, start: int) -> str:
        """Take up the subjects that stand between two numbers; the account of a budget that a bare item is of."""
        between = self.text[start : mention.quantity.start]
        reaches = mention.changes or (not mention.subject and mention.verb.startswith(_REACHED))
        idle = _idle(self.text[start : mention.left_start]) if reaches else ""
        self.carried = idle or self.carried
        if self.outside and "）" in between:
            self.carried, self.outside = self.outside, ""
        if between.rfind("（") > between.rfind("）"):
            self.outside = self.carried
        if "其中" in between:
            self.parent = self.carried
        if self.parent and "；" in between:
            return self.parent
        return "" if self.carried else account_of(self.section + self.text[: mention.left_start])

    def _better(self, mention: Mention, name: Name, at: int, start: int) -> Name:
        """A name with what only the sentence as a whole tells."""
        if mention.quantity.kind == "structure":
            return self._sector(at)
        self.topic = _topic(name) or self.topic
        takes_part = mention.noun_is_clause or _TAKES_PART.match(mention.noun)
        if self.topic and takes_part and len(mention.noun) <= 8 and name.names == (mention.noun,):
            return Name((self.topic + mention.noun,), "indicator.topic", self.topic)
        if name.rule == "indicator.carried":
            name = self._instead_of_carried(mention, name, start)
        several = _several(name)
        grows = mention.changes or mention.quantity.kind == "fold"
        if several and (mention.each or (grows and any(catalogue.match(part, "growth_rate", "ratio") for part in several))):
            alone = len(_list_group(self.mentions, at)) == 1
            return Name(tuple(several), "indicator.each", name.base) if alone or mention.each else name
        return name

    def _instead_of_carried(self, mention: Mention, name: Name, start: int) -> Name:
        if mention.changes and not self.carried:
            known = catalogue.last_named(self.text, mention.quantity.start)
            return Name((known,), "indicator.named_before", known) if known else name
        if mention.quantity.dimension == "ratio" and self.carried and _PART_ALONE.fullmatch(mention.left):
            return Name((f"{self.carried}占比",), name.rule, name.base)  # 城镇人口36万人，占69%
        if mention.acts and not mention.changes:
            done = object_of_clauses(self.text[start : mention.left_start])
            return Name((done,), "indicator.clause_object", done) if done else name
        return name

    def _sector(self, at: int) -> Name:
        """The share that a number of 三次产业结构 a:b:c is."""
        first = first_of_structure(self.mentions, at)
        alone = first + 2 >= len(self.mentions) or first_of_structure(self.mentions, first + 2) != first
        place = min(at - first + alone, 2)  # 二三产比例 a:b begins with the second sector
        return Name((f"第{_SECTORS[place]}产业增加值占比",), "indicator.structure", "")

    def _pairs(self, name: Name, at: int) -> list[Name]:
        """The names that a list of numbers pairs off with (A、B、C 分别增长 x、y、z); empty where it is no such list."""
        group = _list_group(self.mentions, at)
        if len(group) < 2 or name.rule not in ("indicator.subject", "indicator.carried", "indicator.share"):
            return []
        if name.rule == "indicator.share":
            part = name.base.removesuffix("占比")
            of_whole = name.names[0].removeprefix(part)
            return [Name((each + of_whole,), "indicator.listed", name.base) for each in listed(part, len(group))] if part else []
        verb = self.mentions[at].object_verb if self.mentions[at].keeps_verb else ""
        pairs = [each if verb in each else verb + each for each in listed(name.names[0], len(group))]
        told = list(dict.fromkeys(self.named))[-len(group) :]
        compares = self.mentions[at].changes or self.mentions[group[-1]].quantity.dimension == "multiple"
        if not pairs and compares and name.rule == "indicator.carried" and len(told) == len(group):
            pairs = told  # 城镇居民收入…，农村居民收入…，实际增长7.7%和6.8%
        return [Name((pair,), "indicator.listed", name.base) for pair in pairs]


def names_of(text: str, section: str, mentions: list[Mention], carried: str, before: str = "") -> tuple[list[Name], str]:
    """The names of a sentence's mentions, in order, and the subject that the next sentence takes over.

    ``before`` is the subject of the sentence before, where that has no numbers.
    """
    reader = _Reader(text, section, mentions, carried, before)
    return reader.read(), reader.carried


def _goes_on_with_share(mention: Mention) -> bool:
    """Whether a number behind a share is of the share itself, not of what has it: 提高到15%, 提高2个百分点, a further one of a list."""
    dimension = mention.quantity.dimension
    return dimension == "percentage points" or (dimension == "ratio" and (mention.reaches or (mention.direct and not mention.changes)))


def _topic(name: Name) -> str:
    """What a counted thing does (2147个县实施养老保险试点): what the short clauses behind it are about (1334万人参保)."""
    if name.rule != "indicator.counted" or "的" not in name.names[0]:
        return ""
    return clean(name.names[0].split("的", 1)[0])


def _governing(mentions: list[Mention], at: int) -> Mention | None:
    """The mention whose noun a nested count takes part in: the last of 10个镇77个行政村157个自然村群众饮水问题."""
    end = at
    while end + 1 < len(mentions) and is_place(mentions[end].noun) and mentions[end + 1].left_start == mentions[end].quantity.bound_end:
        end += 1
    if end > at:
        return mentions[end]
    closely = at + 1 < len(mentions) and mentions[at + 1].left_start == mentions[at].quantity.bound_end
    return mentions[at + 1] if closely else None


def _several(name: Name) -> list[str]:
    """The items of a name that is a list; empty where it is none."""
    parts = split_list(name.names[0])
    fits = 2 <= len(parts) <= _MOST_LISTED and all(2 <= len(part) <= 24 for part in parts)
    return parts if fits else []


def _idle(text: str) -> str:
    """The subject of the last clause without a number between two numbers."""
    clauses = [clause for clause in re.split("[，；。：]", text) if clause]
    return idle_subject(clauses[-1]) if clauses else ""


def _list_group(mentions: list[Mention], at: int) -> list[int]:
    """The numbers that a list of numbers holds, from the one at ``at``."""
    group = [at]
    for following in range(at + 1, min(len(mentions), at + _LONGEST_LIST)):
        mention = mentions[following]
        if not (mention.joined and mention.direct) and mention.left.strip("，、和及与") != "":
            break
        apart = not mention.direct and (mention.noun or not mention.left)
        if apart and mention.quantity.unit != mentions[at].quantity.unit:
            break  # 分别增至37座、14座，6部作品…: what follows counts something else
        group.append(following)
    return group
