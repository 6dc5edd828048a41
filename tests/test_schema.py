"""The description of the tables is whole, and everything that derives from it agrees."""

from __future__ import annotations

import pytest

from transforms import schema

CONTRACT = {
    "documents": "document_id file_name source_path sha256 format encoding doc_type title region_code region province region_level "
    "identity_confidence identified_by report_year delivered_on char_count page_count text ingested_at pipeline_version run_id",
    "metrics": "metric_id document_id region_code region region_level report_year indicator indicator_id statistic value value_high "
    "unit value_std value_high_std unit_std dimension bound modality is_preliminary basis period_start period_end section sentence "
    "place place_code scope sub_period table_id table_row table_column "
    "char_start char_end page number_text rule confidence run_id",
    "numbers": "document_id char_start char_end text class metric_id",
    "checks": "run_id suite expectation severity rows_checked rows_failed passed",
    "failures": "source_path sha256 error message run_id",
    "runs": "run_id started_at finished_at status documents_seen documents_new documents_changed documents_removed "
    "documents_failed metrics numbers quarantined pipeline_version",
}


@pytest.mark.parametrize("name", CONTRACT)
def test_tables_have_the_columns_that_readers_rely_on(name: str) -> None:
    assert set(CONTRACT[name].split()) <= set(schema.table(name).column_names)


def test_quarantine_holds_a_metric_whole_whatever_is_wrong_with_it() -> None:
    quarantine, metrics = schema.table("quarantine"), schema.table("metrics")
    assert quarantine.column_names[: len(metrics.columns)] == metrics.column_names
    assert {"expectation", "reason"} <= set(quarantine.column_names)
    assert quarantine["value"].nullable
    assert not metrics["value"].nullable
    assert not quarantine["statistic"].values
    assert not quarantine["metric_id"].nullable
    assert not quarantine["reason"].nullable


@pytest.mark.parametrize("name", schema.tables())
def test_keys_are_columns_and_every_column_is_explained(name: str) -> None:
    table = schema.table(name)
    assert set(table.key) <= set(table.column_names)
    assert len(set(table.column_names)) == len(table.column_names)
    for column in table.columns:
        assert column.en
        assert any("\u4e00" <= ch <= "\u9fff" for ch in column.zh)
    assert schema.arrow_schema(name).names == list(table.column_names)
    assert list(schema.pandas_dtypes(name)) == list(table.column_names)


def test_unknown_table_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="no table metrix; there are documents, metrics"):
        schema.table("metrix")


def test_unknown_column_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="has no column valeu; it has metric_id"):
        schema.table("metrics")["valeu"]
