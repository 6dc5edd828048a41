"""Which of the candidate names a number gets: each candidate is weighed by its features, the heaviest is taken.

The weights are data (``lexicon/name_weights.yml``), set by hand in the order in which the rules were once tried; a fit on the
annotated reports (``python -m tests.reading.fit_names``), each judged by the others, did not do better.
Names that reports themselves use (``lexicon/known_names.yml``, with the number of reports) are evidence for a candidate;
words that are no name (a bare verb, an adverb, a heading) are evidence against it.
"""

from __future__ import annotations

from transforms.lexicon import derived, derived_up_to, load, pattern
from transforms.reading import catalogue
from transforms.reading.cue_grammar import cues, word_set
from transforms.reading.indicator_names import COUNTED, RULES, Case, Name, carried_name
from transforms.reading.mentions import Mention
from transforms.reading.name_candidates import CONTEXT_RULES
from transforms.reading.noun_phrases import clean, says_nothing, share, until_stop, verbs_only, without_growth_noun

_COMPARED_THING = pattern("compared_thing")
_PART_OF_YEAR = pattern("part_of_year")
_MONEY_HEAD = pattern("money_head")
_BARE_HEAD = pattern("bare_head")
_FUNCTION_FIRST = pattern("function_first")
_VERB_LAST = pattern("verb_last")
_NO_NAME = pattern("no_name")
_ONE_CHARACTER = pattern("one_character_name")
_NAMED_BY_ITS_VERB = ("counted", "next_noun", "proceedings", "task", "verb")
"""Rules whose names may be a verb, or a noun that elsewhere says nothing (85项任务)."""
LONG_NAME = 22
"""Characters from which on an indicator's name is called long."""
_OFTEN, _SOMETIMES = 8, 3
"""Reports that use a name, from which on it is called usual or known."""


@derived
def known_names() -> dict[str, int]:
    """The names that reports use, each with the number of reports (``lexicon/known_names.yml``)."""
    found: dict[str, int] = {}
    for count, names in load("known_names.yml").items():
        if isinstance(count, int):
            found.update(dict.fromkeys(names.split(), count))
    return found


@derived
def _weights() -> dict[str, float]:
    return {str(feature): float(weight) for feature, weight in load("name_weights.yml")["weights"].items()}


@derived_up_to(16384)
def defects(name: str) -> tuple[str, ...]:
    """What speaks against a phrase as a name, whatever it stands for; empty where nothing does."""
    found = []
    if says_nothing(name):
        found.append("defect.says_nothing")
    elif _NO_NAME.search(name):
        found.append("defect.no_name")
    if len(name) == 1 and not _ONE_CHARACTER.match(name):
        found.append("defect.one_character")
    elif len(name) > LONG_NAME:
        found.append("defect.long")
    if _FUNCTION_FIRST.match(name):
        found.append("defect.function_word")
    elif cues().head_verbs.match(name) and not catalogue.match(name, "growth_rate", "ratio"):
        found.append("defect.verb_first")
    if _VERB_LAST.search(name):
        found.append("defect.verb_last")
    if _BARE_HEAD.fullmatch(name):
        found.append("defect.bare")
    elif name in word_set("generic"):
        found.append("defect.generic")
    return tuple(found)


def is_known(name: str) -> bool:
    """Whether reports use the name, or the catalogue has it."""
    return catalogue.plain(name) in known_names() or catalogue.match(name, "growth_rate", "ratio") is not None


@derived_up_to(16384)
def _evidence(name: str) -> tuple[str, ...]:
    """What speaks for a phrase as a name, and against it."""
    times = known_names().get(catalogue.plain(name), 0)
    usual = ("known.often",) if times >= _OFTEN else ("known.sometimes",) if times >= _SOMETIMES else ()
    listed = ("known.catalogue",) if catalogue.match(name, "growth_rate", "ratio") else ()
    money = ("head.money",) if _MONEY_HEAD.search(name) else ()
    return (*usual, *listed, *money, *defects(name))


def kind_of(mention: Mention) -> str:
    """What a number does, as far as it tells which words name it."""
    if mention.changes or mention.quantity.kind == "fold":
        return "change"
    dimension = mention.quantity.dimension
    return "count" if dimension in COUNTED else "money" if dimension == "currency" else "ratio" if dimension == "ratio" else "other"


def features(name: Name, kind: str) -> tuple[str, ...]:
    """The features by which a candidate is weighed."""
    rule = name.rule.removeprefix("indicator.")
    found = _evidence(name.names[0])
    if rule in _NAMED_BY_ITS_VERB:
        found = tuple(each for each in found if each not in ("defect.says_nothing", "defect.verb_first"))
    return (f"rule.{rule}", f"rule.{rule}.{kind}", *(f"{each}.{kind}" if each == "head.money" else each for each in found))


def weight(found: tuple[str, ...]) -> float:
    """The weight of a candidate with these features."""
    weights = _weights()
    return sum(weights.get(feature, 0.0) for feature in found)


@derived_up_to(32768)
def _weight_of(rule: str, name: str, kind: str) -> float:
    """The weight of a candidate by its rule and name; reports repeat both, so it is remembered."""
    return weight(features(Name((name,), rule, ""), kind))


def choose(case: Case) -> Name:
    """The heaviest candidate; of equal ones the first."""
    candidates = [name for rule in (*RULES, *CONTEXT_RULES) if (name := rule(case))]
    candidates.append(carried_name(case))
    kind = kind_of(case.mention)
    weighed = [(_weight_of(name.rule, name.names[0], kind), name) for name in candidates]
    best = max(weighed, key=lambda pair: pair[0])[1]
    return Name(best.names, best.rule, best.base, tuple((round(heavy, 2), name) for heavy, name in weighed))


def name_of(case: Case) -> Name:
    """The indicator of a mention, of which ``case`` has all but the subject cleaned."""
    mention = case.mention
    subject, growth_noun = without_growth_noun(mention.subject)
    if growth_noun:
        mention.notes.append("growth_noun")
    if mention.quantity.dimension == "multiple":
        subject = _COMPARED_THING.sub("", subject)
    # 占全国人口65%的地区…: the part stands behind the number.
    behind = mention.right.startswith("的") and subject.startswith("占")
    portion = share(subject, clean(until_stop(mention.right[1:])) if behind else case.carried)
    if portion:
        return Name((portion[0],), "indicator.share", portion[1])
    named = clean(subject)
    if mention.changes:
        named = clean(_PART_OF_YEAR.sub("", named))
    if len(named) == 1 and verbs_only(subject):
        named = ""  # 今年再建9个: what is left of 再建
    case.subject = named
    return choose(case)
