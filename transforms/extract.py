"""From a document to its metrics and numbers.

text -> sentences -> numbers (class or quantity) -> mentions (words) -> statistic, indicator, period, modality -> metrics
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from transforms.lexicon import pattern
from transforms.numbers.classify import Decision
from transforms.numbers.numerals import NUMERAL_CHARACTERS
from transforms.numbers.quantities import Quantity, Token, read, unit_of_subject
from transforms.numbers.units import unit_of
from transforms.reading import catalogue
from transforms.reading.confidence import confidence, features
from transforms.reading.indicator_names import Name
from transforms.reading.mentions import Mention, mentions
from transforms.reading.modality import is_preliminary, modality_of
from transforms.reading.noun_phrases import idle_subject, until_stop
from transforms.reading.paired_numbers import first_of_structure, starts_pair, times_of_pairs
from transforms.reading.periods import Told, basis_over, period
from transforms.reading.planned_year import planned_year, plans_next_year
from transforms.reading.statistic import Reading, reading
from transforms.reading.sub_periods import sub_period
from transforms.reading.subjects import names_of
from transforms.reading.time_expressions import Calendar, Event, events, handed_on, inherited
from transforms.reading.whose import Home, Whose, level_said, whose
from transforms.tables.cells import CellReading
from transforms.tables.reading import TableRows
from transforms.text.part_evidence import tense_of
from transforms.text.sentences import Sentence, sentences
from transforms.types import Document, Extraction, Metric, Number

_NUMERAL_RUN = re.compile(rf"[0-9０-９{NUMERAL_CHARACTERS}]+")


_LONGEST_HEADING = 40
"""Characters of a sentence in which a heading within the text is looked for."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TABLE_UNIT = pattern("table_unit")
_LONGEST_UNIT_LINE = 60
"""Characters of the line above a table that gives its unit (单位：万元), its title before it or not."""
_SHORTEST_TOLD = 3
_LEAST_WORDS = 0.2
"""Share of Chinese characters below which a text states nothing."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """The steps by which one mention became a metric: its words, name, statement, times and modality."""

    mention: Mention
    name: Name
    reading: Reading
    told: Told
    times: list[Event]
    """The times of the sentence that may hold for this number."""
    years: tuple[int | None, int | None, str]
    modality: tuple[str, str]


@dataclass(slots=True)
class Trace:
    """The steps of one sentence, kept for whoever explains a reading (:mod:`transforms.explain.report`)."""

    sentence: Sentence
    found: list[Quantity | Token]
    derivations: list[Derivation] = field(default_factory=list)
    cells: list[CellReading] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """What a sentence hands on to the next one in its paragraph."""

    paragraph: int = -1
    carried: str = ""
    time: Event | None = None
    """The time that the sentence before named."""
    without_numbers: str = ""
    """The sentence before, where it has no numbers."""
    region: str = ""
    home: Home = Home()
    """The place that the document is of."""
    section: str = ""
    level: str = ""
    """Whose accounts the last heading within the text opened: ``own_level``, ``whole`` or unsaid."""
    text: str = ""
    """The document's text."""
    tables: TableRows = field(default_factory=TableRows)
    """The document's tables, read as their rows come."""
    trace: list[Trace] | None = None
    """Where the steps are written down if somebody wants them."""


def extract(document: Document, trace: list[Trace] | None = None) -> Extraction:
    """The metrics and numbers of a document, in the order of the text. The steps of each sentence are added to ``trace``."""
    doc_type = document.identity.doc_type
    plan_year = planned_year(document)
    ahead = plans_next_year(document, plan_year)
    metrics: list[Metric] = []
    numbers: list[Number] = []
    tables = TableRows(document, plan_year)
    identity = document.identity
    home = Home(identity.region or "", identity.region_code, identity.region_level)
    state = _State(region=identity.region or "", home=home, text=document.text, tables=tables, trace=trace)
    for sentence in sentences(document.text, plan_year, doc_type):
        calendar = Calendar.of(sentence.decided.report, doc_type, ahead and sentence.decided.report == plan_year)
        _one_sentence(sentence, calendar, state, metrics, numbers)
    return Extraction(tuple(metrics), tuple(complete(document.text, numbers)))


def as_written(sentence: Sentence, text: str) -> str:
    """A sentence in the document's own characters, white space left out but where it parts two numbers."""
    return _written(sentence.view.origin, text)


def _written(origin: Sequence[int], text: str) -> str:
    return "".join([" " if text[at].isspace() else text[at] for at in origin])


def complete(text: str, numbers: list[Number]) -> list[Number]:
    """The ledger with every numeral character of the text in exactly one row: what no rule took is a row of its own."""
    out: list[Number] = []
    reached = 0
    for number in [*sorted(numbers, key=lambda n: n.char_start), Number(len(text), len(text), "", "")]:
        out.extend(Number(*rest.span(), "lexical", "ledger.rest") for rest in _NUMERAL_RUN.finditer(text, reached, number.char_start))
        if number.number_class:
            out.append(number)
            reached = number.char_end
    return out


def _one_sentence(sentence: Sentence, calendar: Calendar, state: _State, metrics: list[Metric], numbers: list[Number]) -> None:
    found = read(sentence.text)
    if sentence.section != state.section:
        state.section, state.level = sentence.section, ""
    state.level = level_said(sentence.text[:_LONGEST_HEADING], state.level)
    if not found:
        state.without_numbers = sentence.text if not sentence.is_table else ""
        if sentence.paragraph != state.paragraph:
            state.paragraph, state.carried, state.time = sentence.paragraph, "", None
        return
    if sentence.is_table:
        _one_row(sentence, found, state, metrics, numbers)
        return
    if sentence.part.role == "glossary":
        found = [Token(item.start, item.end, Decision("reference", "section.glossary")) for item in found]
    elif len(sentence.text) <= _LONGEST_UNIT_LINE and _TABLE_UNIT.search(sentence.text):
        found = [item if isinstance(item, Token) else Token(item.start, item.end, Decision("lexical", "table.unit")) for item in found]
    elif _without_words(sentence.text):
        found = [item if isinstance(item, Token) else Token(item.start, item.end, Decision("name", "text.no_words")) for item in found]
    if state.trace is not None:
        state.trace.append(Trace(sentence, found))
    if sentence.paragraph != state.paragraph:
        state.paragraph, state.carried, state.without_numbers, state.time = sentence.paragraph, "", "", None
    for item in found:
        start, end = sentence.view.span(item.start, item.end)
        decided = ("metric", "") if isinstance(item, Quantity) else (item.decision.number_class, item.decision.rule)
        numbers.append(Number(start, end, *decided))
    for metric in _metrics(sentence, found, calendar, state):
        metrics.append(metric)


def _without_words(text: str) -> bool:
    """Whether a text is numbers without the words that say what they are of (a page whose fonts cannot be read)."""
    return len(text) >= _SHORTEST_TOLD and len(_CHINESE.findall(text)) < _LEAST_WORDS * len(text)


def _one_row(sentence: Sentence, found: list[Quantity | Token], state: _State, metrics: list[Metric], numbers: list[Number]) -> None:
    """The metrics and numbers of a table's row."""
    start, end = sentence.view.span(0, len(sentence.text))
    cells = state.tables.cells(start, end, sentence)
    if state.trace is not None:
        state.trace.append(Trace(sentence, found, cells=cells))
    ends = [cell.char_end for cell in cells]
    for item in found:
        at, behind = sentence.view.span(item.start, item.end)
        cell = bisect_right(ends, at)
        if cell < len(cells) and cells[cell].char_start < behind:
            continue
        decision = item.decision if isinstance(item, Token) else state.tables.decision(at, behind, state.text)
        numbers.append(Number(at, behind, decision.number_class, decision.rule))
    numbers.extend(Number(cell.char_start, cell.char_end, "metric", cell.rule) for cell in cells)
    metrics.extend(state.tables.metric(cell, sentence, as_written(sentence, state.text), state.region) for cell in cells)


def _metrics(sentence: Sentence, found: list[Quantity | Token], calendar: Calendar, state: _State) -> Iterator[Metric]:
    text = sentence.text
    all_mentions = mentions(text, found)
    if not all_mentions:
        state.time = handed_on(events(text, calendar, sentence.part)) or state.time
        return
    named = inherited(events(text, calendar, sentence.part), state.time, text, sentence.part)
    if not named and state.time is not None and _goes_on_looking_back(sentence, state.time, calendar):
        named = [replace(state.time, at=0, end=0)]
    state.time = handed_on(named)
    earlier_start: int | None = None
    asked: Told | None = None
    written = as_written(sentence, state.text)
    local = times_of_pairs(text, all_mentions, named)
    preliminary = is_preliminary(text)
    for at, (mention, name) in enumerate(zip(all_mentions, _names(sentence, all_mentions, state), strict=True)):
        told = reading(mention, name.names[0], text)
        unit = told.unit or unit_of_subject(name.names[0])
        known = unit_of(unit)
        dimension = known.dimension if known else None
        anchor = first_of_structure(all_mentions, at)
        start_of_pair = starts_pair(all_mentions, anchor)
        seen = [event for event in named if local.get(event.at, anchor) == anchor]
        asked = _asked(text, mention, name, told, asked, start_of_pair)
        first, last, period_rule = period(asked, mention.quantity.start, seen, sentence.part, text)
        if start_of_pair:
            if period_rule in ("period.from_event", "period.from") and earlier_start is not None:
                first = last = earlier_start
            earlier_start = first
        modality, modality_rule = modality_of(text, mention, sentence.part, (first, last), calendar)
        if modality_rule in ("modality.done_word", "modality.standing") and period_rule in _OF_THE_PART:
            first = last = (calendar.report - 1) if calendar.report is not None else None
            period_rule = "period.as_it_is"
        if state.trace is not None:
            years, decided = (first, last, period_rule), (modality, modality_rule)
            state.trace[-1].derivations.append(Derivation(mention, name, told, asked, seen, years, decided))
        start, end = sentence.view.span(mention.quantity.start, mention.quantity.end)
        for indicator in name.names:
            final = told.rename(indicator)
            owner = whose(text[mention.left_start : mention.quantity.start], final, sentence.section, state.level, state.home)
            yield Metric(
                char_start=start,
                char_end=end,
                indicator=final,
                indicator_id=_id_of(_without_region(final, state.region), told.statistic, dimension, mention, owner),
                place=owner.place,
                place_code=owner.code,
                scope=owner.scope,
                statistic=told.statistic,
                value=told.value,
                value_high=told.value_high,
                unit=unit,
                bound=mention.quantity.bound,
                modality=modality,
                is_preliminary=preliminary,
                basis=basis_over(told.basis, told.statistic, first, last),
                period_start=first,
                period_end=last,
                sub_period=sub_period(text, mention.quantity.start) if first == last else None,
                section=sentence.section,
                sentence=written,
                rule=f"{name.rule}+{period_rule}",
                confidence=confidence(features(name.rule, period_rule, told.statistic, mention.quantity.bound, final)),
            )


def _names(sentence: Sentence, all_mentions: list[Mention], state: _State) -> list[Name]:
    """The names of a sentence's mentions; the subject that goes on to the next sentence is written down."""
    before = idle_subject(until_stop(state.without_numbers)) if state.without_numbers else ""
    names, state.carried = names_of(sentence.text, sentence.section, all_mentions, state.carried, before)
    state.without_numbers = ""
    return names


def _id_of(name: str, statistic: str, dimension: str | None, mention: Mention, owner: Whose) -> str | None:
    """The catalogue's id of a name, unless the verb before it or whose figure it is makes it something else."""
    if owner.place is not None or owner.scope != "whole":
        return None
    found = catalogue.match(name, statistic, dimension)
    return None if found and catalogue.behind_verb(found, mention.object_verb or _verb_before(mention.left, name)) else found


def _verb_before(left: str, name: str) -> str:
    at = left.rfind(name)
    return left[:at] if at > 0 else ""


def _without_region(name: str, region: str) -> str:
    """An indicator's name without the name of the region that the report is of (宝安人民: 人民)."""
    short = region.rstrip("省市县区旗州盟") if len(region) > 2 else region
    for place in (region, short):
        if place and name.startswith(place) and len(name) > len(place) + 1:
            return name[len(place) :]
    return name


def _left_context(text: str, mention: Mention) -> str:
    return text[mention.left_start : mention.quantity.start]


_REACH_VERBS = pattern("reach")
_REACH_BOUNDS = pattern("reach_bound")
_REACH_BEHIND = pattern("reach_behind")
_ALL_ALONG = pattern("all_along")
_STOCK = pattern("stock")
_OF_THE_PART = ("period.part", "period.term", "period.reached")
_LIST_JOINT = pattern("list_joint")
_GOES_ON = pattern("goes_on_with_time")
_FLOW_OF_MONEY = pattern("flow_of_money")
_FLOW_OF_DEEDS = pattern("flow_of_deeds")
_STATE_NOW = pattern("state_now")
_ANNUAL_FLOW = pattern("annual_flow")
_ADDED_OVER_YEARS = pattern("added_over_years")
_MULTIPLE_OF_IT = pattern("multiple_of_it")


def _goes_on_looking_back(sentence: Sentence, time: Event, calendar: Calendar) -> bool:
    """Whether a sentence within a plan goes on with the look back that the one before it opened (过去一年，…)."""
    past = calendar.report is not None and time.last < calendar.report
    return sentence.part.is_plan and past and time.at <= 1 and not time.compared and tense_of(sentence.text) > 0


def _asked(text: str, mention: Mention, name: Name, told: Reading, before: Told | None, starts_from: bool) -> Told:
    """What decides a mention's period; ``before``: the same of the mention before it, which a list or 其中 goes on with."""
    reached, stock = _reached(text, mention, name.base or name.names[0])
    left = _left_context(text, mention)
    if before is not None and _LIST_JOINT.fullmatch(mention.left):
        left = before.left + left
    if before is not None and before.reached and _GOES_ON.match(mention.left.lstrip("，")):
        reached, stock = True, before.stock
    if told.statistic == "multiple":
        of_it = before is not None and _MULTIPLE_OF_IT.match(mention.left)
        reached = before.reached if before is not None and of_it else True
    known = unit_of(told.unit)
    return Told(
        told.statistic,
        starts_from,
        reached,
        left,
        mention.left_start,
        stock,
        flow=known is not None and known.dimension == "currency" and _FLOW_OF_MONEY.search(name.names[0]) is not None,
        folds=mention.quantity.kind == "fold" or (told.statistic == "growth_rate" and mention.quantity.dimension == "multiple"),
    )


def _reached(text: str, mention: Mention, name: str) -> tuple[bool, bool]:
    """Whether a number in the review or plan of a term is a level at its end, not something done over it; and whether
    only its being a stock says so.
    """
    if mention.reaches or mention.quantity.kind == "structure":
        return True, False
    ratio = mention.quantity.dimension == "ratio"
    if not ratio and _FLOW_OF_DEEDS.search(name):
        return False, False
    if _STATE_NOW.match(mention.left):
        return True, False
    if _ALL_ALONG.search(mention.left) or ((mention.acts or mention.noun) and not ratio):
        return False, False
    if _REACH_BEHIND.search(text[mention.quantity.end : mention.quantity.bound_end]):
        return True, False
    bound = text[mention.quantity.bound_start : mention.quantity.start]
    if (mention.verb and not mention.changes and _REACH_VERBS.search(mention.verb)) or (bound and _REACH_BOUNDS.search(bound)):
        return True, False
    flow_of_a_year = _ANNUAL_FLOW.search(name) is not None and not _ADDED_OVER_YEARS.search(mention.left)
    return ratio or flow_of_a_year or _STOCK.search(name) is not None, True
