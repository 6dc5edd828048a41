"""Small reports with several numbers each, in which a test plants a fault: sentences become documents, metrics and numbers."""

from __future__ import annotations

from typing import Any

from expectations.inputs import GateInput
from flows.stages.dimensions import dimension_rows
from tests.made_rows import Row, row, table
from transforms.numbers.units import units

RUN_ID = "run-000002-00000000"


def level(text: str, value: float, unit: str, **fields: Any) -> Row:
    """A level told as ``text``; ``value`` in ``unit``."""
    known = units()[unit]
    return {
        "number_text": text, "value": value, "unit": unit, "value_std": value * float(known.factor), "unit_std": known.unit_std,
        "dimension": known.dimension, "statistic": "level", "basis": None, **fields,
    }  # fmt: skip


def growth(text: str, value: float, **fields: Any) -> Row:
    """A growth rate told as ``text``."""
    return level(text, value, "%") | {"statistic": "growth_rate", "basis": "yoy", **fields}


def change(text: str, value: float, unit: str, **fields: Any) -> Row:
    """An absolute change told as ``text``."""
    return level(text, value, unit) | {"statistic": "change", "basis": "yoy", **fields}


def metrics_of(name: str, sentence: str, *told: Row) -> list[Row]:
    """The metrics of a report of one sentence, each at the next place where its number stands in it."""
    rows, at = [], 0
    for number, fields in enumerate(told, 1):
        start = sentence.index(fields["number_text"], at)
        at = start + len(fields["number_text"])
        place = {"metric_id": f"{name}/{number}", "document_id": name, "sentence": sentence, "char_start": start, "char_end": at}
        rows.append(row("metrics", {"indicator_id": None}, place, fields))
    return rows


def reports(*documents: tuple[str, str, list[Row]], **shared: Any) -> GateInput:
    """The tables of reports, each given as its name, its sentence and its metrics."""
    metrics = [each | shared for _, _, rows in documents for each in rows]
    return GateInput(
        run_id=RUN_ID,
        documents=table(
            "documents",
            [
                row("documents", document_id=name, source_path=f"{name}.txt", file_name=f"{name}.txt", text=text)
                for name, text, _ in documents
            ],
        ),
        metrics=table("metrics", metrics),
        numbers=table(
            "numbers",
            [
                row(
                    "numbers",
                    {**{key: each[key] for key in ("document_id", "char_start", "char_end", "metric_id")}, "text": each["number_text"]},
                )
                for each in metrics
            ],
        ),
        indicators=table("indicators", dimension_rows()["indicators"]),
        units=table("units", dimension_rows()["units"]),
    )
