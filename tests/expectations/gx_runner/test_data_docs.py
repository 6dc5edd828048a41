"""Great Expectations' pages of a run work without a network and run nothing that a document says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from expectations.gate import validate
from expectations.gx_runner.data_docs import offline, write_data_docs
from tests.expectations.test_gate import metric, tables

pytestmark = pytest.mark.xdist_group("great_expectations")
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_pages_are_whole_and_need_no_network(tmp_path: Path) -> None:
    verdict = validate(tables([metric("a", {"statistic": EVIL}), metric("b", {"confidence": 0.1})]))
    files = write_data_docs(verdict.results, tmp_path / "gx")
    assert files[0].name == "index.html"
    assert len(files) == len(verdict.results) + 1 > 10
    index = files[0].read_text(encoding="utf8")
    for page in files[1:]:
        assert f'href="{page.name}"' in index
        text = page.read_text(encoding="utf8")
        assert not re.search(r"https?://|<script|onerror=|<img|javascript:", text), page.name
    assert "failed" in index
    values = (tmp_path / "gx" / "schema.metrics.html").read_text(encoding="utf8")
    assert "metrics.statistic is one of level" in values or "statistic" in values


def test_nothing_runs() -> None:
    page = offline(
        f'<html><body onload="x()"><p>good</p><a href="javascript:x()">a</a>{EVIL}<iframe src="https://x"></iframe></body></html>', "<t>"
    )
    assert "good" in page
    assert "&lt;t&gt;" in page
    assert not re.search(r"alert|onload|javascript|iframe|<img", page)
