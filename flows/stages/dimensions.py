"""The rows of the dimension tables, from the lexicon."""

from __future__ import annotations

from transforms.identify.regions import region_rows
from transforms.numbers.units import Unit, units
from transforms.reading.catalogue import Indicator, indicators
from transforms.rows import Row
from transforms.tables.fiscal_items import fiscal_items


def dimension_rows() -> dict[str, list[Row]]:
    """The rows of ``indicators``, ``units``, ``regions`` and ``fiscal_items``."""
    return {
        "indicators": [_indicator(item) for item in indicators().values()],
        "units": [_unit(item) for item in units().values()],
        "regions": region_rows(),
        "fiscal_items": [*fiscal_items()],
    }


def _indicator(item: Indicator) -> Row:
    aliases = "; ".join(item.aliases) or None
    names = {"indicator_id": item.id, "name_zh": item.name_zh, "name_en": item.name_en, "aliases": aliases}
    return {**names, "dimension": item.dimension, "direction": item.direction}


def _unit(item: Unit) -> Row:
    return {
        "unit": item.word,
        "dimension": item.dimension,
        "unit_std": item.unit_std,
        "factor": float(item.factor),
        "name_en": item.name_en,
    }
