"""The published documents beside the repository, where they are present, under names that say nothing."""

from __future__ import annotations

import csv
import functools
import re
from collections import Counter
from pathlib import Path

import pytest

from transforms.decode import decode
from transforms.decode.characters import clean
from transforms.dedupe.signature import same_text, signature
from transforms.identify import identify
from transforms.types import Decoded, DecodeError, RawFile

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
TRUTH = list(csv.DictReader((CORPUS / "truth.csv").open(encoding="utf8"))) if CORPUS.is_dir() else []
pytestmark = pytest.mark.skipif(not TRUTH, reason="the corpus is not beside the repository")


FURNITURE = re.compile(
    r"\\r\\n|责任编辑|您的位置|^.{0,40}(?:浏览次数|阅读量|点击量)[：:]|【字号|分享到|ICP备|公网安备|版权所有|来自马克数据网|Public domain"
    "|[\u2e80-\u2fdf\uf900-\ufaff]",
    re.MULTILINE,
)
PDFS = [row for row in TRUTH if row["expect"] == "ok" and row["file"].endswith("pdf")]


@functools.cache
def outcome(name: str) -> Decoded | DecodeError:
    try:
        return decode(RawFile("doc_001", (CORPUS / "documents" / name).read_bytes()))
    except DecodeError as refusal:
        return refusal


@pytest.mark.parametrize("row", TRUTH, ids=lambda row: row["file"])
def test_document(row: dict[str, str]) -> None:
    decoded = outcome(row["file"])
    if isinstance(decoded, DecodeError):
        assert decoded.error == row["expect"]
        assert len(decoded.message) > 40
        return
    assert row["expect"] == "ok"
    identity = identify(decoded, "doc_001" + Path(row["file"]).suffix)
    region = identity.region or "?"
    assert region.endswith(row["region"]) or row["region"].endswith(region)
    assert identity.doc_type == row["doc_type"]
    assert identity.region_level == row["region_level"]
    assert identity.report_year == int(row["report_year"]) if row["report_year"] else identity.report_year is not None
    assert identity.region_code


@pytest.mark.parametrize("row", [row for row in TRUTH if row["expect"] == "ok"], ids=lambda row: row["file"])
def test_no_furniture_is_left(row: dict[str, str]) -> None:
    decoded = outcome(row["file"])
    assert isinstance(decoded, Decoded)
    assert FURNITURE.findall(decoded.text) == []


@pytest.mark.parametrize("row", PDFS, ids=lambda row: row["file"])
def test_nothing_of_a_text_layer_is_lost(row: dict[str, str]) -> None:
    import pypdfium2

    decoded = outcome(row["file"])
    assert isinstance(decoded, Decoded)
    document = pypdfium2.PdfDocument(CORPUS / "documents" / row["file"])
    for page in decoded.pages:
        layer = clean(document[page.number - 1].get_textpage().get_text_bounded())
        lost = Counter("".join(layer.split())) - Counter("".join(decoded.text[page.start : page.end].split()))
        number = Counter("".join(f"—{page.number}—-{page.number}-第{page.number}页"))
        assert not lost - number, f"page {page.number}"


def test_no_two_documents_are_taken_for_one() -> None:
    signatures = {row["file"]: signature(d.text) for row in TRUTH if isinstance(d := outcome(row["file"]), Decoded)}
    pairs = [(a, b) for a in signatures for b in signatures if a < b and same_text(signatures[a], signatures[b])]
    assert pairs == []
