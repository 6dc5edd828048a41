"""What a document is: kind, title, region, year, day and speaker, from its text; its name is a hint where the text is silent."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from transforms import schema
from transforms.identify.doc_type import find_kind, find_title, head_lines, opening, squeeze
from transforms.identify.region import Place, find_place
from transforms.identify.regions import Region, province_of, region_rows
from transforms.identify.speaker import find_speaker
from transforms.identify.year import find_date, find_year
from transforms.types import Decoded, Identity

__all__ = ["identify", "region_rows"]


def identify(decoded: Decoded, source_path: str) -> Identity:
    """Kind, title, region, year, date and speaker of a document.

    ``region`` and ``region_code`` are those of today for a place that was only renamed, so that its reports of many years join;
    ``warnings`` then says what it was called. What cannot be told is None, with a warning.
    """
    lines = head_lines(decoded.text)
    hint = PurePosixPath(source_path.rsplit("!/", 1)[-1]).stem[:200]
    title = find_title(lines)
    kind, is_told = find_kind(lines, title, decoded.title, decoded.text)
    if title is None and decoded.title and re.search(r"报告|公报", decoded.title):
        title = decoded.title
    warnings: list[str] = []
    if not is_told:
        kind = _hinted_kind(hint, kind)
        warnings.append(f"The text does not say what kind of document it is; taken for {kind} from its wording.")
    day, is_own = find_date(lines, kind)
    year, how = find_year(lines, decoded.text, title, kind, day, is_own)
    if year is not None and not _is_of_a_report(year):
        warnings.append(f"The text is dated {year}, which is no year of a report that is read here.")
        year = None
    elif how == "wording":
        warnings.append(f"The text gives no date: the year {year} is inferred from the years it speaks of.")
    year = year or _hinted_year(hint)
    if year is None:
        warnings.append("The year of the report cannot be told from the text.")
    place = find_place(title, lines[: opening(lines)], squeeze(decoded.text), year, hint)
    if place.note:
        warnings.append(place.note)
    return _identity(
        kind, title, place, year, day if _tells_day(kind, is_own, day, year) else None, find_speaker(lines, opening(lines)), warnings, day
    )


def _tells_day(kind: str, is_own: bool, day: object, year: int | None) -> bool:
    """A page's own date is the day of publication of a communiqué, but says nothing of the day on which a report was given."""
    return is_own or (kind == "statistical_communique" and day is not None)


def _identity(
    kind: str, title: str | None, place: Place, year: int | None, delivered: object, speaker: str | None, warnings: list[str], day: object
) -> Identity:
    from datetime import date

    region: Region | None = place.region
    code = region.code if region else None
    anchor = code or (place.then.code if place.then else None)
    return Identity(
        doc_type=kind,
        title=title,
        region_code=code,
        region=region.name if region else place.name,
        province=province_of(anchor) if anchor else None,
        region_level=place.level or (region.level if region else None),
        report_year=year,
        delivered_on=delivered if isinstance(delivered, date) else None,
        speaker=speaker,
        warnings=tuple(warnings),
    )


def _hinted_kind(hint: str, kind: str) -> str:
    from transforms.identify.doc_type import KINDS

    if kind == "other":
        return next((name for name, pattern in KINDS if pattern.search(hint)), kind)
    return kind


def _is_of_a_report(year: int) -> bool:
    """Whether it can stand in ``report_year``: what cannot would stop the publication of all documents."""
    column = schema.table("documents")["report_year"]
    return (column.minimum or 0) <= year <= (column.maximum or 9999)


def _hinted_year(hint: str) -> int | None:
    found = re.findall(r"(?<!\d)(?:19[5-9]\d|20\d\d)(?!\d)", hint)
    return int(found[-1]) if found else None
