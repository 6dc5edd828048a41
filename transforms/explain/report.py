"""Why the numbers of a sentence were read as they were, for people who do not know the code.

A sentence is named by an offset into the document's text or by words of it. Its numbers are marked in it, and for each is
told what it was read as, which rules decided, and which came near and did not (see :mod:`transforms.explain.derivation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transforms.corrections import CORRECTED, IN_DOUBT, Corrected, correct
from transforms.explain.derivation import Line, of_cell, of_class, of_metric, read_as, says
from transforms.extract import Trace, extract
from transforms.numbers.quantities import Quantity
from transforms.reading.planned_year import planned_year
from transforms.text.quote_search import squeeze
from transforms.text.sentences import Sentence
from transforms.types import Document, Extraction, Metric, Number

WIDTH = 16
"""Columns of the labels."""
MOST_PLACES = 5
"""Places of a quoted text that are explained."""
SHOWN = 60


class ExplainError(LookupError):
    """There is nothing to explain at this place; the message says what to try."""


def explain(document: Document, place: int | str | None = None) -> str:
    """The derivation of the numbers at a place, as plain text.

    Args:
        document: what was read.
        place: an offset into its text (a number's own: that number alone; else its whole sentence), some words of it, or
            None for every sentence with numbers.

    Raises:
        ExplainError: the offset is outside of the text, the words are not in it, or there is no number there.
    """
    traces: list[Trace] = []
    read = extract(document, traces)
    corrected = correct(document, read)
    spans = [_span(trace.sentence) for trace in traces]
    wanted = _wanted(document, place, traces, spans, corrected.extraction)
    blocks = [_head(document)]
    for at, inside in wanted:
        blocks.append("\n".join(_sentence(document, traces[: at + 1], read, corrected, inside)))
    if isinstance(place, str) and (more := len(squeeze(document.text).find(place)) - MOST_PLACES) > 0:
        blocks.append(f"These words stand at {more} more places; quote more of them, or give an offset.")
    return "\n\n".join(blocks) + "\n"


def _span(sentence: Sentence) -> tuple[int, int]:
    return sentence.view.origin[0], sentence.view.origin[-1] + 1


# where ----------------------------------------------------------------------------------------------------------------


Wanted = list[tuple[int, tuple[int, int] | None]]
"""Sentences by their turn, each with the place in it whose number alone is meant, or None for all its numbers."""


def _wanted(document: Document, place: int | str | None, traces: list[Trace], spans: list[tuple[int, int]], found: Extraction) -> Wanted:
    if not traces:
        raise ExplainError("The text holds no number at all.")
    if place is None:
        return [(at, None) for at in range(len(traces))]
    if isinstance(place, int):
        if not 0 <= place < len(document.text):
            last = len(document.text) - 1
            raise ExplainError(
                f"There is no offset {place}: the text has {len(document.text):,} characters, 0 to {last}. "
                "Take char_start of a metric, or quote some words of the sentence."
            )
        return [(_covering(document, place, place + 1, spans), _number_at(place, found))]
    places = _quoted(document, place)
    wanted: Wanted = []
    for start, end in places[:MOST_PLACES]:
        hit = [(at, None) for at, span in enumerate(spans) if span[0] < end and start < span[1]]
        wanted.extend(each for each in hit if each not in wanted)
    if not wanted:
        _covering(document, *places[0], spans)
    return wanted


def _number_at(offset: int, found: Extraction) -> tuple[int, int] | None:
    return next(((n.char_start, n.char_end) for n in found.numbers if n.char_start <= offset < n.char_end), None)


def _quoted(document: Document, words: str) -> list[tuple[int, int]]:
    squeezed = squeeze(document.text)
    places = squeezed.find(words)
    if places:
        return places
    begins = squeezed.nearest(words)
    if not squeeze(words).text:
        raise ExplainError("There are no words to look for. Give an offset, or quote some words of the sentence.")
    if len(begins) < 2:
        raise ExplainError(
            f"The text does not have «{_short(words)}» or anything that begins so. Quote its own words; white space does not count."
        )
    start, end = squeezed.find(begins)[0]
    goes_on = " ".join(document.text[start : end + 20].split())
    raise ExplainError(f"The text does not have «{_short(words)}». As far as «{_short(begins)}» it does; there it goes on: «{goes_on}».")


def _covering(document: Document, start: int, end: int, spans: list[tuple[int, int]]) -> int:
    """The sentence with numbers that covers a place.

    Raises:
        ExplainError: none does; the message names the nearest one.
    """
    for at, span in enumerate(spans):
        if span[0] < end and start < span[1]:
            return at
    nearest = min(spans, key=lambda span: max(span[0] - end, start - span[1]))
    here = " ".join(document.text[max(0, start - 15) : end + 15].split())
    raise ExplainError(
        f"At offset {start} («{_short(here)}») stands no sentence with a number. "
        f"The nearest one begins at {nearest[0]}: «{_short(' '.join(document.text[slice(*nearest)].split()))}»."
    )


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


# what is said ---------------------------------------------------------------------------------------------------------


def _head(document: Document) -> str:
    identity = document.identity
    year = planned_year(document)
    kind = f"{identity.doc_type.replace('_', ' ')}" + (f" of {identity.region}" if identity.region else "")
    if year is None:
        return f"{document.file_name}: {kind}; its year is not known, so no period can be told where the text names none"
    return f"{document.file_name}: {kind}, which reviews {year - 1}" + (
        f" and plans {year}" if identity.doc_type != "statistical_communique" else ""
    )


def _page(document: Document, offset: int) -> str:
    page = next((page.number for page in document.decoded.pages if page.start <= offset < page.end), None)
    return f", page {page}" if page else ""


def _sentence(
    document: Document, traces: list[Trace], read: Extraction, corrected: Corrected, inside: tuple[int, int] | None
) -> Iterator[str]:
    """What is said of the last of these sentences."""
    *earlier, trace = traces
    start, end = _span(trace.sentence)
    numbers = [number for number in corrected.extraction.numbers if start <= number.char_start < end]
    yield f"── offset {start} to {end}{_page(document, start)} " + "─" * 20
    yield f"  {_marked(document.text, start, end, numbers)}"
    yield ""
    yield from _lines([*_part(trace.sentence)])
    for turn, number in enumerate(numbers, 1):
        if inside is not None and (number.char_start, number.char_end) != inside:
            continue
        yield ""
        yield f"  [{turn}] {_squeezed(document.text, number)}, offset {number.char_start} to {number.char_end}"
        yield from _lines(_number(trace, number, read, corrected, earlier))


def _squeezed(text: str, number: Number) -> str:
    return "".join(text[number.char_start : number.char_end].split())


def _marked(text: str, start: int, end: int, numbers: list[Number]) -> str:
    """The sentence without its line breaks, each number in brackets with its turn."""
    out, reached = [], start
    for turn, number in enumerate(numbers, 1):
        out.append("".join(text[reached : number.char_start].split()))
        out.append(f"[{turn}: {_squeezed(text, number)}]")
        reached = number.char_end
    return "".join([*out, "".join(text[reached:end].split())])


def _lines(said: Iterable[Line]) -> Iterator[str]:
    for label, line in said:
        if line:
            yield f"      {label:<{WIDTH}}{line}"


def _part(sentence: Sentence) -> Iterator[Line]:
    part = sentence.part
    years = (
        "years not known"
        if part.first_year is None
        else f"{part.first_year}"
        if part.first_year == part.last_year
        else f"{part.first_year} to {part.last_year}"
    )
    decided = sentence.decided
    why = f"opened by «{_short(decided.opened_by)}»" if decided.opened_by else "no heading or opening names it; it is the best fit of all"
    yield "part", f"{says(f'role.{part.role}')} ({part.role}), {years}; {why}"
    for rule, words, weight in decided.said:
        yield "", f"{weight:+.1f} {rule}: {says(rule)} «{_short(words)}»"
    if decided.tense:
        yield "", f"{decided.tense:+.1f} tense: it speaks more of what {'was done' if decided.tense > 0 else 'is to be done'}"
    if sentence.section:
        yield "section", sentence.section


def _number(trace: Trace, number: Number, read: Extraction, corrected: Corrected, earlier: list[Trace]) -> Iterator[Line]:
    """What became of a number by corrections, and how it was read without them."""
    yield from (("correction", str(note)) for note in corrected.notes if note.start == number.char_start)
    yield from _as_it_stands(_at(number, corrected.extraction), number)
    metrics = _at(number, read)
    place = _in_view(trace, number)
    item = next((each for each in trace.found if place is not None and each.start == place), None)
    derivation = next((each for each in trace.derivations if place is not None and each.mention.quantity.start == place), None)
    if metrics and trace.sentence.is_table:
        yield from of_cell(trace, metrics[0])
    elif derivation is not None and metrics:
        yield from of_metric(trace, derivation, metrics, earlier)
    elif item is not None and not isinstance(item, Quantity):
        yield from of_class(trace, item)
    elif CORRECTED not in number.rule:
        yield "class", f"{number.number_class}, no metric"
        yield "decided by", f"{number.rule}: {says(number.rule)}"


def _at(number: Number, found: Extraction) -> list[Metric]:
    return [metric for metric in found.metrics if (metric.char_start, metric.char_end) == (number.char_start, number.char_end)]


def _as_it_stands(metrics: list[Metric], number: Number) -> Iterator[Line]:
    """What a correction made of the number, told before its reading."""
    for metric in metrics:
        if metric.rule.endswith(CORRECTED):
            yield "corrected to", f"{metric.indicator}: {read_as(metric)}, {metric.modality}, {metric.period_start} to {metric.period_end}"
        elif metric.rule.endswith(IN_DOUBT):
            yield "in doubt", "a correction of this number no longer fits: it is held back until somebody looks at it"
    if CORRECTED in number.rule and not metrics:
        yield "corrected to", f"{number.number_class}, no metric"


def _in_view(trace: Trace, number: Number) -> int | None:
    """The place of a number's first character in its sentence's view."""
    origin = trace.sentence.view.origin
    return next((at for at, offset in enumerate(origin) if offset == number.char_start), None)
