"""The words of ``lexicon/cues.yml`` as patterns: what a number's surroundings say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from transforms.lexicon import derived, load, pattern


@derived
def word_set(*names: str) -> frozenset[str]:
    """The words of some lists together."""
    return frozenset(word for name in names for word in words(name))


@derived
def words(name: str) -> tuple[str, ...]:
    """A list of cue words, the longest first."""
    listed = dict.fromkeys(load("cues.yml")[name].split())
    return tuple(sorted(listed, key=len, reverse=True))


_NOT_WITHIN = {"均": "(?<![人户日年月平])均", "为": "(?<!行)为", "再": "再(?!融资|生|就业|担保|贷款|保险|制造)"}
"""Words of one character that are a part of other words (人均, 行为, 再融资)."""


def any_of(*names: str) -> str:
    """A pattern of the words of some lists, the longest first.

    The group is atomic: a word that is two other words in a row (全年共) is read in one way only, else a run of such words
    could be taken apart in ways without end.
    """
    # In an order of our own: that of a set changes from process to process, and with it what is read.
    listed = sorted({word for name in names for word in words(name)}, key=lambda word: (-len(word), word))
    return "(?>" + "|".join(_NOT_WITHIN.get(word, re.escape(word)) for word in listed) + ")"


@dataclass(frozen=True, slots=True)
class Cues:
    """Compiled patterns over the words before or behind a number."""

    change: re.Pattern[str]
    level: re.Pattern[str]
    object_end: re.Pattern[str]
    verbs_only: re.Pattern[str]
    head_verbs: re.Pattern[str]
    keep_end: re.Pattern[str]
    acts: re.Pattern[str]
    lead: re.Pattern[str]
    trail: re.Pattern[str]
    empty: re.Pattern[str]
    not_noun: re.Pattern[str]
    noun_end: re.Pattern[str]
    growth_noun: re.Pattern[str]
    rate_noun: re.Pattern[str]
    falls: frozenset[str]


_COMPARISON = pattern("comparison")
_NET_OF = pattern("net_of")
_RUN = "{1,12}"
"""How many words in a row are read: more are no sentence, and a search from each of their places takes the square of the time."""
_RUN_OF_YEARS = r"连续[一两二三四五六七八九十\d]+年"


@derived
def cues() -> Cues:
    """All patterns, compiled once."""
    adverb = rf"(?>{_RUN_OF_YEARS}|{_NET_OF.pattern}|{any_of('adverbs')})"
    compared = rf"(?:{_COMPARISON.pattern}{adverb}{{0,8}})"
    says_nothing = any_of("empty", "lead")
    return Cues(
        change=re.compile(
            rf"(?P<verb>{any_of('rise', 'fall')})(?P<to>{any_of('to')}(?:了)?)?"
            rf"(?P<filler>{any_of('filler')}{{0,6}})$"
        ),
        level=re.compile(any_of("level") + f"{_RUN}$"),
        object_end=re.compile(rf"(?P<verb>{any_of('object', 'object_or_noun', 'keep')})(?:了|有|约|近)?$"),
        verbs_only=re.compile(rf"(?>{any_of('lead', 'object', 'object_or_noun', 'keep', 'level', 'manner')}|[和、并了约近再新先，])*+"),
        head_verbs=re.compile(rf"(?:{any_of('object')}(?:了|和|、|并)?){_RUN}(?=[^，。、和的]{{2,}})"),
        keep_end=re.compile(rf"{any_of('keep')}(?:了)?$"),
        acts=re.compile(rf"(?>{any_of('lead')}|和|、|并|，){{0,12}}{any_of('object', 'object_or_noun', 'keep')}"),
        lead=re.compile(
            rf"(?:(?:到|至|在|自|从)?(?:\d{{4}}|[一二][〇一二三四五六七八九零]{{3}})年(?:度|末|底|初|以来)?(?!均)|{any_of('lead')}(?!度|体(?!育)|线|级)){_RUN}"
        ),
        trail=re.compile(rf"(?:{adverb}{{1,8}}{compared}{{0,2}}|{compared}{{1,2}})$"),
        empty=re.compile(rf"{says_nothing}*+(?:{_COMPARISON.pattern}{says_nothing}*+){{0,2}}"),
        not_noun=re.compile(any_of("not_noun")),
        noun_end=re.compile(any_of("noun_ends")),
        growth_noun=re.compile(rf"(?<!自然)(?:的)?{any_of('growth_nouns')}{any_of('filler')}{{0,6}}$"),
        rate_noun=re.compile(rf"{any_of('rate_nouns')}$"),
        falls=frozenset(words("fall")),
    )
