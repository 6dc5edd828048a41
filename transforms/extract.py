"""From a document to its metrics and numbers.

    text -> sentences -> numbers (class or quantity) -> mentions (words) -> statistic, indicator, period, modality -> metrics
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from transforms import catalogue
from transforms.cells import Cell, cells, unit_line
from transforms.classify import Decision
from transforms.clauses import Mention, mentions
from transforms.modality import is_preliminary, modality_of
from transforms.model import Document, Extraction, Metric, Number
from transforms.numerals import NUMERAL_CHARACTERS
from transforms.naming import Name, account_of, clean, idle_subject, is_place, listed, name_of, object_of_clauses
from transforms.periods import Calendar, Event, Told, events, period, planned_year
from transforms.quantities import Quantity, Token, read, unit_of_subject
from transforms.segment import Sentence, sentences
from transforms.statistic import Reading, reading
from transforms.units import unit_of
from transforms.view import SEPARATOR

_NUMERAL_RUN = re.compile(rf"[0-9０-９{NUMERAL_CHARACTERS}]+")


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
    """The steps of one sentence, kept for whoever explains a reading (:mod:`transforms.explain`)."""

    sentence: Sentence
    found: list[Quantity | Token]
    derivations: list[Derivation] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """What a sentence hands on to the next one in its paragraph."""

    paragraph: int = -1
    carried: str = ""
    region: str = ""
    caption: tuple[str, ...] = ()
    """The last sentences, of which a table takes its caption and unit."""
    trace: list[Trace] | None = None
    """Where the steps are written down if somebody wants them."""


def extract(document: Document, trace: list[Trace] | None = None) -> Extraction:
    """The metrics and numbers of a document, in the order of the text. The steps of each sentence are added to ``trace``."""
    doc_type = document.identity.doc_type
    plan_year = planned_year(document)
    calendar = Calendar.of(plan_year, doc_type)
    metrics: list[Metric] = []
    numbers: list[Number] = []
    state = _State(trace=trace)
    for sentence in sentences(document.text, plan_year, doc_type):
        _one_sentence(sentence, calendar, state, metrics, numbers)
    return Extraction(tuple(metrics), tuple(complete(document.text, numbers)))


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
    if not found:
        state.caption = (*state.caption, sentence.text)[-2:]
        return
    if sentence.is_table:
        _one_row(sentence, found, calendar, state, metrics, numbers)
        return
    state.caption = (*state.caption, sentence.text)[-2:]
    if sentence.part.role == "glossary":
        found = [_as_reference(item) for item in found]
    if state.trace is not None:
        state.trace.append(Trace(sentence, found))
    if sentence.paragraph != state.paragraph:
        state.paragraph, state.carried = sentence.paragraph, ""
    for item in found:
        start, end = sentence.view.span(item.start, item.end)
        decided = ("metric", "") if isinstance(item, Quantity) else (item.decision.number_class, item.decision.rule)
        numbers.append(Number(start, end, *decided))
    for metric in _metrics(sentence, found, calendar, state):
        metrics.append(metric)


def _as_reference(item: Quantity | Token) -> Token:
    return Token(item.start, item.end, Decision("reference", "section.glossary"))


def _one_row(
    sentence: Sentence, found: list[Quantity | Token], calendar: Calendar, state: _State, metrics: list[Metric], numbers: list[Number]
) -> None:
    """The metrics and numbers of a table's row."""
    short = [text for text in state.caption if len(text) <= 48]
    unit = next((said for text in reversed(short) if (said := unit_line(text))), "")
    of_row = list(cells(sentence.text, "".join(short), unit))
    if state.trace is not None:
        state.trace.append(Trace(sentence, found, cells=of_row))
    taken = [(cell.start, cell.end) for cell in of_row]
    for item in found:
        if any(item.start < end and start < item.end for start, end in taken):
            continue
        decision = item.decision if isinstance(item, Token) else Decision("specification", "table.heading")
        numbers.append(Number(*sentence.view.span(item.start, item.end), decision.number_class, decision.rule))
    for cell in of_row:
        start, end = sentence.view.span(cell.start, cell.end)
        numbers.append(Number(start, end, "metric", "table.cell"))
        known = unit_of(cell.unit)
        year = cell.year or sentence.part.last_year
        planned = cell.planned or (sentence.part.is_plan and year is not None and year >= (calendar.report or year))
        indicator_id = catalogue.match(_without_region(cell.indicator, state.region), cell.statistic, known.dimension if known else None)
        metrics.append(
            Metric(start, end, cell.indicator, indicator_id, cell.statistic, cell.value, None, cell.unit, "exact", "target" if planned else "actual",
                   False, "yoy" if cell.statistic == "growth_rate" else None, year, year, sentence.section, sentence.text.replace(SEPARATOR, " "),
                   "table.cell", 0.8)
        )


def _metrics(sentence: Sentence, found: list[Quantity | Token], calendar: Calendar, state: _State) -> Iterator[Metric]:
    text = sentence.text
    all_mentions = mentions(text, found)
    if not all_mentions:
        return
    named = events(text, calendar, sentence.part)
    earlier_start: int | None = None
    region = state.region
    local = _times_of_pairs(text, all_mentions, named)
    preliminary = is_preliminary(text)
    names = _names(text, all_mentions, state, sentence.section)
    for at, (mention, name) in enumerate(zip(all_mentions, names, strict=True)):
        told = reading(mention, name.names[0], text)
        unit = told.unit or unit_of_subject(name.names[0])
        known = unit_of(unit)
        dimension = known.dimension if known else None
        anchor = _first_of_structure(all_mentions, at)
        start_of_pair = _starts_pair(all_mentions, anchor)
        seen = [event for event in named if event.at not in local or local[event.at] == anchor]
        reached, stock = _reached(mention, name.base or name.names[0])
        asked = Told(
            told.statistic, start_of_pair, reached, _left_context(text, mention), mention.left_start, stock, mention.quantity.kind == "fold"
        )
        first, last, period_rule = period(asked, mention.quantity.start, seen, sentence.part, text)
        if start_of_pair:
            if period_rule in ("period.from_event", "period.from") and earlier_start is not None:
                first = last = earlier_start
            earlier_start = first
        modality, modality_rule = modality_of(text, mention, sentence.part, last, calendar)
        if state.trace is not None:
            years, decided = (first, last, period_rule), (modality, modality_rule)
            state.trace[-1].derivations.append(Derivation(mention, name, told, asked, seen, years, decided))
        start, end = sentence.view.span(mention.quantity.start, mention.quantity.end)
        for indicator in name.names:
            final = told.rename(indicator)
            yield Metric(
                start,
                end,
                final,
                catalogue.match(_without_region(final, region), told.statistic, dimension),
                told.statistic,
                told.value,
                told.value_high,
                unit,
                mention.quantity.bound,
                modality,
                preliminary,
                told.basis,
                first,
                last,
                sentence.section,
                text.replace(SEPARATOR, " "),
                f"{name.rule}+{period_rule}",
                0.8,
            )


def _without_region(name: str, region: str) -> str:
    """An indicator's name without the name of the region that the report is of (宝安人民: 人民)."""
    short = region.rstrip("省市县区旗州盟") if len(region) > 2 else region
    for place in (region, short):
        if place and name.startswith(place) and len(name) > len(place) + 1:
            return name[len(place) :]
    return name


def _left_context(text: str, mention: Mention) -> str:
    return text[mention.left_start : mention.quantity.start]


def _names(text: str, all_mentions: list[Mention], state: _State, section: str) -> list[Name]:
    """The names of all mentions of a sentence, subjects carried and lists paired off."""
    out: list[Name] = []
    at = 0
    position = 0
    topic = parent = ""
    while at < len(all_mentions):
        mention = all_mentions[at]
        idle = _idle_before(text, position, mention.left_start)
        if idle and mention.changes:
            state.carried = idle
        position_before, position = position, mention.quantity.bound_end
        between = text[position_before : mention.quantity.start]
        if "其中" in between:
            parent = state.carried
        account = parent if parent and "；" in between else "" if state.carried else account_of(section + text[: mention.left_start])
        group = _list_group(all_mentions, at)
        mention.carried = state.carried
        name = name_of(mention, state.carried, _governing_noun(all_mentions, at), text[: mention.left_start], account)
        if mention.changes and name.rule == "indicator.carried" and not state.carried:
            known = catalogue.last_named(text, mention.quantity.start)
            name = Name((known,), "indicator.named_before", known) if known else name
        if mention.quantity.kind == "structure":
            name = _sector(all_mentions, at)
        if len(group) > 1 and name.rule in ("indicator.subject", "indicator.carried"):
            pairs = listed(name.names[0], len(group))
            if pairs:
                out.extend(Name((pair,), "indicator.listed", name.base) for pair in pairs)
                state.carried = name.base
                at += len(group)
                position = all_mentions[at - 1].quantity.bound_end
                continue
        topic = _topic(mention, name) or topic
        if topic and len(mention.noun) <= 8 and name.names == (mention.noun,) and (mention.noun_is_clause or _TAKES_PART.match(mention.noun)):
            name = Name((topic + mention.noun,), "indicator.topic", topic)
        if name.rule == "indicator.carried" and mention.acts and not mention.changes:
            done = object_of_clauses(text[position_before : mention.left_start])
            name = Name((done,), "indicator.clause_object", done) if done else name
        grows = mention.changes or mention.quantity.kind == "fold"
        if mention.each or (grows and any(catalogue.match(part, "growth_rate", "ratio") for part in _several(name))):
            several = _several(name)
            if several:
                name = Name(tuple(several), "indicator.each", name.base)
        out.append(name)
        if name.base:
            state.carried = name.base
        at += 1
    return out


_TAKES_PART = re.compile("参保|受益|享受|领取|获得|参加|就业|脱贫|入学|缴费")


def _topic(mention: Mention, name: Name) -> str:
    """What a counted thing does (2147个县实施养老保险试点): what the short clauses behind it are about (1334万人参保)."""
    if name.rule != "indicator.counted" or "的" not in name.names[0]:
        return ""
    return clean(name.names[0].split("的", 1)[0])


def _governing_noun(all_mentions: list[Mention], at: int) -> Mention | None:
    """The mention whose noun a nested count takes part in: the last of 10个镇77个行政村157个自然村群众饮水问题."""
    end = at
    while end + 1 < len(all_mentions) and is_place(all_mentions[end].noun) and all_mentions[end + 1].left_start == all_mentions[end].quantity.bound_end:
        end += 1
    return all_mentions[end] if end > at else (all_mentions[at + 1] if at + 1 < len(all_mentions) else None)


def _sector(all_mentions: list[Mention], at: int) -> Name:
    """The share that a number of 三次产业结构 a:b:c is."""
    place = at - _first_of_structure(all_mentions, at)
    return Name((f"第{'一二三'[min(place, 2)]}产业增加值占地区生产总值比重",), "indicator.structure", "")


def _several(name: Name) -> list[str]:
    from transforms.naming import _split

    parts = _split(name.names[0])
    return parts if 2 <= len(parts) <= 12 and all(2 <= len(part) <= 24 for part in parts) else []


def _idle_before(text: str, start: int, end: int) -> str:
    """The subject of the last clause without a number between two numbers."""
    clauses = [clause for clause in re.split("[，；。：]", text[start:end]) if clause]
    return idle_subject(clauses[-1]) if clauses else ""


def _list_group(all_mentions: list[Mention], at: int) -> list[int]:
    group = [at]
    for following in range(at + 1, len(all_mentions)):
        mention = all_mentions[following]
        if not (mention.joined and mention.direct) and mention.left.strip("，、和及与") != "":
            break
        group.append(following)
    return group


def _first_of_structure(all_mentions: list[Mention], at: int) -> int:
    """The first number of the 三次产业结构 that a number belongs to; the number itself where it is none."""
    while all_mentions[at].quantity.kind == "structure" and all_mentions[at].left in (":", "：") and at:
        at -= 1
    return at


_CHANGED_TO = re.compile(r"[^，；。]{0,8}?(?:提高|增加|增长|上升|扩大|下降|降低|减少|调整|发展|提升|缩短|压缩|精简|跃升|升|增|降|到|至|变)")
_FROM = re.compile(r"(?:由(?!于)|从(?!业|事|严|化)|自(?=\d|[一二]))[^，。；]{0,14}$")


def _starts_pair(all_mentions: list[Mention], at: int) -> bool:
    """Whether a mention is the A of 由 A 提高到 B."""
    if not _FROM.search(all_mentions[at].left):
        return False
    end = at
    while end + 1 < len(all_mentions) and all_mentions[end + 1].quantity.kind == "structure" and all_mentions[end + 1].left in (":", "："):
        end += 1
    if end + 1 >= len(all_mentions):
        return False
    following = all_mentions[end + 1]
    goes_on = following.left_start - all_mentions[end].quantity.bound_end <= 1
    return goes_on and _CHANGED_TO.match(following.left.lstrip("，")) is not None


def _times_of_pairs(text: str, all_mentions: list[Mention], named: list[Event]) -> dict[int, int]:
    """The times that hold for the A of 由 A 提高到 B alone (由去年的 A): where each stands, and which number it is of."""
    local = {}
    for at, mention in enumerate(all_mentions):
        if _starts_pair(all_mentions, at):
            start = max(text.rfind(word, mention.left_start, mention.quantity.start) for word in "由从自")
            local.update({event.at: at for event in named if start <= event.at < mention.quantity.start})
    return local


_REACH_VERBS = re.compile(r"达|突破|为|是|有|现|保持|稳定|控制|至")
_ALL_ALONG = re.compile(r"一直|始终|连续|每年|年年|稳定在|保持在")
_STOCK = re.compile(r"人口|存量|余额|总量|里程|面积|容量|覆盖|保有量|拥有量|户籍|总数|装机|储备|能力|规模")


def _reached(mention: Mention, name: str) -> tuple[bool, bool]:
    """Whether a number in the review or plan of a term is a level at its end, not something done over it; and whether
    only its being a stock says so.
    """
    if mention.reaches or mention.quantity.kind == "structure":
        return True, False
    ratio = mention.quantity.dimension == "ratio"
    if _ALL_ALONG.search(mention.left) or ((mention.acts or mention.noun) and not ratio):
        return False, False
    if mention.states and _REACH_VERBS.search(mention.verb):
        return True, False
    return ratio or _STOCK.search(name) is not None, True
