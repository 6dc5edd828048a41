"""Small tables for tests: rows with sensible values everywhere, of which a test says only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from transforms import schema
from warehouse.storage.parquet import to_table

Row = dict[str, Any]
TEXT = "2022年地区生产总值367亿元，增长2.5%左右。今年目标增长5%以上，新建学校3所。"

DOCUMENT: Row = {
    "document_id": "d1",
    "file_name": "d1.txt",
    "source_path": "d1.txt",
    "sha256": "0" * 64,
    "format": "txt",
    "encoding": "utf-8",
    "doc_type": "work_report",
    "title": "密云区政府工作报告",
    "region_code": "110118",
    "region": "密云区",
    "province": "北京市",
    "region_level": "county",
    "report_year": 2023,
    "text": TEXT,
    "char_count": len(TEXT),
    "ingested_at": datetime(2026, 1, 2, tzinfo=UTC),
    "pipeline_version": "1",
    "run_id": "run-000001-00000000",
}
METRIC: Row = {
    "metric_id": "m1",
    "document_id": "d1",
    "region_code": "110118",
    "region": "密云区",
    "region_level": "county",
    "report_year": 2023,
    "indicator": "地区生产总值",
    "indicator_id": "gdp",
    "statistic": "level",
    "value": 36_700_000_000.0,
    "unit": "元",
    "value_std": 36_700_000_000.0,
    "unit_std": "CNY",
    "dimension": "currency",
    "bound": "exact",
    "modality": "actual",
    "is_preliminary": False,
    "period_start": 2022,
    "period_end": 2022,
    "scope": "whole",
    "section": "一、2022年工作回顾",
    "sentence": TEXT,
    "char_start": 11,
    "char_end": 16,
    "number_text": "367亿元",
    "rule": "test",
    "confidence": 0.95,
    "run_id": "run-000001-00000000",
}
GROWTH: Row = {
    "statistic": "growth_rate",
    "value": 2.5,
    "unit": "%",
    "value_std": 2.5,
    "unit_std": "percent",
    "dimension": "ratio",
    "basis": "yoy",
    "number_text": "2.5%",
    "char_start": 19,
    "char_end": 23,
}
NUMBER: Row = {
    "document_id": "d1",
    "char_start": 11,
    "char_end": 16,
    "text": "367亿元",
    "class": "metric",
    "metric_id": "m1",
    "rule": "test",
}
RUN: Row = {
    "run_id": "run-000001-00000000",
    "started_at": datetime(2026, 1, 2, tzinfo=UTC),
    "finished_at": datetime(2026, 1, 2, 0, 1, tzinfo=UTC),
    "status": "published",
    "documents_seen": 1,
    "documents_new": 1,
    "documents_changed": 0,
    "documents_removed": 0,
    "documents_failed": 0,
    "metrics": 1,
    "numbers": 1,
    "quarantined": 0,
    "pipeline_version": "1",
}
CHECK: Row = {
    "run_id": "run-000001-00000000",
    "suite": "form",
    "expectation": "value_is_finite",
    "severity": "critical",
    "scope": "row",
    "description": "A metric has a value.",
    "description_zh": "指标须有数值。",
    "rows_checked": 1,
    "rows_failed": 0,
    "passed": True,
}
INDICATORS: list[Row] = [
    {"indicator_id": "gdp", "name_zh": "地区生产总值", "name_en": "gross domestic product", "dimension": "currency", "direction": "more"},
    {"indicator_id": "cpi", "name_zh": "居民消费价格", "name_en": "consumer prices", "dimension": "ratio"},
    {
        "indicator_id": "urban_surveyed_unemployment_rate",
        "name_zh": "城镇调查失业率",
        "name_en": "surveyed urban unemployment rate",
        "dimension": "ratio",
        "direction": "less",
    },
    {"indicator_id": "exports", "name_zh": "出口", "name_en": "exports", "dimension": "currency", "direction": "more"},
    {
        "indicator_id": "market_entities",
        "name_zh": "经营主体",
        "name_en": "market entities",
        "dimension": "count",
        "direction": "more",
    },
]
UNITS: list[Row] = [
    {"unit": "元", "dimension": "currency", "unit_std": "CNY", "factor": 1.0, "name_en": "yuan"},
    {"unit": "美元", "dimension": "currency", "unit_std": "USD", "factor": 1.0, "name_en": "US dollar"},
    {"unit": "%", "dimension": "ratio", "unit_std": "percent", "factor": 1.0, "name_en": "percent"},
    {"unit": "百分点", "dimension": "percentage points", "unit_std": "pp", "factor": 1.0, "name_en": "percentage point"},
    {"unit": "倍", "dimension": "multiple", "unit_std": "times", "factor": 1.0, "name_en": "times"},
    {"unit": "所", "dimension": "count", "unit_std": "count", "factor": 1.0, "name_en": "institutions"},
    {"unit": "户", "dimension": "households", "unit_std": "household", "factor": 1.0, "name_en": "households"},
    {"unit": "亩", "dimension": "area", "unit_std": "m2", "factor": 10000 / 15, "name_en": "mu"},
]
BASE = {"documents": DOCUMENT, "metrics": METRIC, "numbers": NUMBER, "runs": RUN, "checks": CHECK}


def row(name: str, *changes: Row, **fields: Any) -> Row:
    """A row of a table: its usual values with the changes laid over them; what nothing says is null."""
    result = dict.fromkeys(schema.table(name).column_names) | BASE.get(name, {})
    for change in (*changes, fields):
        result |= change
    return result


def table(name: str, rows: list[Row], *, candidate: bool = True) -> pa.Table:
    """An Arrow table of rows, each filled up with nulls."""
    return to_table(name, [dict.fromkeys(schema.table(name).column_names) | each for each in rows], candidate=candidate)
