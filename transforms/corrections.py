"""Corrections as data: single readings that a person has put right, each with a guard (``corrections.yml``).

A correction is applied after extraction, where its document is the one named, its quote stands in the text exactly once
and what is there is what it expects. The row then has ``+corrected`` in its ``rule`` and a confidence of 1.

A correction that no longer fits is not applied, and that is loud without stopping other documents:

* the document's ``warnings`` say which correction and why, and the check ``corrections_fit`` fails (a warning: with a quote
  that is gone there is no row to hold back, and one stale entry is no reason to withhold all other documents);
* where the quoted number is still there, its metrics get ``+unfit_correction`` in their ``rule``, and the critical check
  ``no_correction_is_in_doubt`` puts them into quarantine: a person has said that this number was read wrongly, so what is
  now read there is not published until a person looks again. The run goes on and ends with exit code 0, as with any
  quarantined row; the summary names both checks.

A correction whose value is what is read anyway needs no doubt: it is only reported as no longer needed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from transforms.lexicon import RulesError
from transforms.numbers.classify import CLASSES
from transforms.reading.planned_year import planned_year
from transforms.schema import Column, table
from transforms.text.normalized_view import SEPARATOR
from transforms.text.quote_search import squeeze
from transforms.text.sentences import sentences
from transforms.types import Document, Extraction, Metric, Number

FILE = Path(__file__).with_name("corrections.yml")
CORRECTED, IN_DOUBT = "+corrected", "+unfit_correction"
APPLIED, UNFIT, NEEDLESS = "corrected: ", "correction does not fit: ", "correction no longer needed: "
"""How the notes on a document begin."""

FIELDS = (
    "indicator", "indicator_id", "statistic", "value", "value_high", "unit", "bound", "modality", "is_preliminary", "basis",
    "period_start", "period_end",
)  # fmt: skip
_NUMBERS = ("value", "value_high")
_KEYS = {"document", "quote", "action", "field", "expect", "value", "indicator", "reason"}
_REQUIRED = {
    "set": {"document", "quote", "field", "expect", "value", "reason"},
    "drop": {"document", "quote", "expect", "value", "reason"},
    "add": {"document", "quote", "expect", "value", "reason"},
}
_MARKED = re.compile(r"[^\[\]]*\[[^\[\]]+\][^\[\]]*")
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{8,64})")


class CorrectionError(RulesError):
    """An entry of ``corrections.yml`` that cannot be meant; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One entry. ``quote`` is without its brackets, ``mark`` is the place of the number in it."""

    document: str
    quote: str
    mark: tuple[int, int]
    action: str
    field: str | None
    expect: Any
    value: Any
    indicator: str | None
    reason: str

    def is_of(self, document: Document) -> bool:
        """Whether the entry is of this document."""
        digest = _SHA256.fullmatch(self.document)
        if digest and document.sha256.startswith(digest[1]):
            return True
        return self.document == document.file_name or fnmatchcase(document.source_path, self.document)

    @property
    def marked(self) -> str:
        """The quote with its number in brackets."""
        start, end = self.mark
        return f"{self.quote[:start]}[{self.quote[start:end]}]{self.quote[end:]}"


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a correction: ``kind`` is :data:`APPLIED`, :data:`UNFIT` or :data:`NEEDLESS`."""

    kind: str
    correction: Correction
    what: str
    start: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}«{self.correction.marked}»: {self.what}"


@dataclass(frozen=True, slots=True)
class Corrected:
    """An extraction with its corrections, and what became of each of them."""

    extraction: Extraction
    notes: tuple[Note, ...] = ()


class _Unfit(Exception):
    """Why a correction does not fit; ``start`` and ``end`` are the number's place where it was found."""

    def __init__(self, why: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(why)
        self.place = place


# reading the file -----------------------------------------------------------------------------------------------------


@functools.cache
def corrections() -> tuple[Correction, ...]:
    """The corrections that ship with the rules.

    Raises:
        CorrectionError: an entry has a mistake.
    """
    return read_corrections(FILE)


def read_corrections(file: Path) -> tuple[Correction, ...]:
    """The corrections of a file.

    Raises:
        CorrectionError: it is no YAML, or an entry has a mistake.
    """
    try:
        entries = yaml.safe_load(file.read_text(encoding="utf8")) or []
    except yaml.YAMLError as error:
        raise CorrectionError(f"{file.name} is no YAML: {error}") from error
    if not isinstance(entries, list):
        raise CorrectionError(f"{file.name}: must be a list of entries, each beginning with - document:")
    return tuple(_entry(f"{file.name}: entry {number}", entry) for number, entry in enumerate(entries, 1))


def _entry(where: str, entry: Any) -> Correction:
    if not isinstance(entry, dict):
        raise CorrectionError(f"{where}: must be keys and values ({', '.join(sorted(_KEYS))})")
    action = entry.get("action", "set")
    if action not in _REQUIRED:
        raise CorrectionError(f"{where}: action is {action!r}; write set, drop or add")
    unknown, missing = set(entry) - _KEYS, _REQUIRED[action] - set(entry)
    if unknown or missing:
        said = [f"unknown keys {sorted(unknown)}"] * bool(unknown) + [f"it needs {sorted(missing)}"] * bool(missing)
        raise CorrectionError(f"{where}: {', '.join(said)}; allowed are {', '.join(sorted(_KEYS))}")
    for key in ("document", "quote", "reason"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise CorrectionError(f"{where}: {key} must be a text; put it in quotation marks if it looks like a number")
    quote = entry["quote"]
    if not _MARKED.fullmatch(quote):
        raise CorrectionError(f"{where}: quote must have the number in one pair of [ ], such as 粮食总产量[21.1]万吨")
    start, end = quote.index("["), quote.index("]") - 1
    expect, value = _values(where, action, entry)
    return Correction(
        entry["document"],
        quote.replace("[", "").replace("]", ""),
        (start, end),
        action,
        entry.get("field"),
        expect,
        value,
        entry.get("indicator"),
        entry["reason"],
    )


def _values(where: str, action: str, entry: dict[str, Any]) -> tuple[Any, Any]:
    """What the entry expects and what it sets, each held against the description of the tables."""
    if action == "set":
        if entry["field"] not in FIELDS:
            raise CorrectionError(f"{where}: field is {entry['field']!r}; it can be {', '.join(FIELDS)}")
        return _checked(where, entry["field"], entry["expect"]), _checked(where, entry["field"], entry["value"])
    if action == "drop":
        return _checked(where, "value", entry["expect"]), _class(where, "value", entry["value"])
    given = entry["value"]
    if not isinstance(given, dict) or not {"indicator", "value"} <= set(given) <= set(FIELDS):
        raise CorrectionError(f"{where}: value of an added metric is its fields, indicator and value at least, of {', '.join(FIELDS)}")
    return _class(where, "expect", entry["expect"]), {name: _checked(where, name, value) for name, value in given.items()}


def _class(where: str, key: str, value: Any) -> str:
    if value not in CLASSES or value == "metric":
        raise CorrectionError(f"{where}: {key} is {value!r}; write the class of a number that is no metric: {', '.join(CLASSES[1:])}")
    return str(value)


def _checked(where: str, field: str, value: Any) -> Any:
    column = table("metrics")[field]
    if value is None:
        if not column.nullable:
            raise CorrectionError(f"{where}: {field} cannot be empty")
        return None
    if field in _NUMBERS:
        try:
            return Decimal(str(value).replace(",", ""))
        except InvalidOperation:
            raise CorrectionError(f"{where}: {field} must be a number, it is {value!r}") from None
    wanted: type[Any] = {"bool": bool, "int32": int}.get(column.type, str)
    if type(value) is not wanted:
        raise CorrectionError(f"{where}: {field} must be {_said_type(column)}, it is {value!r}")
    if column.values and value not in column.values:
        raise CorrectionError(f"{where}: {field} is {value!r}; it can be {', '.join(column.values)}")
    if field == "indicator_id":
        _check_indicator(where, value)
    return value


def _said_type(column: Column) -> str:
    return {"bool": "true or false", "int32": "a year"}.get(column.type, "a text")


def _check_indicator(where: str, value: str) -> None:
    from transforms.reading.catalogue import indicators

    if value not in indicators():
        raise CorrectionError(f"{where}: the catalogue has no indicator {value!r} (transforms/lexicon/indicators.yml)")


# applying them --------------------------------------------------------------------------------------------------------


def correct(document: Document, extraction: Extraction, entries: Sequence[Correction] | None = None) -> Corrected:
    """The extraction with the corrections of its document; ``entries`` are those of ``corrections.yml`` unless given.

    Never raises for a correction that does not fit: what became of each is in ``notes``, and as text in the extraction's
    ``warnings``.
    """
    mine = [entry for entry in (corrections() if entries is None else entries) if entry.is_of(document)]
    if not mine:
        return Corrected(extraction)
    squeezed = squeeze(document.text)
    metrics, numbers = list(extraction.metrics), list(extraction.numbers)
    notes: list[Note] = []
    for entry in mine:
        try:
            place = _place(entry, squeezed.find(entry.quote), document.text)
            if entry.action == "set":
                notes.append(_set(entry, place, metrics))
            elif entry.action == "drop":
                notes.append(_drop(entry, place, metrics, numbers))
            else:
                notes.append(_add(entry, place, metrics, numbers, document))
        except _Unfit as unfit:
            notes.append(Note(UNFIT, entry, str(unfit), unfit.place[0] if unfit.place else None))
            _doubt(unfit.place, metrics)
    loudest_first = sorted(notes, key=lambda note: (UNFIT, NEEDLESS, APPLIED).index(note.kind))
    warnings = (*map(str, loudest_first), *extraction.warnings)
    return Corrected(Extraction(tuple(metrics), tuple(numbers), warnings), tuple(notes))


def _place(entry: Correction, found: list[tuple[int, int]], text: str) -> tuple[int, int]:
    """Where the marked number stands in the document's text."""
    if not found:
        raise _Unfit("the text has no such words any more; look for the number, or delete the entry")
    if len(found) > 1:
        raise _Unfit(f"these words stand in the text {len(found)} times; quote more of what is around the number")
    start, end = found[0]
    inside = squeeze(text[start:end])
    first = len(squeeze(entry.quote[: entry.mark[0]]).text)
    last = first + len(squeeze(entry.quote[slice(*entry.mark)]).text) - 1
    return start + inside.origin[first], start + inside.origin[last] + 1


def _overlaps(place: tuple[int, int], item: Metric | Number) -> bool:
    return item.char_start < place[1] and place[0] < item.char_end


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _there(entry: Correction, place: tuple[int, int], metrics: Sequence[Metric]) -> list[int]:
    """The positions of the metrics that a correction is of."""
    return [at for at, metric in enumerate(metrics) if _overlaps(place, metric) and entry.indicator in (None, metric.indicator)]


def _set(entry: Correction, place: tuple[int, int], metrics: list[Metric]) -> Note:
    assert entry.field is not None
    here = _there(entry, place, metrics)
    if not here:
        raise _Unfit("no metric is read there" + (f" of {entry.indicator}" if entry.indicator else ""), place)
    values = {getattr(metrics[at], entry.field) for at in here}
    if values == {entry.value}:
        return Note(
            NEEDLESS, entry, f"{entry.field} is read as {_said(entry.value)} without it; delete the entry", metrics[here[0]].char_start
        )
    if values != {entry.expect}:
        now = " and ".join(sorted(map(_said, values)))
        raise _Unfit(f"{entry.field} is {now} there, where {_said(entry.expect)} is expected; look at it again", place)
    for at in here:
        changes: dict[str, Any] = {entry.field: entry.value, "rule": _marked_rule(metrics[at].rule), "confidence": 1.0}
        metrics[at] = replace(metrics[at], **changes)
    return Note(APPLIED, entry, f"{entry.field} {_said(entry.expect)} → {_said(entry.value)} ({entry.reason})", metrics[here[0]].char_start)


def _marked_rule(rule: str) -> str:
    return rule if rule.endswith(CORRECTED) else rule + CORRECTED


def _drop(entry: Correction, place: tuple[int, int], metrics: list[Metric], numbers: list[Number]) -> Note:
    here = [at for at, metric in enumerate(metrics) if _overlaps(place, metric)]
    if not here:
        classes = {number.number_class for number in numbers if _overlaps(place, number)}
        if classes == {entry.value}:
            return Note(NEEDLESS, entry, f"it is read as {entry.value} without it; delete the entry")
        raise _Unfit(f"no metric is read there, but {' and '.join(sorted(classes)) or 'no number'}", place)
    chosen = _there(entry, place, metrics)
    if not chosen:
        raise _Unfit(f"no metric of {entry.indicator} is read there", place)
    values = {metrics[at].value for at in chosen}
    if values != {entry.expect}:
        raise _Unfit(f"value is {' and '.join(sorted(map(_said, values)))} there, where {_said(entry.expect)} is expected", place)
    start = metrics[chosen[0]].char_start
    for at in reversed(chosen):
        del metrics[at]
    if len(chosen) == len(here):
        _reclass(place, numbers, entry.value, f"correction.drop{CORRECTED}")
    return Note(APPLIED, entry, f"no metric, but {entry.value} ({entry.reason})", start)


def _reclass(place: tuple[int, int], numbers: list[Number], number_class: str, rule: str) -> None:
    for at, number in enumerate(numbers):
        if _overlaps(place, number):
            numbers[at] = replace(number, number_class=number_class, rule=rule)


def _add(entry: Correction, place: tuple[int, int], metrics: list[Metric], numbers: list[Number], document: Document) -> Note:
    if any(_overlaps(place, metric) for metric in metrics):
        raise _Unfit("a metric is read there without it; delete the entry or set its fields", place)
    here = [number for number in numbers if _overlaps(place, number)]
    classes = {number.number_class for number in here}
    if here and classes != {entry.expect}:
        raise _Unfit(f"the number is {' and '.join(sorted(classes))}, where {entry.expect} is expected", place)
    # One row of the ledger for the whole number: what lay there in pieces is taken together.
    span = (min([place[0], *(n.char_start for n in here)]), max([place[1], *(n.char_end for n in here)]))
    numbers[:] = sorted(
        [*(n for n in numbers if n not in here), Number(*span, "metric", f"correction.add{CORRECTED}")], key=lambda n: n.char_start
    )
    metrics.append(_new_metric(entry.value, span, document))
    metrics.sort(key=lambda metric: metric.char_start)
    return Note(APPLIED, entry, f"a metric of {entry.value['indicator']} ({entry.reason})", span[0])


def _new_metric(given: dict[str, Any], span: tuple[int, int], document: Document) -> Metric:
    around = ("", "")
    for sentence in sentences(document.text, planned_year(document), document.identity.doc_type):
        origin = sentence.view.origin
        if origin[0] <= span[0] <= origin[-1]:
            around = sentence.section, sentence.text.replace(SEPARATOR, " ")
            break
    fields: dict[str, Any] = {"char_start": span[0], "char_end": span[1], "section": around[0], "sentence": around[1]}
    return Metric(**fields | given, rule=f"correction.add{CORRECTED}", confidence=1.0)


def _doubt(place: tuple[int, int] | None, metrics: list[Metric]) -> None:
    for at, metric in enumerate(metrics):
        if place is not None and _overlaps(place, metric) and not metric.rule.endswith(IN_DOUBT):
            metrics[at] = replace(metric, rule=metric.rule + IN_DOUBT)
