"""One number's reading in words: what it was read as, which rules decided and which did not, and why.

Nothing is read anew here: the steps are those that :func:`transforms.extract.extract` wrote down, and what a rule looks for
is told by the rule itself (``en`` in ``numbers.yml``) or by ``explanations.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from transforms.extract import Derivation, Trace
from transforms.lexicon import derived, load
from transforms.numbers.classify import QUANTITY, Rule, rules, rules_tried
from transforms.numbers.numerals import Numeral, numerals
from transforms.numbers.quantities import Quantity, Token, bound_before, bound_behind
from transforms.numbers.units import unit_of
from transforms.reading import catalogue
from transforms.reading.confidence import features
from transforms.reading.periods import holding
from transforms.reading.time_expressions import Event
from transforms.types import Metric

Line = tuple[str, str]
"""A label and what is said under it."""

NEAR = 4
"""Rules that lost by little, told for each number."""
_LOOSE = "多余来几上"
_LOOKS_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])[^()]*\)")
_ANYTHING = "\u2603"
"""A character of no report: a pattern that finds it would find anything, so that its find tells nothing."""
_PLAIN_WORD = re.compile(r"[^\\\[\](){}|?*+.^$]+")
_GOVERNED_PERIODS = ("period.year", "period.span", "period.run", "period.span_reached", "period.from_event", "period.from_named")


@derived
def _words() -> dict[str, str]:
    parts = {entry["id"]: entry["reason"] for entry in load("parts.yml")["evidence"]}
    told = {str(rule): str(said) for rule, said in load("explanations.yml").items()}
    return told | {rule.id: rule.en for rule in rules() if rule.en} | parts


def says(rule: str) -> str:
    """What a rule looks for, in words."""
    if rule.startswith("word."):
        return f"it stands within the word «{rule.removeprefix('word.')}», listed in words.yml"
    return _words().get(rule, "no explanation is written for this rule yet")


def known_rules() -> frozenset[str]:
    """The rules that can be told in words."""
    return frozenset(_words())


def amount(value: Decimal) -> str:
    """A value as people write it: 3,970,000,000."""
    whole = f"{value.normalize():f}" if value.is_finite() else str(value)
    number, _, decimals = whole.partition(".")
    return f"{int(number):,}" + (f".{decimals}" if decimals else "") if abs(value) >= 1 else whole


# which class, and which rules came near -------------------------------------------------------------------------------


def of_class(trace: Trace, token: Token) -> Iterator[Line]:
    """Why a number is no metric."""
    decision = token.decision
    yield "class", f"{decision.number_class}, no metric"
    yield "decided by", f"{decision.rule}: {says(decision.rule)}"
    numeral = _numeral(trace.sentence.text, token.start)
    if numeral is None:
        return
    text = trace.sentence.text
    winner = next((rule for rule in rules() if rule.id == decision.rule), None)
    if winner is not None:
        yield from _found(winner, text, numeral)
    else:
        yield "", "no rule of numbers.yml fits"
    yield from lost(text, numeral, decision.rule)


def _numeral(text: str, start: int) -> Numeral | None:
    return next((found for found in numerals(text) if found.start == start), None)


def _found(rule: Rule, text: str, numeral: Numeral) -> Iterator[Line]:
    """What the rule found before and behind the number."""
    seen = rule.conditions(text, numeral)
    said = [
        f"{where} it stands «{match.group()}»"
        for name, where in (("before", "before"), ("after", "behind"))
        if (match := seen.get(name)) is not None and match.group()
    ]
    if said:
        yield "", ", ".join(said)


def lost(text: str, numeral: Numeral, winner: str) -> Iterator[Line]:
    """The rules that were tried before the one that decided and came near, and the one that would have decided next."""
    near: list[tuple[str, str]] = []
    won = False
    for rule, fits in rules_tried(text, numeral):
        if rule.id == winner:
            won = True
        elif fits and rule.number_class == QUANTITY:
            return
        elif fits:
            near.append((rule.id, f"fits as well, but is asked later: {says(rule.id)}"))
            break
        elif not won and (why := _why_not(rule, text, numeral)):
            near.append((rule.id, why))
    for at, (name, why) in enumerate(near[-NEAR:]):
        yield "did not decide" if at == 0 else "", f"{name} {why}"


def _why_not(rule: Rule, text: str, numeral: Numeral) -> str:
    """Why a rule that came near did not fit; empty where it was not near."""
    seen = rule.conditions(text, numeral)
    before, after = seen.get("before"), seen.get("after")
    near = [
        f"«{match.group()}» {where}"
        for match, where in ((before, "before it"), (after, "behind it"))
        if match and match.group() and not match.re.search(_ANYTHING)
    ]
    if not near:
        return ""
    looks = f"(looks for {says(rule.id)})"
    if "after" in seen and after is None:
        return f"did not fit: {' and '.join(near)}, but not {_wanted(rule.after)} behind it {looks}"
    if "before" in seen and before is None:
        return f"did not fit: {' and '.join(near)}, but not {_wanted(rule.before)} before it {looks}"
    for name, where in (("unless_before", "before it"), ("unless_after", "behind it")):
        if (match := seen.get(name)) is not None:
            return f"did not fit: {' and '.join(near)}, but «{match.group()}» {where} rules it out {looks}"
    return ""


def _wanted(pattern: re.Pattern[str] | None) -> str:
    """The plain words that a pattern allows, as far as it is made of plain words."""
    text = pattern.pattern if pattern else ""
    text = _LOOKS_AROUND.sub("", text).removesuffix("$")
    if text.startswith("(?:") and text.endswith(")"):
        text = text[3:-1]
    alternatives = [word for word in _alternatives(text) if _PLAIN_WORD.fullmatch(word)]
    if not alternatives:
        return "the right words"
    more = " and the like" if len(alternatives) > 5 or len(alternatives) < len(list(_alternatives(text))) else ""
    return "«" + "», «".join(alternatives[:5]) + f"»{more}"


def _alternatives(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for at, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "|" and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


# a metric, step by step -----------------------------------------------------------------------------------------------


def of_metric(trace: Trace, derivation: Derivation, metrics: list[Metric], earlier: list[Trace]) -> Iterator[Line]:
    """How a number became a metric (several where it holds for several indicators)."""
    text, quantity = trace.sentence.text, derivation.mention.quantity
    metric = metrics[0]
    yield "read as", read_as(metric)
    yield from _bound(text, quantity)
    yield from _class_rules(text, quantity)
    yield from _subject(derivation, trace, earlier)
    for each in metrics:
        yield "catalogue", _catalogue(each)
    yield from _statistic(derivation, metric)
    yield from _period(derivation, trace)
    rule = derivation.modality[1]
    yield "modality", f"{derivation.modality[0]}: {says(rule)} ({rule})"
    if metric.is_preliminary:
        yield "", "preliminary: the sentence says so (初步核算, 预计 …)"
    yield from _confidence(derivation, metric)


def read_as(metric: Metric) -> str:
    """Value, unit and statistic of a metric."""
    high = "" if metric.value_high is None else f" to {amount(metric.value_high)}"
    unit = f" {metric.unit}" if metric.unit else " without a unit"
    return f"{amount(metric.value)}{high}{unit}, {metric.statistic}, {metric.bound}"


def _bound(text: str, quantity: Quantity) -> Iterator[Line]:
    behind, before = bound_behind(text, quantity.end), bound_before(text, quantity.start)
    inside = [character for character in text[quantity.start : quantity.end] if character in _LOOSE]
    if quantity.bound == "range":
        said = "range: the number has two ends"
    elif quantity.bound == "exact":
        said = "exact: no word bounds it"
    elif behind and behind.bound == quantity.bound and quantity.bound_end > quantity.end:
        said = f"{quantity.bound}: «{behind.word}» behind it"
    elif inside and quantity.bound == "lower":
        said = f"lower: «{inside[0]}» within it"
    elif before and before.bound == quantity.bound and quantity.bound_start < quantity.start:
        said = f"{quantity.bound}: «{before.word}» before it"
    else:
        said = f"{quantity.bound}: a word of the list or share that it belongs to holds for it"
    yield "bound", said


def _class_rules(text: str, quantity: Quantity) -> Iterator[Line]:
    """Which rules might have made the number something else than a metric."""
    place = quantity.numerals[0][0] if quantity.numerals else quantity.start
    numeral = _numeral(text, place)
    if numeral is None:
        return
    if quantity.kind == "structure":
        yield "counts because", "it is one of the shares of the three sectors"
    elif (taken := next((rule for rule, fits in rules_tried(text, numeral) if fits), None)) and taken.number_class == QUANTITY:
        yield "counts because", f"{taken.id}: {says(taken.id)}"
    else:
        unit = f"it has the measure word {quantity.unit}" if quantity.unit else "it is told as a value"
        yield "counts because", f"{unit}, and no rule of numbers.yml says that it is something else"
        yield from lost(text, numeral, "")


def _subject(derivation: Derivation, trace: Trace, earlier: list[Trace]) -> Iterator[Line]:
    mention, name = derivation.mention, derivation.name
    yield "indicator", "、".join(derivation.reading.rename(each) for each in name.names)
    yield "", f"{name.rule}: {says(name.rule)}"
    yield "", f"left of it «{mention.left}», right of it «{mention.right}»; {_verb(derivation)}"
    parts = [f"subject «{mention.subject}»"] * bool(mention.subject) + [f"noun counted «{mention.noun}»"] * bool(mention.noun)
    if parts:
        yield "", "taken apart: " + ", ".join(parts)
    if mention.carried:
        used = mention.carried == name.base or any(mention.carried in each for each in name.names)
        what = "carried over" if used else "at hand from before and not used"
        yield "", f"{what}: «{mention.carried}», {_source(derivation, trace, earlier)}"


def _verb(derivation: Derivation) -> str:
    mention = derivation.mention
    if mention.changes:
        kind = "a verb of fall" if mention.falls else "a verb of rise or change"
        return f"verb «{mention.verb}», {kind}" + (", with the level reached" if mention.reaches else "")
    if mention.states:
        return f"verb «{mention.verb}», which states a level"
    if mention.object_verb:
        return f"verb «{mention.object_verb}», of which the number's noun is the object"
    return "no verb that decides"


def _source(derivation: Derivation, trace: Trace, earlier: list[Trace]) -> str:
    """Where a subject that was carried over comes from."""
    here = trace.derivations[: trace.derivations.index(derivation)]
    named = next((each for each in reversed(here) if each.name.base == derivation.mention.carried), None)
    if named:
        quantity = named.mention.quantity
        return f"the subject of {trace.sentence.text[quantity.start : quantity.end]} in this sentence"
    for before in reversed(earlier):
        if before.sentence.paragraph != trace.sentence.paragraph:
            break
        named = next((each for each in reversed(before.derivations) if each.name.base == derivation.mention.carried), None)
        if named:
            quantity = named.mention.quantity
            return f"the subject of {before.sentence.text[quantity.start : quantity.end]} in an earlier sentence of the paragraph"
    return "told in a clause before it" if derivation.mention.carried in trace.sentence.text else "told before it or in the heading"


def _catalogue(metric: Metric) -> str:
    if metric.indicator_id:
        known = catalogue.indicators().get(metric.indicator_id)
        return f"{metric.indicator_id} ({known.name_zh}, {known.name_en})" if known else metric.indicator_id
    dimension = known_unit.dimension if (known_unit := unit_of(metric.unit)) else None
    for known in catalogue.indicators().values():
        other = catalogue.match(metric.indicator, metric.statistic, known.dimension)
        if other == known.id:
            return f"none: {other} is called so, but is measured in {known.dimension}, not {dimension or 'a number without a unit'}"
    if other := catalogue.match(metric.indicator, "growth_rate", "ratio"):
        return f"none: {other} is called so only where its growth is told"
    return f"none: no indicator of the catalogue is called «{metric.indicator}»"


def _statistic(derivation: Derivation, metric: Metric) -> Iterator[Line]:
    rule = derivation.reading.rule
    yield "statistic", f"{metric.statistic}: {says(rule)} ({rule})"
    if metric.basis:
        yield "", f"compared with: {says(f'basis.{metric.basis}')} ({metric.basis})"


def _period(derivation: Derivation, trace: Trace) -> Iterator[Line]:
    first, last, rule = derivation.years
    years = "not known" if first is None else f"{first}" if first == last else f"{first} to {last}"
    yield "period", f"{years}: {says(rule)} ({rule})"
    text, at = trace.sentence.text, derivation.mention.quantity.start
    held = holding(at, derivation.times, text)
    governing = held[-1] if held else None
    for event in derivation.times:
        yield "", f"«{text[event.at : event.end]}» is {_years(event)}{_use(event, governing, held, at, rule)}"


def _years(event: Event) -> str:
    return f"{event.first}" if event.first == event.last else f"{event.first} to {event.last}"


def _use(event: Event, governing: Event | None, held: list[Event], at: int, rule: str) -> str:
    if event.at > at:
        return "; it stands behind the number"
    if event.compared:
        return "; it is only compared with"
    if event == governing:
        return ", which governs" if rule in _GOVERNED_PERIODS else "; it stands last before the number, but another rule decides"
    return "; a later time took its place" if event in held else "; it no longer holds at the number"


def _confidence(derivation: Derivation, metric: Metric) -> Iterator[Line]:
    found = features(derivation.name.rule, derivation.years[2], metric.statistic, metric.bound, metric.indicator)
    yield "confidence", f"{metric.confidence:g}, {factors(found)}"


def factors(found: list[str]) -> str:
    """What a confidence is the product of."""
    table = load("confidence.yml")
    said, reason = "", ""
    for entry in table["factors"]:
        reason = reason if str(entry["reason"]) == "The same." else str(entry["reason"]).rstrip(".")
        if entry["id"] in found:
            said += f", times {entry['factor']:g} for {entry['id']} ({reason})"
    return f"from {table['start']:g} at the start" + (said or ", and nothing lessens it")


# the cell of a table --------------------------------------------------------------------------------------------------


def of_cell(trace: Trace, metric: Metric) -> Iterator[Line]:
    """How a cell of a table became a metric."""
    cell = next((each for each in trace.cells if each.char_start == metric.char_start), None)
    yield "read as", read_as(metric)
    yield "indicator", metric.indicator
    if cell is not None:
        yield "", f"table.cell: {says('table.cell')}; the row is «{cell.table_row}», the column «{cell.table_column}»"
    yield "catalogue", _catalogue(metric)
    yield "unit", f"{metric.unit or 'none'}: from the cell, its column's heading, its row or the line above the table"
    yield (
        "period",
        f"{metric.period_start or 'not known'}: the year of the column's heading, the table's title or this part of the document",
    )
    yield "modality", f"{metric.modality}: {says('modality.table')}"
    yield "confidence", f"{metric.confidence:g}, {factors([cell.evidence if cell is not None else 'table.cell'])}"
