"""The administrative divisions of today and of the past, read from ``lexicon/regions.csv`` (its head says where it comes from).

A place that was renamed, raised to a city or district, or recoded is one place: :func:`current` gives what it is now, so that
its reports of many years join. A place that went into another (merged) stays what it was.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "lexicon" / "regions.csv"
_NAMES = _FILE.with_name("region_names.csv")
FOREVER = 9999
NATION = "100000"


@dataclass(frozen=True, slots=True)
class Region:
    """A division under one code and name. ``since`` and ``until`` are the first and last years of it (0 and 9999: open)."""

    code: str
    name: str
    since: int = 0
    until: int = FOREVER
    successor: str = ""
    is_renamed: bool = False

    @property
    def level(self) -> str:
        """nation, province, prefecture or county."""
        return level_of(self.code)

    def held(self, year: int | None) -> bool:
        """Whether it was in force in that year or just before or after (lists are of the end of a year)."""
        return year is None or self.since - 1 <= year <= self.until + 1


def level_of(code: str) -> str:
    """The level that a code of GB/T 2260 says."""
    if code == NATION:
        return "nation"
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


@functools.cache
def regions() -> tuple[Region, ...]:
    """All divisions, by code and year."""
    out = []
    for line in _FILE.read_text(encoding="utf8").splitlines():
        if line[:1].isdigit():
            code, name, since, until, successor, how = line.split(",")
            out.append(Region(code, name, int(since or 0), int(until or FOREVER), successor, how == "renamed"))
    return tuple(out)


@functools.cache
def _by_code() -> dict[str, tuple[Region, ...]]:
    table: dict[str, list[Region]] = {}
    for region in regions():
        table.setdefault(region.code, []).append(region)
    return {code: tuple(rows) for code, rows in table.items()}


@functools.cache
def by_name() -> dict[str, tuple[Region, ...]]:
    """Divisions by full name."""
    table: dict[str, list[Region]] = {}
    for region in regions():
        table.setdefault(region.name, []).append(region)
    return {name: tuple(rows) for name, rows in table.items()}


def at(code: str, year: int | None = None) -> Region | None:
    """The division under a code in a year; the latest one where none was in force then or no year is given."""
    rows = _by_code().get(code, ())
    held = [row for row in rows if year is not None and row.since <= year <= row.until]
    return held[-1] if held else rows[-1] if rows else None


def current(region: Region) -> Region:
    """What a place is today under another name or code; itself where it is in force or went into another place."""
    seen = {region}
    while region.until != FOREVER and region.is_renamed:
        following = [row for row in _by_code().get(region.successor, ()) if row.since > region.since and row.until > region.until]
        if not following or following[0] in seen:
            break
        region = following[0]
        seen.add(region)
    return region


@functools.cache
def _by_today() -> dict[str, tuple[Region, ...]]:
    table: dict[str, list[Region]] = {}
    for region in regions():
        table.setdefault(current(region).code, []).append(region)
    return {code: tuple(rows) for code, rows in table.items()}


def earlier_names(code: str) -> tuple[Region, ...]:
    """A place of today under all the names and codes that it has had, the one of today included."""
    return _by_today().get(code, ())


def parent_code(code: str) -> str | None:
    """The code of the division above: a prefecture where there is one, else the province, else the nation."""
    if code == NATION:
        return None
    if code.endswith("0000"):
        return NATION
    above = code[:4] + "00"
    return above if not code.endswith("00") and above in _by_code() else code[:2] + "0000"


def province_of(code: str) -> str | None:
    """The name of the province of a division; None for the nation."""
    province = None if code == NATION else at(code[:2] + "0000")
    return province.name if province else None


_SUFFIX = re.compile(r"(?:特别行政区|自治县|自治州|自治旗|自治区|地区|新区|特区|林区|盟|县|市|区|州|省|旗)$")
_PEOPLES = re.compile(
    r"(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|"
    r"毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|俄罗斯|鄂温克|保安|裕固|独龙|鄂伦春|各)族"
)


@functools.cache
def short_name(name: str) -> str:
    """A name without its kind and peoples: 密云区 -> 密云, 海北藏族自治州 -> 海北, 内蒙古自治区 -> 内蒙古."""
    base = _SUFFIX.sub("", name)
    plain = _PEOPLES.sub("", base)
    plain = {"广西壮": "广西", "宁夏回": "宁夏", "新疆维吾尔": "新疆"}.get(plain, plain)
    return plain or base or name


@functools.cache
def english_names() -> dict[str, str]:
    """The English name of each division by its Chinese name, read from ``lexicon/region_names.csv``."""
    lines = (line for line in _NAMES.read_text(encoding="utf8").splitlines() if not line.startswith("#"))
    return {row["name"]: row["name_en"] for row in csv.DictReader(lines)}


def region_rows() -> list[dict[str, Any]]:
    """The rows of the table ``regions``, by code and year."""
    rows = []
    for region in regions():
        rows.append(
            {
                "region_code": region.code,
                "region": region.name,
                "region_level": region.level,
                "parent_code": parent_code(region.code),
                "province": province_of(region.code),
                "name_en": english_names().get(region.name),
                "valid_from": region.since or None,
                "valid_to": region.until if region.until != FOREVER else None,
                "successor_code": region.successor or None,
                "succession": ("renamed" if region.is_renamed else "merged") if region.successor else None,
            }
        )
    return rows
